"""What the command line asks of one run, beside the settings."""

from pathlib import Path
from typing import Literal

import msgspec

Speed = float | Literal["max"]
"""Market seconds a second, or as fast as the machine can."""


class RunOptions(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the desk. Whatever has a key in the settings is resolved there; here it stands as it came out."""

    venue: str
    """`desk.venue` after all sources: `auto`, `demo`, `binance`, `ccxt:ID`, `file:PATH`."""
    symbol: str
    strategy: str
    theme: str
    sessions: Path
    """The folder that session folders are made in."""
    exclusive: bool = False
    """The folder was named on the command line: one desk at a time may record there."""
    record: bool = True
    headless: bool = False
    duration: float | None = None
    """Seconds after which the run ends by itself; None runs until it is told to stop."""
    speed: Speed | None = None
    """None leaves the pace as the settings have it."""
    json: bool = False
    """One JSON document on standard output at the end."""
    log_level: str = "info"
    state: Path
    """The application's folder of state, for what outlives a session."""
    show_at: Path | None = None
    """A socket on which other processes may look at the desk; None shows it to nobody."""
    viewers_act: bool = False
    """Whether those who look may also act."""
    command: str = "run"
    """`run` or `demo`: which command was given."""
