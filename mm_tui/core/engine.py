"""The core: one event in, commands and facts out; no clock, no chance, no I/O.

Always in this order: book → reference price and signals → the strategy says which quotes it wants → `quoting.diff`
finds the fewest commands → the gate approves or refuses each → the order manager records what is in flight.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from mm_tui.book.sync import Outcome
from mm_tui.core.config import CoreConfig
from mm_tui.core.execution import Executor
from mm_tui.core.flatten import Flatten
from mm_tui.core.market import Market
from mm_tui.core.oms import OrderManager
from mm_tui.core.operator import LEAN_ACTIONS, Change, Parameters
from mm_tui.core.outputs import EMPTY, Outputs
from mm_tui.core.quoting import Room, fit
from mm_tui.core.state import QUOTES, MarketView, State
from mm_tui.errors import IllegalTransition, SettingsError
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.account import MICRO, Account
from mm_tui.model.commands import ArmTimer, RequestSnapshot
from mm_tui.model.events import BUY, SELL, AnyEvent, Side
from mm_tui.model.instrument import Instrument
from mm_tui.model.orders import Order, Trigger
from mm_tui.risk.breaker import Breaker, Trip
from mm_tui.risk.gate import Gate
from mm_tui.strategy.api import NO_QUOTES, Quote, Quotes, Strategy

SECOND = 1_000_000_000
CLEAN_DATA = SECOND
"""After a stale feed, data must flow this long before quotes return."""
STRATEGY_FAILURES = 3
"""Decisions in a row that a strategy may spoil before its quotes are pulled."""

MakeStrategy = Callable[[msgspec.Struct], Strategy]
"""Builds the running strategy from other parameters."""


class Core:
    """Decides everything; hears events in one order, `ts` never going back."""

    def __init__(self, config: CoreConfig, instrument: Instrument, params: msgspec.Struct, make: MakeStrategy) -> None:
        self.config = config
        self.instrument = instrument
        self._make = make
        self.strategy = make(params)
        self.parameters = Parameters(self.strategy.name, params)
        self.market = Market(instrument, config.feed, self.strategy.reference_window)
        self.book = self.market.book
        self.references = self.market.references
        self.account = Account(0, 0)
        self.gate = Gate(config.limits, instrument)
        self.breaker = Breaker(config.limits)
        self.orders = OrderManager(round(config.orders.archive_after_s * SECOND))
        self.view = MarketView(instrument, self.references, self.account, self.gate.max_position)
        self.executor = Executor(config, self.gate, self.orders, self._exposure_funds, self._emit, self._say)
        self.flattener = Flatten(self.executor, self.orders, instrument, config.limits)
        self.state = State.STARTING
        self.reason = "waiting for market data"
        self.paused = "" if config.quoting_on_start else "paused on start"
        self.side_on = {BUY: True, SELL: True}
        self.stale = ""
        self.link_up = False
        self.closing = False
        """The gate was closed by the orderly end, not by a halt."""
        self.bad_frames = 0
        self.trips: list[facts.RiskTripped] = []
        self._ts = 0
        self._clean_since = 0
        self._cooloff_until = 0
        self._archive_armed = False
        self._quotes: Quotes = NO_QUOTES
        self._fitted: Quotes = NO_QUOTES
        self._dirty = True
        self._failures = 0
        self._unit = float(instrument.unit) / (2 * MICRO)
        self._min_units = instrument.min_notional_units
        self._commands: list[Any] = []
        self._facts: list[Any] = []
        self._handlers: dict[type, Callable[[Any], None]] = {
            ev.BookDelta: self._on_delta,
            ev.BookSnapshot: self._on_snapshot,
            ev.TopOfBook: self._on_top,
            ev.Trade: self._on_trade,
            ev.LinkUp: self._on_link_up,
            ev.LinkDown: self._on_link_down,
            ev.Timer: self._on_timer,
            ev.OperatorAction: self._on_operator,
            ev.WatchdogTripped: self._on_watchdog,
            ev.FrameRefused: self._on_refused,
            ev.SessionStarted: self._on_session,
        }
        self._replies: dict[type, Callable[[Any], None]] = {
            ev.OrderAccepted: self._on_accepted,
            ev.OrderRejected: self._on_rejected,
            ev.OrderFilled: self._on_filled,
            ev.OrderCanceled: self._on_canceled,
            ev.CancelRejected: self._on_cancel_rejected,
            ev.OrderAmended: self._on_amended,
        }
        self._handlers.update(dict.fromkeys(self._replies, self._on_order))

    def process(self, event: AnyEvent) -> Outputs:
        """Hear one event."""
        self._ts = self.view.ts = event.ts
        self._handlers[type(event)](event)
        if not self._commands and not self._facts:
            return EMPTY
        outputs = Outputs(self._commands, self._facts)
        self._commands, self._facts = [], []
        return outputs

    @property
    def mid2(self) -> int:
        """The mid in half ticks; 0 while unknown."""
        return self.references.mid2

    @property
    def pnl(self) -> float:
        """Trading PnL net of fees at the mid, quote."""
        return self.account.total2(self.references.mid2) * self._unit

    # -- market data

    def _on_delta(self, event: ev.BookDelta) -> None:
        outcome = self.market.on_delta(event)
        if outcome is Outcome.APPLIED:
            self._moved()
        elif outcome is Outcome.BUFFERED:
            if not self.market.sync.asked:
                self._request_snapshot("the book is not known")
        elif outcome is not Outcome.IGNORED:
            self._book_lost(f"{outcome.value}: update {event.first_id} after {self.book.last_update_id}")

    def _on_snapshot(self, event: ev.BookSnapshot) -> None:
        outcome = self.market.on_snapshot(event)
        if outcome is Outcome.LIVE:
            self._say(facts.BookValid(ts=self._ts, update_id=self.book.last_update_id))
            self._moved()
        elif outcome is Outcome.APPLIED:
            self._moved()
        elif outcome is Outcome.STALE_SNAPSHOT:
            self._request_snapshot("the snapshot was older than the first update")
        elif outcome is not Outcome.IGNORED:
            self._book_lost(f"{outcome.value}: snapshot {event.last_update_id}")

    def _book_lost(self, reason: str) -> None:
        self._clean_since = 0
        self._say(facts.BookInvalid(ts=self._ts, reason=reason))
        self._request_snapshot(reason)
        self._settle()

    def _request_snapshot(self, reason: str) -> None:
        self.market.sync.asked = True
        self._commands.append(RequestSnapshot(ts=self._ts, reason=reason))

    def _on_top(self, event: ev.TopOfBook) -> None:
        if self.market.on_top(event):
            self._moved()

    def _on_trade(self, event: ev.Trade) -> None:
        self.market.on_trade(event)

    def _moved(self) -> None:
        """The touch may have changed."""
        ts, market = self._ts, self.market
        if not market.ts:
            self._arm("stale", ts + self._stale_after)
        if market.observe(ts):
            trip = self.breaker.on_mid(ts, self.references.mid2)
            if trip is not None and not self.gate.closed:
                self._trip(trip)
            if self.account.fills:
                self._check_pnl()
        if self.stale:
            self._recover()
        if self.state not in QUOTES:
            self._settle()
        self._decide()
        if self.flattener.active:
            self._flatten_on()

    def _recover(self) -> None:
        """Data flows again; it must do so for a while before it is believed."""
        if not self.link_up:
            return
        if not self._clean_since:
            self._clean_since = self._ts
        elif self._ts - self._clean_since >= CLEAN_DATA:
            self.stale = ""
            self._clean_since = 0

    def _on_link_up(self, event: ev.LinkUp) -> None:
        self.link_up = True
        self._say(facts.LinkChanged(ts=event.ts, up=True, reason=event.venue))
        if event.resync:
            if self.book.valid:
                self._say(facts.BookInvalid(ts=event.ts, reason="reconnected"))
            self._clean_since = 0
            self.market.reset()
        self._settle()

    def _on_link_down(self, event: ev.LinkDown) -> None:
        self.link_up = False
        self._say(facts.LinkChanged(ts=event.ts, up=False, reason=event.reason))
        self._lose_data(f"link down: {event.reason}")

    def _lose_data(self, reason: str) -> None:
        self.stale = reason
        self._clean_since = 0
        self._settle()

    def _on_refused(self, event: ev.FrameRefused) -> None:
        self.bad_frames += 1
        self._note("warn", f"frame refused: {event.reason}")

    # -- our orders

    def _on_order(self, event: Any) -> None:
        """A venue may say what cannot be; it is noted, and nothing is changed."""
        try:
            self._replies[type(event)](event)
        except IllegalTransition as error:
            self._note("warn", f"{event.order_id}: {error}; the report is ignored")

    def _order(self, event: ev.OrderEvent) -> Order | None:
        order = self.orders.get(event.order_id)
        if order is None:
            self._note("warn", f"the venue speaks of an order that is not ours: {event.order_id}")
        return order

    def _on_accepted(self, event: ev.OrderAccepted) -> None:
        order = self._order(event)
        if order is not None and self.orders.accepted(order, event.venue_id, event.ts):
            self.executor.accepted(order)
            self._changed(order)

    def _on_rejected(self, event: ev.OrderRejected) -> None:
        order = self._order(event)
        if order is not None and self.orders.move(order, Trigger.REJECT, event.ts, f"{event.code} {event.reason}"):
            self.executor.rejected(order, event.code, event.ts)
            self._changed(order)

    def _on_canceled(self, event: ev.OrderCanceled) -> None:
        order = self._order(event)
        if order is not None and self.orders.move(order, Trigger.CANCELED, event.ts, event.reason):
            self._changed(order)

    def _on_cancel_rejected(self, event: ev.CancelRejected) -> None:
        order = self._order(event)
        if order is None:
            return
        order.pending_quantity = 0
        if self.orders.move(order, Trigger.CANCEL_REJECTED, event.ts, f"{event.code} {event.reason}"):
            self._changed(order)

    def _on_amended(self, event: ev.OrderAmended) -> None:
        order = self._order(event)
        if order is not None:
            self.orders.amend(order, event.quantity, event.ts)
            self._changed(order)

    def _on_filled(self, event: ev.OrderFilled) -> None:
        order = self._order(event)
        if order is None or not self.orders.fill(order, event):
            return
        self.account.book(order.side, event)
        self._say(
            facts.Filled(
                ts=event.ts,
                order_id=event.order_id,
                trade_id=event.trade_id,
                side=order.side,
                price=event.price,
                quantity=event.quantity,
                maker=event.maker,
                fee=event.fee,
                fee_in_base=event.fee_in_base,
                mid2=self.references.mid2 if self.book.valid else None,
                position=self.account.position,
                queue_ahead=event.queue_ahead,
            )
        )
        if order.filled > order.quantity:
            self._trip(Trip("overfill", str(order.filled), str(order.quantity), "halt"))
        if order.level >= 0 and not order.left:
            self._forget_quotes()
            trip = self.breaker.on_filled(event.ts, order.side)
            if trip is not None:
                self._trip(trip)
        self._check_pnl()
        self._changed(order)

    def _changed(self, order: Order) -> None:
        self._dirty = True
        self._say(
            facts.OrderChanged(
                ts=self._ts,
                order_id=order.order_id,
                side=order.side,
                price=order.price,
                quantity=order.quantity,
                filled=order.filled,
                status=order.status.value,
                level=order.level,
                reason=order.reason,
            )
        )
        if order.terminal:
            self._arm_archive()
        if self.flattener.active:
            self._flatten_on()
        else:
            self._decide()

    # -- deciding

    def _decide(self) -> None:
        if self.state not in QUOTES:
            return
        try:
            quotes = self.strategy.quote(self.view)
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; the desk lives
            self._strategy_failed(f"{type(error).__name__}: {error}")
            return
        problem = nonsense(quotes) if quotes is not self._quotes else ""
        if problem:
            self._strategy_failed(problem)
            return
        self._failures = 0
        self.view.renew = False
        if quotes is not self._quotes:
            self._say_quotes(quotes)
            self._quotes = quotes
            self.executor.release()
        elif not self._dirty:
            return
        self._dirty = False
        self.executor.follow(self._within_limits(quotes), self._ts)

    def _strategy_failed(self, problem: str) -> None:
        self._failures += 1
        self._note("warn", f"strategy {self.strategy.name}: {problem}; that decision is dropped")
        if self._failures >= STRATEGY_FAILURES and not self.paused:
            self.paused = f"the strategy failed {self._failures} times in a row"
            self._settle()

    def _within_limits(self, quotes: Quotes) -> Quotes:
        account = self.account
        position = account.position
        long_lots, short_lots = -(-position // MICRO), -(position // MICRO)
        bids = quotes.bids if self.side_on[BUY] else ()
        asks = quotes.asks if self.side_on[SELL] else ()
        maximum = self.gate.max_position
        bid_room = Room(maximum - long_lots, max(0, account.quote // MICRO - self._busy_value()))
        ask_room = Room(maximum - short_lots, max(0, account.base // MICRO))
        bids = fit(self.executor.without_held(bids), bid_room, self.instrument, self._min_units)
        asks = fit(self.executor.without_held(asks), ask_room, self.instrument, self._min_units)
        return Quotes(bids, asks, quotes.reference2)

    def _busy_value(self) -> int:
        """Quote that a flatten's own bids may still use."""
        return sum(o.price * o.left for o in self.orders.open if o.side is BUY and o.level < 0)

    def _exposure_funds(self) -> tuple[int, int, int, int]:
        """Position in millionths of a lot, mid, base and quote held."""
        account = self.account
        return account.position, self.references.mid2, account.base // MICRO, account.quote // MICRO

    def _say_quotes(self, quotes: Quotes) -> None:
        for quote in (*quotes.bids, *quotes.asks):
            self._say(
                facts.QuoteDecided(
                    ts=self._ts,
                    side=quote.side,
                    level=quote.level,
                    price=quote.price,
                    quantity=quote.quantity,
                    reason=quote.reason,
                )
            )

    # -- states

    def _settle(self) -> None:
        """Work out the one state; on the way out of quoting everything is cancelled."""
        state, reason = self._judge()
        if state is self.state:
            if reason != self.reason:
                self.reason = reason
                self._say(facts.StateChanged(ts=self._ts, state=state.value, reason=reason))
            return
        leaving = self.state in QUOTES and state not in QUOTES
        self.state, self.reason = state, reason
        self._say(facts.StateChanged(ts=self._ts, state=state.value, reason=reason))
        if leaving:
            self._pull(reason)
        if state in QUOTES:
            self._dirty = True
            self._arm_reset()

    def _judge(self) -> tuple[State, str]:  # noqa: C901, PLR0911 - one line a state, the strongest first
        if self.gate.closed:
            return State.HALTED, self.gate.closed
        if not self.market.known:
            return State.STARTING, "waiting for the book"
        if not self.book.valid:
            return State.INVALID_BOOK, "waiting for a fresh snapshot"
        if self.stale:
            return State.STALE, self.stale
        if self.flattener.active:
            return State.PAUSED, "flattening"
        if self._ts < self._cooloff_until:
            return State.PAUSED, "the price moved too far: cooling off"
        if self.paused:
            return State.PAUSED, self.paused
        if not (self.side_on[BUY] or self.side_on[SELL]):
            return State.PAUSED, "both sides are off"
        if not self.side_on[BUY]:
            return State.ONE_SIDED, "bids are off"
        if not self.side_on[SELL]:
            return State.ONE_SIDED, "asks are off"
        return State.QUOTING, self.strategy.describe()

    def _pull(self, reason: str) -> None:
        self._quotes = NO_QUOTES
        self._forget_quotes()
        if self.orders.open_count:
            self._say(facts.QuotesPulled(ts=self._ts, reason=reason))
            self.executor.cancel_all(self._ts)

    def _forget_quotes(self) -> None:
        self.view.renew = True
        self._dirty = True

    def _trip(self, trip: Trip) -> None:
        tripped = facts.RiskTripped(ts=self._ts, rule=trip.rule, value=trip.value, limit=trip.limit, action=trip.action)
        self.trips.append(tripped)
        self._say(tripped)
        if trip.action == "halt":
            self._halt(f"{trip.rule} {trip.value}, limit {trip.limit}" if trip.limit else f"{trip.rule}: {trip.value}")
        elif trip.action == "pull":
            self._cooloff_until = self._ts + round(self.config.limits.price_change_cooloff_s * SECOND)
            self._arm("cooloff", self._cooloff_until)
            self._settle()
        else:
            self.side_on[BUY if trip.action.startswith("bid") else SELL] = False
            self._dirty = True
            self._settle()

    def _halt(self, reason: str) -> None:
        """Close the gate, cancel all, and stay so until a person re-arms."""
        self.gate.closed = self.gate.closed or reason
        self.flattener.stop()
        pulls = self.state in QUOTES and self.orders.open_count
        self._settle()
        if not pulls:
            self.executor.cancel_all(self._ts)

    def _close(self, reason: str) -> None:
        """The desk is about to end: the gate closes first, then all is cancelled."""
        self.closing = not self.gate.closed
        self.gate.closed = self.gate.closed or reason
        self.flattener.stop()
        self._settle()
        self.executor.cancel_all(self._ts)

    def _check_pnl(self) -> None:
        if self.references.mid2 and not self.gate.closed:
            trip = self.breaker.on_pnl(self._ts, self.pnl)
            if trip is not None:
                self._trip(trip)

    # -- timers

    @property
    def _stale_after(self) -> int:
        return self.config.feed.stale_after_ms * 1_000_000

    def _arm(self, name: str, due: int) -> None:
        self._commands.append(ArmTimer(ts=self._ts, name=name, due=due))

    def _arm_archive(self) -> None:
        due = self.orders.archive_due
        if due is not None and not self._archive_armed:
            self._archive_armed = True
            self._arm("archive", max(due, self._ts + 1))

    def _arm_reset(self) -> None:
        interval = self.config.orders.reset_interval_s
        if interval:
            self._arm("reset", self._ts + round(interval * SECOND))

    def _on_timer(self, event: ev.Timer) -> None:
        if event.name == "stale":
            self._on_stale_timer()
        elif event.name == "retry":
            self.executor.retry(self._ts)
            self._dirty = True
            self._decide()
            if self.flattener.active:
                self._flatten_on()
        elif event.name == "reset":
            if self.state in QUOTES:
                self._forget_quotes()
                self._decide()
                self._arm_reset()
        elif event.name == "archive":
            self._archive_armed = False
            self.orders.archive(self._ts)
            self._arm_archive()
        elif event.name == "cooloff":
            self._settle()
            self._decide()

    def _on_stale_timer(self) -> None:
        due = self.market.ts + self._stale_after
        if self._ts < due:
            self._arm("stale", due)
            return
        self._arm("stale", self._ts + self._stale_after)
        self._lose_data(self.stale or f"no market data for {self.config.feed.stale_after_ms / 1000:g} s")

    # -- people and watchdogs

    def _on_watchdog(self, event: ev.WatchdogTripped) -> None:
        if event.rule == "exposure":
            self._trip(Trip("exposure at the wire", event.value, event.limit, "halt"))
            return
        self._lose_data(f"{event.rule.replace('_', ' ')} {event.value}, limit {event.limit}")

    def _on_session(self, event: ev.SessionStarted) -> None:
        self.account = self.view.account = Account(event.base, event.quote)

    def _on_operator(self, event: ev.OperatorAction) -> None:  # noqa: C901, PLR0912 - one branch a key
        action = event.action
        if action == "kill":
            self._trip(Trip("kill", event.argument or "pressed", "", "halt"))
        elif action == "pause":
            self.paused = "" if self.paused else (event.argument or "by the operator")
            self._settle()
        elif action == "pull":
            self.paused = event.argument or "by the operator"
            self._settle()
            self.executor.cancel_all(self._ts)
        elif action == "close":
            self._close(event.argument)
        elif action == "flatten":
            self._flatten()
        elif action == "rearm":
            self._rearm()
        elif action in ("toggle_bids", "toggle_asks"):
            side = BUY if action == "toggle_bids" else SELL
            self.side_on[side] = not self.side_on[side]
            self._note("info", f"{side.book_word}s {'on' if self.side_on[side] else 'off'}")
            self._dirty = True
            self._settle()
        elif action == "cancel_order":
            self.executor.cancel_held(event.argument, self._ts)
        elif action == "undo":
            self._parameter(self.parameters.undo(self._ts))
        elif action in LEAN_ACTIONS:
            self._parameter(self.parameters.lean(action, self._ts))
        elif action == "set":
            try:
                self._parameter(self.parameters.set(event.argument, self._ts))
            except SettingsError as error:
                self._note("warn", str(error))
        else:
            self._note("warn", f"unknown action {action}")
        self._decide()

    def _parameter(self, change: Change | None) -> None:
        if change is None:
            self._note("info", "nothing to change")
            return
        if self.strategy.params is not self.parameters.params:
            self.strategy = self._make(self.parameters.params)
            self.references.resize(self.strategy.reference_window)
        self.view.leans = self.parameters.leans
        self._say(facts.ParameterChanged(ts=self._ts, name=change.name, before=change.before, after=change.after))
        self._forget_quotes()
        if self.state is State.QUOTING:
            self.reason = self.strategy.describe()

    def _rearm(self) -> None:
        if not self.gate.closed:
            self._note("info", "nothing to re-arm")
            return
        self.gate.closed = ""
        self.breaker.rearm(self.pnl)
        self.side_on = {BUY: True, SELL: True}
        self.paused = "re-armed"
        self._settle()

    def _flatten(self) -> None:
        self.paused = self.paused or "flattened by the operator"
        self.flattener.start()
        self._settle()
        self.executor.cancel_all(self._ts)
        self._flatten_on()

    def _flatten_on(self) -> None:
        if self.stale:
            return
        note = self.flattener.advance(self.book, self.account, self.mid2, self._ts)
        if note:
            self._note("info", note)
        if not self.flattener.active:
            self._settle()

    # -- saying

    def _emit(self, command: Any) -> None:
        self._commands.append(command)

    def _say(self, fact: Any) -> None:
        self._facts.append(fact)

    def _note(self, kind: str, text: str) -> None:
        self._say(facts.Noted(ts=self._ts, kind=kind, text=text))


def nonsense(quotes: object) -> str:
    """What is wrong with what a strategy returned; empty where nothing is."""
    if not isinstance(quotes, Quotes):
        return f"returned {type(quotes).__name__}, not Quotes"
    for side, wanted in ((BUY, quotes.bids), (SELL, quotes.asks)):
        for quote in wanted:
            if not isinstance(quote, Quote) or quote.side is not side:
                return f"a {Side(side).book_word} is {quote!r}"
            if type(quote.price) is not int or type(quote.quantity) is not int:
                return f"price {quote.price!r} and quantity {quote.quantity!r} must be whole numbers"
            if quote.price <= 0 or quote.quantity <= 0:
                return f"price {quote.price} and quantity {quote.quantity} must be over 0"
    return ""
