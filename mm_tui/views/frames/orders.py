"""Our open orders, and the quotes that have none."""

from mm_tui.model.events import Side
from mm_tui.model.waterfall import Step
from mm_tui.views.frames.base import Frame


class OrderRow(Frame, frozen=True, kw_only=True):
    """One open order; rows come highest price first."""

    order_id: str
    side: Side
    price: int
    bps: float | None
    """Signed distance from the mid."""
    left: int
    quantity: int
    status: str
    """A `model.orders.Status`."""
    age_s: int
    queue_ahead: int | None = None
    """Lots estimated ahead of it at the venue; None where unknown."""
    queue_behind: int | None = None
    """Displayed at its price behind it; None where unknown."""
    eta_s: int | None = None
    """Until what is ahead has traded at the rate of late at its price or through it; None where that is unknown."""
    level: int = 0
    steps: tuple[Step, ...] = ()
    """The waterfall of its price; empty where the strategy does not say."""
    fate: str = ""
    """What became of the quote, in one line: `sent 14:02:11`, `kept: 0.2 bps off its quote`."""


class HeldRow(Frame, frozen=True, kw_only=True):
    """A wanted quote without an order, and why."""

    side: Side
    level: int
    price: int
    quantity: int
    why: str
    """`order rate 9, limit 8/s`, `paced: 6 a second`, `held by the operator`."""
