"""Markouts: what the mid did after our fills; s·(m(t + h) − p)/p in bps, by quantity, without fees, positive is good.

A fill counts at a horizon once time has gone past it, if the book was valid then.
"""

from collections import deque

from mm_tui.model.facts import Filled

SECOND = 1_000_000_000
HORIZONS = {"100ms": SECOND // 10, "1s": SECOND, "5s": 5 * SECOND, "30s": 30 * SECOND, "60s": 60 * SECOND}


class Markouts:
    """Takes fills and mids in the order of their time."""

    def __init__(self) -> None:
        self._mid2: int | None = None
        self.due = 1 << 62
        """The nearest horizon of a fill, ns."""
        self._pending: dict[str, deque[tuple[int, Filled]]] = {name: deque() for name in HORIZONS}
        self._weighted = dict.fromkeys(HORIZONS, 0.0)
        self._quantity = dict.fromkeys(HORIZONS, 0)

    def on_fill(self, fill: Filled) -> None:
        """A fill of ours."""
        for name, horizon in HORIZONS.items():
            self._pending[name].append((fill.matched + horizon, fill))
        self.due = min(self.due, fill.matched + min(HORIZONS.values()))

    def on_mid(self, ts: int, mid2: int | None) -> None:
        """The mid from this time on, half ticks; None while the book is not valid."""
        if ts > self.due:
            self.settle(ts)
        self._mid2 = mid2

    def figures(self) -> dict[str, float | None]:
        """Each horizon's mean in bps; None where no fill counts yet."""
        return {
            name: round(self._weighted[name] / quantity, 4) if (quantity := self._quantity[name]) else None
            for name in HORIZONS
        }

    def settle(self, ts: int) -> None:
        """Fills whose horizon lies before this time meet the mid that stood until now."""
        self.due = 1 << 62
        for name, pending in self._pending.items():
            while pending and pending[0][0] < ts:
                _, fill = pending.popleft()
                if self._mid2 is not None:
                    bps = fill.side * (self._mid2 - 2 * fill.price) * 10_000 / (2 * fill.price)
                    self._weighted[name] += bps * fill.quantity
                    self._quantity[name] += fill.quantity
            if pending:
                self.due = min(self.due, pending[0][0])
