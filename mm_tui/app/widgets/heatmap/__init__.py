"""The heat map: the book over time."""
