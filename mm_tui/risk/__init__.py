"""What may leave the desk, and what stops it."""
