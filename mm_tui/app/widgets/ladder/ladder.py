"""The ladder: the book around the touch, our own orders and their queues in it, the last trade lit."""

from typing import ClassVar

from mm_tui.app.widgets.header import STATE_COLOURS
from mm_tui.app.widgets.ladder.columns import (
    Columns,
    Needs,
    beside,
    columns_for,
    price_text,
    price_width,
)
from mm_tui.app.widgets.ladder.ghosts import Marks, mark_at, marks_of
from mm_tui.app.widgets.ladder.looking import HEAD_AND_SPREAD, Looking
from mm_tui.app.widgets.ladder.row import (
    EMPTY,
    Beside,
    Cells,
    Drawn,
    Half,
    Place,
    draw,
    headings,
    level_words,
    place_in_queue,
    spans_of,
    spread_line,
)
from mm_tui.app.widgets.spans import fade
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, LadderRow

_WARNED = ("stale", "invalid book", "halted")
_GLOWS_FROM = 4
"""A change of a size glows where it is at least this part of the longest bar."""
_LOWEST = 60
"""Share of the height, in percent, at which a halt is said: the touch stays to be seen."""


class Ladder(Looking):
    """Bids left, asks right, price in the middle; bars grow outward from the quantities."""

    title: ClassVar[str] = "Ladder"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._scale = 1
        self._glow = 0
        self._dimmed = False
        self._drawn_for: tuple[object, ...] | None = None
        self._traded_row = -1
        self._drawn: list[Drawn] = []
        """The rows as they were drawn, the highest price first."""
        self._marks: Marks = {}
        """What parameters that are tried would do."""
        self._widest: tuple[object, Needs] = (None, Needs(0, 0, 0, 0, 0))

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The book, our orders in it, the state; and the last trade while it fades."""
        return (
            before.ladder is not frame.ladder
            or before.orders is not frame.orders
            or before.header is not frame.header
            or before.ghost is not frame.ghost
            or before.instrument is not frame.instrument
            or (self._glow > 0 and fade(frame.ts - frame.ladder.last_ts) != self._glow)
        )

    def paint(self) -> None:
        """Headings, rows with the spread between the sides, and in the middle why they cannot be trusted."""
        frame = self.frame
        ladder, instrument, state = frame.ladder, frame.instrument, frame.header.state
        alarm = state if state in _WARNED else "" if ladder.valid or state == "starting" else "invalid book"
        if instrument is None or not ladder.rows:
            self._prices, self._levels, self._drawn_for, self._drawn = [], (), None, []
            self._rim_for(alarm)
            self.blank()
            self._say(alarm or state)
            return
        self._dimmed = not ladder.valid or state in _WARNED[:2]
        if ladder.largest > self._scale or 2 * ladder.largest < self._scale:
            self._scale = max(1, ladder.largest)
        self._glow = fade(frame.ts - ladder.last_ts) if ladder.last_ts else 0
        columns = self._columns(instrument)
        self.put(0, ("head", columns, instrument.symbol, self.unit), headings, columns, instrument, self.unit)
        levels, split = self._visible()
        chosen = self.chosen_at(levels)
        self._prices = [None]
        y = 1
        mid2 = ladder.mid2 if self.unit == "bps" else None
        self._marks = marks = marks_of(frame)
        context = (
            columns, instrument, split, len(levels), self._scale, self.unit, chosen, self._dimmed, mid2, self.builds,
            marks,
        )  # fmt: skip
        same, self._drawn_for = context == self._drawn_for and not alarm, None if alarm else context
        traded = self._traded(levels, split)
        relit = (traded, self._traded_row)
        shown, drawn = (self._levels, self._drawn) if same else ((), [])
        self._drawn = []
        for at, level in enumerate(levels):
            if at == split:
                key = ("spread", ladder.spread, ladder.spread_bps, self.unit)
                self.put(y, key, spread_line, ladder, instrument, self.unit, self.inner[0])
                self._prices.append(None)
                y += 1
            before, old = (drawn[at], shown[at]) if same else (None, None)
            if before is None or not (level is old or level == old) or at in relit:
                known = None if old is None or before is None else (old, before.cells)
                cells = self._cells(level, columns, instrument, known, here=at == traded, chosen=at == chosen)
                if before is None or cells != before.cells:
                    before = draw(cells, instrument, self._look, before)
                    self.lay(y, cells, spans_of, before)
            self._drawn.append(before)
            self._prices.append(level.price)
            y += 1
        self._levels, self._traded_row = levels, traded
        self.blank(y)
        self._rim_for(alarm, self._level_words(columns, instrument, levels[chosen] if chosen is not None else None))
        if alarm:
            self._say(alarm)

    def _level_words(self, columns: Columns, instrument: Instrument, level: LadderRow | None) -> str:
        """What the lower edge says of the selected level, as much as has room."""
        if self.picked is None:
            return ""
        if level is None:
            return f"{fmt.steps(self.picked, instrument.tick_size)} out of sight"
        words = level_words(level, instrument, columns, self.frame.ladder.traded_s)
        below = _beyond("↓", self.frame.ladder.own_below, "below")
        room = self.inner[0] + 1 - (len(below) + 6 if below else 0)
        kept: set[int] = set()
        for rank, word in sorted(words):
            if len(word) + 3 <= room or not rank:
                kept.add(rank)
                room -= len(word) + 3
        return " · ".join(word for rank, word in words if rank in kept)

    def _rim_for(self, alarm: str, foot: str = "") -> None:
        ladder = self.frame.ladder
        instrument = self.frame.instrument
        group = fmt.steps(ladder.group, instrument.tick_size) if instrument else fmt.UNKNOWN
        chosen = "" if self.viewport.group else " auto"
        unit = "" if self.unit == "quote" else f" · in {self.unit}"
        columns = "" if self.columns_set == "auto" else f"{self.columns_set} · "
        self.rim(
            f"{columns}row {group}{chosen}{unit}",
            middle=_beyond("↑", ladder.own_above, "above"),
            below=_beyond("↓", ladder.own_below, "below"),
            foot=foot,
            colour=self._rim_colour(alarm),
        )

    def _rim_colour(self, alarm: str) -> str:
        state = self.frame.header.state
        if alarm:
            return STATE_COLOURS[state if alarm in _WARNED else "stale"]
        return STATE_COLOURS[state] if state == "reduce-only" else ""

    def _columns(self, instrument: Instrument) -> Columns:
        """Widths; they only grow while the market and the unit stay."""
        ladder = self.frame.ladder
        rows = ladder.rows
        now = Needs(
            price_width((rows[0].price, rows[-1].price), self.unit, instrument.tick_size),
            max((order.left for order in self.frame.orders), default=0),
            _full(ladder.largest),
            _full(max(rows[0].depth, rows[-1].depth, ladder.largest)),
            _full(max(row.bought + row.sold for row in rows)),
        )
        name, most = self._widest
        if name == (instrument.symbol, self.unit):
            now = Needs(*map(max, now, most))
        self._widest = ((instrument.symbol, self.unit), now)
        return columns_for(self.inner[0], now, instrument.step_size, self.columns_set)

    def _visible(self) -> tuple[tuple[LadderRow, ...], int]:
        """The rows that fit, cut around the spread, and before which of them the spread stands."""
        ladder = self.frame.ladder
        rows, mid2 = ladder.rows, ladder.mid2
        split = (
            len(rows) if mid2 is None else next((i for i, row in enumerate(rows) if 2 * row.price < mid2), len(rows))
        )
        room = max(0, self.inner[1] - HEAD_AND_SPREAD)
        if len(rows) > room:
            first = max(0, min(split - (room + 1) // 2, len(rows) - room))
            rows, split = rows[first : first + room], split - first
        return rows, split

    def _cells(
        self,
        level: LadderRow,
        columns: Columns,
        instrument: Instrument,
        known: tuple[LadderRow, Cells] | None,
        *,
        here: bool,
        chosen: bool,
    ) -> Cells:
        """What a row shows; what is `known` is the level that stood there and its cells, drawn alike otherwise."""
        ladder, price = self.frame.ladder, level.price
        old, cells = known or (None, None)
        there = old is not None and old.price == price and old.touch == level.touch
        return Cells(
            cells.price if cells and there else price_text(price, ladder.mid2, self.unit, instrument.tick_size),
            cells.bid
            if cells and old and there and level.bid == old.bid and level.own_bid == old.own_bid
            else self._half(level, BUY, level.bid, level.own_bid, columns),
            cells.ask
            if cells and old and there and level.ask == old.ask and level.own_ask == old.own_ask
            else self._half(level, SELL, level.ask, level.own_ask, columns),
            level.own_pending,
            level.touch,
            int(ladder.last_side or 0) if here else 0,
            ladder.last_quantity if here else 0,
            self._glow if here else 0,
            chosen,
            self._dimmed,
            columns,
            _place(level, columns, instrument) if columns.left else None,
            cells.beside if cells and old and _told_alike(level, old) else self._beside(level, columns, instrument),
        )

    def _half(self, level: LadderRow, side: Side, quantity: int, own: int, columns: Columns) -> Half:
        """One side of a row."""
        mark = mark_at(self._marks, level, side, self.frame.ladder.group)
        if not (quantity or own or mark.lots):
            return EMPTY
        return Half(quantity, -(-quantity * 8 * max(0, columns.bar - 1) // self._scale), own, mark)

    def _beside(self, level: LadderRow, columns: Columns, instrument: Instrument) -> Beside:
        """What the market did at a level, as far as there are columns for it."""
        step = instrument.step_size
        shown = level.bid or level.ask
        traded = level.bought + level.sold
        large = shown and _GLOWS_FROM * abs(level.change) >= self._scale
        return Beside(
            beside(level.change, step, columns.fine, signed=True) if level.change and columns.change else "",
            level.fresh if level.change and columns.change else 0,
            beside(level.depth, step, columns.deep) if shown and columns.depth else "",
            beside(traded, step, columns.flow) if traded and columns.traded else "",
            max(0, level.fresh - 1) if large else 0,
        )

    def _traded(self, levels: tuple[LadderRow, ...], split: int) -> int:
        """The row that the last trade's price belongs to, −1 where none does; a group's price is its inner edge."""
        ladder = self.frame.ladder
        last = ladder.last_price
        if last is None or ladder.last_side is None:
            return -1
        below = next((at for at, level in enumerate(levels) if level.price <= last), len(levels))
        if below < split or (below < len(levels) and levels[below].price == last):
            return below if last - levels[below].price < ladder.group else -1
        above = below - 1
        return above if above >= split and levels[above].price - last < ladder.group else -1

    def _say(self, state: str) -> None:
        """Why the ladder cannot be trusted and what to press, over its middle; a halt stands lower."""
        header = self.frame.header
        width, height = self.inner
        colour = STATE_COLOURS.get(state, "halt")  # type: ignore[call-overload]
        reason = header.reason if state in {header.state, "starting"} else "waiting for a fresh book"
        words = [(state.upper(), f"{colour} bold reverse"), (reason, colour), (header.hint, "bright")]
        words = [(text, style) for text, style in words if text]
        box = min(width, max([20, *(len(text) + 6 for text, _ in words)]))
        top = (height * _LOWEST // 100) if state == "halted" else max(0, (height - len(words) - 2) // 2)
        top = max(0, min(top, height - len(words) - 2))
        edge = " " * ((width - box) // 2)
        lines = [("", "text"), *words, ("", "text")]
        for at, (text, style) in enumerate(lines):
            label = f"  {fmt.clip(text, max(0, box - 4))}  " if text else ""
            pad = max(0, box - len(label))
            spans = [
                (edge, "text"),
                (" " * (pad // 2), "text on selection"),
                (label, style if "reverse" in style else f"{style} on selection"),
                (" " * (pad - pad // 2), "text on selection"),
            ]
            self.put(top + at, ("say", *spans), list, spans)


def _told_alike(level: LadderRow, old: LadderRow) -> bool:
    """Whether the market did the same at both, and something is displayed at both or at neither."""
    return (
        level.change == old.change
        and level.depth == old.depth
        and level.fresh == old.fresh
        and level.bought == old.bought
        and level.sold == old.sold
        and bool(level.bid or level.ask) == bool(old.bid or old.ask)
    )


def _beyond(arrow: str, count: int, where: str) -> str:
    """Own orders outside what is shown, in words."""
    return f"{arrow} {fmt.counted(count, 'own order')} {where}" if count else ""


def _full(lots: int) -> int:
    """The largest number of as many digits, so that a width serves while the digits do."""
    return int(10 ** len(str(lots))) - 1


def _place(level: LadderRow, columns: Columns, instrument: Instrument) -> Place | None:
    own = level.own_bid or level.own_ask
    if not own:
        return None
    ahead = "" if level.ahead is None else beside(level.ahead, instrument.step_size, columns.fine)
    return place_in_queue(level.ahead, own, level.behind, ahead, level.eta_s)
