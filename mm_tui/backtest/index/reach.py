"""The next place in a column where the value reaches a bound: by blocks, by blocks of blocks, and so on."""

from array import array
from collections.abc import Callable
from typing import Any, Final

from mm_tui.backtest.index.shape import Column

BLOCK: Final = 16

First = Callable[[Any, int, int, float], int]
"""Of some values the first place from one to before another that reaches a bound; the latter where none does."""


class Bound:
    """A column asked for the next value of a bound or over, or of a bound or under."""

    __slots__ = ("_extreme", "_first", "_levels")

    def __init__(self, values: Column, extreme: Callable[[Any], int], first: First) -> None:
        self._extreme = extreme
        self._first = first
        self._levels: list[Column] = [values]
        """The column, then of each the extremes of its blocks, up to one that is a block itself."""
        while len(self._levels[-1]) > BLOCK:
            self._levels.append(_by_blocks(self._levels[-1], extreme))

    def next(self, start: int, bound: float) -> int:
        """The first place from `start` on; the column's length where there is none."""
        levels, first, at = self._levels, self._first, start
        for height, values in enumerate(levels):
            end = min(at - at % BLOCK + BLOCK, len(values))
            found = first(values, at, end, bound)
            if found < end:
                for below in reversed(levels[:height]):
                    found = first(below, found * BLOCK, found * BLOCK + BLOCK, bound)
                return found
            at = at // BLOCK + 1
        return len(levels[0])

    def extreme(self, start: int, end: int) -> int:
        """Of the places from `start` to before `end`; there is at least one."""
        parts: list[int] = []
        for values in self._levels:
            first, last = -(-start // BLOCK), end // BLOCK
            if first >= last:
                parts.extend(values[start:end])
                break
            parts.extend(values[start : first * BLOCK])
            parts.extend(values[last * BLOCK : end])
            start, end = first, last
        return self._extreme(parts)


def heights(values: Column) -> Bound:
    """Asked for the next value of a bound or over."""
    return Bound(values, max, _first_at_least)


def depths(values: Column) -> Bound:
    """Asked for the next value of a bound or under."""
    return Bound(values, min, _first_at_most)


class Reach:
    """A column of values that is asked both ways."""

    __slots__ = ("_depths", "_heights", "values")

    def __init__(self, values: Column) -> None:
        self.values = values
        self._heights, self._depths = heights(values), depths(values)

    def at_least(self, start: int, bound: float) -> int:
        """The first place from `start` on with a value of the bound or over; the length where there is none."""
        return self._heights.next(start, bound)

    def at_most(self, start: int, bound: float) -> int:
        """The first place from `start` on with a value of the bound or under; the length where there is none."""
        return self._depths.next(start, bound)

    def extremes(self, start: int, end: int) -> tuple[int, int]:
        """The lowest and the highest value of the places from `start` to before `end`; there is at least one."""
        return self._depths.extreme(start, end), self._heights.extreme(start, end)


def _by_blocks(values: Column, extreme: Callable[[Any], int]) -> Column:
    return array("q", [extreme(values[start : start + BLOCK]) for start in range(0, len(values), BLOCK)])


def _first_at_least(values: Column, start: int, end: int, bound: float) -> int:
    for value in values[start:end]:
        if value >= bound:
            return start
        start += 1
    return end


def _first_at_most(values: Column, start: int, end: int, bound: float) -> int:
    for value in values[start:end]:
        if value <= bound:
            return start
        start += 1
    return end
