"""What it was all worth."""
