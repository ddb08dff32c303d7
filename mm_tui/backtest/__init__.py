"""Recorded sessions and captures, run again: verified, backtested, swept, reported on."""
