"""Every order of the session, the finished ones too, and how its life went."""

from mm_tui.model.events import Side
from mm_tui.views.frames.base import Frame


class Move(Frame, frozen=True, kw_only=True):
    """A step of an order's life."""

    ts: int
    what: str
    """`placed`, `live`, `amended`, `filled`, `cancelling`, `canceled`, …"""
    words: str
    """Why, or how much."""


class HistoryRow(Frame, frozen=True, kw_only=True):
    """An order; prices in ticks, quantities in lots, times in ns."""

    order_id: str
    side: Side
    price: int
    quantity: int
    filled: int
    status: str
    """A `model.orders.Status`."""
    level: int
    placed: int
    """When it left."""
    ended: int | None
    """None while it may still be filled."""
    ahead: int | None
    """Estimated before it in the queue when the venue acknowledged it; None where unknown, or not acknowledged."""
    amends: int
    reason: str
    """Why it ended; while it lives why it stands there."""
    moves: tuple[Move, ...]
    """Oldest first."""
