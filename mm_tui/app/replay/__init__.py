"""A recording on the desk's screen."""
