"""The book around the touch, our own orders in it."""

from typing import Literal

from mm_tui.model.events import Side
from mm_tui.views.frames.base import Frame


class LadderRow(Frame, frozen=True, kw_only=True):
    """One price, or one group of prices."""

    price: int
    """The group's price: the exact touch where the row holds it, else the group's edge nearest to the touch."""
    bid: int = 0
    """Displayed quantity, 0 for none."""
    ask: int = 0
    own_bid: int = 0
    """Left of our own acknowledged and pending orders."""
    own_ask: int = 0
    own_pending: bool = False
    """Some of it is not yet acknowledged, or on its way out."""
    touch: Literal["", "bid", "ask"] = ""
    """Whether this row holds the best bid or the best ask."""
    depth: int = 0
    """Displayed from the touch to this row, both included, lots."""
    change: int = 0
    """Displayed now minus displayed two seconds ago, what traded included; 0 also where that is not known."""
    fresh: int = 0
    """How lately the size changed: 3 just now, then 2 and 1; 0 where it did not."""
    bought: int = 0
    """Bought here by aggressors over `LadderFrame.traded_s`, lots."""
    sold: int = 0
    ahead: int | None = None
    """Estimated before our order that is first in its queue here; None where unknown, or where none rests here."""
    behind: int | None = None
    """Displayed behind it."""
    eta_s: int | None = None
    """Until what is ahead has traded at the rate of late, there or through it; None where that is unknown."""


class LadderFrame(Frame, frozen=True, kw_only=True):
    """The ladder from the highest price down."""

    rows: tuple[LadderRow, ...] = ()
    group: int = 1
    """Ticks a row."""
    valid: bool = False
    """False dims the ladder: the book cannot be trusted."""
    mid2: int | None = None
    """Best bid plus best ask, in half ticks."""
    spread: int | None = None
    """Ticks."""
    spread_bps: float | None = None
    last_price: int | None = None
    """The last trade, ticks."""
    last_quantity: int = 0
    last_side: Side | None = None
    last_ts: int = 0
    largest: int = 1
    """The largest displayed quantity among the rows; the depth bars' full length."""
    own_above: int = 0
    """Own orders above the rows shown."""
    own_below: int = 0
    traded_s: int = 300
    """The window over which trades at a price are counted."""
