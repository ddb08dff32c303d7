"""The book over time on the full screen: displayed quantity as colour, the touch, trades, our quotes and our fills.

When a step of time is over, the terminal itself moves the lines to the left and only the newest column is sent. Whole
lines are made where they are asked for: after a resize, under a sheet, when the scale became another.
"""

from collections.abc import Callable
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from mm_tui.app.palette import Palette, few_colours
from mm_tui.app.widgets.direct import direct
from mm_tui.app.widgets.heatmap.memory import LEVELS, PLAIN_MARKS, PLAIN_SHADES, SHADES, SOLD, Alphabet, Cell, Heat
from mm_tui.app.widgets.pointed import Pointed
from mm_tui.app.widgets.spans import Row, Span, Spans, by_priority, fit, joined
from mm_tui.app.widgets.times import times_below
from mm_tui.model.clock import SECOND
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame
from mm_tui.views.frames.depth import UNKNOWN, lots_of

SPANS: Final = (SECOND // 4, SECOND // 2, SECOND, 2 * SECOND, 5 * SECOND)
"""Time a column, ns."""
_LABEL_EVERY: Final = 4
_SMALLEST: Final = (30, 6)
_EDGE: Final = 2
"""Cells of the frame and the air beside it."""


class LateRow(Row):
    """A row whose spans are made when somebody asks for them."""

    __slots__ = ("_late", "_make")

    def __init__(self, make: Callable[[], Spans], width: int, look: Palette) -> None:  # its base sets spans
        self.width = width
        self._look = look
        self._strip = self._written = self._plain = None
        self._make = make
        self._late: Spans | None = None

    @property
    def spans(self) -> Spans:  # type: ignore[override]  # read only, as it is used
        """Made now, or before."""
        if self._late is None:
            self._late = self._make()
        return self._late


class Heatmap(Pointed):
    """Time to the right, prices upwards; a crosshair says exactly what was where."""

    title: ClassVar[str] = "Depth over time"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1,0)", "crosshair left", show=False),
        Binding("right,l", "move(1,0)", "crosshair right", show=False),
        Binding("up,k", "move(0,-1)", "crosshair up", show=False),
        Binding("down,j", "move(0,1)", "crosshair down", show=False),
        Binding("shift+left", "move(-10,0)", "ten cells left", show=False),
        Binding("shift+right", "move(10,0)", "ten cells right", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self.heat = Heat(Alphabet(halves=True, ascii=False))
        self.at: tuple[int, int] | None = None
        """The crosshair: a step of time and a price in ticks."""
        self._span = SPANS[0]
        self._symbol = ""
        self._axis = 0
        self._shown: tuple[int, int, int] = (-1, -1, -1)
        """The newest step that is drawn, how often rows were forgotten, and where the plot begins."""
        self._tails: list[tuple[int, int, int, int, Row]] = []

    # -- what the desk calls

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """Columns come every quarter of a second; in between nothing is drawn."""
        return (
            before.depth is not frame.depth
            or before.chart.fills is not frame.chart.fills
            or before.instrument is not frame.instrument
        )

    def cycle_window(self) -> None:
        """More time a column, after the most the least."""
        self._span = next((span for span in SPANS if span > self._span), SPANS[0])
        self.at = None
        self.repaint()

    def cycle_group(self) -> None:
        """Coarser rows, after the coarsest the choice by our own quotes."""
        self.heat.cycle_factor()
        self.repaint()

    def recentre(self) -> None:
        """Put the mid into the middle."""
        self.heat.recentre()
        self.repaint()

    # -- the crosshair

    def action_move(self, steps: int, rows: int) -> None:
        """Move the crosshair; it begins at the newest moment and the middle."""
        heat = self.heat
        if heat.newest < 0:
            return
        before = self.at
        step, price = before or (heat.newest + (steps >= 0), heat.price_at(heat.rows // 2))
        self._point(step + steps, heat.row_of(price) + rows)

    def _point(self, step: int, row: int) -> None:
        heat = self.heat
        if step > heat.newest:
            self.at = None
        else:
            row = min(heat.rows - 1, max(0, row))
            self.at = (max(heat.first, step), heat.price_at(row))
        heat.void = True
        self.repaint()

    def let_go(self) -> bool:
        """Take the crosshair away; whether there was one."""
        there = self.at is not None
        if there:
            self.at = None
            self.heat.void = True
            self.repaint()
        return there

    def point_at(self, x: int, y: int) -> None:
        """A press of the mouse, or a drag."""
        x, y = x - self._axis - 2, y - 1
        if self.heat.newest >= 0 and 0 <= x < self.heat.width and 0 <= y < self.heat.height:
            self._point(self.heat.first + x, y * (2 if self.heat.alphabet.halves else 1))

    # -- drawing

    def measured(self) -> None:
        """Another size may be another terminal, of other colours."""
        self.heat = Heat(self._alphabet())
        self.at = None

    def _alphabet(self) -> Alphabet:
        """Half cells tell rows apart by colour alone; with few colours, or none, shades do."""
        plain = self._look.ascii or few_colours(self.app)
        return Alphabet(halves=not plain, ascii=self._look.ascii)

    def paint(self) -> None:
        """Values above, the picture with its prices, times below."""
        frame, instrument = self.frame, self.frame.instrument
        width, height = self.inner
        word = ""
        if width < _SMALLEST[0] or height < _SMALLEST[1]:
            word = "too small for a heat map"
        elif instrument is None or not frame.depth.columns:
            word = "no book yet" if frame.replay is None else "no book: it comes with the desk itself"
        if word or instrument is None:
            self.rim()
            self.put(0, ("none", word), lambda: [(word, "dim")])
            self.blank(1)
            self._shown = (-1, -1, -1)
            return
        heat = self.heat
        if instrument.symbol != self._symbol:
            self._symbol, self._axis, self.at = instrument.symbol, 0, None
            heat.forget()
        heat.large = frame.tape.significant_quantity
        price = fmt.steps(max(1, frame.depth.columns[-1].ask or heat.price_at(0)), instrument.tick_size)
        self._axis = max(self._axis, len(price) + 1)
        heat.shape(width - self._axis - 2, height - 2, self._span)
        heat.feed(frame.depth, frame.chart.fills)
        if self.at is not None and self.at[0] < heat.first:
            self.at = None
        self._say(instrument)
        self._picture(instrument)
        below = times_below(heat.first * heat.span, heat.span, heat.width, (heat.newest + 1) * heat.span - 1)
        times = " " * (self._axis + 2) + below
        self.put(height - 1, ("times", times), lambda: [(times, "dim")])

    def _picture(self, instrument: Instrument) -> None:
        """The rows: all of them anew, or only their newest cells."""
        heat = self.heat
        inset = self._inset
        now = (heat.newest, self.builds, self._axis)
        moved = heat.newest - self._shown[0]
        older = {step for step in heat.touched if heat.first <= step < self._shown[0]}
        whole = heat.void or self._shown[1:] != now[1:] or not 0 <= moved <= heat.width // 2 or bool(older)
        fresh = bool(heat.touched) or moved
        heat.void = False
        heat.touched.clear()
        self._shown = now
        if not whole and not fresh:
            return
        tail = min(heat.width, moved + 1)
        begin = self._edge_width + self._axis + 2
        for y in range(heat.height):
            at = inset + 1 + y
            self._keys[at] = None
            self._rows[at] = LateRow(self._line_maker(y, instrument), self._built[0], self._look)
            if whole:
                self._changed.add(at)
            else:
                end = self._cells(y, heat.newest - tail + 1)
                row = Row([*end, *self._right_edge()], tail + self._edge_width, self._look)
                self._tails.append((at, begin, moved, begin + heat.width - tail, row))

    @property
    def _edge_width(self) -> int:
        return _EDGE if self._inset else 0

    def _right_edge(self) -> list[Span]:
        return [self._edges()[1]] if self._inset else []

    def _line_maker(self, y: int, instrument: Instrument) -> Callable[[], Spans]:
        def make() -> Spans:
            label, style = self._label(y, instrument)
            spans: list[Span] = [(label.rjust(self._axis), style), (" ┤" if label else " │", "border")]
            spans += self._cells(y, self.heat.first)
            fitted = fit(spans, self.inner[0], self._look)
            if not self._inset:
                return fitted
            left, right = self._edges()
            return [left, *fitted, right]

        return make

    def _cells(self, y: int, first: int) -> list[Span]:
        """A line of the picture from a step on, neighbours of one style together."""
        heat = self.heat
        at = self.at
        cross = at is not None and heat.cells_high(heat.row_of(at[1])) == y
        cells = [heat.cells(step)[y] for step in range(first, heat.newest + 1)]
        if cross and at is not None and first <= at[0] <= heat.newest:
            cells[at[0] - first] = Cell("+" if heat.alphabet.ascii else "┼", "accent bold reverse")
        return joined(cells)

    def _label(self, y: int, instrument: Instrument) -> tuple[str, str]:
        heat = self.heat
        rows = 2 if heat.alphabet.halves else 1
        if self.at is not None and heat.cells_high(heat.row_of(self.at[1])) == y:
            return fmt.steps(self.at[1] // heat.ticks * heat.ticks, instrument.tick_size), "accent bold"
        if y % _LABEL_EVERY != heat.height // 2 % _LABEL_EVERY:
            return "", "dim"
        return fmt.steps(heat.price_at(rows * y + rows - 1), instrument.tick_size), "dim"

    def _say(self, instrument: Instrument) -> None:
        """The moment and what was where, or what the colours mean."""
        heat = self.heat
        ticks = fmt.steps(heat.ticks, instrument.tick_size)
        self.rim(f"{self._span / SECOND:g} s a column · {ticks} {instrument.quote} a row")
        spans = self._legend(instrument) if self.at is None else self._exact(self.at, instrument)
        self.put(0, ("values", *spans), list, spans)

    def _legend(self, instrument: Instrument) -> list[Span]:
        heat = self.heat
        columns = self.frame.depth.columns
        last = columns[-1]
        step = instrument.step_size
        faint, strong = (fmt.compact(float(lots_of(code) * step)) for code in heat.ends)
        ramp: list[Span]
        if heat.alphabet.halves:
            ramp = [(" ", f"text on heat{level}") for level in range(1, LEVELS)]
        else:
            ramp = [((PLAIN_SHADES if heat.alphabet.ascii else SHADES)[1:], "text")]
        bid, ask = (fmt.steps(price, instrument.tick_size) if price else fmt.UNKNOWN for price in (last.bid, last.ask))
        dots = ("●", "●") if heat.alphabet.halves else ("●", SOLD["●"])
        bought, sold = (PLAIN_MARKS[dot] if heat.alphabet.ascii else dot for dot in dots)
        quotes = len(last.own_bids) + len(last.own_asks)
        return by_priority(
            [
                (0, [(fmt.clock(last.ts), "dim")]),
                (1, [("bid ", "dim"), (bid, "bid"), ("  ask ", "dim"), (ask, "ask")]),
                (2, [(f"{faint} ", "dim"), *ramp, (f" {strong} {instrument.base}", "dim")]),
                (3, [("─", "own"), (f" own {quotes}", "dim")]),
                (4, [("▲▼", "own bold"), (" own fills", "dim")]),
                (5, [(bought, "bid bold"), (" bought ", "dim"), (sold, "ask bold"), (" sold", "dim")]),
            ],
            self.inner[0],
            gap=3,
        )

    def _exact(self, at: tuple[int, int], instrument: Instrument) -> list[Span]:
        """What was at the crosshair."""
        heat, (step, price) = self.heat, at
        slot = heat.slot(step)
        low = price // heat.ticks * heat.ticks
        row = heat.row_of(price)
        code = UNKNOWN if slot is None else heat.code_at(slot.column, row)
        shown = fmt.UNKNOWN if code == UNKNOWN else fmt.compact(float(lots_of(code) * instrument.step_size))
        bought, sold = (0, 0) if slot is None else heat.traded_at(slot, row)
        own = () if slot is None else (*slot.column.own_bids, *slot.column.own_asks)
        here = [one for one in own if low <= one < low + heat.ticks]
        tick, lot = instrument.tick_size, instrument.step_size
        top = low + heat.ticks - 1
        prices = fmt.steps(low, tick) + (f" – {fmt.steps(top, tick)}" if top > low else "")
        ts = (step + 1) * heat.span - 1 if slot is None else slot.column.ts
        return by_priority(
            [
                (0, [(fmt.clock(ts), "accent bold")]),
                (1, [(prices, "bright")]),
                (2, [("displayed ", "dim"), (shown, "bright"), (f" {instrument.base}", "dim")]),
                (3, [("bought ", "dim"), (fmt.steps(bought, lot), "bid")]),
                (3, [("sold ", "dim"), (fmt.steps(sold, lot), "ask")]),
                (4, [("own ", "dim"), (", ".join(fmt.steps(one, tick) for one in here) or fmt.UNKNOWN, "own")]),
            ],
            self.inner[0],
            gap=3,
        )

    # -- sending

    def _send(self) -> None:
        """The short way for the ends of lines where it is open, whole lines otherwise."""
        tails, self._tails = self._tails, []
        if tails:
            way = direct(self.app)
            place = way.place_of(self)
            if place is not None and place.x + self._built[0] == self.app.size.width:
                way.shift(place, [tail for tail in tails if tail[0] not in self._changed], self._look)
                for at, *_ in tails:
                    self._there[at] = None
            else:
                self._changed |= {tail[0] for tail in tails}
        super()._send()
