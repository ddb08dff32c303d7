"""What stands beside a row of the ladder: depth up to it, what was added or taken there, what traded there.

Worked out four times a second and held between: an eye reads no faster, and a row whose figures stand still is not
drawn again.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from mm_tui.model.clock import SECOND
from mm_tui.views.traded import TradedAtPrice

EVERY = SECOND // 4
MOMENT = 2 * SECOND
"""What was added and taken is told against the sizes of so long ago."""
FADES = ((SECOND // 2, 3), (SECOND, 2))
"""Up to which age a change is how bright; older ones 1."""

Sizes = dict[int, int]
"""A row's price to lots."""


class Figures(NamedTuple):
    """Of one side of a row, lots."""

    depth: int = 0
    """Displayed from the touch to this row, both included."""
    change: int = 0
    """Displayed now minus displayed a moment ago; 0 where it is the same or not known."""
    fresh: int = 0
    """3 just changed, then 2 and 1; 0 where nothing changed."""


class _Seen(NamedTuple):
    """One side's sizes at a moment."""

    ts: int
    sizes: Sizes
    reach: int
    """Sign times the outermost price that was looked at; beyond it nothing is known."""


class SideFigures:
    """One side of the ladder; `sign` is +1 for bids, −1 for asks."""

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._history: deque[_Seen] = deque()
        self._changed: dict[int, int] = {}
        """A row's price to when its size last changed."""
        self.rows: dict[int, Figures] = {}

    def forget(self) -> None:
        """The rows are other ones: nothing is known of before."""
        self._history.clear()
        self._changed.clear()

    def refresh(self, ts: int, sizes: Sizes, outermost: int) -> None:
        """Figures of these sizes, which reach from the touch to a price."""
        history, sign = self._history, self._sign
        now = _Seen(ts, sizes, sign * outermost)
        if history:
            before = history[-1]
            reach = max(before.reach, now.reach)
            for price in sizes.keys() | before.sizes.keys():
                if sign * price >= reach and sizes.get(price, 0) != before.sizes.get(price, 0):
                    self._changed[price] = ts
        history.append(now)
        while len(history) > 1 and history[1].ts <= ts - MOMENT:
            history.popleft()
        self._changed = {price: at for price, at in self._changed.items() if at > ts - MOMENT}
        self.rows = self._figures(now, history[0])

    def _figures(self, now: _Seen, then: _Seen) -> dict[int, Figures]:
        rows: dict[int, Figures] = {}
        depth, sign, sizes = 0, self._sign, now.sizes
        for price in sorted(sizes, key=lambda price: -sign * price):
            depth += sizes[price]
            rows[price] = Figures(depth, *self._change(price, now, then))
        for price in then.sizes.keys() - sizes.keys():
            rows[price] = Figures(0, *self._change(price, now, then))
        return rows

    def _change(self, price: int, now: _Seen, then: _Seen) -> tuple[int, int]:
        change = now.sizes.get(price, 0) - then.sizes.get(price, 0)
        if not change or self._sign * price < max(then.reach, now.reach):
            return 0, 0
        age = now.ts - self._changed.get(price, 0)
        return change, next((bright for bound, bright in FADES if age < bound), 1)


class LevelFigures:
    """Both sides, and what traded at each row."""

    def __init__(self, traded: TradedAtPrice) -> None:
        self.bids = SideFigures(1)
        self.asks = SideFigures(-1)
        self.bought: Sizes = {}
        """A row's price to lots bought by aggressors over the window."""
        self.sold: Sizes = {}
        self._traded = traded
        self._due = 0
        self._shown: tuple[int, int, int] = (0, 0, 0)

    def refresh(self, ts: int, group: int, bids: Sizes, asks: Sizes, *, low: int, high: int) -> None:
        """Look at the sizes by row, which reach from the touch down to `low` and up to `high`."""
        if group != self._shown[0] or ts < self._due - EVERY:
            self.bids.forget()
            self.asks.forget()
        elif ts < self._due and (group, low, high) == self._shown:
            return
        self._shown, self._due = (group, low, high), ts + EVERY
        self.bids.refresh(ts, bids, low)
        self.asks.refresh(ts, asks, high)
        self.bought = _by_row(((-(-price // group) * group, lots) for price, lots in self._traded.bought.items()))
        self.sold = _by_row(((price // group * group, lots) for price, lots in self._traded.sold.items()))


def _by_row(traded: Iterable[tuple[int, int]]) -> Sizes:
    rows: Sizes = {}
    for price, lots in traded:
        rows[price] = rows.get(price, 0) + lots
    return rows
