"""Which quotes are wanted."""
