"""The quoter: asks the strategy, looks at what it says, and cuts it to what limits and balances allow.

A strategy may be anyone's: what it raises or returns is never let through unseen, and a decision that makes no sense
is dropped.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, get_args

import msgspec

from mm_tui.core.execution import Executor
from mm_tui.core.explain import Held
from mm_tui.core.oms import OrderManager
from mm_tui.core.outputs import Outbox
from mm_tui.core.quoting import Room, Rooms, fit
from mm_tui.core.state import MarketView
from mm_tui.model import facts
from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.waterfall import Step, StepName
from mm_tui.strategy.api import NO_QUOTES, Leans, Quote, Quotes, Strategy
from mm_tui.strategy.signals import SignalRules

STEP_NAMES = frozenset(get_args(StepName))
NUMBERS = frozenset({float, int})
LARGEST = 1 << 52
"""No price and no size is as large, ticks and lots."""
LARGEST2 = 2.0 * LARGEST
"""No price is as far from nought, half ticks."""

STRATEGY_FAILURES = 3
"""Decisions in a row that a strategy may spoil before its quotes are pulled."""

MakeStrategy = Callable[[msgspec.Struct], Strategy]
"""Builds the running strategy from other parameters."""


class Stopwatch(Protocol):
    """Holds each decision of the strategy against its time; the core itself knows no clock."""

    def start(self) -> None:
        """The strategy is about to be asked."""
        ...

    def over(self) -> str:
        """It has answered: in words why that was too late, empty where it was not."""
        ...


class Quoter:
    """The running strategy and what it last wanted."""

    def __init__(
        self, make: MakeStrategy, params: msgspec.Struct, view: MarketView, orders: OrderManager, outbox: Outbox
    ) -> None:
        self.strategy = make(params)
        self._params = params
        self.dirty = True
        """Something but the quotes changed: the next decision looks at the orders again."""
        self.reducing = False
        """Only what brings the position nearer to its baseline is wanted, in all no more than the position."""
        self._make = make
        self._view = view
        self._orders = orders
        self._outbox = outbox
        self._quotes: Quotes = NO_QUOTES
        self._failures = 0
        self.stopwatch: Stopwatch | None = None
        """None is never over: what a backtest comes to does not depend on the machine."""
        self.last_error: BaseException | None = None
        """What the strategy raised when it last failed, for the log; None where it failed otherwise."""

    def decide(self, executor: Executor, side_on: Mapping[Side, bool]) -> str:
        """Ask the strategy and follow it; why its quotes must be pulled, or empty."""
        stopwatch = self.stopwatch
        if stopwatch is not None:
            stopwatch.start()
        try:
            quotes = self.strategy.quote(self._view)
        except BaseException as error:  # noqa: BLE001 - a plug-in may raise anything, sys.exit too; the desk lives
            self.last_error = error
            return self._failed(in_words(error), executor, side_on)
        fresh = quotes is not self._quotes
        problem = "" if stopwatch is None else stopwatch.over()
        if fresh and not problem:
            problem = nonsense(quotes, self._view.ts)
        if problem:
            self.last_error = None
            return self._failed(problem, executor, side_on)
        if fresh:
            self._tell(quotes, side_on)
            self._quotes = quotes
            executor.levels.release()
            self.dirty = True
        self._failures = 0
        if not self.dirty:
            return ""
        self._view.renew = self.dirty = False
        self._follow(executor, side_on)
        return ""

    def _follow(self, executor: Executor, side_on: Mapping[Side, bool], failing: str = "") -> None:
        held: list[Held] = []
        rooms = self._rooms()
        quotes = self._within(rooms, self._quotes, executor, side_on, held)
        executor.follow(quotes, rooms, self._outbox.ts, held, failing)

    def renew(self) -> None:
        """The next decision makes the quotes anew."""
        self._view.renew = self.dirty = True

    def forget(self) -> None:
        """Nothing is wanted any more; the next decision makes the quotes anew."""
        self._quotes = NO_QUOTES
        self.renew()

    def change(self, params: msgspec.Struct, leans: Leans) -> str:
        """Other parameters, other leans; why no strategy runs on them, so that all stays as it is, or empty."""
        if params is not self._params:
            before = self.strategy
            try:
                self.strategy = self._make(params)
                inherit = getattr(self.strategy, "inherit", None)
                if inherit is not None:
                    inherit(before)
                self.tune()
            except BaseException as error:  # noqa: BLE001 - a plug-in may raise anything; the one that runs stays
                self.strategy = before
                self.tune()
                return in_words(error)
            self._params = params
        self._view.leans = leans
        self.renew()
        return ""

    def tune(self) -> None:
        """Keep what the running strategy looks at."""
        rules = getattr(self.strategy, "signal_rules", None)
        if not isinstance(rules, SignalRules | None):
            raise TypeError(f"signal_rules must be SignalRules, not {type(rules).__name__}")
        self._view.references.resize(self.strategy.reference_window)
        self._view.signals.follow(rules)

    def describe(self) -> str:
        """The strategy's own words for what it quotes."""
        try:
            words = self.strategy.describe()
            if isinstance(words, str) and words.isprintable():
                return words
        except BaseException as error:  # noqa: BLE001 - words that fail stop nothing
            return f"{self.strategy.name}, which fails to describe itself: {type(error).__name__}"
        return f"{self.strategy.name}, which does not describe itself in a line of text"

    def nearest_bps(self) -> float | None:
        """Half-spread of the nearest quote, by the strategy's own word; None where it gives none."""
        try:
            found = self.strategy.nearest_bps()
        except BaseException:  # noqa: BLE001 - likewise
            return None
        return found if type(found) in NUMBERS else None

    def _failed(self, problem: str, executor: Executor, side_on: Mapping[Side, bool]) -> str:
        """Drop a decision; limits and sides go on to hold what was wanted before, but nothing is placed or moved."""
        self._failures += 1
        self._outbox.note("warn", f"strategy {self.strategy.name}: {problem}; that decision is dropped")
        if self.dirty:
            self._follow(executor, side_on, f"the strategy failed: {problem}")
        return f"the strategy failed {self._failures} times in a row" if self._failures >= STRATEGY_FAILURES else ""

    def _rooms(self) -> Rooms:
        """What bids and asks may use by the position limit and by what is held."""
        account = self._view.account
        reach = 0 if self.reducing else self._view.max_position
        return (
            Room(reach + -account.position // MICRO, max(0, self._view.payable - self._busy_value())),
            Room(reach + account.position // MICRO, max(0, account.base // MICRO)),
        )

    def _within(
        self, rooms: Rooms, quotes: Quotes, executor: Executor, side_on: Mapping[Side, bool], held: list[Held]
    ) -> Quotes:
        """What of the quotes may be sent for; `held` gets the others."""
        instrument = self._view.instrument
        least = instrument.min_notional_units
        bids, asks = quotes.bids, quotes.asks
        for side, wanted in ((BUY, bids), (SELL, asks)):
            if not side_on[side]:
                held += [Held(quote, f"{side.book_word}s are off") for quote in wanted]
        bids = executor.levels.without_barred(bids, held) if side_on[BUY] else ()
        asks = executor.levels.without_barred(asks, held) if side_on[SELL] else ()
        return Quotes(
            fit(bids, rooms[0], instrument, least, held),
            fit(asks, rooms[1], instrument, least, held),
            quotes.reference2,
        )

    def _busy_value(self) -> int:
        """Quote that a flatten's own bids may still use."""
        return sum(order.price * order.left for order in self._orders.open if order.side is BUY and order.level < 0)

    def _tell(self, quotes: Quotes, side_on: Mapping[Side, bool]) -> None:
        for quote in (*quotes.bids, *quotes.asks):
            if not side_on[quote.side]:
                continue
            self._outbox.say(
                facts.QuoteDecided(
                    ts=self._outbox.ts,
                    side=quote.side,
                    level=quote.level,
                    price=quote.price,
                    quantity=quote.quantity,
                    reason=quote.reason,
                    steps=quote.steps,
                )
            )


def in_words(error: BaseException) -> str:
    """What a plug-in raised, in one line; its own words may fail too."""
    try:
        words = str(error)
    except BaseException:  # noqa: BLE001 - a plug-in's exception may do anything
        words = "it does not say why"
    return f"{type(error).__name__}: {words if words.isprintable() else ascii(words)}"


def nonsense(quotes: object, ts: int) -> str:
    """What is wrong with what a strategy returned at `ts`; empty where nothing is."""
    try:
        return _of_quotes(quotes, ts)
    except BaseException as error:  # noqa: BLE001 - what is no number may raise anything when it is held against one
        return f"returned what cannot be read: {in_words(error)}"


def _of_quotes(quotes: object, ts: int) -> str:
    if not isinstance(quotes, Quotes):
        return f"returned {type(quotes).__name__}, not Quotes"
    for side, wanted in ((BUY, quotes.bids), (SELL, quotes.asks)):
        if not isinstance(wanted, tuple):
            return f"the {side.book_word}s are not a tuple but {type(wanted).__name__}"
        for quote in wanted:
            if not isinstance(quote, Quote) or quote.side is not side:
                return f"a {side.book_word} is {quote!r}"
            problem = _of_quote(quote, ts)
            if problem:
                return problem
    return ""


def _of_quote(quote: Quote, ts: int) -> str:  # noqa: C901, PLR0911 - one line a rule
    if type(quote.price) is not int or type(quote.quantity) is not int:
        return f"price {quote.price!r} and quantity {quote.quantity!r} must be whole numbers"
    if not (0 < quote.price < LARGEST and 0 < quote.quantity < LARGEST):
        return f"price {quote.price} and quantity {quote.quantity} must be over 0 and below {LARGEST}"
    if type(quote.level) is not int or not 0 <= quote.level < LARGEST:
        return f"the level {quote.level!r} must be a whole number from 0 on"
    if type(quote.target) is not int:
        return f"the target {quote.target!r} must be a whole number"
    if type(quote.since) is not int or quote.since > ts:
        return f"since {quote.since!r} must be a time in ns that has come"
    if not isinstance(quote.reason, str) or not quote.reason.isprintable():
        return f"the reason {quote.reason!a} must be one line of text"
    if not isinstance(quote.steps, tuple):
        return f"the steps {quote.steps!a} must be a tuple"
    for step in quote.steps:
        if not isinstance(step, Step) or type(step.name) is not str or step.name not in STEP_NAMES:
            return f"the step {step!a} must be a Step of a known name"
        if type(step.price2) not in NUMBERS or not -LARGEST2 < step.price2 < LARGEST2:
            return f"the price of the step {step!a} must be a number of half ticks"
        if not isinstance(step.why, str) or not step.why.isprintable():
            return f"the words of the step {step!a} must be one line of text"
    return ""
