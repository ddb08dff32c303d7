"""A line plot in braille that remembers its columns and works out only those that are new.

Time is cut into columns two to a cell, each always the same span of time, so that the picture moves left by whole
cells and never shimmers. Prices are half ticks. Knows nothing of colours or widgets.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from mm_tui.views.frames import ChartFill, ChartSample

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_NICE = (1, 2, 4, 5, 10)
_HELD = 0.4
"""A range is kept while what is shown fills more than this share of it."""


class Column(msgspec.Struct):
    """What happened in one column's span."""

    low: int
    high: int
    last: int
    bid: int | None
    ask: int | None


class Cell(NamedTuple):
    """A character and what it shows: `mid`, `bid`, `ask`, `buy`, `sell` or nothing."""

    glyph: str
    kind: str


EMPTY = Cell(" ", "")


class Plot:
    """The plot's memory. `feed` it samples, then ask for its `rows`."""

    def __init__(self) -> None:
        self.width = self.height = 0
        """Cells."""
        self.span = 1
        """Nanoseconds a column of dots."""
        self.bottom = 0
        """Half ticks at the lower edge."""
        self.step = 0
        """Half ticks a row of cells; 0 before the first sample."""
        self.last_ts = -1
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

    def feed(self, samples: tuple[ChartSample, ...], fills: tuple[ChartFill, ...]) -> None:
        """Take in what is new; samples and fills are in order of time."""
        if samples and samples[-1].ts < self.last_ts:
            self.forget()
        touched: set[int] = set()
        for sample in self._unseen(samples):
            at = sample.ts // self.span
            touched.add(at // 2)
            self._take(at, sample)
            self.last_ts = sample.ts
        if fills is not self._seen_fills:
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

    def _take(self, at: int, sample: ChartSample) -> None:
        mid = sample.mid2
        column = self._columns.get(at)
        if mid is None:
            return
        if column is None:
            self._columns[at] = Column(mid, mid, mid, sample.bid2, sample.ask2)
            return
        column.low, column.high = min(column.low, mid), max(column.high, mid)
        column.last = mid
        column.bid, column.ask = sample.bid2, sample.ask2

    def _range(self) -> None:
        """Keep the scale while it holds what is shown, so that the picture does not jump."""
        if not self._columns or self.height <= 0:
            return
        low = min(min(c.low, c.low if c.bid is None else c.bid) for c in self._columns.values())
        high = max(max(c.high, c.high if c.ask is None else c.ask) for c in self._columns.values())
        top = self.bottom + self.step * self.height
        if self.step and self.bottom <= low and high < top and high - low > _HELD * (top - self.bottom):
            return
        if self.step == 1 and self.bottom <= low and high < top:
            return
        step, bottom = nice_scale(low, high, self.height)
        if (step, bottom) != (self.step, self.bottom):
            self.step, self.bottom = step, bottom
            self._drawn.clear()

    def rows(self) -> list[list[Cell]]:
        """Rows of cells from the top; the newest cell is the last of each."""
        first = self.newest - self.width + 1
        columns = [self._cell_column(first + x) for x in range(self.width)]
        return [[column[y] for column in columns] for y in range(self.height)]

    def row_of(self, price2: int) -> int | None:
        """The row that shows a price in half ticks, None where it is off the plot."""
        if not self.step:
            return None
        row = self.height - 1 - (price2 - self.bottom) // self.step
        return row if 0 <= row < self.height else None

    def price_at(self, row: int) -> int:
        """The price in half ticks at a row's lower edge."""
        return self.bottom + (self.height - 1 - row) * self.step

    def _cell_column(self, cell: int) -> list[Cell]:
        drawn = self._drawn.get(cell)
        if drawn is None:
            drawn = self._drawn[cell] = self._draw(cell)
        return drawn

    def _draw(self, cell: int) -> list[Cell]:
        height = self.height
        mids, bids, asks = [0] * height, [0] * height, [0] * height
        for half in (0, 1):
            column = self._columns.get(2 * cell + half)
            if column is None or not self.step:
                continue
            before = self._columns.get(2 * cell + half - 1)
            joint = column.low if before is None else before.last
            for dot in range(self._dot(min(column.low, joint)), self._dot(max(column.high, joint)) + 1):
                self._set(mids, dot, half)
            if cell % 2 == 0:
                self._quote(bids, column.bid, half)
                self._quote(asks, column.ask, half)
        cells = [_cell(mids[y], bids[y], asks[y]) for y in range(height)]
        for fill in self._fills.get(cell, ()):
            row = self.row_of(2 * fill.price)
            if row is not None:
                cells[row] = Cell("▲", "buy") if fill.side > 0 else Cell("▼", "sell")
        return cells

    def _quote(self, bits: list[int], price2: int | None, half: int) -> None:
        if price2 is not None:
            self._set(bits, self._dot(price2), half)

    def _dot(self, price2: int) -> int:
        return (price2 - self.bottom) * 4 // self.step

    def _set(self, bits: list[int], dot: int, half: int) -> None:
        row, part = divmod(dot, 4)
        if 0 <= row < self.height:
            bits[self.height - 1 - row] |= _DOTS[half][3 - part]


def _cell(mid: int, bid: int, ask: int) -> Cell:
    if mid:
        return Cell(chr(0x2800 | mid | bid | ask), "mid")
    if bid or ask:
        return Cell(chr(0x2800 | bid | ask), "bid" if bid else "ask")
    return EMPTY


def nice_scale(low: int, high: int, height: int) -> tuple[int, int]:
    """(step a row, bottom) so that low and high lie inside with a little air and rows stand at round prices."""
    extent = max(1, high - low)
    power = 1
    while True:
        for nice in _NICE[:-1]:
            step = nice * power
            if step * height <= extent + extent // 8:
                continue
            air = (step * height - extent) // 2
            bottom = max(0, min(low // step * step, (low - air + step // 2) // step * step))
            if high < bottom + step * height:
                return step, bottom
        power *= 10
