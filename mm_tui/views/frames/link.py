"""How a screen and the desk talk: what is wanted to be seen one way, frames the other."""

from typing import Protocol

from mm_tui.views.frames.base import Frame
from mm_tui.views.frames.desk import DeskFrame


class Viewport(Frame, frozen=True, kw_only=True):
    """What the screen wants to see; it travels the other way, from the ladder to the desk."""

    rows: int = 40
    """Ladder rows."""
    group: int = 0
    """Ticks a ladder row; 0 lets the desk choose the smallest of 1-2-5 steps at which the own quotes fit."""
    centre: int | None = None
    """The ladder's middle, ticks; None follows the mid with hysteresis."""
    recentre: int = 0
    """Counts presses of re-centre: another number makes the ladder centre once."""
    level: int | None = None
    """The price that is asked about, ticks; None for none."""
    draft: str = ""
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
