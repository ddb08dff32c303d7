"""A session on disk."""
