"""What a strategy is: it says which quotes it wants and why; it never diffs, never sends, never waits.

A strategy is given a `View` of the market and the position and returns the `Quotes` it wants. It may return the
very object that it returned before, which says "nothing new" and costs nothing further down.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from mm_tui.model.events import Side
from mm_tui.model.instrument import Instrument
from mm_tui.model.waterfall import Step
from mm_tui.strategy.signals import Signals

NEVER = 1 << 62
"""A time that does not come, ns."""


class Quote(msgspec.Struct, frozen=True, gc=False):
    """One wanted order."""

    side: Side
    level: int
    """0 is the nearest to the reference."""
    price: int
    """Ticks."""
    quantity: int
    """Lots."""
    target: int = 0
    """Lots before any jitter: two quotes with the same target ask for the same order."""
    reason: str = ""
    """Why this price and this size, in one line."""
    steps: tuple[Step, ...] = ()
    """The same step by step; empty where the strategy does not say."""
    since: int = 0
    """An order that was sent before this time does not serve any more, ns: it is replaced, even at the same price."""


class Quotes(msgspec.Struct, frozen=True):
    """What is wanted on both sides, the nearest first. An empty side wants none there."""

    bids: tuple[Quote, ...] = ()
    asks: tuple[Quote, ...] = ()
    reference2: float | None = None
    """The reference price they were made from, half ticks."""
    reason: str = ""
    """Why there is none, where there is none."""


NO_QUOTES = Quotes()


class Rest(msgspec.Struct, frozen=True, gc=False):
    """How long a strategy would say nothing new, were only the market asked about: its orders and fills left alone."""

    low2: float
    """While the mid stays over this, half ticks."""
    high2: float
    """And under this."""
    until: int
    """And the time stays before this, ns."""


class Leans(msgspec.Struct, frozen=True):
    """What the operator's keys add to a strategy's own parameters."""

    spread_factor: float = 1.0
    """Widen and tighten: multiplies every spread."""
    size_factor: float = 1.0
    """Larger and smaller: multiplies every quantity."""
    lean_bps: float = 0.0
    """Leans all quotes up (positive) or down."""


class OwnOrder(msgspec.Struct, frozen=True, gc=False):
    """An open quote of the desk's own, as a strategy may see it."""

    side: Side
    level: int
    price: int
    left: int
    """What may still be filled, lots."""
    created: int
    """When it was sent, ns."""


class Completion(msgspec.Struct, frozen=True, gc=False):
    """A quote that was filled to its end."""

    number: int
    """Counts completions from 1."""
    ts: int
    """When it was booked, ns."""
    side: Side
    level: int
    price: int
    quantity: int


class View(Protocol):
    """What a strategy may look at. Prices in ticks or half ticks, quantities in lots."""

    ts: int
    """Time of the event, ns."""
    leans: Leans
    renew: bool
    """Make the quotes anew although nothing moved enough: an order was filled, or the periodic reset is due."""
    maker_fee_bps: float
    """What a fill as maker costs."""
    last_own_price: int | None
    """Of the last fill, ticks; None before the first."""

    @property
    def instrument(self) -> Instrument:
        """What is traded."""
        ...

    @property
    def signals(self) -> Signals:
        """Estimates of volatility and trading intensity, kept for a strategy that has `signal_rules`."""
        ...

    @property
    def max_position(self) -> int:
        """The limit, lots."""
        ...

    @property
    def position(self) -> int:
        """Whole lots, rounded towards zero."""
        ...

    @property
    def base_free(self) -> int:
        """Base that a sell may use, open orders' reservations included, lots."""
        ...

    @property
    def quote_free(self) -> int:
        """Quote that a buy may use, open orders' reservations included, ticks times lots."""
        ...

    @property
    def bid(self) -> int:
        """Best bid."""
        ...

    @property
    def ask(self) -> int:
        """Best ask."""
        ...

    @property
    def bid_quantity(self) -> int:
        """Displayed at the best bid."""
        ...

    @property
    def ask_quantity(self) -> int:
        """Displayed at the best ask."""
        ...

    @property
    def completions(self) -> Sequence[Completion]:
        """The last quotes that were filled to their end, oldest first; at least the last 64."""
        ...

    @property
    def orders(self) -> Sequence[OwnOrder]:
        """Open quotes that are not on their way out."""
        ...

    @property
    def last_price(self) -> int | None:
        """Of the last public trade, ticks; None before the first."""
        ...

    @property
    def average2(self) -> float | None:
        """Average cost of the open position, half ticks; None while flat."""
        ...

    def depth_price(self, side: Side, lots: int) -> int | None:
        """The price at which more than so many lots stand on a side, from its best level on; None where unknown."""
        ...

    def reference2(self, name: str) -> float | None:
        """The named reference price in half ticks (`strategy.reference`); None until it is known."""
        ...


class Strategy(Protocol):
    """A strategy, built from its parameters and a seed.

    One that looks at `view.signals` also has `signal_rules` (`strategy.signals.SignalRules`); without, none are kept.
    One that looks at nothing of the market but the mid may have `rest()`, a `Rest` as of its last answer or None where
    its parameters make it look at more: between two looks it is not asked while nothing but the market changes.
    A change of parameters builds it anew; one that must remember has `inherit(before)`, called once with the strategy
    that it follows.
    """

    name: str
    params: msgspec.Struct
    """What it was built from."""
    reference_window: float
    """Seconds that its reference price looks back."""

    def quote(self, view: View) -> Quotes:
        """The quotes wanted now."""
        ...

    def describe(self) -> str:
        """For the header: `passive 2.0–6.0 bps × 3`."""
        ...

    def nearest_bps(self) -> float:
        """Half-spread of its nearest quote, to be held against the maker fee."""
        ...
