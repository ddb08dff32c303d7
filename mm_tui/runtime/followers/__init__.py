"""Desks that follow the main one on its inputs: the band, the shadows, and what they came to."""
