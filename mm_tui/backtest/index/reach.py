"""The next place in a column where the value reaches a bound: by blocks, and by blocks of blocks."""

from collections.abc import Callable
from operator import ge, le
from typing import Any, Final

from mm_tui.backtest.index.shape import Column

BLOCK: Final = 64


class Bound:
    """A column asked for the next value of a bound or over, or of a bound or under."""

    __slots__ = ("_blocks", "_extreme", "_reached", "_tops", "_values")

    def __init__(self, values: Column, extreme: Callable[[Any], int], reached: Callable[[float, float], bool]) -> None:
        self._values = values
        self._extreme = extreme
        self._reached = reached
        self._blocks = _by_blocks(values, extreme)
        self._tops = _by_blocks(self._blocks, extreme)

    def next(self, start: int, bound: float) -> int:
        """The first place from `start` on; the column's length where there is none."""
        block = start // BLOCK
        if start % BLOCK:
            at = self._first(self._values, start, (block + 1) * BLOCK, bound)
            if at is not None:
                return at
            block += 1
        found = self._next_block(block, bound)
        if found is None:
            return len(self._values)
        return self._first(self._values, found * BLOCK, (found + 1) * BLOCK, bound)  # type: ignore[return-value]  # it has one

    def extreme(self, start: int, end: int) -> int:
        """Of the places from `start` to before `end`; there is at least one."""
        first, last = -(-start // BLOCK), end // BLOCK
        if first >= last:
            return self._extreme(self._values[start:end])
        parts = self._blocks[first:last]
        for piece in (self._values[start : first * BLOCK], self._values[last * BLOCK : end]):
            parts.extend(piece)
        return self._extreme(parts)

    def _next_block(self, block: int, bound: float) -> int | None:
        blocks, tops, reached = self._blocks, self._tops, self._reached
        top = block // BLOCK
        if block % BLOCK:
            found = self._first(blocks, block, (top + 1) * BLOCK, bound)
            if found is not None:
                return found
            top += 1
        for number in range(top, len(tops)):
            if reached(tops[number], bound):
                return self._first(blocks, number * BLOCK, (number + 1) * BLOCK, bound)
        return None

    def _first(self, values: Column, start: int, end: int, bound: float) -> int | None:
        """The first of a few places."""
        piece, reached = values[start:end], self._reached
        if not len(piece) or not reached(self._extreme(piece), bound):
            return None
        return next(at for at, value in enumerate(piece, start) if reached(value, bound))


def heights(values: Column) -> Bound:
    """Asked for the next value of a bound or over."""
    return Bound(values, max, ge)


def depths(values: Column) -> Bound:
    """Asked for the next value of a bound or under."""
    return Bound(values, min, le)


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


def _by_blocks(values: Column, extreme: Callable[[Any], int]) -> list[int]:
    return [extreme(values[start : start + BLOCK]) for start in range(0, len(values), BLOCK)]
