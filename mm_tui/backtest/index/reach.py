"""The next place in a column where the value reaches a bound, found by the extremes of blocks."""

from typing import Final

from mm_tui.backtest.index.shape import Column

BLOCK: Final = 64


class Reach:
    """A column of values that is asked again and again from a place that never goes back."""

    __slots__ = ("_highs", "_lows", "values")

    def __init__(self, values: Column) -> None:
        self.values = values
        blocks = [values[start : start + BLOCK] for start in range(0, len(values), BLOCK)]
        self._highs = [max(block) for block in blocks]
        self._lows = [min(block) for block in blocks]

    def at_least(self, start: int, bound: float) -> int:
        """The first place from `start` on with a value of the bound or over; the length where there is none."""
        values, highs = self.values, self._highs
        block, at = start // BLOCK, start
        while block < len(highs):
            if highs[block] >= bound:
                for value in values[at : (block + 1) * BLOCK]:
                    if value >= bound:
                        return at
                    at += 1
            block += 1
            at = block * BLOCK
        return len(values)

    def at_most(self, start: int, bound: float) -> int:
        """The first place from `start` on with a value of the bound or under; the length where there is none."""
        values, lows = self.values, self._lows
        block, at = start // BLOCK, start
        while block < len(lows):
            if lows[block] <= bound:
                for value in values[at : (block + 1) * BLOCK]:
                    if value <= bound:
                        return at
                    at += 1
            block += 1
            at = block * BLOCK
        return len(values)

    def extremes(self, start: int, end: int) -> tuple[int, int]:
        """The lowest and the highest value of the places from `start` to before `end`; there is at least one."""
        first, last = -(-start // BLOCK), end // BLOCK
        if first >= last:
            piece = self.values[start:end]
            return min(piece), max(piece)
        lows, highs = self._lows[first:last], self._highs[first:last]
        head, tail = self.values[start : first * BLOCK], self.values[last * BLOCK : end]
        return min((*lows, *head, *tail)), max((*highs, *head, *tail))
