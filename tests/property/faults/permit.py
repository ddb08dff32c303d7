"""What may leave the desk now, by what was heard: who closed it or switched a side off, and the limits."""

from collections import deque
from decimal import Decimal

import msgspec

from faults.ledger import Ledger
from faults.losses import Losses
from faults.setup import BTC, UNIT, Setup
from faults.words import hold
from mm_tui.core.engine import Core
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.risk.limits import Limits

SIGNS = {"bids": BUY, "asks": SELL}


class Permit:
    """Hears replies, people, trips and changes of limits."""

    def __init__(self, setup: Setup, core: Core, ledger: Ledger, losses: Losses) -> None:
        self.core = core
        self.ledger = ledger
        self.losses = losses
        self._take_limits(setup.limits)
        self.closed = setup.opening.halted
        """Why nothing may leave; empty while it may."""
        self.closing = False
        self.cooling_until = 0
        """A price that jumped keeps it closed until then, ns."""
        self.killed = False
        """The flag was thrown; the event may still be on its way."""
        self.flatten_asked = False
        self.stay = not setup.config.quoting_on_start
        """A person said so: no quotes until one asks for them."""
        self.quiet_until = 0
        self.reduce_only = False
        self.setting = False
        """A person sets something, and may make limits tighter alone."""
        self.off: dict[Side, str] = {BUY: "", SELL: ""}
        """Who switched a side off: `person`, `limit` or nobody."""
        self.runs: dict[Side, deque[int]] = {BUY: deque(), SELL: deque()}

    def _take_limits(self, limits: Limits) -> None:
        self.limits = limits
        self.max_position = int(Decimal(repr(limits.max_position)) / BTC.step_size)
        self.max_quantity = int(Decimal(repr(limits.max_order_quantity)) / BTC.step_size)
        self.max_value = int(Decimal(repr(limits.max_order_value)) / UNIT)

    def shut(self, ts: int) -> str:
        """Why no quote may leave now, for good or for a while; empty while one may."""
        return self.closed or ("the price jumped" if ts < self.cooling_until else "")

    def close(self, why: str) -> None:
        """Nothing may leave any more."""
        self.closed = self.closed or why
        self.flatten_asked = False

    def hear_reply(self, event: ev.OrderEvent) -> None:
        """The ledger has heard it too."""
        if self.ledger.overfilled and not self.closed:
            self.close("overfill")
        self.ledger.overfilled = False
        if type(event) in (ev.OrderRejected, ev.CancelRejected, ev.QueryRejected):
            if event.code == 418:
                self.close("banned")
            if event.retry_after_ns:
                self.quiet_until = max(self.quiet_until, event.ts + event.retry_after_ns)
        risen = self.ledger.risen
        hold(not risen, 4, f"{risen} was let go as one that never came, and lives")
        for done in self.ledger.completed:
            self._count_run(event.ts, done.side)

    def _count_run(self, ts: int, side: Side) -> None:
        run, limits = self.runs[side], self.limits
        self.runs[side.opposite].clear()
        run.append(ts)
        while run[0] < ts - round(limits.same_side_window_s * SECOND):
            run.popleft()
        if len(run) > limits.max_same_side_fills:
            run.clear()
            self.off[side] = self.off[side] or "limit"

    def hear_person(self, event: ev.OperatorAction) -> None:
        """Somebody pressed a key."""
        action = event.action
        self.setting = action == "set"
        if action == "kill":
            self.close("kill")
            self.killed = self.closing = False
        elif action == "close":
            self.closing = self.closing or not self.closed
            self.close("closing")
        elif action == "flatten":
            self.stay = self.flatten_asked = True
        elif action == "pull":
            self.stay = True
        elif action == "pause" and not self.closed:
            self.stay = not self.core.conduct.paused
        elif action == "rearm" and self.shut(event.ts) and not self.closing:
            self.closed, self.cooling_until, self.stay = "", 0, True
            self.off = {side: who if who == "person" else "" for side, who in self.off.items()}
            self._forgive()
        elif action == "rearm" and not self.closed:
            self._forgive()
        elif action in ("toggle_bids", "toggle_asks"):
            side = SIGNS[action[7:]]
            self.off[side] = "" if self.off[side] else "person"
        elif action == "reduce_only":
            self.reduce_only = not self.reduce_only

    def _forgive(self) -> None:
        """Loss, peak and runs of fills start anew."""
        self.losses.forgive()
        for run in self.runs.values():
            run.clear()

    def hear_trip(self, fact: facts.RiskTripped) -> None:
        """A limit closed the gate, or switched a side off."""
        if fact.action == "halt":
            self.close(fact.rule)
            self.closing = False
        elif fact.action == "pull":
            self.cooling_until = fact.ts + round(self.limits.price_change_cooloff_s * SECOND)
        elif fact.action.endswith(" off"):
            side = SIGNS[fact.action[:4]]
            self.off[side] = self.off[side] or "limit"
            self.runs[side].clear()

    def hear_limit(self, fact: facts.ParameterChanged) -> None:
        """A limit is another; whoever sets one by hand may only make it tighter."""
        key = fact.name[5:]
        tighter = float(fact.after) <= float(fact.before)
        hold(tighter or not self.setting, 1, f"{fact.name} went from {fact.before} to {fact.after} unasked")
        whole = isinstance(getattr(self.limits, key), int)
        self._take_limits(msgspec.structs.replace(self.limits, **{key: (int if whole else float)(fact.after)}))
