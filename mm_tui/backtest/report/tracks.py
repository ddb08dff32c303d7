"""Series of any length in little room: time is cut into stretches, each keeps its lowest, highest and last value.

The stretches are short at first. Whenever there would be too many, two neighbours become one, so that a minute keeps
its milliseconds and a day is as exact as a page is wide. Nothing that stood out is lost: extremes stay extremes.
"""

from collections import defaultdict
from typing import Final

import msgspec

SHORTEST: Final = 1_000_000
"""A stretch to begin with, ns."""
MOST: Final = 1024
"""Stretches of a series: about as many as a page has pixels."""


class Cell(msgspec.Struct, gc=False):
    """One stretch of time."""

    place: int
    """Counted from the first value, in lengths of a stretch."""
    low: float
    high: float
    last: float | None
    """None: at its end there is no value."""


class Track:
    """A value that holds until it changes; None where there is none."""

    def __init__(self, most: int = MOST) -> None:
        self.cells: list[Cell] = []
        self.start = 0
        """Of the first value, ns."""
        self.width = SHORTEST
        """Of a stretch, ns."""
        self._most = most
        self._value: float | None = None

    def add(self, ts: int, value: float | None) -> None:
        """From this time on the value is another one; times never go back."""
        if value == self._value:
            return
        if not self.cells:
            self.start = ts
        before, self._value = self._value, value
        place = (ts - self.start) // self.width
        known = [one for one in (before, value) if one is not None]
        cell = Cell(place, min(known), max(known), value)
        if self.cells and self.cells[-1].place == place:
            _merge(self.cells[-1], cell)
            return
        self.cells.append(cell)
        while len(self.cells) > self._most:
            self._halve()

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The lowest and the highest value; None where there was none."""
        cells = self.cells
        return (min(cell.low for cell in cells), max(cell.high for cell in cells)) if cells else None

    def _halve(self) -> None:
        self.width *= 2
        merged: list[Cell] = []
        for cell in self.cells:
            cell.place //= 2
            if merged and merged[-1].place == cell.place:
                _merge(merged[-1], cell)
            else:
                merged.append(cell)
        self.cells = merged


class Shares:
    """How much of each stretch of time was spent how; ns by name."""

    def __init__(self, most: int = MOST) -> None:
        self.start = 0
        self.width = SHORTEST
        self.spent: list[dict[str, int]] = []
        """One for each stretch from `start` on."""
        self._most = most

    def add(self, start: int, end: int, name: str) -> None:
        """From a time to a later one it was so; times never go back."""
        if not self.spent:
            self.start = start
        while end - self.start > self._most * self.width:
            self._halve()
        at = start
        while at < end:
            place = (at - self.start) // self.width
            until = min(end, self.start + (place + 1) * self.width)
            while len(self.spent) <= place:
                self.spent.append(defaultdict(int))
            self.spent[place][name] += until - at
            at = until

    def _halve(self) -> None:
        self.width *= 2
        halved: list[dict[str, int]] = []
        for place, spent in enumerate(self.spent):
            if place % 2:
                for name, time in spent.items():
                    halved[-1][name] += time
            else:
                halved.append(spent)
        self.spent = halved


def _merge(cell: Cell, later: Cell) -> None:
    cell.low, cell.high, cell.last = min(cell.low, later.low), max(cell.high, later.high), later.last
