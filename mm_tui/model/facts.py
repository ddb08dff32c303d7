"""What happened, in the past tense. Facts go to the journal and to the bus; nothing is decided by them."""

import msgspec

from mm_tui.model.events import Side
from mm_tui.model.waterfall import Step


class Fact(msgspec.Struct, frozen=True, gc=False, tag=True, kw_only=True):
    """Something that happened in the core."""

    ts: int


class StateChanged(Fact, frozen=True, gc=False, tag=True, kw_only=True):
    """The desk's one state changed."""

    state: str
    reason: str


class QuoteDecided(Fact, frozen=True, gc=False, tag=True, kw_only=True):
    """The strategy wants a quote that it did not want before."""

    side: Side
    level: int
    price: int
    quantity: int
    reason: str
    steps: tuple[Step, ...] = ()
    """The waterfall of its price; empty where the strategy does not say."""


class QuotesPulled(Fact, frozen=True, gc=False, tag=True, kw_only=True):
    """All quotes are being cancelled."""

    reason: str


class OrderChanged(Fact, frozen=True, gc=False, tag=True, kw_only=True):
    """An order of ours moved along its life."""

    order_id: str
    side: Side
    price: int
    quantity: int
    filled: int
    status: str
    level: int
    reason: str


class Filled(Fact, frozen=True, gc=False, tag=True, kw_only=True):
    """A fill was booked."""

    order_id: str
    trade_id: str
    side: Side
    price: int
    quantity: int
    maker: bool
    fee: int
    fee_in_base: bool
    matched: int
    """When it traded, as local receive time, ns; the report's own time where the venue does not say."""
    mid2: int | None
    """The mid just before it traded, in half ticks; null where the book was not known."""
    position: int
    """After the fill, millionths of a lot."""
    queue_ahead: int | None = None
    """Lots that were estimated ahead just before; null where unknown."""
    fee_asset: str = ""
    """`BNB`, where the fee was paid in an asset of its own; else empty."""
    fee_amount: int = 0
    """What was paid in that asset, hundred-millionths of it; `fee` is its value."""


class RiskRefused(Fact, frozen=True, gc=False, tag=True, kw_only=True):
    """The gate let a command not pass."""

    rule: str
    side: Side | None
    price: int
    quantity: int
    value: str
    limit: str


class RiskTripped(Fact, frozen=True, gc=False, tag=True, kw_only=True):
    """A limit was broken and the desk reacted."""

    rule: str
    value: str
    limit: str
    action: str
    """`halt`, `pull`, `reduce only`, `bids off`, `asks off`."""


class BookInvalid(Fact, frozen=True, gc=False, tag=True, kw_only=True):
    """The book can no longer be trusted; a resync is under way."""

    reason: str


class BookValid(Fact, frozen=True, gc=False, tag=True, kw_only=True):
    """The book is whole."""

    update_id: int


class LinkChanged(Fact, frozen=True, gc=False, tag=True, kw_only=True):
    """Market data came or went."""

    up: bool
    reason: str


class ParameterChanged(Fact, frozen=True, gc=False, tag=True, kw_only=True, rename={"before": "from", "after": "to"}):
    """A live parameter has a new value; written `from` and `to`: a record of the journal has an `after` of its own."""

    name: str
    before: str
    after: str


class Noted(Fact, frozen=True, gc=False, tag=True, kw_only=True):
    """A remark for the event log."""

    kind: str
    """`info` or `warn`."""
    text: str


AnyFact = (
    StateChanged
    | QuoteDecided
    | QuotesPulled
    | OrderChanged
    | Filled
    | RiskRefused
    | RiskTripped
    | BookInvalid
    | BookValid
    | LinkChanged
    | ParameterChanged
    | Noted
)
