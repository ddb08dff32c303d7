"""Recordings as tables and as files of other programs."""
