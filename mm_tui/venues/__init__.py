"""Where market data comes from and orders go to."""
