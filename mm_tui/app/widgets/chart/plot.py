"""A line plot in braille that remembers its columns and works out only those that are new.

Time is cut into columns two to a cell, each always the same span of time, so that the picture moves left by whole
cells and never shimmers. Values are whole numbers of whatever unit the reader of the samples chose: half ticks,
hundredths of a basis point. Knows nothing of colours or widgets.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from mm_tui.views.frames import ChartFill, ChartSample

Values = tuple[int | None, ...]
"""One a series; None where it is not known."""

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_NICE = (100, 125, 200, 250, 400, 500, 750)
"""Hundredths of a power of ten: four rows of any of these are round."""
_LOW = 8
"""Rows below which the lower edge needs no multiple of a row's step: of so few, one would be left empty for it."""
_BRIDGED = 600_000_000
"""Ns between two samples up to which the value before is held: where columns are shorter than samples are apart."""
_HELD = 0.5
"""A range is kept while what is shown fills more than this share of it."""


class Series(NamedTuple):
    """One line of a plot."""

    name: str
    dashed: bool = False
    """A level, drawn in dashes: a quote, a limit."""


class Cell(NamedTuple):
    """A character and what it shows: a series by its name, `buy`, `sell` or nothing."""

    glyph: str
    kind: str


EMPTY = Cell(" ", "")


class Column:
    """What happened in one column's span, series by series."""

    __slots__ = ("high", "last", "low")

    def __init__(self, values: Values) -> None:
        self.low = list(values)
        self.high = list(values)
        self.last = list(values)

    def take(self, values: Values) -> None:
        """Another sample of the same span."""
        low, high, last = self.low, self.high, self.last
        for at, value in enumerate(values):
            last[at] = value
            if value is not None:
                before = low[at]
                low[at] = value if before is None else min(before, value)
                before = high[at]
                high[at] = value if before is None else max(before, value)


class Plot:
    """The plot's memory. `feed` it samples, then ask for its `rows`."""

    def __init__(
        self,
        series: Sequence[Series],
        read: Callable[[ChartSample], Values],
        mark: Callable[[ChartFill], int] | None = None,
        *,
        floor: int | None = None,
    ) -> None:
        """`read` gives a sample's value for each series, `mark` says where a fill stands.

        No room is left below `floor` as long as nothing lies there.
        Where lines cross in a cell, the first series gives it its colour. A dashed series shows its last value only.
        """
        self.series = tuple(series)
        self.width = self.height = 0
        """Cells."""
        self.span = 1
        """Nanoseconds a column of dots."""
        self.bottom = 0
        """Value at the lower edge."""
        self.step = 0
        """Of the value, a row of cells; 0 before the first sample."""
        self.last_ts = -1
        self._read = read
        self._mark = mark
        self._floor = floor
        self._columns: dict[int, Column] = {}
        self._drawn: dict[int, list[Cell]] = {}
        self._fills: dict[int, list[ChartFill]] = {}
        self._seen_fills: tuple[ChartFill, ...] = ()

    def shape(self, width: int, height: int, window_ns: int) -> None:
        """Another size or window forgets what was worked out."""
        span = max(1, window_ns // max(1, 2 * width))
        if (width, height, span) != (self.width, self.height, self.span):
            self.width, self.height, self.span = width, height, span
            self.forget()

    def forget(self) -> None:
        """Start over: another market, another session."""
        self.last_ts, self.step = -1, 0
        self._columns.clear()
        self._drawn.clear()
        self._fills.clear()
        self._seen_fills = ()

    @property
    def newest(self) -> int:
        """The cell that holds the newest sample, counted since the epoch."""
        return self.last_ts // self.span // 2

    @property
    def first(self) -> int:
        """The cell at the left edge."""
        return self.newest - self.width + 1

    def cell_of(self, ts: int) -> int:
        """How far from the left edge a moment stands; below 0 or not below `width` where it is not seen."""
        return ts // self.span // 2 - self.first

    def time_of(self, x: int) -> int:
        """The last moment of the cell at `x` from the left edge."""
        return (self.first + x + 1) * 2 * self.span - 1

    def feed(self, samples: tuple[ChartSample, ...], fills: tuple[ChartFill, ...]) -> None:
        """Take in what is new; samples and fills are in order of time."""
        if samples and samples[-1].ts < self.last_ts:
            self.forget()
        touched: set[int] = set()
        for sample in self._unseen(samples):
            at = sample.ts // self.span
            touched.add(at // 2)
            values = self._read(sample)
            if 0 < sample.ts - self.last_ts <= _BRIDGED and any(value is not None for value in values):
                touched.update(self._bridge(self.last_ts // self.span, at))
            self._take(at, values)
            self.last_ts = sample.ts
        if self._mark is not None and fills is not self._seen_fills:
            self._seen_fills = fills
            touched |= self._fills.keys()
            self._fills.clear()
            for fill in fills:
                self._fills.setdefault(fill.ts // self.span // 2, []).append(fill)
            touched |= self._fills.keys()
        for cell in touched:
            self._drawn.pop(cell, None)
            self._drawn.pop(cell + 1, None)
        oldest = self.newest - self.width
        for at in [at for at in self._columns if at // 2 < oldest]:
            del self._columns[at]
        for cell in [cell for cell in self._drawn if cell <= oldest]:
            del self._drawn[cell]
        self._range()

    def _unseen(self, samples: tuple[ChartSample, ...]) -> Iterable[ChartSample]:
        first = len(samples)
        floor = max(self.last_ts, samples[-1].ts - 2 * self.span * self.width if samples else 0)
        while first and samples[first - 1].ts > floor:
            first -= 1
        return samples[first:]

    def _bridge(self, before: int, at: int) -> Iterable[int]:
        """The columns between two samples' hold what the first one's showed last; the cells that they are in."""
        held = self._columns.get(before)
        if held is None:
            return
        for between in range(before + 1, at):
            self._columns[between] = Column(tuple(held.last))
            yield between // 2

    def _take(self, at: int, values: Values) -> None:
        column = self._columns.get(at)
        if column is not None:
            column.take(values)
        elif any(value is not None for value in values):
            self._columns[at] = Column(values)

    def _range(self) -> None:
        """Keep the scale while it holds what is shown, so that the picture does not jump."""
        low, high = self._extent()
        if low is None or high is None or self.height <= 0:
            return
        top = self.bottom + self.step * self.height
        if self.step and self.bottom <= low and high < top and high - low > _HELD * (top - self.bottom):
            return
        if self.step == 1 and self.bottom <= low and high < top:
            return
        step, bottom = nice_scale(low, high, self.height, self._floor)
        if (step, bottom) != (self.step, self.bottom):
            self.step, self.bottom = step, bottom
            self._drawn.clear()

    def _extent(self) -> tuple[int | None, int | None]:
        """Least and largest value that is drawn."""
        low: int | None = None
        high: int | None = None
        dashed = [series.dashed for series in self.series]
        for column in self._columns.values():
            for at, dash in enumerate(dashed):
                least, most = (column.last[at], column.last[at]) if dash else (column.low[at], column.high[at])
                if least is not None and most is not None:
                    low = least if low is None or least < low else low
                    high = most if high is None or most > high else high
        return low, high

    def rows(self) -> list[list[Cell]]:
        """Rows of cells from the top; the newest cell is the last of each."""
        first = self.first
        columns = [self._cell_column(first + x) for x in range(self.width)]
        return list(map(list, zip(*columns, strict=True))) if columns else [[] for _ in range(self.height)]

    def row_of(self, value: int) -> int | None:
        """The row that shows a value, None where it is off the plot."""
        if not self.step:
            return None
        row = self.height - 1 - (value - self.bottom) // self.step
        return row if 0 <= row < self.height else None

    def value_at(self, row: int) -> int:
        """The value at a row's lower edge."""
        return self.bottom + (self.height - 1 - row) * self.step

    def _cell_column(self, cell: int) -> list[Cell]:
        drawn = self._drawn.get(cell)
        if drawn is None:
            drawn = self._drawn[cell] = self._draw(cell)
        return drawn

    def _draw(self, cell: int) -> list[Cell]:
        height = self.height
        bits = [[0] * height for _ in self.series]
        if self.step:
            for half in (0, 1):
                column = self._columns.get(2 * cell + half)
                if column is not None:
                    self._draw_half(bits, column, cell, half)
        cells = [_cell(self.series, [one[y] for one in bits]) for y in range(height)]
        for fill in self._fills.get(cell, ()):
            row = self.row_of(self._mark(fill)) if self._mark is not None else None
            if row is not None:
                cells[row] = Cell("▲", "buy") if fill.side > 0 else Cell("▼", "sell")
        return cells

    def _draw_half(self, bits: list[list[int]], column: Column, cell: int, half: int) -> None:
        before = self._columns.get(2 * cell + half - 1)
        for at, series in enumerate(self.series):
            if series.dashed:
                value = column.last[at]
                if value is not None and cell % 2 == 0:
                    self._set(bits[at], self._dot(value), half)
                continue
            low, high = column.low[at], column.high[at]
            if low is None or high is None:
                continue
            joint = None if before is None else before.last[at]
            joint = low if joint is None else joint
            for dot in range(self._dot(min(low, joint)), self._dot(max(high, joint)) + 1):
                self._set(bits[at], dot, half)

    def _dot(self, value: int) -> int:
        return (value - self.bottom) * 4 // self.step

    def _set(self, bits: list[int], dot: int, half: int) -> None:
        row, part = divmod(dot, 4)
        if 0 <= row < self.height:
            bits[self.height - 1 - row] |= _DOTS[half][3 - part]


def _cell(series: Sequence[Series], bits: Sequence[int]) -> Cell:
    """All dots in one character, in the colour of the first series that has any."""
    together, kind = 0, ""
    for one, part in zip(series, bits, strict=True):
        if part:
            kind = kind or one.name
            together |= part
    return Cell(chr(0x2800 | together), kind) if together else EMPTY


def nice_scale(low: int, high: int, height: int, floor: int | None = None) -> tuple[int, int]:
    """(step a row, bottom) so that low and high lie inside with a little air and rows stand at round values.

    The bottom is a multiple of the step, in a low plot of its power of ten or of a quarter of that.
    """
    extent = max(1, high - low)
    if height == 1 and low < 0 <= high:
        return extent + 1, low  # no round value has both on one row
    power = 1
    while True:
        for nice in _NICE:
            step, rest = divmod(nice * power, 100)
            if rest or step * height <= extent + extent // 8:
                continue
            air = (step * height - extent) // 2
            grain = step if height >= _LOW else power if not step % power else power // 4
            bottom = min(low // grain * grain, (low - air + grain // 2) // grain * grain)
            bottom = bottom if floor is None or low < floor else max(floor, bottom)
            if high < bottom + step * height:
                return step, bottom
        power *= 10
