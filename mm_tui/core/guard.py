"""The guard: what a broken limit does to the desk, when it may only reduce, and limits that change while it runs."""

from mm_tui.core.deciding import Deciding
from mm_tui.model import facts
from mm_tui.model.clock import DAY, SECOND, time_of_day
from mm_tui.model.codes import BANNED
from mm_tui.model.events import BUY, SELL, CancelRejected, OrderRejected, QueryRejected, SessionStarted
from mm_tui.risk.breaker import Trip
from mm_tui.risk.limits import Limits

LEAST_QUIET = SECOND
"""How long a venue that was asked too often is left alone where it does not say, ns."""


class Guard:
    """Brings gate, breaker, restraint, conduct and quoter of one core together."""

    __slots__ = ("_core", "pnl_watched", "trips")

    def __init__(self, core: Deciding) -> None:
        self._core = core
        self.trips: list[facts.RiskTripped] = []
        self.pnl_watched = False
        """Something was filled, or carried over: PnL may move with the mid."""

    def trip(self, trip: Trip) -> None:
        """A limit was broken: halt, pull, only reduce, or switch a side off."""
        core, ts = self._core, self._core.outbox.ts
        tripped = facts.RiskTripped(ts=ts, rule=trip.rule, value=trip.value, limit=trip.limit, action=trip.action)
        self.trips.append(tripped)
        core.outbox.say(tripped)
        if trip.action == "halt":
            self.halt(f"{trip.rule} {trip.value}, limit {trip.limit}" if trip.limit else f"{trip.rule} {trip.value}")
            return
        if trip.action == "pull":
            self._cool(trip, ts)
        elif trip.action == "reduce only":
            self.restrain()
        else:
            side = BUY if trip.action.startswith("bid") else SELL
            core.conduct.switch_off(side, trip.value)
            core.quoter.dirty = True
        core.settle()

    def _cool(self, trip: Trip, ts: int) -> None:
        """A halt that ends by itself; what a person does meanwhile, and the next trip, come before that."""
        core = self._core
        until = core.gate.cooling_until = ts + round(core.limits.price_change_cooloff_s * SECOND)
        core.gate.cooling = f"{trip.rule} {trip.value}, limit {trip.limit}: quotes return {time_of_day(until)}"
        core.outbox.arm("cooloff", until)

    def halt(self, reason: str) -> None:
        """Close the gate, cancel all, and stay so until a person re-arms."""
        core = self._core
        if core.conduct.closing:
            core.conduct.closing, core.gate.closed = False, ""
        core.gate.closed = core.gate.closed or reason
        core.flattener.stop()
        core.stand_down()

    def leave_alone(self, event: OrderRejected | CancelRejected | QueryRejected) -> None:
        """The venue says that it was asked too often: wait for as long as it wants; shut out, the desk halts."""
        core, ts = self._core, event.ts
        until = ts + max(event.retry_after_ns, LEAST_QUIET)
        if until > core.gate.quiet_until:
            core.gate.quiet_until = until
            core.executor.wake(until, ts)
            core.outbox.note(
                "warn", f"the venue was asked too often ({event.code}): nothing new until {time_of_day(until)}"
            )
        if event.code == BANNED and (core.flattener.active or not core.halted):
            self.trip(Trip("banned by the venue", f"{event.code} {event.reason}", "", "halt"))

    def on_fill(self) -> None:
        """A fill was booked."""
        core = self._core
        self.pnl_watched = True
        core.restraint.on_position(core.outbox.ts, self._held_sign())
        self.check_pnl()
        self.restrain()

    def check_pnl(self) -> None:
        """The mid or the account moved: hold PnL against the limits."""
        core = self._core
        if core.references.mid2:
            self._on_pnl(core.pnl)

    def on_timer(self) -> None:
        """Time alone may begin or end a restraint: a position grows old, a day ends."""
        core = self._core
        self._on_pnl(core.pnl if core.references.mid2 else core.breaker.pnl)
        self.restrain()

    def restrain(self) -> None:
        """Let the gate and the quotes know whether only what reduces the position may go out."""
        core = self._core
        ts, restraint = core.outbox.ts, core.restraint
        trip = restraint.look(ts)
        reason = restraint.reason
        if reason != core.gate.restrained:
            core.gate.restrained = reason
            core.quoter.dirty = True
            core.settle()
        if trip is not None:
            self.trip(trip)
        due = restraint.due(ts)
        if due is not None:
            core.outbox.arm("restraint", due)

    def set_limits(self, limits: Limits) -> None:
        """Hold everything to other limits from now on; what rests over them is cancelled."""
        core = self._core
        core.gate.set_limits(limits)
        core.breaker.set_limits(limits)
        core.flattener.set_limits(limits)
        core.executor.cancels.prune(core.gate, core.references.mid2, core.outbox.ts)
        core.quoter.renew()
        self._on_pnl(core.breaker.pnl)
        self.restrain()

    def carry(self, event: SessionStarted) -> None:
        """Go on from what sessions before left: a halt stays one, and a loss that is over a limit by now is one."""
        core = self._core
        if event.day:
            self.pnl_watched = True
            core.breaker.carry(event.ts, event.day, event.day_pnl, event.drawdown)
            if event.day == event.ts // DAY:
                core.gate.carry(event.ts, event.messages)
        if event.halted:
            self.halt(event.halted)
        elif event.day:
            self._on_pnl(0.0)
        self.restrain()

    def _on_pnl(self, pnl: float) -> None:
        """A halted desk, and one that ends, counts on; its limits have nothing more to say."""
        core, breaker = self._core, self._core.breaker
        if core.gate.closed:
            breaker.mark(core.outbox.ts, pnl)
            return
        before = breaker.soft
        trip = breaker.on_pnl(core.outbox.ts, pnl)
        if trip is not None:
            self.trip(trip)
        elif breaker.soft is not before:
            self.restrain()

    def _held_sign(self) -> int:
        """Of the position; 0 where no order is small enough to close it."""
        core = self._core
        lots = core.account.position_lots
        if core.flattener.dust(lots, core.references.mid2):
            return 0
        return 1 if lots > 0 else -1
