"""Where a replay stands in its recording."""

from typing import Literal

from mm_tui.model.events import Side
from mm_tui.views.frames.base import Frame


class ReplayMark(Frame, frozen=True, kw_only=True):
    """Something in a recording that one may want to jump to."""

    ts: int
    kind: Literal["fill", "trip", "gap"]
    side: Side | None = None
    """Of a fill."""


class ReplayFrame(Frame, frozen=True, kw_only=True):
    """Where a replay stands in its recording; times in ns since 1970."""

    start: int = 0
    end: int = 0
    """Of what is known so far; the recording's own end where that is known."""
    ts: int = 0
    """The moment shown."""
    known: int = 0
    """How far the recording was looked through for marks."""
    playing: bool = False
    speed: float | None = 1.0
    """Recorded seconds a second; None for as fast as it goes."""
    marks: tuple[ReplayMark, ...] = ()
    word: str = ""
    """What is going on or was found: `to 14:02:10, 43 %`, `no further trip`."""
