"""The core: one event in, commands and facts out; no clock, no chance, no I/O.

Always in this order: book → reference price and signals → the strategy says which quotes it wants → `quoting.diff`
finds the fewest commands → the gate approves or refuses each → the order manager records what is in flight.
"""

from collections.abc import Callable
from math import inf
from typing import Any, Literal

import msgspec

from mm_tui.book.sync import Outcome
from mm_tui.core.conduct import Conduct
from mm_tui.core.config import CoreConfig
from mm_tui.core.console import BESIDE, RECORDED_ONLY, Console
from mm_tui.core.execution import Executor
from mm_tui.core.flatten import Flatten
from mm_tui.core.guard import Guard
from mm_tui.core.market import Market
from mm_tui.core.oms import OrderManager
from mm_tui.core.operator import Parameters
from mm_tui.core.outputs import EMPTY, Outbox, Outputs
from mm_tui.core.quoter import FindStrategy, MakeStrategy, Quoter, find_none
from mm_tui.core.replies import Replies
from mm_tui.core.state import QUOTES, MarketView, State
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.account import MICRO, Account
from mm_tui.model.clock import SECOND
from mm_tui.model.codes import TOO_MANY
from mm_tui.model.commands import RequestSnapshot
from mm_tui.model.events import AnyEvent
from mm_tui.model.instrument import Instrument
from mm_tui.model.orders import RESTING, Order, Status
from mm_tui.risk.breaker import Breaker, Trip
from mm_tui.risk.gate import Gate
from mm_tui.risk.limits import Limits
from mm_tui.risk.restraint import Restraint
from mm_tui.strategy.api import Strategy

_AS_ASKED: dict[type, Status] = {ev.OrderAccepted: Status.PENDING_NEW, ev.OrderCanceled: Status.PENDING_CANCEL}
"""Replies to an order of such a status that change nothing about what is wanted."""
_STANDING = frozenset({Status.LIVE, Status.PARTIALLY_FILLED})
_REFUSALS = (ev.OrderRejected, ev.CancelRejected)


class Core:
    """Decides everything; hears events in one order, `ts` never going back."""

    def __init__(
        self,
        config: CoreConfig,
        instrument: Instrument,
        params: msgspec.Struct,
        make: MakeStrategy,
        market: Market | None = None,
        *,
        find: FindStrategy = find_none,
        origin: str = "",
    ) -> None:
        """`market` where it is not one that lives through every frame.

        `find` is for strategies that are gone over to while the desk runs, `origin` what finds the first one.
        """
        self.config = config
        self.instrument = instrument
        self.outbox = Outbox()
        self.account = Account(0, 0)
        self.gate = Gate(config.limits, instrument)
        self.breaker = Breaker(config.limits)
        self.restraint = Restraint(self.gate, self.breaker)
        self.orders = OrderManager(round(config.orders.archive_after_s * SECOND))
        self.conduct = Conduct("" if config.quoting_on_start else "paused on start")
        self.market = market if market is not None else Market(instrument, config.feed)
        self.book = self.market.book
        self.references = self.market.references
        self.view = MarketView(
            instrument,
            self.market,
            self.account,
            self.orders,
            self.gate,
            maker_fee_bps=config.maker_fee_bps,
            bid_fee=config.bid_fee,
        )
        self.quoter = Quoter(make, params, self.view, self.orders, self.gate, self.outbox)
        self.quoter.tune()
        self.parameters = Parameters(self.strategy.name, params, origin)
        self.quoter.find, self.quoter.origin = find, self.parameters.origin
        self.executor = Executor(config, self.gate, self.orders, self.view, self.outbox)
        self.flattener = Flatten(self.executor, self.orders, instrument, config.limits)
        self.replies = Replies(self.orders, self.executor.levels, self.executor.cancels, self.account, self.outbox)
        self.guard = Guard(self)
        self.console = Console(self)
        self.bad_frames = 0
        self._archive_armed = self._stale_armed = False
        self._unit = float(instrument.unit) / (2 * MICRO)
        self._handlers: dict[type, Callable[[Any], None]] = {
            ev.BookDelta: self._on_delta,
            ev.BookSnapshot: self._on_snapshot,
            ev.TopOfBook: self._on_top,
            ev.Trade: self.market.on_trade,
            ev.LinkUp: self._on_link_up,
            ev.LinkDown: self._on_link_down,
            ev.Timer: self._on_timer,
            ev.OperatorAction: self._on_operator,
            ev.WatchdogTripped: self._on_watchdog,
            ev.FrameRefused: self._on_refused,
            ev.SessionStarted: self._on_session,
            **dict.fromkeys(self.replies.kinds, self._on_reply),
        }

    def process(self, event: AnyEvent) -> Outputs:
        """Hear one event."""
        outbox = self.outbox
        outbox.ts = self.view.ts = event.ts
        self._handlers[type(event)](event)
        return outbox.take() if outbox.commands or outbox.facts else EMPTY

    @property
    def strategy(self) -> Strategy:
        """The running strategy."""
        return self.quoter.strategy

    @property
    def state(self) -> State:
        """The one state the desk is in."""
        return self.conduct.state

    @property
    def reason(self) -> str:
        """Why it is in that state."""
        return self.conduct.reason

    @property
    def halted(self) -> str:
        """Why the desk is halted; empty while it is not, and where it only ends."""
        return "" if self.conduct.closing else self.gate.closed

    @property
    def risk_state(self) -> Literal["running", "reduce-only", "halted"]:
        """What the limits allow."""
        return "halted" if self.halted else "reduce-only" if self.gate.restrained else "running"

    @property
    def mid2(self) -> int:
        """The mid in half ticks; 0 while unknown."""
        return self.references.mid2

    def settled_mids(self) -> tuple[float, float] | None:
        """Between which mids, half ticks, no move of the book brings about anything by itself; None where any may.

        What the strategy says of its rest is not in it, nor the breaker of the price change.
        """
        conduct = self.conduct
        if conduct.stale or self.flattener.active or not self._stale_armed:
            return None
        if conduct.state in QUOTES:
            if self.quoter.dirty:
                return None
        elif self.outbox.ts < conduct.cooloff_until or self._judged() != (conduct.state, conduct.reason):
            return None
        if not self.guard.pnl_watched or self.gate.closed:
            return -inf, inf
        slack, slope, mid2 = self.breaker.slack, abs(self.account.position) * self._unit, self.references.mid2
        if slope and slack <= 0:
            return None
        reach = slack / (2 * slope) if slope else inf
        return mid2 - reach, mid2 + reach

    @property
    def at_rest(self) -> bool:
        """Whether no order is under way and none is missing, so that the `retry` timer finds nothing to do."""
        if self.conduct.state in QUOTES and (self.quoter.dirty or not self.executor.settled):
            return False
        return not self.flattener.active and all(
            order.status in _STANDING and order.level >= 0 for order in self.orders.open
        )

    def slept(self, ts: int, low2: int, high2: int) -> None:
        """The mid went between these and came to where it is, and nobody told the breaker."""
        if self.guard.pnl_watched:
            count = self.breaker.mark if self.gate.closed else self.breaker.on_pnl
            for mid2 in (low2, high2, self.references.mid2):
                count(ts, self.account.total2(mid2) * self._unit)

    @property
    def trips(self) -> list[facts.RiskTripped]:
        """Limits that were broken so far."""
        return self.guard.trips

    @property
    def limits(self) -> Limits:
        """The limits as they stand; the operator may have changed them since the start."""
        return self.gate.limits

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
            self.outbox.say(facts.BookValid(ts=event.ts, update_id=self.book.last_update_id))
            self._moved()
        elif outcome is Outcome.APPLIED:
            self._moved()
        elif outcome is Outcome.STALE_SNAPSHOT:
            self._request_snapshot("the snapshot was older than the first update")
        elif outcome is not Outcome.IGNORED:
            self._book_lost(f"{outcome.value}: snapshot {event.last_update_id}")

    def _book_lost(self, reason: str) -> None:
        self.conduct.distrust()
        self.outbox.say(facts.BookInvalid(ts=self.outbox.ts, reason=reason))
        self._request_snapshot(reason)
        self.settle()

    def _request_snapshot(self, reason: str) -> None:
        self.market.sync.asked = True
        self.outbox.send(RequestSnapshot(ts=self.outbox.ts, reason=reason))

    def _on_top(self, event: ev.TopOfBook) -> None:
        if self.market.on_top(event):
            self._moved()

    def _moved(self) -> None:
        """The touch may have changed."""
        ts, market, conduct = self.outbox.ts, self.market, self.conduct
        if not self._stale_armed:
            self._stale_armed = True
            self.outbox.arm("stale", ts + self._stale_after)
        if market.observe(ts):
            trip = self.breaker.on_mid(ts, self.references.mid2)
            if trip is not None and not self.gate.closed:
                self.guard.trip(trip)
            if self.guard.pnl_watched:
                self.guard.check_pnl()
        if conduct.stale and ts < market.book_ts + self._stale_after:
            conduct.recover(ts)
        if conduct.state not in QUOTES:
            self.settle()
        elif self.quoter.rests(ts, self.references.mid2) and not self.flattener.active:
            return
        self.go_on()

    def _on_link_up(self, event: ev.LinkUp) -> None:
        self.conduct.link_up = True
        self.outbox.say(facts.LinkChanged(ts=event.ts, up=True, reason=event.venue))
        if event.resync:
            if self.book.valid:
                self.outbox.say(facts.BookInvalid(ts=event.ts, reason="reconnected"))
            self.conduct.distrust()
            self.market.reset(event.ts)
        self.settle()

    def _on_link_down(self, event: ev.LinkDown) -> None:
        self.conduct.link_up = False
        self.outbox.say(facts.LinkChanged(ts=event.ts, up=False, reason=event.reason))
        self._lose_data(f"link down: {event.reason}")

    def _lose_data(self, reason: str) -> None:
        self.conduct.lose_data(reason)
        self.settle()

    def _on_refused(self, event: ev.FrameRefused) -> None:
        self.bad_frames += 1
        self.outbox.note("warn", f"frame refused: {event.reason}")

    # -- our orders

    def _on_reply(self, event: ev.VenueReply) -> None:
        if isinstance(event, _REFUSALS) and event.code in TOO_MANY:
            self.guard.leave_alone(event)
        known = self.orders.get(event.order_id)
        asked = known is not None and _AS_ASKED.get(type(event)) is known.status
        order = self.replies.take(event)
        if order is None:
            return
        if type(event) is ev.OrderFilled:
            self._on_fill(order, event)
        if not (asked and self.executor.settled):
            self.quoter.dirty = True
        self.outbox.tell(order)
        if order.terminal:
            self._arm_archive()
        elif order.status in RESTING and (order.level < 0 or self.conduct.state not in QUOTES):
            self.executor.cancels.found_resting(order, event.ts)
        self.go_on()

    def _on_fill(self, order: Order, event: ev.OrderFilled) -> None:
        matched = event.ts if event.matched is None else event.matched
        mid2, known = self.market.mid_before(matched)
        self.replies.tell_fill(order, event, mid2 if known else None)
        if order.filled > order.quantity:
            self.guard.trip(Trip("overfill", str(order.filled), str(order.quantity), "halt"))
        self.view.last_own_price = event.price
        if order.level >= 0 and not order.left:
            self.view.complete(order, event.ts)
            self.quoter.renew()
            trip = self.breaker.on_filled(event.ts, order.side)
            if trip is not None:
                self.guard.trip(trip)
        self.guard.on_fill()

    # -- deciding

    def go_on(self) -> None:
        """Something changed: take the flatten's next step, or bring the quotes to what is wanted."""
        if self.flattener.active:
            self._flatten_on()
        elif self.conduct.state in QUOTES:
            spoiled = self.quoter.decide(self.executor, self.conduct.side_on)
            if spoiled and not self.conduct.paused:
                self.conduct.paused = spoiled
                self.settle()

    def _flatten_on(self) -> None:
        if self.conduct.stale:
            return
        if self.gate.quiet(self.outbox.ts):
            self.executor.wake(self.gate.quiet_until, self.outbox.ts)
            return
        note = self.flattener.advance(self.book, self.account, self.mid2, self.outbox.ts)
        if note:
            self.outbox.note("info", note)
        if not self.flattener.active:
            self.settle()

    # -- states

    def settle(self) -> bool:
        """Work out the one state; on the way out of quoting everything is cancelled. Whether it was."""
        conduct, ts = self.conduct, self.outbox.ts
        state, reason = self._judged()
        before = conduct.state
        if state is before and reason == conduct.reason:
            return False
        conduct.state, conduct.reason = state, reason
        self.outbox.say(facts.StateChanged(ts=ts, state=state.value, reason=reason))
        if before in QUOTES and state not in QUOTES:
            self.quoter.forget()
            self.executor.forget()
            if self.orders.open_count:
                self.outbox.say(facts.QuotesPulled(ts=ts, reason=reason))
                self.executor.cancels.cancel_all(ts)
                return True
        elif state in QUOTES and state is not before:
            self.quoter.dirty = True
            self._arm_reset()
        return False

    def stand_down(self) -> None:
        """Somebody wants nothing to rest: work out the state and cancel everything, once, whatever the state was."""
        if not self.settle():
            self.executor.cancels.cancel_all(self.outbox.ts)

    def _judged(self) -> tuple[State, str]:
        """The state that everything speaks for now, and its reason."""
        return self.conduct.judge(
            self.outbox.ts,
            self.market,
            self.gate.closed,
            self.gate.restrained,
            self.quoter.describe,
            flattening=self.flattener.active,
        )

    # -- timers

    @property
    def _stale_after(self) -> int:
        return self.config.feed.stale_after_ms * 1_000_000

    def _arm_archive(self) -> None:
        due = self.orders.archive_due
        if due is not None and not self._archive_armed:
            self._archive_armed = True
            self.outbox.arm("archive", max(due, self.outbox.ts + 1))

    def _arm_reset(self) -> None:
        interval = self.config.orders.reset_interval_s
        if interval:
            self.outbox.arm("reset", self.outbox.ts + round(interval * SECOND))

    def _on_timer(self, event: ev.Timer) -> None:
        if event.name == "stale":
            self._on_stale_timer()
        elif event.name == "retry":
            self.executor.retry(event.ts)
            if not self.executor.settled or any(order.status is Status.UNKNOWN for order in self.orders.open):
                self.quoter.dirty = True
            self.go_on()
        elif event.name == "reset" and self.state in QUOTES:
            self.quoter.renew()
            self.go_on()
            self._arm_reset()
        elif event.name == "archive":
            self._archive_armed = False
            self.orders.archive(event.ts)
            self._arm_archive()
        elif event.name == "cooloff":
            self.settle()
            self.go_on()
        elif event.name == "restraint":
            self.guard.on_timer()
            self.go_on()

    def _on_stale_timer(self) -> None:
        due = self.market.book_ts + self._stale_after
        if self.outbox.ts < due:
            self.outbox.arm("stale", due)
            return
        self.outbox.arm("stale", self.outbox.ts + self._stale_after)
        self._lose_data(self.conduct.stale or f"no market data for {self.config.feed.stale_after_ms / 1000:g} s")

    # -- people and watchdogs

    def _on_operator(self, event: ev.OperatorAction) -> None:
        if event.action in BESIDE:
            return
        self.console.do(event)
        if event.action not in RECORDED_ONLY and not self.flattener.active:
            self.go_on()

    def _on_watchdog(self, event: ev.WatchdogTripped) -> None:
        if event.rule == "strategy_budget":
            return  # the stopwatch's word, heard with the decision that it is about
        if event.rule == "exposure":
            self.guard.trip(Trip("exposure at the wire", event.value, event.limit, "halt"))
        else:
            self._lose_data(f"{event.rule.replace('_', ' ')} {event.value}, limit {event.limit}")

    def _on_session(self, event: ev.SessionStarted) -> None:
        self.account.open(event.base, event.quote)
        self.guard.carry(event)
