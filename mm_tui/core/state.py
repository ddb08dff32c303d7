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
from mm_tui.risk.gate import Gate
from mm_tui.strategy.api import Completion, Leans, OwnOrder


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
    """What a strategy may look at; one object, kept up to date by the core."""

    __slots__ = (
        "_gate",
        "_market",
        "_orders",
        "account",
        "bid_cost",
        "completions",
        "instrument",
        "last_own_price",
        "leans",
        "maker_fee_bps",
        "references",
        "renew",
        "signals",
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
        self.instrument = instrument
        self.references = market.references
        self.signals = market.signals
        self.account = account
        self.maker_fee_bps = maker_fee_bps
        self.bid_cost = MICRO + bid_fee
        """What a bid holds of the quote, millionths of its value."""
        self.ts = 0
        self.leans = Leans()
        self.renew = False
        self.completions: deque[Completion] = deque(maxlen=COMPLETIONS)
        self.last_own_price: int | None = None
        self._market = market
        self._orders = orders
        self._gate = gate

    def complete(self, order: Order, ts: int) -> None:
        """A quote was filled to its end."""
        number = self.completions[-1].number + 1 if self.completions else 1
        self.completions.append(Completion(number, ts, order.side, order.level, order.price, order.quantity))

    @property
    def position(self) -> int:
        """Whole lots, rounded towards zero."""
        return self.account.position_lots

    @property
    def base_free(self) -> int:
        """All base that is held, what open asks reserve included, lots."""
        return self.account.base // MICRO

    @property
    def quote_free(self) -> int:
        """All quote that is held, what open bids reserve included, ticks times lots."""
        return self.account.quote // MICRO

    @property
    def payable(self) -> int:
        """What all open bids together may be worth, ticks times lots: the quote held pays it and their fees."""
        return self.account.quote // self.bid_cost

    @property
    def max_position(self) -> int:
        """The position limit as it stands, whole lots."""
        return self._gate.max_position

    @property
    def bid(self) -> int:
        """Best bid."""
        return self.references.bid

    @property
    def ask(self) -> int:
        """Best ask."""
        return self.references.ask

    @property
    def bid_quantity(self) -> int:
        """Displayed at the best bid."""
        return self.references.bid_quantity

    @property
    def ask_quantity(self) -> int:
        """Displayed at the best ask."""
        return self.references.ask_quantity

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
        account = self.account
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
        return self.references.get(name, self.ts)
