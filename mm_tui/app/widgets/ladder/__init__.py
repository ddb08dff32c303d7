"""The ladder: its rows, columns and ghosts, and what keys and mouse do on it."""
