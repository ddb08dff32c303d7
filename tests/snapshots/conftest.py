"""Screens under test rest when their loop does."""

from loop_idle import rests_with_its_loop

__all__ = ["rests_with_its_loop"]
