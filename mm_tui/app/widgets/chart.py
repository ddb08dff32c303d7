"""The chart: mid, our best quotes and our fills over the last minutes."""

from typing import ClassVar

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.plot import Cell, Plot
from mm_tui.app.widgets.spans import Span
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame

WINDOWS_MIN = (1, 5, 15)
"""Minutes that can be shown; a frame carries no more."""
_GROWING_MIN = (1, 2, 3, 5)
_NS = 1_000_000_000
_TIME_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600)
_LABEL_EVERY = 4
_TIME_GAP = 12
_SMALLEST = (24, 4)
KIND_STYLES = {"": "text", "mid": "bright", "bid": "bid", "ask": "ask", "buy": "own bold", "sell": "own bold"}
"""How what a cell shows is drawn; fills are told by ▲ and ▼, quotes by dashes under and over the mid."""


class Chart(Panel):
    """Axis at the left with the current mid marked on it, times below."""

    title: ClassVar[str] = "Mid, quotes, fills"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._chosen = 0
        """Minutes that were asked for; 0 lets the window grow with what is known, up to five."""
        self._plot = Plot()
        self._symbol = ""
        self._axis = 0

    def cycle_window(self) -> None:
        """The next longer window, after the longest the shortest."""
        self._chosen = next((longer for longer in WINDOWS_MIN if longer > self.minutes), WINDOWS_MIN[0])
        self.repaint()

    @property
    def minutes(self) -> int:
        """The window shown."""
        samples = self.frame.chart.samples
        if self._chosen or not samples:
            return self._chosen or WINDOWS_MIN[0]
        known = samples[-1].ts - samples[0].ts
        return next((minutes for minutes in _GROWING_MIN if known <= minutes * 60 * _NS), _GROWING_MIN[-1])

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """Samples come every quarter of a second; in between nothing is drawn."""
        return before.chart is not frame.chart or before.instrument is not frame.instrument

    def paint(self) -> None:
        """Axis and plot row by row, then the times."""
        chart, instrument = self.frame.chart, self.frame.instrument
        width, height = self.inner
        self.rim(f"{self.minutes} min")
        if instrument is None or not chart.samples or width < _SMALLEST[0] or height < _SMALLEST[1]:
            word = "too small for a chart" if chart.samples and instrument else "no prices yet"
            self.put(0, ("none", word), lambda: [(word, "dim")])
            self.blank(1)
            return
        if instrument.symbol != self._symbol:
            self._symbol, self._axis = instrument.symbol, 0
            self._plot.forget()
        last = chart.samples[-1].mid2
        some = last if last is not None else next((s.mid2 for s in reversed(chart.samples) if s.mid2 is not None), 2)
        self._axis = max(self._axis, len(_price(some, instrument)) + 1)
        plot = self._plot
        plot.shape(width - self._axis - 2, height - 1, self.minutes * 60 * _NS)
        plot.feed(chart.samples, chart.fills)
        marked = plot.row_of(last) if last is not None else None
        for y, cells in enumerate(plot.rows()):
            label = self._label(y, last, marked, instrument)
            key = (label, tuple(cells))
            self.put(y, key, _line, label, cells, self._axis)
        times = self._times(plot)
        self.put(height - 1, ("times", times, self._axis), lambda: [(times, "dim")])

    def _label(self, y: int, last: int | None, marked: int | None, instrument: Instrument) -> tuple[str, str]:
        if y == marked and last is not None:
            return _price(last, instrument), "bright bold"
        if not self._plot.step or (self._plot.height - 1 - y) % _LABEL_EVERY or marked in (y - 1, y + 1):
            return "", "dim"
        return _price(self._plot.price_at(y), instrument), "dim"

    def _times(self, plot: Plot) -> str:
        """`14:02` under the cell where that minute began; with seconds in the shortest window."""
        step = next((s for s in _TIME_STEPS_S if _TIME_GAP * 2 * plot.span <= s * _NS), _TIME_STEPS_S[-1])
        first = (plot.newest - plot.width + 1) * 2 * plot.span
        line = [" "] * plot.width
        moment = -(-first // (step * _NS)) * step * _NS
        while moment <= plot.last_ts:
            text = fmt.clock(moment) if step < 60 else fmt.clock(moment)[:5]  # noqa: PLR2004 - a minute
            at = (moment - first) // (2 * plot.span) - len(text) // 2
            if at >= 0 and at + len(text) <= plot.width:
                line[at : at + len(text)] = text
            moment += step * _NS
        return " " * (self._axis + 2) + "".join(line)


def _price(price2: int, instrument: Instrument) -> str:
    """Half ticks as a price with the tick's own digits, a half tick rounded as everywhere else."""
    return fmt.number(price2 * instrument.tick_size / 2, instrument.price_decimals)


def _line(label: tuple[str, str], cells: list[Cell], axis: int) -> list[Span]:
    text, style = label
    spans: list[Span] = [(text.rjust(axis), style), (" ┤" if text else " │", "border")]
    run, kind = "", ""
    for glyph, shown in cells:
        if shown != kind and run:
            spans.append((run, KIND_STYLES[kind]))
            run = ""
        kind = shown
        run += glyph
    spans.append((run, KIND_STYLES[kind]))
    return spans
