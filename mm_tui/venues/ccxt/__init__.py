"""Every other venue, by polling through ccxt."""
