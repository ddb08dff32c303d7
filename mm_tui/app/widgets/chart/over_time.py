"""A chart over time: axis at the left with the current value marked on it, values above, times below, a crosshair."""

from bisect import bisect_right
from typing import Final

from mm_tui.app.widgets.chart.line_charts import STYLES, LineChart, Scale
from mm_tui.app.widgets.chart.plot import Cell, Plot
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, by_priority, joined
from mm_tui.app.widgets.times import times_below
from mm_tui.model.clock import SECOND
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import ChartSample, DeskFrame

WINDOWS_MIN: Final = (1, 5, 15, 60, 240)
"""Minutes that can be shown; a frame carries no more."""
_GROWING_S: Final = (10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300)
"""Seconds through which the window grows by itself: two thirds of it are always filled."""
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_LABEL_EVERY = 4
_ROOM_FOR_VALUES = 6
"""Rows from which one is given to the values."""
_FRAME = 6
"""Cells of the frame beside its title and the values, where they stand in it."""
_TAIL = 2
"""Cells behind the plot for the letters of its lines."""


class TimeChart:
    """One of the line charts, as the panel draws it."""

    def __init__(self, chart: LineChart) -> None:
        self.title = chart.title
        self.at: int | None = None
        """The crosshair's moment, ns; None without one."""
        self.plot = Plot(chart.series, lambda _: ())
        self._chart = chart
        self._chosen = 0
        """Minutes that were asked for; 0 lets the window grow with what is known, up to five."""
        self._instrument: Instrument | None = None
        self._scale: Scale | None = None
        self._axis = 0
        self._widths: dict[int, int] = {}
        """Cells of each value above the plot; they only grow."""
        self._samples: tuple[ChartSample, ...] = ()
        self._beside = ""
        """The values at the crosshair, where they have no line of their own."""

    @staticmethod
    def concerns(before: DeskFrame, frame: DeskFrame) -> bool:
        """Samples come every quarter of a second; in between nothing is drawn."""
        return before.chart is not frame.chart or before.instrument is not frame.instrument

    def cycle_window(self) -> None:
        """The next longer window, after the longest the shortest."""
        longer = (minutes for minutes in WINDOWS_MIN if minutes * _MINUTE_S > self.seconds)
        self._chosen = next(longer, WINDOWS_MIN[0])

    @property
    def chosen(self) -> int:
        """Minutes that were asked for; 0 where the window grows by itself."""
        return self._chosen

    @chosen.setter
    def chosen(self, minutes: object) -> None:
        self._chosen = minutes if isinstance(minutes, int) and minutes in WINDOWS_MIN else 0

    @property
    def seconds(self) -> int:
        """The window shown."""
        samples = self._samples
        if self._chosen:
            return self._chosen * _MINUTE_S
        known = samples[-1].ts - samples[0].ts if samples else 0
        return next((seconds for seconds in _GROWING_S if known <= seconds * SECOND), _GROWING_S[-1])

    @property
    def words(self) -> str:
        """What the frame says of the window; of the crosshair where the panel is too low for a line of it."""
        if self._beside:
            return self._beside
        seconds, unit = self.seconds, self._scale.word if self._scale is not None else ""
        if seconds >= _HOUR_S:
            window = f"{seconds // _HOUR_S} h"
        else:
            window = f"{seconds} s" if seconds % _MINUTE_S else f"{seconds // _MINUTE_S} min"
        return f"{unit} · {window}" if unit else window

    # -- the crosshair

    def move(self, cells: int) -> None:
        """Move it; from the newest moment where there is none, and away behind that."""
        plot = self.plot
        if plot.last_ts < 0:
            return
        x = plot.width if self.at is None else plot.cell_of(self.at)
        self._place(x + cells)

    def point(self, x: int, _: int) -> None:
        """Put it at a cell of the panel's content."""
        self._place(x - self._axis - 2)

    def _place(self, x: int) -> None:
        if x >= self.plot.width or self.plot.last_ts < 0:
            self.at = None
        else:
            self.at = self.plot.time_of(max(0, x))

    def let_go(self) -> bool:
        """Take it away; whether there was one."""
        there, self.at = self.at is not None, None
        return there

    # -- drawing

    def paint(self, panel: Panel, width: int, height: int) -> str:
        """Put every row; or say why that cannot be done."""
        frame = panel.frame
        instrument, self._samples = frame.instrument, frame.chart.samples
        if instrument is None or not self._samples:
            self._beside = ""
            return "no prices yet"
        scale = self._scale_for(instrument)
        head = int(height >= _ROOM_FOR_VALUES)
        plot = self.plot
        last = scale.read(self._samples[-1])
        tail = _TAIL if len(self._chart.named) > 1 and self._chart.mark is None else 0
        for _ in range(2):  # labels wider than before leave the plot less room
            before = self._axis
            plot.shape(width - before - 2 - tail, height - 1 - head, self.seconds * SECOND)
            plot.feed(self._samples, frame.chart.fills)
            self._axis = max(before, self._widest(scale))
            if self._axis == before:
                break
        cursor = self._cursor()
        letters = self._letters(last) if tail else {}
        marked = plot.row_of(last[0]) if last[0] is not None else None
        room = width if head else width - _FRAME - len(self.title)
        values = self._values(scale, cursor, room) if head or cursor is not None else []
        self._beside = "" if head else "".join(text for text, _ in values)
        if head:
            panel.lay(0, values, list, values)
        labelled = rows_labelled(plot.height, marked) if plot.step else set()
        for y, cells in enumerate(plot.rows()):
            label = self._label(y, last[0], marked, labelled, scale)
            line = (label, cells, self._axis, cursor, letters.get(y))
            panel.lay(head + y, line, _line, *line)
        each = 2 * plot.span
        times = " " * (self._axis + 2) + times_below(plot.first * each, each, plot.width, plot.last_ts)
        panel.put(height - 1, ("times", times, self._axis), lambda: [(times, "dim")])
        return ""

    def _scale_for(self, instrument: Instrument) -> Scale:
        if instrument is not self._instrument or self._scale is None:
            self._instrument, self._axis, self.at = instrument, 0, None
            self._widths.clear()
            self._scale = self._chart.scale(instrument)
            self.plot = Plot(self._chart.series, self._scale.read, self._chart.mark, floor=self._chart.floor)
        return self._scale

    def _places(self, scale: Scale) -> int:
        return scale.places(self.plot.step) if self.plot.step else scale.most

    def _widest(self, scale: Scale) -> int:
        """Cells that every label on the axis fits in; it only grows, so that the plot does not jump."""
        plot = self.plot
        if not plot.step:
            return 0
        ends = (plot.bottom, plot.value_at(0))
        return max(len(scale.text(value, self._places(scale))) for value in ends) + 1

    def _cursor(self) -> int | None:
        """The crosshair's cell; it goes when its moment leaves the plot."""
        if self.at is None:
            return None
        x = self.plot.cell_of(self.at)
        if not 0 <= x < self.plot.width:
            self.at = None
            return None
        return x

    def _values(self, scale: Scale, cursor: int | None, width: int) -> list[Span]:
        """The moment and the exact values at it."""
        sample = self._sample_at(cursor)
        read = scale.read(sample) if sample is not None else (None,) * len(self._chart.series)
        ts = self.at if sample is None else sample.ts
        moment = fmt.clock(ts) if ts is not None else ""
        fields: list[tuple[int, list[Span]]] = [(0, [(moment, "dim" if cursor is None else "accent bold")])]
        for rank, (at, label) in enumerate(self._chart.named, 1):
            text, style = scale.text(read[at]), STYLES[self._chart.series[at].name]
            self._widths[at] = max(self._widths.get(at, 0), len(text))
            text = text.rjust(self._widths[at])
            fields.append((rank, [(f"{label} ", "dim"), (text, "dim" if read[at] is None else style)]))
        return by_priority(fields, width)

    def _sample_at(self, cursor: int | None) -> ChartSample | None:
        """The last sample of the crosshair's cell; without one the newest."""
        samples = self._samples
        if cursor is None:
            return samples[-1]
        end = self.plot.time_of(cursor)
        at = bisect_right(samples, end, key=lambda sample: sample.ts) - 1
        return samples[at] if at >= 0 and samples[at].ts > end - 2 * self.plot.span else None

    def _letters(self, last: tuple[int | None, ...]) -> dict[int, tuple[str, str]]:
        """Where each line ends, its letter: the first of its label."""
        letters: dict[int, tuple[str, str]] = {}
        for at, label in self._chart.named:
            value, series = last[at], self._chart.series[at]
            row = None if value is None or series.dashed else self.plot.row_of(value)
            if row is not None:
                letters.setdefault(row, (label[0], STYLES[series.name]))
        return letters

    def _label(self, y: int, last: int | None, marked: int | None, labelled: set[int], scale: Scale) -> tuple[str, str]:
        plot, places = self.plot, self._places(scale)
        if y == marked and last is not None:
            return scale.text(last, places), "bright bold"
        return scale.text(plot.value_at(y), places) if y in labelled else "", "dim"


def rows_labelled(height: int, marked: int | None) -> set[int]:
    """Rows with a value on the axis: round ones, none beside the marked row.

    Where that leaves none, the far end has one: a single value tells no scale.
    """
    near = () if marked is None else (marked - 1, marked, marked + 1)
    rows = {y for y in range(height) if not (height - 1 - y) % _LABEL_EVERY and y not in near}
    return rows or {y for y in (0, height - 1) if 0 <= y < height and y not in near}


def _line(
    label: tuple[str, str], cells: list[Cell], axis: int, cursor: int | None, letter: tuple[str, str] | None
) -> list[Span]:
    text, style = label
    spans: list[Span] = [(text.rjust(axis), style), (" ┤" if text else " │", "border")]
    drawn = [(glyph, STYLES[shown]) for glyph, shown in cells]
    if cursor is not None:
        glyph, look = drawn[cursor]
        drawn[cursor] = ("│", "dim") if glyph == " " else (glyph, f"{look} reverse")
    spans += joined(drawn)
    if letter is not None:
        spans += [(" ", "text"), letter]
    return spans
