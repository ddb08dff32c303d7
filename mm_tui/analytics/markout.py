"""Markouts: what the mid did after our fills; s·(m(t + h) − p)/p in bps, by quantity, without fees, positive is good.

A fill counts at a horizon once time has gone past it, if the book was valid then.
"""

from collections import deque

from mm_tui.analytics.worth import HORIZONS, Worth
from mm_tui.model.events import BUY, SELL, Side

SECOND = 1_000_000_000
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
    """Takes fills in the order of their time."""

    def __init__(self) -> None:
        self.due = NEVER
        """The nearest horizon of a fill, ns."""
        self._pending: tuple[deque[Worth], ...] = tuple(deque() for _ in HORIZONS)
        self._all = Mean()
        self._of: dict[Side, Mean] = {BUY: Mean(), SELL: Mean()}

    def on_fill(self, fill: Worth) -> None:
        """A fill of ours."""
        for pending in self._pending:
            pending.append(fill)
        self.due = min(self.due, fill.ts + DELAYS[0])

    def figures(self, side: Side | None = None) -> dict[str, float | None]:
        """Each horizon's mean in bps, of one side or of both; None where no fill counts yet."""
        return (self._all if side is None else self._of[side]).figures()

    def settle(self, ts: int, mid2: int | None) -> None:
        """Fills whose horizon lies before this time meet the mid that stood until now; None: the book was invalid."""
        self.due = NEVER
        for place, pending in enumerate(self._pending):
            delay = DELAYS[place]
            while pending and pending[0].ts + delay < ts:
                fill = pending.popleft()
                fill.looks += 1
                if mid2:
                    bps = fill.side * (mid2 - 2 * fill.price) * 10_000 / (2 * fill.price)
                    fill.markouts[place] = round(bps, 4)
                    self._all.add(place, bps, fill.quantity)
                    self._of[fill.side].add(place, bps, fill.quantity)
            if pending:
                self.due = min(self.due, pending[0].ts + delay)
