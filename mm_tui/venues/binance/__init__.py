"""Binance spot: public streams and snapshots."""
