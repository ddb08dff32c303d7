"""The next place in a column where the value reaches a bound: by blocks, and by blocks of blocks."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from mm_tui.backtest.index.shape import Column

BLOCK: Final = 64


class Heights:
    """A column asked for the next value of a bound or over; a bound that many values reach is found soon."""

    __slots__ = ("_blocks", "_running", "_tops", "_values")

    def __init__(self, values: Column) -> None:
        self._values = values
        self._running = array("q")
        """The highest value of the block so far."""
        for start in range(0, len(values), BLOCK):
            self._running.extend(accumulate(values[start : start + BLOCK], max))
        self._blocks = _every_last(self._running)
        """The highest value of each block."""
        self._tops = [max(self._blocks[start : start + BLOCK]) for start in range(0, len(self._blocks), BLOCK)]
        """Of each block of blocks."""

    def next(self, start: int, bound: float) -> int:
        """The first place from `start` on; the column's length where there is none."""
        block = start // BLOCK
        end = (block + 1) * BLOCK
        if start % BLOCK:
            at = _first(self._values, start, end, bound)
            if at is not None:
                return at
            block += 1
        found = self._next_block(block, bound)
        if found is None:
            return len(self._values)
        return bisect_left(self._running, bound, found * BLOCK, min((found + 1) * BLOCK, len(self._running)))

    def highest(self, start: int, end: int) -> int:
        """Of the places from `start` to before `end`; there is at least one."""
        first, last = -(-start // BLOCK), end // BLOCK
        if first >= last:
            return int(max(self._values[start:end]))
        highest = max(self._blocks[first:last])
        for piece in (self._values[start : first * BLOCK], self._values[last * BLOCK : end]):
            if len(piece):
                highest = max(highest, *piece)
        return highest

    def _next_block(self, block: int, bound: float) -> int | None:
        blocks, tops = self._blocks, self._tops
        top = block // BLOCK
        if block % BLOCK:
            found = _first(blocks, block, (top + 1) * BLOCK, bound)
            if found is not None:
                return found
            top += 1
        for number in range(top, len(tops)):
            if tops[number] >= bound:
                return _first(blocks, number * BLOCK, (number + 1) * BLOCK, bound)
        return None


class Reach:
    """A column of values that is asked both ways."""

    __slots__ = ("_depths", "_heights", "values")

    def __init__(self, values: Column) -> None:
        self.values = values
        self._heights = Heights(values)
        self._depths = Heights(array("q", (-value for value in values)))

    def at_least(self, start: int, bound: float) -> int:
        """The first place from `start` on with a value of the bound or over; the length where there is none."""
        return self._heights.next(start, bound)

    def at_most(self, start: int, bound: float) -> int:
        """The first place from `start` on with a value of the bound or under; the length where there is none."""
        return self._depths.next(start, -bound)

    def extremes(self, start: int, end: int) -> tuple[int, int]:
        """The lowest and the highest value of the places from `start` to before `end`; there is at least one."""
        return -self._depths.highest(start, end), self._heights.highest(start, end)


def _first(values: Column, start: int, end: int, bound: float) -> int | None:
    """The first of a few places."""
    piece = values[start:end]
    if not len(piece) or max(piece) < bound:
        return None
    return next(at for at, value in enumerate(piece, start) if value >= bound)


def _every_last(running: Sequence[int]) -> list[int]:
    ends = range(BLOCK - 1, len(running), BLOCK)
    last = [running[end] for end in ends]
    return last if len(running) % BLOCK == 0 else [*last, running[-1]]
