"""Histograms of how long things took, below each other over one logarithmic axis of time."""

from math import ceil, floor, log10
from typing import Final

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, by_priority
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, LatencyRow

_BARS: Final = " ▁▂▃▄▅▆▇█"
_PLAIN_BARS: Final = " ....::##"
_SHORTEST: Final = 1_000
"""A microsecond: nothing shorter is told apart."""
_LONGEST: Final = 60_000_000_000
_UNITS: Final = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"))
_NAME: Final = 13


class LatencyChart:
    """One block a measurement: its figures, then its bars; what is slower than 99 of 100 stands out."""

    title = "Latency"
    words = "session"

    def __init__(self) -> None:
        self._decades: tuple[int, int] | None = None
        """Powers of ten at both ends of the axis; they only move apart."""

    @staticmethod
    def concerns(before: DeskFrame, frame: DeskFrame) -> bool:
        """Figures come once a second."""
        return before.latency is not frame.latency

    def cycle_window(self) -> None:
        """It is the whole session, always."""

    def move(self, cells: int) -> None:
        """There is no crosshair: the figures stand beside the bars."""

    def point(self, x: int, y: int) -> None:
        """Likewise."""

    @staticmethod
    def let_go() -> bool:
        """Likewise."""
        return False

    def paint(self, panel: Panel, width: int, height: int) -> str:
        """Blocks of equal height, the axis below."""
        rows = panel.frame.latency
        if not any(row.count for row in rows):
            self._decades = None
            return "nothing is measured in a replay" if panel.frame.replay is not None else "nothing measured yet"
        low, high = self._axis(rows)
        each = max(1, (height - 1) // len(rows))
        bars = _PLAIN_BARS if panel.look is not None and panel.look.ascii else _BARS
        for at, row in enumerate(rows):
            panel.put(at * each, ("head", row, width), _head, row, width)
            room = min(each, height - 1 - at * each) - 1
            shares = shares_of(row, low, high, width) if room > 0 else []
            slow = place_of(round((row.p99_ms or 0) * 1_000_000), low, high, width)
            for line in range(room):
                cells = column_glyphs(shares, room - 1 - line, room, bars)
                panel.put(at * each + 1 + line, (cells, slow), _bars, cells, slow)
        for y in range(each * len(rows), height - 1):
            panel.put(y, "", tuple)
        times = axis_words(low, high, width)
        panel.put(height - 1, ("times", times), lambda: [(times, "dim")])
        return ""

    def _axis(self, rows: tuple[LatencyRow, ...]) -> tuple[int, int]:
        ends = [end for row in rows for least, most, _ in row.counts for end in (least, most)]
        low = floor(log10(max(_SHORTEST, min(ends))))
        high = ceil(log10(min(_LONGEST, max(_SHORTEST * 10, *ends))))
        if self._decades is not None:
            low, high = min(low, self._decades[0]), max(high, self._decades[1])
        self._decades = (low, max(high, low + 1))
        return self._decades


def place_of(ns: int, low: int, high: int, width: int) -> float:
    """How far from the left a time stands, cells."""
    return (log10(max(_SHORTEST, ns)) - low) / (high - low) * width


def shares_of(row: LatencyRow, low: int, high: int, width: int) -> list[float]:
    """How much of the largest cell each cell holds; a bucket spreads evenly over the cells it touches."""
    cells = [0.0] * width
    for least, most, count in row.counts:
        begin, end = place_of(least, low, high, width), place_of(most + 1, low, high, width)
        begin = min(max(0.0, begin), width - 1e-6)
        end = min(max(begin + 1e-6, end), float(width))
        for x in range(int(begin), min(width, ceil(end))):
            cells[x] += count * (min(end, x + 1) - max(begin, x)) / (end - begin)
    largest = max(cells, default=0.0)
    return [cell / largest for cell in cells] if largest else cells


def column_glyphs(shares: list[float], line: int, lines: int, bars: str) -> str:
    """One line of the bars, counted from the bottom; anything above zero shows at least an eighth."""
    filled = [fmt.eighths(share, lines) - 8 * line for share in shares]
    return "".join(bars[min(8, max(0, part))] for part in filled)


def axis_words(low: int, high: int, width: int) -> str:
    """`1 µs`, `10 µs`, … under their places, as many as fit."""
    line = [" "] * width
    free = 0
    for power in range(low, high + 1):
        ns = 10**power
        unit, word = next((unit, word) for unit, word in _UNITS if ns >= unit)
        text = f"{ns // unit} {word}"
        at = min(width - len(text), max(0, round((power - low) / (high - low) * width) - len(text) // 2))
        if at >= free:
            line[at : at + len(text)] = text
            free = at + len(text) + 2
    return "".join(line)


def _head(row: LatencyRow, width: int) -> list[Span]:
    figures = (("p50", row.p50_ms), ("p99", row.p99_ms), ("max", row.max_ms))
    fields: list[tuple[int, list[Span]]] = [(0, [(row.name.ljust(_NAME), "bright")])]
    for rank, (name, value) in enumerate(figures, 1):
        text = fmt.compact(value).rjust(6)
        fields.append((rank, [(f"{name} ", "dim"), (text, "dim" if value is None else "text"), (" ms", "dim")]))
    fields.append((4, [(f"{row.count:,}", "text"), (" times", "dim")]))
    return by_priority(fields, width)


def _bars(cells: str, slow: float) -> list[Span]:
    split = min(len(cells), max(0, int(slow) + 1))
    return [(cells[:split], "accent"), (cells[split:], "warn")]
