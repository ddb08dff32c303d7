"""What the screen is shown: immutable frames and how a number is written."""
