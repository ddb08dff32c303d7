"""Markouts: what the mid did after our fills; s·(m(t + h) − p)/p in bps, by quantity, without fees, positive is good.

A fill counts at a horizon once time has gone past it, if the book was valid then. One that is reported later than that
is held against the mid that stood at the horizon, as far as it is remembered.
"""

from collections import deque

from mm_tui.analytics.worth import HORIZONS, MidBefore, Worth, insert, unknown
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL, Side

DELAYS = (SECOND // 10, SECOND, 5 * SECOND, 30 * SECOND, 60 * SECOND)
"""The horizons, ns."""
NEVER = 1 << 62


class Mean:
    """Weighted by quantity, at each horizon."""

    __slots__ = ("_quantity", "_weighted")

    def __init__(self) -> None:
        self._weighted = [0.0] * len(HORIZONS)
        self._quantity = [0] * len(HORIZONS)

    def add(self, place: int, bps: float, quantity: int) -> None:
        """Take a fill at a horizon."""
        self._weighted[place] += bps * quantity
        self._quantity[place] += quantity

    def figures(self) -> dict[str, float | None]:
        """Each horizon's mean in bps; None where no fill counts yet."""
        return {
            name: round(weighted / quantity, 4) if quantity else None
            for name, weighted, quantity in zip(HORIZONS, self._weighted, self._quantity, strict=True)
        }


class Markouts:
    """Takes fills as they are reported."""

    def __init__(self) -> None:
        self.due = NEVER
        """The nearest horizon of a fill, ns."""
        self._pending: tuple[deque[Worth], ...] = tuple(deque() for _ in HORIZONS)
        self._all = Mean()
        self._of: dict[Side, Mean] = {BUY: Mean(), SELL: Mean()}

    def on_fill(self, fill: Worth, ts: int = 0, mid_before: MidBefore = unknown) -> None:
        """A fill of ours, reported at `ts`; at horizons that lie before it meets the mid that stood there."""
        for place, pending in enumerate(self._pending):
            horizon = fill.ts + DELAYS[place]
            if horizon < ts:
                mid2, known = mid_before(horizon + 1)
                self._look(place, fill, mid2 if known else None)
            else:
                insert(pending, fill)
                self.due = min(self.due, horizon)

    def figures(self, side: Side | None = None) -> dict[str, float | None]:
        """Each horizon's mean in bps, of one side or of both; None where no fill counts yet."""
        return (self._all if side is None else self._of[side]).figures()

    def settle(self, ts: int, mid2: int | None) -> None:
        """Fills whose horizon lies before this time meet the mid that stood until now; None: the book was invalid."""
        nearest = NEVER
        for place, pending in enumerate(self._pending):
            while pending:
                horizon = pending[0].ts + DELAYS[place]
                if horizon >= ts:
                    nearest = min(nearest, horizon)
                    break
                self._look(place, pending.popleft(), mid2)
        self.due = nearest

    def _look(self, place: int, fill: Worth, mid2: int | None) -> None:
        """A horizon of a fill is over, at this mid."""
        fill.looks += 1
        if mid2:
            bps = fill.side * (mid2 - 2 * fill.price) * 10_000 / (2 * fill.price)
            fill.markouts[place] = round(bps, 4)
            self._all.add(place, bps, fill.quantity)
            self._of[fill.side].add(place, bps, fill.quantity)
