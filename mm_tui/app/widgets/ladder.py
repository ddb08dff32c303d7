"""The ladder: the book around the touch, our own orders in it, the last trade lit."""

from typing import ClassVar, NamedTuple

import msgspec
from textual import events
from textual.message import Message

from mm_tui.app.palette import Palette
from mm_tui.app.widgets.columns import UNITS, Columns, columns_for, price_text, price_width
from mm_tui.app.widgets.header import STATE_COLOURS
from mm_tui.app.widgets.lines import Panel, Span, bar_spans, fade
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, LadderRow, Viewport

GROUPS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Ticks a row that `g` goes through; 0 lets the desk choose."""
WHEEL_ROWS = 3
_HEAD_AND_SPREAD = 2
_WARNED = ("stale", "invalid book", "halted")
_LOWEST = 60
"""Share of the height, in percent, at which a halt is said: the touch stays to be seen."""


class Cells(NamedTuple):
    """All that a row of the ladder shows, so that two rows with the same cells are the same strip."""

    price: str
    bid: int
    ask: int
    bid_bar: int
    """Eighths of a cell."""
    ask_bar: int
    own_bid: int
    own_ask: int
    ahead_bid: int | None
    ahead_ask: int | None
    pending: bool
    touch: str
    last: int
    """+1 or −1 where the last trade was made at this price, by its aggressor."""
    last_quantity: int
    glow: int
    chosen: bool
    dimmed: bool
    columns: Columns


class Ladder(Panel):
    """Bids left, asks right, price in the middle; bars grow outward from the quantities."""

    title: ClassVar[str] = "Ladder"

    class Look(Message):
        """Another part of the book is wanted; the desk shows it from the next frame on."""

        def __init__(self, viewport: Viewport) -> None:
            super().__init__()
            self.viewport = viewport

    class Picked(Message):
        """A level was selected by a click, or given up (None)."""

        def __init__(self, price: int | None) -> None:
            super().__init__()
            self.price = price

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self.viewport = Viewport()
        """What was last asked for."""
        self.unit = UNITS[0]
        """In what prices are written."""
        self.picked: int | None = None
        """The selected level, ticks."""
        self._scale = 1
        self._glow = 0
        self._prices: list[int | None] = []
        self._widest: tuple[object, int, int, int] = (None, 0, 0, 0)

    # what keys and mouse do

    def recentre(self) -> None:
        """Put the mid in the middle again and follow it."""
        self._want(msgspec.structs.replace(self.viewport, centre=None, recentre=self.viewport.recentre + 1))

    def cycle_group(self, step: int = 1) -> None:
        """The next coarser grouping, after the coarsest the desk's own choice."""
        at = GROUPS.index(self.viewport.group) if self.viewport.group in GROUPS else 0
        self._want(msgspec.structs.replace(self.viewport, group=GROUPS[(at + step) % len(GROUPS)]))

    def cycle_units(self) -> None:
        """Prices in quote, in ticks, as distance from the mid in bps."""
        self.unit = UNITS[(UNITS.index(self.unit) + 1) % len(UNITS)]
        self.repaint()

    def scroll_rows(self, rows: int) -> None:
        """Look so many rows higher; stays there until it is re-centred."""
        ladder = self.frame.ladder
        centre = self.viewport.centre
        if centre is None:
            if not ladder.rows:
                return
            centre = ladder.rows[len(ladder.rows) // 2].price
        self._want(msgspec.structs.replace(self.viewport, centre=max(1, centre + rows * ladder.group)))

    def measured(self) -> None:
        """Another size shows another number of rows."""
        rows = max(1, self.inner[1] - _HEAD_AND_SPREAD)
        if rows != self.viewport.rows:
            self._want(msgspec.structs.replace(self.viewport, rows=rows))

    def _want(self, viewport: Viewport) -> None:
        self.viewport = viewport
        self.post_message(self.Look(viewport))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Higher prices."""
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Lower prices."""
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)

    def on_click(self, event: events.Click) -> None:
        """Select the level under the pointer; a second click gives it up."""
        at = event.y - self._inset
        price = self._prices[at] if 0 <= at < len(self._prices) else None
        if price is None:
            return
        self.picked = None if price == self.picked else price
        self.post_message(self.Picked(self.picked))
        self.repaint()

    # how it is drawn

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The book, our orders in it, the state; and the last trade while it fades."""
        return (
            before.ladder is not frame.ladder
            or before.orders is not frame.orders
            or before.header is not frame.header
            or before.instrument is not frame.instrument
            or (self._glow > 0 and fade(frame.ts - frame.ladder.last_ts) != self._glow)
        )

    def paint(self) -> None:
        """Headings, rows with the spread between the sides, and in the middle why they cannot be trusted."""
        frame = self.frame
        ladder, instrument, state = frame.ladder, frame.instrument, frame.header.state
        alarm = state if state in _WARNED else "" if ladder.valid or state == "starting" else "invalid book"
        self._rim_for(alarm)
        if instrument is None or not ladder.rows:
            self._prices = []
            self.blank()
            self._say(alarm or state)
            return
        dimmed = not ladder.valid or state in _WARNED[:2]
        if ladder.largest > self._scale or 2 * ladder.largest < self._scale:
            self._scale = max(1, ladder.largest)
        self._glow = fade(frame.ts - ladder.last_ts) if ladder.last_ts else 0
        columns = self._columns(instrument)
        self.put(0, ("head", columns, instrument.symbol, self.unit), lambda: self._headings(columns, instrument))
        rows, split = self._visible()
        ahead = {(order.price, order.side): order.queue_ahead for order in frame.orders} if columns.ahead else {}
        self._prices = [None]
        y = 1
        for at, row in enumerate(rows):
            if at == split:
                self.put(y, ("spread", ladder.spread, ladder.spread_bps, self.unit, columns, dimmed), self._spread)
                self._prices.append(None)
                y += 1
            cells = self._cells(row, columns, instrument, ahead, dimmed=dimmed)
            self.put(y, cells, lambda cells=cells: _row(cells, instrument, self._look))
            self._prices.append(row.price)
            y += 1
        self.blank(y)
        if alarm:
            self._say(alarm)

    def _rim_for(self, alarm: str) -> None:
        ladder = self.frame.ladder
        instrument = self.frame.instrument
        group = fmt.steps(ladder.group, instrument.tick_size) if instrument else fmt.UNKNOWN
        chosen = "" if self.viewport.group else " auto"
        unit = "" if self.unit == "quote" else f" · in {self.unit}"
        self.rim(
            f"row {group}{chosen}{unit}",
            middle=_beyond("↑", ladder.own_above, "above"),
            below=_beyond("↓", ladder.own_below, "below"),
            colour=STATE_COLOURS[self.frame.header.state if alarm in _WARNED and alarm else "stale"] if alarm else "",
        )

    def _columns(self, instrument: Instrument) -> Columns:
        """Widths; the price's only grows while the market, unit and size stay."""
        ladder = self.frame.ladder
        rows = ladder.rows
        widest = price_width((rows[0].price, rows[-1].price), self.unit, instrument.tick_size)
        own = max((order.left for order in self.frame.orders), default=0)
        key, price, mine, largest = self._widest
        name = (instrument.symbol, self.unit)
        if key == name:
            widest, own = max(widest, price), max(own, mine)
            largest = max(largest, 10 ** len(str(ladder.largest)))
        else:
            largest = 10 ** len(str(ladder.largest))
        self._widest = (name, widest, own, largest)
        return columns_for(self.inner[0], widest, own, largest - 1, instrument.step_size)

    def _visible(self) -> tuple[tuple[LadderRow, ...], int]:
        """The rows that fit, cut around the spread, and before which of them the spread stands."""
        ladder = self.frame.ladder
        rows, mid2 = ladder.rows, ladder.mid2
        split = (
            len(rows) if mid2 is None else next((i for i, row in enumerate(rows) if 2 * row.price < mid2), len(rows))
        )
        room = max(0, self.inner[1] - _HEAD_AND_SPREAD)
        if len(rows) > room:
            first = max(0, min(split - (room + 1) // 2, len(rows) - room))
            rows, split = rows[first : first + room], split - first
        return rows, split

    def _cells(
        self,
        row: LadderRow,
        columns: Columns,
        instrument: Instrument,
        ahead: dict[tuple[int, int], int | None],
        *,
        dimmed: bool,
    ) -> Cells:
        ladder = self.frame.ladder
        here = False
        if ladder.last_price is not None and ladder.last_side is not None:
            off = row.price - ladder.last_price
            here = off == 0 or (ladder.group > 1 and not row.touch and 0 <= (off if row.ask else -off) < ladder.group)
        scale = 8 * columns.bar
        return Cells(
            price_text(row.price, ladder.mid2, self.unit, instrument.tick_size),
            row.bid,
            row.ask,
            -(-row.bid * scale // self._scale),
            -(-row.ask * scale // self._scale),
            row.own_bid,
            row.own_ask,
            ahead.get((row.price, 1)) if row.own_bid else None,
            ahead.get((row.price, -1)) if row.own_ask else None,
            row.own_pending,
            row.touch,
            int(ladder.last_side or 0) if here else 0,
            ladder.last_quantity if here else 0,
            self._glow if here else 0,
            row.price == self.picked,
            dimmed,
            columns,
        )

    def _headings(self, columns: Columns, instrument: Instrument) -> list[Span]:
        unit = {"quote": instrument.quote, "ticks": "ticks", "bps": "bps off"}[self.unit]
        price = f"price {unit}" if columns.price >= len(unit) + 7 else unit
        base = f" {instrument.base}" if columns.quantity >= len(instrument.base) + 6 else ""
        half = columns.ahead + columns.mine + columns.bar + columns.quantity
        left = "ahead".rjust(columns.ahead)[: columns.ahead] + "mine".rjust(columns.mine)[: columns.mine]
        left += f"bids{base}".rjust(columns.bar + columns.quantity) if columns.quantity else ""
        right = f"asks{base}".rjust(columns.quantity).ljust(columns.bar + columns.quantity) if columns.quantity else ""
        right += "mine".rjust(columns.mine)[: columns.mine] + "ahead".rjust(columns.ahead)[: columns.ahead]
        middle = fmt.clip(price, columns.price).rjust(columns.price - 2).ljust(columns.price)
        return [(" " * columns.margin + left[:half] + middle + right[:half], "dim")]

    def _spread(self) -> list[Span]:
        ladder, instrument = self.frame.ladder, self.frame.instrument
        width = self.inner[0]
        size = (
            fmt.UNKNOWN if ladder.spread is None or not instrument else fmt.steps(ladder.spread, instrument.tick_size)
        )
        ticks = fmt.UNKNOWN if ladder.spread is None else fmt.grouped(ladder.spread, 0)
        distance = fmt.number(ladder.spread_bps, 2)
        words = {
            "quote": f" spread {size} · {distance} bps ",
            "ticks": f" spread {ticks} ticks · {distance} bps ",
            "bps": f" spread {distance} bps · {size} ",
        }[self.unit]
        words = words if len(words) <= width else f" {size} "[:width]
        rule = min(8, (width - len(words)) // 2)
        before = (width - len(words)) // 2 - rule
        line = "─" * rule
        return [(" " * before + line, "border"), (words, "dim"), (line, "border")]

    def _say(self, state: str) -> None:
        """Why the ladder cannot be trusted and what to press, over its middle; a halt stands lower."""
        header = self.frame.header
        width, height = self.inner
        colour = STATE_COLOURS.get(state, "halt")  # type: ignore[call-overload]
        reason = header.reason if header.state == state or state == "starting" else "waiting for a fresh book"
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
            self.put(top + at, ("say", *spans), lambda spans=spans: spans)


def _beyond(arrow: str, count: int, where: str) -> str:
    """Own orders outside what is shown, in words."""
    return f"{arrow} {count} own order{'s' if count != 1 else ''} {where}" if count else ""


def _row(cells: Cells, instrument: Instrument, look: Palette) -> list[Span]:
    columns = cells.columns
    ground = " on selection" if cells.chosen else ""
    bid, ask, own = ("dim", "dim", "dim") if cells.dimmed else ("bid", "ask", "own")
    weight = " bold" if cells.touch and not cells.dimmed else ""
    bid += weight if cells.touch == "bid" else ""
    ask += weight if cells.touch == "ask" else ""
    spans: list[Span] = [(" " * columns.margin, "text" + ground)] if columns.margin else []
    spans += _own_side(cells, instrument, own, ground, cells.own_bid, cells.ahead_bid)
    if columns.bar:
        spans += _bar_out(cells.bid_bar, columns.bar, bid.split()[0], look, ground)
    spans.append((_quantity(cells.bid, columns, instrument), bid + ground))
    spans += _price(cells, ground)
    spans.append((_quantity(cells.ask, columns, instrument), ask + ground))
    if columns.bar:
        spans.append((" ", "text" + ground))
        spans += bar_spans(cells.ask_bar, columns.bar - 1, ask.split()[0], look, ground=ground[4:] or "panel")
    spans += _own_side(cells, instrument, own, ground, cells.own_ask, cells.ahead_ask, right=True)
    rest = columns.width - columns.margin - 2 * columns.side - columns.price
    if rest > 0 and ground:
        spans.append((" " * rest, "text" + ground))
    return _with_last(spans, cells, instrument, ground)


def _quantity(count: int, columns: Columns, instrument: Instrument) -> str:
    if not columns.quantity:
        return ""
    return (
        fmt.lots(count, instrument.step_size, columns.places).rjust(columns.quantity)
        if count
        else " " * columns.quantity
    )


def _price(cells: Cells, ground: str) -> list[Span]:
    glyph = "▲" if cells.last > 0 else "▼" if cells.last else " "
    if cells.dimmed:
        style = "dim"
    elif cells.touch:
        style = "bright bold"
    else:
        style = "text"
    width = cells.columns.price - 2
    lit = f"last{' bold' if cells.glow else ''}" if not cells.dimmed else "dim"
    return [(cells.price[:width].rjust(width), style + ground), (glyph, lit + ground), (" ", "text" + ground)]


def _own_side(
    cells: Cells, instrument: Instrument, own: str, ground: str, count: int, ahead: int | None, *, right: bool = False
) -> list[Span]:
    columns = cells.columns
    if not columns.mine:
        return []
    pending = cells.pending
    text = fmt.steps(count, instrument.step_size) + ("…" if pending else " ") if count else ""
    mine = (text.rjust(columns.mine), (own if not pending else "dim") + ("" if pending else " bold") + ground)
    if not columns.ahead:
        return [mine]
    before = fmt.compact(ahead * instrument.step) if ahead is not None else ""
    queue = (before.rjust(columns.ahead), "dim" + ground)
    return [mine, queue] if right else [queue, mine]


def _bar_out(filled: int, width: int, colour: str, look: Palette, ground: str) -> list[Span]:
    """A bar that grows to the left, away from the price."""
    if look.ascii:
        whole = min(width, (filled + 4) // 8 or bool(filled))
        return [(" " * (width - whole), "text" + ground), ("#" * whole, colour + ground)]
    blank, edge, full = fmt.bar_from_right(filled, width)
    return [(blank, "text" + ground), (edge, f"{colour} reverse{ground}"), (full, colour + ground)]


def _with_last(spans: list[Span], cells: Cells, instrument: Instrument, ground: str) -> list[Span]:
    """The last trade's size, written where the row has no quantity of its own."""
    columns = cells.columns
    if not cells.last or not columns.quantity or cells.dimmed or (cells.bid and cells.ask):
        return spans
    text = fmt.lots(cells.last_quantity, instrument.step_size, columns.places).rjust(columns.quantity)
    style = ("last glow%d" % cells.glow if cells.glow else "last") + ground
    blank = (" " * columns.quantity, ("bid" if not cells.bid else "ask") + (" bold" if cells.touch else "") + ground)
    for at, (words, _) in enumerate(spans):
        if words == blank[0] and len(words) == columns.quantity:
            spans[at] = (text, style)
            break
    return spans
