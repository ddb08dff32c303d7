"""One price of the ladder, asked about: what of ours is there, or why nothing is."""

from typing import Literal

from mm_tui.model.events import Side
from mm_tui.model.waterfall import Step
from mm_tui.views.frames.base import Frame


class LevelCheck(Frame, frozen=True, kw_only=True):
    """One thing that quotes pass on their way to a price."""

    name: str
    """`desk`, `side`, `strategy`, `rule`, `limits`, `gate`, `orders`."""
    verdict: Literal["passes", "keeps away", "says"]
    """Whether it lets a quote stand here; `says` where it only tells."""
    words: str


class LevelFrame(Frame, frozen=True, kw_only=True):
    """A row of the ladder and everything that speaks for or against a quote of ours in it."""

    price: int
    """As the ladder writes it, ticks: the exact touch where the row holds it."""
    low: int
    """The row's prices, both included."""
    high: int
    side: Side
    bps: float | None = None
    """Signed distance from the mid."""
    displayed: int = 0
    """Lots."""
    orders: tuple[str, ...] = ()
    """Ids of our open orders in it, the nearest to the mid first."""
    verdict: str = ""
    """In one line why it is as it is."""
    checks: tuple[LevelCheck, ...] = ()
    quote: str = ""
    """The wanted quote whose steps are told: the one here, else the nearest; empty where none is wanted."""
    steps: tuple[Step, ...] = ()
    """How that quote came to its price."""
