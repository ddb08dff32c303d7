"""Markouts as curves by side, each mean with its standard error as a bar."""

from itertools import pairwise
from typing import Final

from mm_tui.app.widgets.chart.plot import nice_scale
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.position import MARKOUT_HEADS
from mm_tui.app.widgets.spans import Span, by_priority, joined
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, WorthFrame

_UNIT: Final = 1000
"""Values are counted in thousandths of a basis point."""
_HELD: Final = 0.3
"""A scale is kept while what is shown fills more than this share of it."""
_LABEL_EVERY: Final = 3
_FIVE_SECONDS: Final = 2
"""The horizon whose figures stand above while none is chosen."""
_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_SIDES: Final = (("buy", "bid", -1), ("sell", "ask", 1))
"""Name, colour, and how many cells beside the horizon's place the side stands, so that bars do not hide each other."""

Point = tuple[float | None, float | None, int]
"""Mean and its standard error in bps, and how many fills."""
Grid = dict[tuple[int, int], tuple[str, str]]
"""Line and cell to a character and its style."""


class MarkoutChart:
    """From 100 ms to 60 s after the fill; above zero is good."""

    title = "Markouts"
    words = "bps · session"

    def __init__(self) -> None:
        self.at: int | None = None
        """The horizon under the crosshair."""
        self._step = self._bottom = 0
        self._height = self._axis = self._width = 0

    @staticmethod
    def concerns(before: DeskFrame, frame: DeskFrame) -> bool:
        """Figures come a few times a second."""
        return before.worth is not frame.worth

    def cycle_window(self) -> None:
        """It is the whole session, always."""

    def move(self, cells: int) -> None:
        """To the next horizon."""
        step = 1 if cells > 0 else -1
        last = len(MARKOUT_HEADS) - 1
        self.at = _FIVE_SECONDS if self.at is None else min(last, max(0, self.at + step))

    def point(self, x: int, _: int) -> None:
        """The horizon nearest to a cell."""
        if self._width > 0:
            count = len(MARKOUT_HEADS)
            self.at = min(count - 1, max(0, (x - self._axis - 2) * count // self._width))

    def let_go(self) -> bool:
        """Choose none."""
        there, self.at = self.at is not None, None
        return there

    def paint(self, panel: Panel, width: int, height: int) -> str:
        """Figures, curves, horizons."""
        sides = points(panel.frame.worth)
        if not any(count for side in sides for _, _, count in side):
            return "no markouts yet: the first comes 100 ms after a fill"
        figures = self._figures(sides, width)
        panel.put(0, ("figures", *figures), list, figures)
        rows = height - 2
        self._rescale(sides, rows)
        places = 1 if self._step % (_UNIT // 10) == 0 else 2 if self._step % (_UNIT // 100) == 0 else 3
        labels = [self._label(y, rows, places) for y in range(rows)]
        self._axis = max(self._axis, *(len(label) + 1 for label in labels))
        self._width = width - self._axis - 2
        for y, cells in enumerate(self._draw(sides, rows)):
            row = [(labels[y].rjust(self._axis), "dim"), (" ┤" if labels[y] else " │", "border"), *cells]
            panel.put(1 + y, tuple(row), list, row)
        heads = self._heads()
        panel.put(height - 1, ("heads", *heads), list, heads)
        return ""

    def _figures(self, sides: tuple[list[Point], list[Point]], width: int) -> list[Span]:
        at = _FIVE_SECONDS if self.at is None else self.at
        fields: list[tuple[int, list[Span]]] = [
            (0, [(MARKOUT_HEADS[at].ljust(5), "dim" if self.at is None else "accent bold")])
        ]
        for rank, ((name, style, _), side) in enumerate(zip(_SIDES, sides, strict=True), 1):
            mean, error, count = side[at]
            spread = f" ±{fmt.number(error, 2)}"
            text = fmt.number(mean, 2, signed=True).rjust(6)
            fields.append(
                (rank, [(f"{name} ", style), (text, "bright"), (spread, "text"), (f" of {count:,} fills", "dim")])
            )
        return by_priority(fields, width)

    def _rescale(self, sides: tuple[list[Point], list[Point]], rows: int) -> None:
        """Zero, every mean and every bar inside; kept while they fit, so that the picture does not jump."""
        low = high = 0
        for side in sides:
            for mean, error, _ in side:
                if mean is not None:
                    low = min(low, round((mean - (error or 0)) * _UNIT))
                    high = max(high, round((mean + (error or 0)) * _UNIT))
        top = self._bottom + self._step * self._height
        fits = self._step and self._bottom <= low and high < top and high - low > _HELD * (top - self._bottom)
        if not fits or rows != self._height:
            self._step, self._bottom = nice_scale(low, high, max(1, rows))
            self._height = rows

    def _label(self, y: int, rows: int, places: int) -> str:
        value = self._bottom + (rows - 1 - y) * self._step
        if value and (value // self._step) % _LABEL_EVERY:
            return ""
        return fmt.number(value / _UNIT, places, signed=True)

    def _place(self, horizon: int) -> int:
        return (2 * horizon + 1) * self._width // (2 * len(MARKOUT_HEADS))

    def _draw(self, sides: tuple[list[Point], list[Point]], rows: int) -> list[list[Span]]:
        """Zero as a rule, then each side's curve, then its bars and means on top."""
        grid: Grid = {}
        zero = self._row(0, rows)
        for x in range(self._width):
            grid[zero, x] = ("╌", "border")
        if self.at is not None:
            for y in range(rows):
                grid.setdefault((y, self._place(self.at)), ("│", "dim"))
        for (_, style, beside), side in zip(_SIDES, sides, strict=True):
            known = [(self._place(at) + beside, mean) for at, (mean, _, _) in enumerate(side) if mean is not None]
            for ends in pairwise(known):
                self._curve(grid, ends, style, rows)
        for (_, style, beside), side in zip(_SIDES, sides, strict=True):
            for at, point in enumerate(side):
                self._bar(grid, self._place(at) + beside, point, style, rows)
        return [joined(grid.get((y, x), (" ", "text")) for x in range(self._width)) for y in range(rows)]

    def _row(self, value: float, rows: int) -> int:
        return min(rows - 1, max(0, rows - 1 - int((value * _UNIT - self._bottom) // self._step)))

    def _curve(self, grid: Grid, ends: tuple[tuple[int, float], tuple[int, float]], style: str, rows: int) -> None:
        """A straight line in braille from the middle of one cell to that of another."""
        first, second = ends
        begin, end = 2 * first[0] + 1, 2 * second[0] + 1
        before: int | None = None
        for dot in range(begin, end + 1):
            share = (dot - begin) / max(1, end - begin)
            value = (first[1] + (second[1] - first[1]) * share) * _UNIT
            high = 4 * rows - 1 - int((value - self._bottom) * 4 // self._step)
            low = high if before is None else before + (1 if before < high else -1 if before > high else 0)
            for y in range(min(low, high), max(low, high) + 1):
                at = (y // 4, dot // 2)
                if 0 <= y < 4 * rows and 0 <= dot // 2 < self._width:
                    there = grid.get(at, (" ", ""))
                    bits = ord(there[0]) - 0x2800 if there[1] == style and "⠀" <= there[0] <= "⣿" else 0
                    grid[at] = (chr(0x2800 | bits | _DOTS[y % 4][dot % 2]), style)
            before = high

    def _bar(self, grid: Grid, x: int, point: Point, style: str, rows: int) -> None:
        """A mean, and a bar as long as its error either way."""
        mean, error, _ = point
        if mean is None:
            return
        middle = self._row(mean, rows)
        if error is not None:
            top, low = self._row(mean + error, rows), self._row(mean - error, rows)
            for y in range(top, low + 1):
                grid[y, x] = ("┬" if y == top else "┴" if y == low else "│", style)
        grid[middle, x] = ("●", f"{style} bold")

    def _heads(self) -> list[Span]:
        line = [" "] * self._width
        for at, head in enumerate(MARKOUT_HEADS):
            begin = self._place(at) - len(head) // 2
            if begin >= 0 and begin + len(head) <= self._width:
                line[begin : begin + len(head)] = head
        return [(" " * (self._axis + 2) + "".join(line), "dim")]


def points(worth: WorthFrame) -> tuple[list[Point], list[Point]]:
    """Each side's means with their errors and counts."""
    return (
        list(zip(worth.markouts_buy, worth.errors_buy, worth.counts_buy, strict=True)),
        list(zip(worth.markouts_sell, worth.errors_sell, worth.counts_sell, strict=True)),
    )
