"""How a session ended."""

from pathlib import Path
from typing import Any

import msgspec

from mm_tui.errors import OrdersMayRest


class Outcome(msgspec.Struct):
    """How a session ended."""

    ended: str
    """`quit`, `duration`, `end of file`, `SIGTERM`, …"""
    summary: dict[str, Any]
    folder: Path | None
    resting: tuple[str, ...] = ()
    """Orders that may still rest."""
    recording_failed: str = ""
    note: str = ""
    """What there is to say of the data: a file that breaks off."""
    held: str = ""
    """Why the desk wanted no quotes when it was told to end; empty where it did."""


def resting_error(outcome: Outcome) -> OrdersMayRest | None:
    """What to tell the user when orders may still rest."""
    if not outcome.resting:
        return None
    return OrdersMayRest(f"orders may still rest, look at the venue: {', '.join(outcome.resting)}")
