"""The heat map's memory: columns of cells, each worked out once; time runs to the right, prices upwards.

Time is cut into steps, one a column of cells, counted since the epoch; prices into rows, two to a cell where colours
allow. Knows the names of styles and nothing of a widget.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

from mm_tui.app.ramp import HEATS
from mm_tui.views.frames import ChartFill, DepthColumn, DepthFrame
from mm_tui.views.frames.depth import UNKNOWN, code_of, lots_of

LEVELS: Final = HEATS
"""Colours of the ramp, the ground among them."""
SHADES: Final = " ░▒▓█"
PLAIN_SHADES: Final = " .:+#"
FACTORS: Final = (1, 2, 5, 10)
"""Groups of the samples a row."""
_ROOMY: Final = 0.9
"""Own quotes stand within this share of the height, or the rows become coarser."""
_FOLLOW: Final = 0.25
"""The mid may be off the middle by this share of the height before the picture follows it."""
_HOLD: Final = 6_000_000_000
"""A sample stands for the time up to the next one, where that is not longer than this, ns."""
_LEAST_SPAN: Final = 2000
"""Codes between the faintest and the strongest colour, at least: an octave of quantity."""
_STEADY: Final = 700
"""The scale is kept while its ends would move by less than this."""
_LOOKED_AT: Final = 80
"""Columns of which the scale is made."""
_FAINT, _STRONG = 0.20, 0.997
"""Shares of the quantities seen that lie below the scale's ends."""


class Cell(NamedTuple):
    """A character and the name of its style."""

    glyph: str
    style: str


class Alphabet(NamedTuple):
    """How cells are drawn on this terminal."""

    halves: bool
    """Two rows of prices a cell, by colour; else one, by shade."""
    ascii: bool


class Slot:
    """One step of time: the book as it stood last in it, and all that traded."""

    __slots__ = ("column", "trades")

    def __init__(self, column: DepthColumn, trades: dict[int, tuple[int, int]]) -> None:
        self.column = column
        self.trades = trades


class Heat:
    """`feed` it frames and a shape, then ask for columns of cells."""

    def __init__(self, alphabet: Alphabet) -> None:
        self.alphabet = alphabet
        self.width = self.height = 0
        """Cells."""
        self.span = 1
        """Ns a column."""
        self.factor = 0
        """Groups a row that were asked for; 0 takes the finest at which the own quotes are seen."""
        self.newest = -1
        """The step that holds the newest sample."""
        self.void = True
        """Everything is to be drawn anew."""
        self.touched: set[int] = set()
        """Steps whose cells became others since the last look."""
        self.ends = (0, 0)
        """Codes of the faintest and the strongest colour."""
        self.large = 0
        """Lots from which a trade is drawn as a full dot."""
        self._auto = 1
        self._group = 1
        self._top = 0
        """Row of prices at the upper edge, counted in rows from price 0."""
        self._centred = False
        self._last_ts = -1
        self._slots: dict[int, Slot] = {}
        self._drawn: dict[int, list[Cell]] = {}
        self._fills: dict[int, list[ChartFill]] = {}
        self._seen_fills: tuple[ChartFill, ...] = ()
        self._rescale_in = 0

    # -- what is shown

    @property
    def rows(self) -> int:
        """Rows of prices."""
        return self.height * (2 if self.alphabet.halves else 1)

    @property
    def groups(self) -> int:
        """Groups a row."""
        return self.factor or self._auto

    @property
    def ticks(self) -> int:
        """Ticks a row."""
        return self._group * self.groups

    @property
    def first(self) -> int:
        """The step at the left edge."""
        return self.newest - self.width + 1

    def row_of(self, price: int) -> int:
        """The row of prices that holds a price in ticks, from the top; may lie outside."""
        return self._top - price // self.ticks

    def price_at(self, row: int) -> int:
        """The lowest price of a row, ticks."""
        return (self._top - row) * self.ticks

    def cells_high(self, rows: int) -> int:
        """The line of cells that a row of prices is on."""
        return rows // 2 if self.alphabet.halves else rows

    # -- taking in

    def shape(self, width: int, height: int, span: int) -> None:
        """Another size or step forgets what was worked out."""
        if (width, height) != (self.width, self.height):
            self.width, self.height = width, height
            self._centred = False
            self._redraw()
        if span != self.span:
            self.span = span
            self.forget()

    def forget(self) -> None:
        """Start over: another market, another step of time."""
        self._slots.clear()
        self._fills.clear()
        self._seen_fills = ()
        self._last_ts = self.newest = -1
        self._rescale_in = 0
        self._redraw()

    def recentre(self) -> None:
        """Put the mid into the middle, and choose the rows anew where none were asked for."""
        self._centred, self._auto = False, 1
        self._redraw()

    def cycle_factor(self) -> None:
        """Coarser rows, after the coarsest the choice by the own quotes."""
        self.factor = next((factor for factor in FACTORS if factor > self.groups), 0)
        self.recentre()

    def _redraw(self) -> None:
        self._drawn.clear()
        self.void = True

    def feed(self, depth: DepthFrame, fills: tuple[ChartFill, ...]) -> None:
        """Take in what is new; columns and fills are in order of time."""
        columns = depth.columns
        if not columns:
            return
        if depth.group != self._group or columns[-1].ts < self._last_ts:
            self._group = depth.group
            self._centred = False
            self.forget()
        for column in self._unseen(columns):
            self._take(column)
        self._hold()
        if fills is not self._seen_fills:
            self._seen_fills = fills
            for slot in self._fills:
                self._touch(slot)
            self._fills.clear()
            for fill in fills:
                self._fills.setdefault(fill.ts // self.span, []).append(fill)
            for slot in self._fills:
                self._touch(slot)
        first = self.first
        for kept in (self._slots, self._drawn):
            for slot in [slot for slot in kept if slot < first]:
                del kept[slot]
        self._settle(columns[-1])

    def _unseen(self, columns: tuple[DepthColumn, ...]) -> Iterable[DepthColumn]:
        floor = max(self._last_ts, columns[-1].ts - self.span * (self.width + 1) - _HOLD)
        return columns[bisect_right(columns, floor, key=lambda column: column.ts) :]

    def _take(self, column: DepthColumn) -> None:
        at = column.ts // self.span
        traded = {one.bucket: (one.bought, one.sold) for one in column.trades}
        slot = self._slots.get(at)
        if slot is None:
            self._slots[at] = Slot(column, traded)
        else:
            slot.column = column
            for bucket, (bought, sold) in traded.items():
                before = slot.trades.get(bucket, (0, 0))
                slot.trades[bucket] = before[0] + bought, before[1] + sold
        self._touch(at)
        self._last_ts, self.newest = column.ts, at

    def _hold(self) -> None:
        """A step without a sample shows the one before, where the next one came soon."""
        begin = max(self.first, min(self._slots, default=self.newest))
        before: Slot | None = None
        gap: list[int] = []
        for at in range(begin, self.newest + 1):
            slot = self._slots.get(at)
            if slot is None:
                gap.append(at)
                continue
            if gap and before is not None and slot.column.ts - before.column.ts <= _HOLD:
                for missing in gap:
                    self._slots[missing] = Slot(before.column, {})
                    self._touch(missing)
            gap.clear()
            before = slot

    def _touch(self, slot: int) -> None:
        self._drawn.pop(slot, None)
        self.touched.add(slot)

    # -- where prices stand and what colours mean

    def _settle(self, last: DepthColumn) -> None:
        """Follow the mid with hysteresis, keep the own quotes in sight, keep the scale while it fits."""
        if last.bid and self.height:
            mid = (last.bid + last.ask) // 2
            if not self.factor:
                self._choose_rows(last, mid)
            off = abs(self.row_of(mid) - self.rows // 2)
            if not self._centred or off > _FOLLOW * self.rows:
                self._top = mid // self.ticks + self.rows // 2
                self._centred = True
                self._redraw()
        self._rescale_in -= 1
        if self._rescale_in < 0 or not self.ends[1]:
            self._rescale()

    def _choose_rows(self, last: DepthColumn, mid: int) -> None:
        """Coarser rows when an own quote would not be seen; finer ones only when asked."""
        farthest = max((abs(price - mid) for price in (*last.own_bids, *last.own_asks)), default=0)
        while farthest > _ROOMY * self.rows / 2 * self._group * self._auto and self._auto < FACTORS[-1]:
            self._auto = next(factor for factor in FACTORS if factor > self._auto)
            self._centred = False

    def _rescale(self) -> None:
        """Ends of the ramp by what was displayed lately in sight."""
        self._rescale_in = max(1, 5_000_000_000 // self.span)
        seen: list[int] = []
        for at in range(self.newest, max(self.first, self.newest - _LOOKED_AT) - 1, -8):
            slot = self._slots.get(at)
            if slot is not None:
                codes = (self.code_at(slot.column, row) for row in range(self.rows))
                seen += [code for code in codes if 0 < code < UNKNOWN]
        if not seen:
            return
        seen.sort()
        faint, strong = seen[int(len(seen) * _FAINT)], seen[min(len(seen) - 1, int(len(seen) * _STRONG))]
        strong = max(strong, faint + _LEAST_SPAN)
        before = self.ends
        if abs(faint - before[0]) > _STEADY or abs(strong - before[1]) > _STEADY:
            self.ends = (faint, strong)
            self._redraw()

    def level_of(self, code: int, levels: int) -> int:
        """Which of so many colours a code has; 0 for nothing, and for what is not known."""
        if not 0 < code < UNKNOWN:
            return 0
        faint, strong = self.ends
        return max(1, min(levels - 1, 1 + (code - faint) * (levels - 1) // (strong - faint)))

    # -- drawing

    def cells(self, slot: int) -> list[Cell]:
        """The column of a step, from the top."""
        drawn = self._drawn.get(slot)
        if drawn is None:
            drawn = self._drawn[slot] = self._draw(slot)
        return drawn

    def slot(self, slot: int) -> Slot | None:
        """What is known of a step."""
        return self._slots.get(slot)

    def code_at(self, column: DepthColumn, row: int) -> int:
        """The quantity displayed on a row of prices, as a code."""
        bucket, groups = (self._top - row) * self.groups, self.groups
        if groups == 1:
            return column.code(bucket)
        codes = [column.code(bucket + at) for at in range(groups)]
        return UNKNOWN if UNKNOWN in codes else code_of(sum(map(lots_of, codes)))

    def _draw(self, at: int) -> list[Cell]:
        slot = self._slots.get(at)
        if slot is None:
            return [Cell(" ", "text")] * self.height
        column = slot.column
        levels = LEVELS if self.alphabet.halves else len(SHADES)
        grounds = self._grounds(column, levels)
        cells = self._in_halves(grounds) if self.alphabet.halves else self._in_shades(grounds)
        for price in (*column.own_bids, *column.own_asks):
            self._over(cells, grounds, self.row_of(price), "─", "own")
        for row, (bought, sold) in self._trades(slot).items():
            size = max(bought, sold)
            glyph = "●" if self.large and size >= self.large else "•" if 10 * size >= self.large else "·"
            if sold > bought and not self.alphabet.halves:
                glyph = SOLD[glyph]
            self._over(cells, grounds, row, glyph, "bid bold" if bought >= sold else "ask bold")
        for fill in self._fills.get(at, ()):
            self._over(cells, grounds, self.row_of(fill.price), "▲" if fill.side > 0 else "▼", "own bold")
        return cells

    def _grounds(self, column: DepthColumn, levels: int) -> list[str]:
        """The colour of each row of prices: how much is displayed, or that the touch is there."""
        grounds = [f"heat{self.level_of(self.code_at(column, row), levels)}" for row in range(self.rows)]
        if column.bid:
            for row, token in ((self.row_of(column.ask), "ask"), (self.row_of(column.bid), "bid")):
                if 0 <= row < self.rows:
                    grounds[row] = token
            bid, ask = self.row_of(column.bid), self.row_of(column.ask)
            if bid == ask and 0 < ask < self.rows:
                grounds[ask - 1] = "ask"
        return grounds

    def _in_halves(self, grounds: list[str]) -> list[Cell]:
        cells = []
        for upper, lower in zip(grounds[::2], grounds[1::2], strict=True):
            same = upper == lower
            cells.append(Cell(" ", f"text on {lower}") if same else Cell("▀", f"{upper} on {lower}"))
        return cells

    def _in_shades(self, grounds: list[str]) -> list[Cell]:
        shades = PLAIN_SHADES if self.alphabet.ascii else SHADES
        touch = "=" if self.alphabet.ascii else "═"
        return [
            Cell(shades[int(ground[4:])], "text") if ground.startswith("heat") else Cell(touch, ground)
            for ground in grounds
        ]

    def _over(self, cells: list[Cell], grounds: list[str], row: int, glyph: str, style: str) -> None:
        """Put a mark on a row of prices, on the stronger ground of its cell."""
        if not 0 <= row < self.rows:
            return
        if not self.alphabet.halves:
            cells[row] = Cell(PLAIN_MARKS.get(glyph, glyph) if self.alphabet.ascii else glyph, style)
            return
        y = row // 2
        pair = [ground for ground in grounds[2 * y : 2 * y + 2] if ground.startswith("heat")]
        ground = max(pair, key=lambda each: int(each[4:]), default="heat0")
        cells[y] = Cell(glyph, f"{style} clear on {ground}")

    def _trades(self, slot: Slot) -> dict[int, tuple[int, int]]:
        """What traded, by row of prices."""
        rows: dict[int, tuple[int, int]] = {}
        for bucket, (bought, sold) in slot.trades.items():
            row = self._top - bucket // self.groups
            before = rows.get(row, (0, 0))
            rows[row] = before[0] + bought, before[1] + sold
        return rows

    def traded_at(self, slot: Slot, row: int) -> tuple[int, int]:
        """Bought and sold on a row of prices, lots."""
        return self._trades(slot).get(row, (0, 0))


SOLD: Final = {"●": "○", "•": "◌", "·": "·"}
"""What was sold, where its colour may not be seen."""
PLAIN_MARKS: Final = {"─": "-", "●": "O", "•": "o", "○": "X", "◌": "x", "·": ",", "▲": "^", "▼": "v"}
