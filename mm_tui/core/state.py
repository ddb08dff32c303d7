"""The desk's one state and what the strategy may look at."""

from collections import deque
from collections.abc import Sequence
from enum import StrEnum

from mm_tui.core.market import Market
from mm_tui.core.oms import OrderManager
from mm_tui.model.account import MICRO, Account
from mm_tui.model.events import BUY, Side
from mm_tui.model.instrument import Instrument
from mm_tui.model.orders import Order, Status
from mm_tui.model.twin import twin
from mm_tui.risk.gate import Gate
from mm_tui.strategy.api import Completion, Leans, OwnOrder
from mm_tui.strategy.reference import References
from mm_tui.strategy.signals import Signals


class State(StrEnum):
    """One at a time, on the screen, with its reason."""

    STARTING = "starting"
    QUOTING = "quoting"
    PAUSED = "paused"
    ONE_SIDED = "one-sided"
    REDUCE_ONLY = "reduce-only"
    HALTED = "halted"
    STALE = "stale"
    INVALID_BOOK = "invalid book"


QUOTES = frozenset({State.QUOTING, State.ONE_SIDED, State.REDUCE_ONLY})
"""States in which quotes are wanted."""


COMPLETIONS = 64
"""Quotes filled to their end that a strategy may look back at."""

_LEAVING = frozenset({Status.PENDING_CANCEL, Status.UNKNOWN})


class MarketView:
    """What a strategy may look at; one object, kept up to date by the core.

    What others rely on cannot be assigned: a strategy may be anyone's.
    """

    __slots__ = (
        "_account",
        "_bid_cost",
        "_completed",
        "_completions",
        "_gate",
        "_instrument",
        "_market",
        "_orders",
        "_references",
        "_signals",
        "last_own_price",
        "leans",
        "maker_fee_bps",
        "renew",
        "ts",
    )  # fmt: skip

    def __init__(
        self,
        instrument: Instrument,
        market: Market,
        account: Account,
        orders: OrderManager,
        gate: Gate,
        *,
        maker_fee_bps: float,
        bid_fee: int = 0,
    ) -> None:
        self._instrument = instrument
        self._references = market.references
        self._signals = market.signals
        self._account = account
        self.maker_fee_bps = maker_fee_bps
        self._bid_cost = MICRO + bid_fee
        self.ts = 0
        self.leans = Leans()
        self.renew = False
        self._completed = 0
        self._completions: deque[Completion] = deque(maxlen=COMPLETIONS)
        self.last_own_price: int | None = None
        self._market = market
        self._orders = orders
        self._gate = gate

    def twin(self, ts: int, market: Market, orders: OrderManager, gate: Gate) -> "MarketView":
        """The same view at another time, of other objects that say the same."""
        return twin(
            self,
            ts=ts,
            _market=market,
            _references=market.references,
            _signals=market.signals,
            _orders=orders,
            _gate=gate,
        )

    def complete(self, order: Order, ts: int) -> None:
        """A quote was filled to its end."""
        self._completed += 1
        self._completions.append(Completion(self._completed, ts, order.side, order.level, order.price, order.quantity))

    @property
    def instrument(self) -> Instrument:
        """What is traded."""
        return self._instrument

    @property
    def references(self) -> References:
        """The reference prices."""
        return self._references

    @property
    def signals(self) -> Signals:
        """Estimates of volatility and trading intensity."""
        return self._signals

    @property
    def account(self) -> Account:
        """What is held."""
        return self._account

    @property
    def bid_cost(self) -> int:
        """What a bid holds of the quote, millionths of its value."""
        return self._bid_cost

    @property
    def completions(self) -> Sequence[Completion]:
        """The last quotes that were filled to their end, oldest first."""
        return self._completions

    @property
    def position(self) -> int:
        """Whole lots, rounded towards zero."""
        return self._account.position_lots

    @property
    def base_free(self) -> int:
        """All base that is held, what open asks reserve included, lots."""
        return self._account.base // MICRO

    @property
    def quote_free(self) -> int:
        """All quote that is held, what open bids reserve included, ticks times lots."""
        return self._account.quote // MICRO

    @property
    def payable(self) -> int:
        """What all open bids together may be worth, ticks times lots: the quote held pays it and their fees."""
        return self._account.quote // self._bid_cost

    @property
    def max_position(self) -> int:
        """The position limit as it stands, whole lots."""
        return self._gate.max_position

    @property
    def bid(self) -> int:
        """Best bid."""
        return self._references.bid

    @property
    def ask(self) -> int:
        """Best ask."""
        return self._references.ask

    @property
    def bid_quantity(self) -> int:
        """Displayed at the best bid."""
        return self._references.bid_quantity

    @property
    def ask_quantity(self) -> int:
        """Displayed at the best ask."""
        return self._references.ask_quantity

    @property
    def orders(self) -> Sequence[OwnOrder]:
        """Open quotes that are not on their way out."""
        return [
            OwnOrder(order.side, order.level, order.price, order.left, order.created)
            for order in self._orders.open
            if order.level >= 0 and order.status not in _LEAVING
        ]

    @property
    def last_price(self) -> int | None:
        """Of the last public trade."""
        last = self._market.tape.last
        return None if last is None else last.price

    @property
    def average2(self) -> float | None:
        """Average cost of the open position, half ticks; None while flat."""
        account = self._account
        if not account.trade_position:
            return None
        return round(account.basis / (MICRO * account.trade_position), 6)

    def depth_price(self, side: Side, lots: int) -> int | None:
        """The price at which more than so many lots stand on a side, from its best level on."""
        book = self._market.book
        if not book.valid:
            return None
        levels = book.bids if side is BUY else book.asks
        left = lots
        for key in reversed(levels.keys):
            left -= levels.levels[key * levels.sign]
            if left < 0:
                return key * levels.sign
        return None

    def reference2(self, name: str) -> float | None:
        """The named reference price in half ticks; None until it is known."""
        return self._references.get(name, self.ts)
