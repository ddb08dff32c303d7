"""What the core hears. Frozen, tagged by their class name, so that the journal writes them as they are.

`ts` is the local receive time in nanoseconds, monotonic within a session; `exch_ts` is the venue's own
word, null where it gives none. Prices are ticks, quantities lots.
"""

from enum import IntEnum
from typing import Literal

import msgspec


class Side(IntEnum):
    """The side of an order or of a trade's aggressor; +1 for a buy, −1 for a sell."""

    BUY = 1
    SELL = -1

    @property
    def word(self) -> str:
        """`buy` or `sell`, for people and files."""
        return "buy" if self > 0 else "sell"

    @property
    def book_word(self) -> str:
        """`bid` or `ask`."""
        return "bid" if self > 0 else "ask"

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return SELL if self is BUY else BUY


BUY, SELL = Side.BUY, Side.SELL

Levels = list[tuple[int, int]]
"""`(price in ticks, quantity in lots)`, in the order the venue sent them."""


class Event(msgspec.Struct, frozen=True, gc=False, tag=True, kw_only=True):
    """Something that reached the desk."""

    ts: int
    """Local receive time, ns."""


class BookSnapshot(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """The book as it stands; replaces what was known."""

    last_update_id: int
    bids: Levels
    asks: Levels
    exch_ts: int | None = None
    partial: bool = False
    """True for a stream of whole top-n books (`depth20`, ccxt): no sequence, each stands alone."""


class BookDelta(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """A diff: absolute quantities at some prices, 0 removes."""

    first_id: int
    """`U`."""
    final_id: int
    """`u`."""
    bids: Levels
    asks: Levels
    exch_ts: int | None = None


class TopOfBook(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """Best bid and ask; runs ahead of the diffs and has no exchange time on Binance."""

    update_id: int
    bid: int
    bid_quantity: int
    ask: int
    ask_quantity: int


class Trade(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """A public trade."""

    trade_id: int
    price: int
    quantity: int
    side: Side
    """The aggressor's side."""
    exch_ts: int | None = None


class OrderEvent(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """A venue's word about one order of ours."""

    order_id: str
    """Our client order id."""
    exch_ts: int | None = None


class OrderAccepted(OrderEvent, frozen=True, gc=False, tag=True, kw_only=True):
    """The order rests, or took part and may rest."""

    venue_id: str = ""


class OrderRejected(OrderEvent, frozen=True, gc=False, tag=True, kw_only=True):
    """The order never lived."""

    code: int
    """Binance's error code, for example −2010, or the HTTP status where the answer had none; see `model.codes`."""
    reason: str
    retry_after_ns: int = 0
    """How long the venue wants to be left alone, ns; with 429 and 418."""


class OrderFilled(OrderEvent, frozen=True, gc=False, tag=True, kw_only=True):
    """A part or the whole of the order was filled."""

    trade_id: str
    """Unique a venue and symbol: makes the booking idempotent."""
    price: int
    quantity: int
    maker: bool
    fee: int
    """In millionths: of a lot where `fee_in_base`, else of one lot at one tick; the value of what an asset paid."""
    fee_in_base: bool
    fee_asset: str = ""
    """`BNB`, where the fee was paid in an asset that is neither base nor quote of the account; else empty."""
    fee_amount: int = 0
    """What was paid in that asset, hundred-millionths of it."""
    queue_ahead: int | None = None
    """Lots that were estimated ahead of the order just before the fill; null where unknown."""
    matched: int | None = None
    """When it traded, as local receive time, ns; null where only the report's own time is known."""


class OrderCanceled(OrderEvent, frozen=True, gc=False, tag=True, kw_only=True):
    """The order is gone: cancelled, replaced or expired."""

    reason: str = "canceled"
    """`canceled`, `replaced`, `expired`; `EXPIRED_IN_MATCH` where it would have traded with another order of ours."""


class CancelRejected(OrderEvent, frozen=True, gc=False, tag=True, kw_only=True):
    """A cancel, an amend or the cancelling half of a replace was refused; −2011: the order is not open."""

    code: int
    reason: str
    retry_after_ns: int = 0
    """As in `OrderRejected`."""


class OrderAmended(OrderEvent, frozen=True, gc=False, tag=True, kw_only=True):
    """The order rests with a smaller size and kept its place."""

    quantity: int
    """The new whole quantity, filled part included, lots."""


class OrderStatus(OrderEvent, frozen=True, gc=False, tag=True, kw_only=True):
    """The answer to a query: where the order stood when the query reached the venue."""

    asked: int
    """When the query left, ns: what happened since may not be in it."""
    state: Literal["live", "filled", "canceled"]
    """`canceled` also for one that was replaced or expired."""
    quantity: int
    """The whole quantity, filled part included, lots."""
    filled: int
    """Lots; all that the venue knows of, whether `fills` lists them or not."""
    fills: tuple[OrderFilled, ...] = ()
    """Every fill of the order that the venue still knows."""


class QueryRejected(OrderEvent, frozen=True, gc=False, tag=True, kw_only=True):
    """A query was refused; −2013: the venue knows no such order."""

    asked: int
    """As in `OrderStatus`."""
    code: int
    reason: str
    retry_after_ns: int = 0
    """As in `OrderRejected`."""


class LinkUp(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """Market data flows; `resync` where frames may have been missed and the book must be fetched anew."""

    venue: str
    resync: bool = True


class LinkDown(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """Market data stopped."""

    venue: str
    reason: str


class Timer(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """A timer that the core armed falls due; `ts` is its due time."""

    name: str


class OperatorAction(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """A person pressed a key or typed a command; ids as in the action table."""

    action: str
    argument: str = ""


class WatchdogTripped(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """The independent check found something the core must stop for."""

    rule: str
    """`feed_age`, `loop_lag`, `exposure`; `strategy_budget` is of the record alone (`runtime.stopwatch`)."""
    value: str
    limit: str
    decision: int = 0
    """Which of the session's decisions `strategy_budget` is about, from 1; 0 for the others."""


class FrameRefused(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """A frame of the venue could not be read; it was dropped."""

    reason: str
    size: int
    """Bytes."""


class SessionStarted(Event, frozen=True, gc=False, tag=True, kw_only=True):
    """The first event of a session: what the account opens with."""

    base: int
    """Lots."""
    quote: int
    """In ticks times lots."""
    session: str = ""
    day: int = 0
    """What sessions before left, on this day: days since 1970; 0 where nothing is carried over."""
    day_pnl: float = 0.0
    """Made or lost on that day, quote."""
    drawdown: float = 0.0
    """Below the peak, quote."""
    messages: int = 0
    """Placements, amends and replaces on that day."""
    halted: str = ""
    """Why and since when the desk is halted; empty while it is not."""


MarketEvent = BookSnapshot | BookDelta | TopOfBook | Trade
VenueReply = (
    OrderAccepted
    | OrderRejected
    | OrderFilled
    | OrderCanceled
    | CancelRejected
    | OrderAmended
    | OrderStatus
    | QueryRejected
)
AnyEvent = (
    MarketEvent
    | VenueReply
    | LinkUp
    | LinkDown
    | Timer
    | OperatorAction
    | WatchdogTripped
    | FrameRefused
    | SessionStarted
)
