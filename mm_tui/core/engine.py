"""The core: one event in, commands and facts out; no clock, no chance, no I/O.

Always in this order: book → reference price and signals → the strategy says which quotes it wants → `quoting.diff`
finds the fewest commands → the gate approves or refuses each → the order manager records what is in flight.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from mm_tui.book.sync import Outcome
from mm_tui.core.config import CoreConfig
from mm_tui.core.console import BESIDE, RECORDED_ONLY, Console
from mm_tui.core.deciding import Deciding
from mm_tui.core.guard import Guard
from mm_tui.core.market import Market
from mm_tui.core.outputs import EMPTY, Outputs
from mm_tui.core.quoter import FindStrategy, MakeStrategy, find_none
from mm_tui.core.replies import Replies
from mm_tui.core.state import QUOTES
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.codes import TOO_MANY
from mm_tui.model.commands import RequestSnapshot
from mm_tui.model.events import AnyEvent
from mm_tui.model.instrument import Instrument
from mm_tui.model.orders import RESTING, Order, Status
from mm_tui.risk.breaker import Trip

_AS_ASKED: dict[type, Status] = {ev.OrderAccepted: Status.PENDING_NEW, ev.OrderCanceled: Status.PENDING_CANCEL}
"""Replies to an order of such a status that change nothing about what is wanted."""
_REFUSALS = (ev.OrderRejected, ev.CancelRejected, ev.QueryRejected)


class Core(Deciding):
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
        super().__init__(config, instrument, params, make, market, find=find, origin=origin)
        self.replies = Replies(self.orders, self.executor.levels, self.executor.cancels, self.account, self.outbox)
        self.guard = Guard(self)
        self.console = Console(self, self.guard)
        self.bad_frames = 0
        self._archive_armed = False
        self.stale_armed = False
        """The market was heard of: the `stale` timer is armed."""
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
    def trips(self) -> list[facts.RiskTripped]:
        """Limits that were broken so far."""
        return self.guard.trips

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
        if not self.stale_armed:
            self.stale_armed = True
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
        order = self._take(event)
        if order is None:
            return
        if not (asked and self.executor.settled):
            self.quoter.dirty = True
        self.outbox.tell(order)
        if order.terminal:
            self._arm_archive()
        elif order.status in RESTING and (order.level < 0 or self.conduct.state not in QUOTES):
            self.executor.cancels.found_resting(order, event.ts)
        self.go_on()

    def _take(self, event: ev.VenueReply) -> Order | None:
        """The order that a reply changed; fills that a query brought are taken as if each had come by itself."""
        filled: Order | None = None
        if type(event) is ev.OrderStatus:
            for fill in event.fills:
                told = msgspec.structs.replace(fill, ts=event.ts, order_id=event.order_id)
                filled = self._take(told) or filled
        known = self.orders.get(event.order_id)
        was_open = known is not None and not known.terminal
        order = self.replies.take(event)
        if order is not None and type(event) is ev.OrderFilled:
            self._on_fill(order, event)
        elif order is not None and was_open and order.status is Status.FILLED:
            self._completed(order, event.ts)  # its fills overtook the word that it is smaller
        return order or filled

    def _on_fill(self, order: Order, event: ev.OrderFilled) -> None:
        matched = event.ts if event.matched is None else event.matched
        mid2, known = self.market.mid_before(matched)
        self.replies.tell_fill(order, event, mid2 if known else None)
        if order.filled > order.quantity:
            self.guard.trip(Trip("overfill", str(order.filled), str(order.quantity), "halt"))
        self.view.last_own_price = event.price
        if not order.left:
            self._completed(order, event.ts)
        self.guard.on_fill()

    def _completed(self, order: Order, ts: int) -> None:
        """Nothing of an order is left to be filled."""
        if order.level < 0:
            return
        self.view.complete(order, ts)
        self.quoter.renew()
        trip = self.breaker.on_filled(ts, order.side)
        if trip is not None:
            self.guard.trip(trip)

    # -- timers

    @property
    def _stale_after(self) -> int:
        return self.config.feed.stale_after_ms * 1_000_000

    def _arm_archive(self) -> None:
        due = self.orders.archive_due
        if due is not None and not self._archive_armed:
            self._archive_armed = True
            self.outbox.arm("archive", max(due, self.outbox.ts + 1))

    def _on_timer(self, event: ev.Timer) -> None:
        if event.name == "stale":
            self._on_stale_timer()
        elif event.name == "retry":
            self.executor.retry(event.ts)
            if not self.executor.settled or self.orders.doubtful:
                self.quoter.dirty = True
            self.go_on()
        elif event.name == "reset" and self.state in QUOTES:
            self.quoter.renew()
            self.go_on()
            self.arm_reset()
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
