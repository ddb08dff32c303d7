"""Why the desk may only reduce its position: the state between running and halted.

- the operator wants it so, until the operator lifts it
- a soft limit of loss or drawdown is reached (`risk.breaker`), until the figure recovers or the desk is re-armed
- the position was held for longer than `max_inventory_age_s` without crossing zero, until it is flat
- the day's messages are used up to what is kept for reducing, until midnight UTC

What stays below the exchange's smallest order is dust, and dust is flat.
"""

from mm_tui.model.bounds import typed
from mm_tui.model.clock import DAY, SECOND
from mm_tui.risk.breaker import Breaker, Trip
from mm_tui.risk.gate import Gate


class Restraint:
    """Gathers the reasons; times in ns."""

    def __init__(self, gate: Gate, breaker: Breaker) -> None:
        self._gate = gate
        self._breaker = breaker
        self.operator = False
        """A person switched it on."""
        self.held_since: int | None = None
        """When the position last left zero or crossed it; None while flat."""
        self._sign = 0
        self._aged = ""
        self._spent = ""

    @property
    def reason(self) -> str:
        """Why only what reduces may go out; empty while more may."""
        return (self.operator and "by the operator") or self._breaker.soft or self._aged or self._spent

    def on_position(self, ts: int, sign: int) -> None:
        """The position's sign after a fill; 0 for flat, dust included."""
        if sign != self._sign:
            self._sign, self._aged = sign, ""
            self.held_since = ts if sign else None

    def look(self, ts: int) -> Trip | None:
        """What age and messages say now; a trip where one of them has just begun to restrain."""
        return self._look_at_age(ts) or self._look_at_messages(ts)

    def _look_at_age(self, ts: int) -> Trip | None:
        limit = self._gate.limits.max_inventory_age_s
        since = self.held_since
        if not limit or since is None or ts - since < round(limit * SECOND):
            self._aged = ""
            return None
        if self._aged:
            return None
        self._aged = f"the position is held for over {typed(limit)} s"
        return Trip("inventory age", f"{(ts - since) / SECOND:.0f} s", f"{typed(limit)} s", "reduce only")

    def _look_at_messages(self, ts: int) -> Trip | None:
        gate = self._gate
        if not gate.reserve_reached(ts):
            self._spent = ""
            return None
        if self._spent:
            return None
        limit = gate.limits.max_messages_per_day
        self._spent = f"{gate.messages(ts)} of {limit} messages a day are used"
        return Trip("message budget", str(gate.messages(ts)), f"{gate.reserve_from} of {limit}", "reduce only")

    def due(self, ts: int) -> int | None:
        """When to look again; None while nothing can change by time alone."""
        midnight = (ts // DAY + 1) * DAY if self._spent or self._breaker.soft else None
        limit = self._gate.limits.max_inventory_age_s
        if not limit or self.held_since is None or self._aged:
            return midnight
        old = max(ts + 1, self.held_since + round(limit * SECOND))
        return old if midnight is None else min(old, midnight)
