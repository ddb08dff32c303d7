"""How a screen and the desk talk: what is wanted to be seen one way, frames the other."""

from typing import Annotated, Final, Protocol

from msgspec import Meta

from mm_tui.views.frames.base import Frame
from mm_tui.views.frames.desk import DeskFrame

FARTHEST: Final = 10**15
"""Ticks: no price of any market is as far, and what a frame says of one still fits what frames are sent in."""
Ticks = Annotated[int, Meta(ge=0, le=FARTHEST)]


class Viewport(Frame, frozen=True, kw_only=True):
    """What the screen wants to see; it travels the other way, from the ladder to the desk.

    The bounds hold what another process asks for: the desk works out whatever is looked at.
    """

    rows: Annotated[int, Meta(ge=0, le=1000)] = 40
    """Ladder rows."""
    group: Annotated[int, Meta(ge=0, le=10**9)] = 0
    """Ticks a ladder row; 0 lets the desk choose the smallest of 1-2-5 steps at which the own quotes fit."""
    centre: Ticks | None = None
    """The ladder's middle, ticks; None follows the mid with hysteresis."""
    recentre: int = 0
    """Counts presses of re-centre: another number makes the ladder centre once."""
    level: Ticks | None = None
    """The price that is asked about, ticks; None for none."""
    draft: Annotated[str, Meta(max_length=10_000)] = ""
    """Parameters that are tried: assignments as `set` takes them, one a line."""


class DeskLink(Protocol):
    """How a screen talks to the desk; every method may be called from any thread and returns at once."""

    @property
    def frame(self) -> DeskFrame:
        """The latest frame; never None, changes by reference."""
        ...

    def look(self, viewport: Viewport) -> None:
        """Say what the screen wants to see from the next frame on."""
        ...

    def act(self, action: str, argument: str = "") -> None:
        """Hand an operator's action to the head of the desk's inbox."""
        ...

    def kill(self) -> None:
        """Close the gate at once, from whatever thread, then cancel all and halt."""
        ...
