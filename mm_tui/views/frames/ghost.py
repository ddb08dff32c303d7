"""What a change of parameters would do that is tried on the screen and not sent."""

from mm_tui.model.events import Side
from mm_tui.views.frames.base import Frame


class GhostQuote(Frame, frozen=True, kw_only=True):
    """A quote that would be wanted."""

    side: Side
    level: int
    price: int
    """Where its order would rest, ticks: one that stays may be off the quote by a little."""
    quantity: int
    """Lots."""
    stays: bool = False
    """An order that rests would stay for it as it is."""
    smaller: bool = False
    """It would stay, and get smaller."""
    why: str = ""
    """Why it would not have an order at once; empty where it would."""


class GhostFrame(Frame, frozen=True, kw_only=True):
    """The quotes with other parameters, and what it takes to come to them."""

    draft: str
    """What was asked about: assignments as `set` takes them, one a line."""
    problem: str = ""
    """Why there is no preview; the rest is empty then."""
    refused: bool = False
    """It cannot be set at all."""
    idle: str = ""
    """Why nothing would be sent now: `paused: by the operator`."""
    described: str = ""
    """`passive 3.0–6.0 bps × 3`."""
    quotes: tuple[GhostQuote, ...] = ()
    leaving: frozenset[str] = frozenset()
    """Ids of the orders that would give their place in the queue up."""
    lost_lots: int = 0
    """What is left of those."""
    lost_behind: int | None = None
    """Displayed behind them, which would come before us; None where unknown."""
    cancels: int = 0
    places: int = 0
    replaces: int = 0
    amends: int = 0
    at_once: int = 0
    """Messages that would leave at once; the others wait, for their turn or for an answer."""
    waits_for: str = ""
    """Why the first of the others waits."""
    rate: int = 0
    """Messages in the second that count, with those that would leave at once."""
    rate_limit: int = 0

    @property
    def messages(self) -> int:
        """All that it takes."""
        return self.cancels + self.places + self.replaces + self.amends
