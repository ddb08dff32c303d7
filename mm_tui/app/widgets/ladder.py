"""The ladder: the book around the touch, our own orders in it, the last trade lit."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec
from textual import events
from textual.message import Message

from mm_tui.app.widgets.columns import UNITS, Columns, columns_for, price_text, price_width
from mm_tui.app.widgets.header import STATE_COLOURS
from mm_tui.app.widgets.ladder_row import EMPTY, Cells, Half, headings, row, spread_line
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import fade
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
        self._dimmed = False
        self._drawn_for: tuple[object, ...] | None = None
        self._levels: tuple[LadderRow, ...] = ()
        self._traded_row = -1
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
        """Say so from our own task: a message made while the screen lays out would go no further than the screen."""
        self.viewport = viewport
        self.call_later(self._say_look, viewport)

    def _say_look(self, viewport: Viewport) -> None:
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
            self._prices, self._drawn_for = [], None
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
        ahead = {(order.price, int(order.side)): order.queue_ahead for order in frame.orders} if columns.ahead else {}
        self._prices = [None]
        look, y = self._look, 1
        mid2 = ladder.mid2 if self.unit == "bps" else None
        context = (columns, split, len(levels), self._scale, self.unit, self.picked, self._dimmed, mid2, self.builds)
        same, self._drawn_for = context == self._drawn_for and not alarm, None if alarm else context
        traded = self._traded(levels, split)
        relit = (traded, self._traded_row)
        for at, level in enumerate(levels):
            if at == split:
                key = ("spread", ladder.spread, ladder.spread_bps, self.unit)
                self.put(y, key, spread_line, ladder, instrument, self.unit, self.inner[0])
                self._prices.append(None)
                y += 1
            if not (same and level == self._levels[at]) or level.own_bid or level.own_ask or at in relit:
                cells = self._cells(level, columns, instrument, ahead, here=at == traded)
                self.put(y, cells, row, cells, instrument, look)
            self._prices.append(level.price)
            y += 1
        self._levels, self._traded_row = levels, traded
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
            colour=self._rim_colour(alarm),
        )

    def _rim_colour(self, alarm: str) -> str:
        state = self.frame.header.state
        if alarm:
            return STATE_COLOURS[state if alarm in _WARNED else "stale"]
        return STATE_COLOURS[state] if state == "reduce-only" else ""

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
        level: LadderRow,
        columns: Columns,
        instrument: Instrument,
        ahead: Mapping[tuple[int, int], int | None],
        *,
        here: bool,
    ) -> Cells:
        ladder = self.frame.ladder
        price, scale = level.price, 8 * max(0, columns.bar - 1)
        bid = ask = EMPTY
        if level.bid or level.own_bid:
            bar = -(-level.bid * scale // self._scale)
            bid = Half(level.bid, bar, level.own_bid, ahead.get((price, 1)) if level.own_bid else None)
        if level.ask or level.own_ask:
            bar = -(-level.ask * scale // self._scale)
            ask = Half(level.ask, bar, level.own_ask, ahead.get((price, -1)) if level.own_ask else None)
        return Cells(
            price_text(price, ladder.mid2, self.unit, instrument.tick_size),
            bid,
            ask,
            level.own_pending,
            level.touch,
            int(ladder.last_side or 0) if here else 0,
            ladder.last_quantity if here else 0,
            self._glow if here else 0,
            price == self.picked,
            self._dimmed,
            columns,
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


def _beyond(arrow: str, count: int, where: str) -> str:
    """Own orders outside what is shown, in words."""
    return f"{arrow} {count} own order{'s' if count != 1 else ''} {where}" if count else ""
