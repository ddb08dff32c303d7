"""Markouts: what the mid did after our fills; s·(m(t + h) − p)/p in bps, by quantity, without fees, positive is good.

A fill counts at a horizon once time has gone past it, if the book was valid then. One that is reported later than that
is held against the mid that stood at the horizon, as far as it is remembered.
"""

from collections import deque
from math import sqrt

from mm_tui.analytics.worth import HORIZONS, MidBefore, Worth, insert, unknown
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL, Side

DELAYS = (SECOND // 10, SECOND, 5 * SECOND, 30 * SECOND, 60 * SECOND)
"""The horizons, ns."""
NEVER = 1 << 62


class Mean:
    """Weighted by quantity, at each horizon, with how sure it is.

    Fills that are looked at again within the same move share its luck. So all fills of one stretch of time as long as
    the horizon count as one draw: with w the quantities, x the markouts, m their mean and G stretches, the variance of
    m is G/(G − 1) · Σ over stretches (Σ w·(x − m))² / (Σ w)². A fill that is reported late counts with the stretch
    that is under way, so that no more than sums are kept.
    """

    __slots__ = ("_counts", "_draws", "_open", "_quantity", "_weighted")

    def __init__(self) -> None:
        self._weighted = [0.0] * len(HORIZONS)
        self._quantity = [0] * len(HORIZONS)
        self._counts = [0] * len(HORIZONS)
        self._open: list[tuple[int, float, int]] = [(-1, 0.0, 0)] * len(HORIZONS)
        """The stretch under way at each horizon: its number, Σ w·x and Σ w."""
        self._draws: list[tuple[int, float, float, float]] = [(0, 0.0, 0.0, 0.0)] * len(HORIZONS)
        """Of the stretches that are over: how many, and the sums of (Σ w·x)², (Σ w·x)·(Σ w) and (Σ w)²."""

    def add(self, place: int, bps: float, quantity: int, ts: int = 0) -> None:
        """Take a fill at a horizon; `ts` is when it traded."""
        weighted = bps * quantity
        self._weighted[place] += weighted
        self._quantity[place] += quantity
        self._counts[place] += 1
        stretch = ts // DELAYS[place]
        number, sum_x, sum_w = self._open[place]
        if stretch > number:
            if sum_w:
                self._draws[place] = _with(self._draws[place], sum_x, sum_w)
            self._open[place] = (stretch, weighted, quantity)
        else:
            self._open[place] = (number, sum_x + weighted, sum_w + quantity)

    def figures(self) -> dict[str, float | None]:
        """Each horizon's mean in bps; None where no fill counts yet."""
        return {
            name: round(weighted / quantity, 4) if quantity else None
            for name, weighted, quantity in zip(HORIZONS, self._weighted, self._quantity, strict=True)
        }

    def errors(self) -> tuple[float | None, ...]:
        """The standard error of each horizon's mean, bps; None where fewer than two draws are known."""
        return tuple(self._error(place) for place in range(len(HORIZONS)))

    def counts(self) -> tuple[int, ...]:
        """Fills that count at each horizon."""
        return tuple(self._counts)

    def _error(self, place: int) -> float | None:
        _, sum_x, sum_w = self._open[place]
        draws, xx, xw, ww = _with(self._draws[place], sum_x, sum_w) if sum_w else self._draws[place]
        weight = self._quantity[place]
        if draws < 2 or not weight:  # noqa: PLR2004 - one draw says nothing of its own spread
            return None
        mean = self._weighted[place] / weight
        square = max(0.0, xx - 2 * mean * xw + mean * mean * ww)
        return round(sqrt(square * draws / (draws - 1)) / weight, 4)


def _with(draws: tuple[int, float, float, float], sum_x: float, sum_w: int) -> tuple[int, float, float, float]:
    count, xx, xw, ww = draws
    return count + 1, xx + sum_x * sum_x, xw + sum_x * sum_w, ww + float(sum_w) * sum_w


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

    def sure(self, side: Side) -> tuple[tuple[float | None, ...], tuple[int, ...]]:
        """A side's standard errors in bps, and how many fills its means rest on."""
        mean = self._of[side]
        return mean.errors(), mean.counts()

    def settle(self, ts: int, stood: MidBefore) -> None:
        """Fills whose horizon lies before this time meet the mid that stood there, if the book was valid."""
        nearest = NEVER
        for place, pending in enumerate(self._pending):
            while pending:
                horizon = pending[0].ts + DELAYS[place]
                if horizon >= ts:
                    nearest = min(nearest, horizon)
                    break
                mid2, valid = stood(horizon)
                self._look(place, pending.popleft(), mid2 if valid else None)
        self.due = nearest

    def _look(self, place: int, fill: Worth, mid2: int | None) -> None:
        """A horizon of a fill is over, at this mid."""
        fill.looks += 1
        if mid2:
            bps = fill.side * (mid2 - 2 * fill.price) * 10_000 / (2 * fill.price)
            fill.markouts[place] = round(bps, 4)
            self._all.add(place, bps, fill.quantity, fill.ts)
            self._of[fill.side].add(place, bps, fill.quantity, fill.ts)
