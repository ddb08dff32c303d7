"""The last fills one by one, and the half-spread at which those of the last hour would have earned nothing.

Were every fill of the hour made at a half-spread h, a share of its price, it would capture h·q·p and keep what the mid
and the fee did to it. So h = −(Σ adverse selection over 5 s + Σ fees) / Σ q·p, over the fills that traded within the
hour, whose five seconds are over and before which the mid was known. Negative where the mid went our way by more than
the fees.
"""

from collections import deque

from mm_tui.analytics.worth import Worth, insert
from mm_tui.model.account import MICRO
from mm_tui.model.clock import HOUR

KEPT = 200


class Ledger:
    """Takes fills as they are booked, and again when their five seconds are over."""

    def __init__(self) -> None:
        self.last: deque[Worth] = deque(maxlen=KEPT)
        """Oldest first."""
        self.count = 0
        """Fills so far."""
        self.version = 0
        """Another number whenever a fill came or was completed."""
        self._hour: deque[Worth] = deque()
        self._cost2 = 0
        """Adverse selection and fees of the hour."""
        self._value2 = 0
        """Its volume, in the same unit."""

    def on_fill(self, fill: Worth) -> None:
        """A fill was booked."""
        self.last.append(fill)
        self.count += 1
        self.version += 1

    def on_settled(self, fills: list[Worth], ts: int) -> None:
        """The five seconds of these are over, or another horizon of some fill is."""
        for fill in fills:
            if fill.known:
                insert(self._hour, fill)
                self._weigh(fill, 1)
        self.version += 1
        self._forget(ts)

    def break_even_bps(self, ts: int) -> float | None:
        """Of the hour before this time; None without a fill that counts."""
        self._forget(ts)
        return round(-self._cost2 * 10_000 / self._value2, 4) if self._value2 else None

    def _forget(self, ts: int) -> None:
        hour = self._hour
        while hour and hour[0].ts < ts - HOUR:
            self._weigh(hour.popleft(), -1)

    def _weigh(self, fill: Worth, sign: int) -> None:
        self._cost2 += sign * ((fill.adverse2 or 0) + fill.fee2)
        self._value2 += sign * 2 * fill.price * fill.quantity * MICRO
