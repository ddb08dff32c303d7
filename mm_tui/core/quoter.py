"""The quoter: asks the strategy, looks at what it says, and cuts it to what limits and balances allow.

A strategy may be anyone's: what it raises or returns is never let through unseen, and a decision that makes no sense
is dropped.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from math import isfinite
from typing import Protocol

import msgspec

from mm_tui.core.execution import Executor
from mm_tui.core.explain import Held
from mm_tui.core.oms import OrderManager
from mm_tui.core.outputs import Outbox
from mm_tui.core.quoting import Room, Rooms, fit
from mm_tui.core.sense import NUMBERS, nonsense
from mm_tui.core.state import MarketView
from mm_tui.errors import UsageError
from mm_tui.model import facts
from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.twin import twin
from mm_tui.model.words import one_line, raised
from mm_tui.risk.gate import Gate
from mm_tui.strategy.api import NO_QUOTES, Leans, Quotes, Rest, Strategy
from mm_tui.strategy.signals import SignalRules

STRATEGY_FAILURES = 3
"""Decisions in a row that a strategy may spoil before its quotes are pulled."""

MakeStrategy = Callable[[msgspec.Struct], Strategy]
"""Builds the running strategy from other parameters."""
FindStrategy = Callable[[str], Callable[[msgspec.Struct | None], Strategy]]
"""What builds the strategy of a name, from None with its defaults; raises UsageError where there is none."""


def find_none(name: str) -> Callable[[msgspec.Struct | None], Strategy]:
    """Where a core is given one strategy and knows of no other."""
    raise UsageError(f"no other strategy can be had here, {name!r} neither")


class Stopwatch(Protocol):
    """Holds each decision of the strategy against its time; the core itself knows no clock."""

    def start(self) -> None:
        """The strategy is about to be asked."""
        ...

    def over(self) -> str:
        """It has answered: in words why that was too late, empty where it was not."""
        ...

    @property
    def stuck(self) -> bool:
        """Whether it took so long that it must not be asked again: nothing else happened meanwhile."""
        ...


class Quoter:
    """The running strategy and what it last wanted."""

    def __init__(  # noqa: PLR0917 - handed over once, by the core
        self,
        make: MakeStrategy,
        params: msgspec.Struct,
        view: MarketView,
        orders: OrderManager,
        gate: Gate,
        outbox: Outbox,
    ) -> None:
        self.strategy = make(params)
        self.name = self.strategy.name
        """As it called itself when it was made."""
        self._params = params
        self.dirty = True
        """Something but the quotes changed: the next decision looks at the orders again."""
        self.origin = ""
        """What the running strategy is found by."""
        self.find: FindStrategy = find_none
        """Finds a strategy by its name, where a person goes over to another while the desk runs."""
        self._make = make
        self._view = view
        self._orders = orders
        self._gate = gate
        self._outbox = outbox
        self._said: Quotes = NO_QUOTES
        """The very object that the strategy last returned."""
        self._quotes: Quotes = NO_QUOTES
        """What it said, as it was when it was looked at."""
        self.wanted: Quotes = NO_QUOTES
        """What of it was within limits and balances when last held against the orders."""
        self.rest: Rest | None = None
        """How long its last answer holds while nothing but the market changes; None where it does not say."""
        self._look_ahead: Callable[[], Rest | None] | None = None
        """Asks the strategy for that; None for one that cannot say."""
        self._failures = 0
        self.late = False
        """Its last decision took too long."""
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
            self._is_over()
            return self._failed(raised(error), executor, side_on)
        fresh = quotes is not self._said
        problem = nonsense(quotes, self._outbox.ts) if fresh else ""
        problem = self._is_over() or problem
        if problem:
            self.last_error = None
            return self._failed(problem, executor, side_on)
        if fresh:
            self._said = quotes
            self._quotes = quotes = Quotes(quotes.bids, quotes.asks, quotes.reference2, quotes.reason)
            self._tell(quotes, side_on)
            executor.levels.release()
            self.dirty = True
        self._failures = 0
        self.rest = self._rest()
        if not self.dirty:
            return ""
        self._view.renew = self.dirty = False
        self._follow(executor, side_on)
        return ""

    def rests(self, ts: int, mid2: int) -> bool:
        """Whether the strategy need not be asked, since nothing but the market changed since its last answer."""
        rest = self.rest
        return rest is not None and rest.low2 < mid2 < rest.high2 and ts < rest.until and not self.dirty

    def _rest(self) -> Rest | None:
        """What the strategy says of its last answer; one that says nothing of use is asked no more."""
        if self._look_ahead is None:
            return None
        try:
            rest = self._look_ahead()
            useful = type(rest) is Rest and {type(rest.low2), type(rest.high2), type(rest.until)} <= NUMBERS
        except BaseException:  # noqa: BLE001 - a plug-in may raise anything; it is then asked each time
            useful = False
        if useful:
            return rest
        self._look_ahead = None
        return None

    def _is_over(self) -> str:
        """In words why the decision was too late; empty where it was not."""
        over = "" if self.stopwatch is None else self.stopwatch.over()
        self.late = bool(over)
        return over

    def _follow(self, executor: Executor, side_on: Mapping[Side, bool], failing: str = "") -> None:
        held: list[Held] = []
        rooms = self._rooms()
        quotes = self.wanted = self._within(rooms, self._quotes, executor, side_on, held)
        executor.follow(quotes, rooms, self._outbox.ts, held, failing)

    @property
    def failing(self) -> bool:
        """Whether the last decision was dropped."""
        return self._failures > 0

    @property
    def asked(self) -> Quotes:
        """What the strategy last wanted, limits and balances apart."""
        return self._quotes

    def build(self, params: msgspec.Struct) -> Strategy:
        """The strategy with other parameters, for nothing but itself; whatever anyone's code raises comes out."""
        return self._make(params)

    def twin(self, view: MarketView, orders: OrderManager, gate: Gate, outbox: Outbox, heir: Strategy) -> "Quoter":
        """One that takes up `heir` with the next change of parameters; raises what copying a strategy raises.

        What the strategy remembers is copied where `heir` inherits it. Its quotes are immutable: they stay the same.
        """
        before = self.strategy
        if hasattr(heir, "inherit"):
            said = self._said
            before = deepcopy(before, {id(one): one for one in (said, *said.bids, *said.asks, view.instrument)})
        return twin(
            self,
            strategy=before,
            _make=lambda _: heir,
            _view=view,
            _orders=orders,
            _gate=gate,
            _outbox=outbox,
            stopwatch=None,
        )

    def renew(self) -> None:
        """The next decision makes the quotes anew."""
        self._view.renew = self.dirty = True

    def forget(self) -> None:
        """Nothing is wanted any more; the next decision makes the quotes anew."""
        self._said = self._quotes = self.wanted = NO_QUOTES
        self.renew()

    def change(self, params: msgspec.Struct, leans: Leans, origin: str) -> str:
        """Other parameters, other leans, another strategy; why it does not run, so that all stays as it is, or empty.

        `origin` is what the strategy is found by.
        """
        if params is not self._params or origin != self.origin:
            before, make = self.strategy, self._make
            try:
                if origin != self.origin:
                    make = self.find(origin)
                self.strategy = make(params)
                inherit = getattr(self.strategy, "inherit", None) if origin == self.origin else None
                if inherit is not None:
                    inherit(before)
                self.tune()
            except BaseException as error:  # noqa: BLE001 - a plug-in may raise anything; the one that runs stays
                self.strategy = before
                self.tune()
                return raised(error)
            self.name = self.strategy.name
            self._params, self.origin, self._make = params, origin, make
        self._view.leans = leans
        self.renew()
        return ""

    def tune(self) -> None:
        """Keep what the running strategy looks at."""
        rules = getattr(self.strategy, "signal_rules", None)
        if not isinstance(rules, SignalRules | None):
            raise TypeError(f"signal_rules must be SignalRules, not {type(rules).__name__}")
        self.rest, self._look_ahead = None, getattr(self.strategy, "rest", None)
        self._view.references.resize(self.strategy.reference_window)
        self._view.signals.follow(rules)

    def describe(self) -> str:
        """The strategy's own words for what it quotes."""
        try:
            words = self.strategy.describe()
            if isinstance(words, str) and words.isprintable():
                return one_line(words)
        except BaseException as error:  # noqa: BLE001 - words that fail stop nothing
            return f"{self.name}, which fails to describe itself: {type(error).__name__}"
        return f"{self.name}, which does not describe itself in a line of text"

    def nearest_bps(self) -> float | None:
        """Half-spread of the nearest quote, by the strategy's own word; None where it gives none."""
        try:
            found = self.strategy.nearest_bps()
            return found if type(found) in NUMBERS and isfinite(found) else None
        except BaseException:  # noqa: BLE001 - likewise
            return None

    def _failed(self, problem: str, executor: Executor, side_on: Mapping[Side, bool]) -> str:
        """Drop a decision; limits and sides go on to hold what was wanted before, but nothing is placed or moved."""
        self._failures += 1
        self.rest = None
        self._outbox.note("warn", f"strategy {self.name}: {problem}; that decision is dropped")
        if self.dirty:
            self._follow(executor, side_on, f"the strategy failed: {problem}")
        if self.stopwatch is not None and self.stopwatch.stuck:
            return f"the strategy held up the desk: {problem}"
        return f"the strategy failed {self._failures} times in a row" if self._failures >= STRATEGY_FAILURES else ""

    def room(self, side: Side) -> Room:
        """What a side may use, all of it."""
        return self._rooms()[0 if side is BUY else 1]

    def _rooms(self) -> Rooms:
        """What bids and asks may use by the position limit and by what is held."""
        account, reach = self._view.account, self._gate.reach
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
        bids = fit(bids, rooms[0], instrument, least, held)
        asks = fit(asks, rooms[1], instrument, least, held)
        if bids is quotes.bids and asks is quotes.asks:
            return quotes
        return Quotes(bids, asks, quotes.reference2)

    def _busy_value(self) -> int:
        """Quote that a flatten's own bids may still use."""
        value = 0
        for order in self._orders.open:
            if order.level < 0 and order.side is BUY:
                value += order.price * order.left
        return value

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


def room_words(room: Room, side: Side, price: int, quantity: int) -> str:
    """Why so much at a price is more than a side may use; empty where it is not."""
    if quantity > room.lots:
        return "no room: the position limit"
    return "" if room.holds(side, quantity, price * quantity) else "no room: what is free"
