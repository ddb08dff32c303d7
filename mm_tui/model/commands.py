"""What the core asks for. Imperative; `ts` is the time of the event that caused the command."""

import msgspec

from mm_tui.model.events import Side


class Command(msgspec.Struct, frozen=True, gc=False, tag=True, kw_only=True):
    """Something to be done outside the core."""

    ts: int


class PlaceOrder(Command, frozen=True, gc=False, tag=True, kw_only=True):
    """Send a limit order."""

    order_id: str
    side: Side
    price: int
    quantity: int
    post_only: bool = True
    immediate: bool = False
    """Immediate-or-cancel."""
    reduce_only: bool = False
    """The operator's own flatten: may only bring the position nearer to its baseline."""


class AmendOrder(Command, frozen=True, gc=False, tag=True, kw_only=True):
    """Make an order smaller; it keeps its place in the queue."""

    order_id: str
    quantity: int
    """The new whole quantity, filled part included, lots."""


class ReplaceOrder(Command, frozen=True, gc=False, tag=True, kw_only=True):
    """Cancel one order and place another in one step (Binance: cancelReplace, STOP_ON_FAILURE); loses the place."""

    order_id: str
    """The order that goes."""
    new_order_id: str
    side: Side
    price: int
    quantity: int
    post_only: bool = True


class CancelOrder(Command, frozen=True, gc=False, tag=True, kw_only=True):
    """Cancel one order."""

    order_id: str


class CancelAll(Command, frozen=True, gc=False, tag=True, kw_only=True):
    """Cancel whatever rests on the symbol, known to us or not."""


class QueryOrder(Command, frozen=True, gc=False, tag=True, kw_only=True):
    """Ask what became of one order; changes nothing."""

    order_id: str


class RequestSnapshot(Command, frozen=True, gc=False, tag=True, kw_only=True):
    """Ask the feed for a fresh snapshot of the book; it adds its own backoff."""

    reason: str


class ArmTimer(Command, frozen=True, gc=False, tag=True, kw_only=True):
    """Wake the core with `Timer(name)` at `due`; arming a name again moves it."""

    name: str
    due: int


OrderCommand = PlaceOrder | AmendOrder | ReplaceOrder | CancelOrder | CancelAll | QueryOrder
AnyCommand = OrderCommand | RequestSnapshot | ArmTimer
