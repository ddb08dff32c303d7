"""Open orders, highest price first, one of them selected and, where there is height, explained."""

from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from mm_tui.app.widgets.ladder_row import place_in_queue, place_spans
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span
from mm_tui.app.widgets.waterfall import BRIEF, LEAST, brief, explanation, held_line
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, OrderRow

STATUS_WORDS = {
    "pending_new": "new …",
    "live": "live",
    "partially_filled": "part",
    "pending_amend": "amend …",
    "pending_cancel": "cancel …",
    "unknown": "unknown",
}
"""How a status is said; `…` means on its way."""
_UNSURE = {"pending_new", "pending_amend", "pending_cancel"}
_MIN_PRICE = 11
_ROOM_FOR_LIST = 7
"""Lines of the list that must be left before an order is explained below it."""
_ROOM_FOR_BRIEF = 10
"""Lines from which it is explained in brief."""
_LONGEST_LIST = 13
"""Rows of the list beneath which an explanation follows at once, however high the panel is."""


class Orders(Panel):
    """A row an order. Up and down or a click select; the selection stays with its order."""

    title: ClassVar[str] = "Open orders"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "previous order", show=False),
        Binding("down", "move(1)", "next order", show=False),
    ]

    class Selected(Message):
        """Another order was selected."""

        def __init__(self, order_id: str) -> None:
            super().__init__()
            self.order_id = order_id

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._selected = ""
        self._first = 0
        self._crowded = False
        """The list needs all lines."""
        self._quote = (0, 0)
        """Side and level of the order that was explained last."""

    @property
    def selected_id(self) -> str | None:
        """The selected order's id, None when it is gone or none was chosen."""
        return self._selected if any(row.order_id == self._selected for row in self.frame.orders) else None

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The orders, the quotes without one, and how they are written."""
        return (
            before.orders is not frame.orders
            or before.held is not frame.held
            or before.instrument is not frame.instrument
        )

    def paint(self) -> None:
        """A header and the rows that fit around the selection; in a high panel, why one of them stands there."""
        rows, held, instrument = self.frame.orders, self.frame.held, self.frame.instrument
        self.rim(f"{len(rows)} · {len(held)} held" if held else str(len(rows)))
        if instrument is None or not (rows or held):
            self.put(0, "none", lambda: [("no open orders", "dim")])
            self.blank(1)
            return
        prices = [*(row.price for row in rows[:1]), *(quote.price for quote in held[:1])]
        price_width = max([_MIN_PRICE, *(len(fmt.steps(price, instrument.tick_size)) + 1 for price in prices)])
        left_width = max([9, *(len(fmt.steps(row.left, instrument.step_size)) + 1 for row in rows)])
        widths = Widths(price_width, left_width, self.inner[0])
        self.put(0, ("head", widths, instrument), _heads, instrument, widths)
        explained = self._explained(instrument)
        room = self.inner[1] - 1 - len(explained)
        self._scroll(room)
        for y in range(room):
            at = self._first + y
            if at < len(rows):
                row = rows[at]
                chosen = row.order_id == self._selected
                place = (row.queue_ahead, row.queue_behind, row.eta_s)
                key = (row.side, row.price, row.bps, row.left, row.status, row.age_s, place, chosen, widths)
                self.put(1 + y, key, _order, row, instrument, widths, " on selection" if chosen else "")
            elif at - len(rows) < len(held):
                mid2 = self.frame.ladder.mid2
                quote = held[at - len(rows)]
                self.put(1 + y, (quote, mid2, widths), held_line, quote, mid2, instrument, widths)
            else:
                self.put(1 + y, "", tuple)
        for at, spans in enumerate(explained, 1 + room):
            self.put(at, ("why", *spans), list, spans)

    def _explained(self, instrument: Instrument) -> list[list[Span]]:
        """Why the selected order stands there, at the bottom: in full, in brief or not at all, as the height goes.

        Always as many lines at a size, so that the list stands still; a list that needs the lines of the brief takes
        them for long. Orders on their way do not count: while all are replaced there are twice as many for a moment.
        """
        width, height = self.inner
        row = self.explained
        if height >= LEAST + _ROOM_FOR_LIST:
            lines = explanation(row, instrument, width) if row is not None else []
            room = max(LEAST, height - 1 - _LONGEST_LIST)
            return lines + [[]] * (room - len(lines))
        settled = sum(row.status not in _UNSURE for row in self.frame.orders)
        room = height - 1 - BRIEF
        self._crowded = settled > (room // 2 if self._crowded else room)
        if row is None or self._crowded or height < _ROOM_FOR_BRIEF:
            return []
        return brief(row, instrument, width)

    @property
    def explained(self) -> OrderRow | None:
        """The selected order; after it is gone the one that took its quote's place; the first where none was chosen."""
        rows = self.frame.orders
        at = self._at()
        if at is not None:
            self._quote = (int(rows[at].side), rows[at].level)
            return rows[at]
        heirs = [row for row in rows if (int(row.side), row.level) == self._quote]
        return heirs[0] if heirs else rows[0] if rows else None

    def _scroll(self, room: int) -> None:
        count = len(self.frame.orders)
        at = self._at()
        if at is not None and room > 0:
            self._first = min(max(self._first, at - room + 1), at)
        self._first = max(0, min(self._first, count - room))

    def _at(self) -> int | None:
        return next((at for at, row in enumerate(self.frame.orders) if row.order_id == self._selected), None)

    def select(self, order_id: str) -> None:
        """Select an order by its id and say so."""
        if order_id != self._selected:
            self._selected = order_id
            self.post_message(self.Selected(order_id))
            self.repaint()

    def action_move(self, by: int) -> None:
        """Select the next order up or down; the first where none is selected."""
        rows = self.frame.orders
        if not rows:
            return
        at = self._at()
        self.select(rows[0 if at is None else min(max(0, at + by), len(rows) - 1)].order_id)

    def on_click(self, event: events.Click) -> None:
        """Select the order under the pointer."""
        at = event.y - self._inset - 1 + self._first
        if event.y > self._inset and 0 <= at < len(self.frame.orders):
            self.select(self.frame.orders[at].order_id)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Select the next order."""
        event.stop()
        self.action_move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Select the previous order."""
        event.stop()
        self.action_move(-1)


_SIZES = {"side": 5, "bps": 7, "queue": 8, "place": 6, "eta": 6, "age": 6, "status": 10}
"""Cells of the columns whose width is the same for every market."""
_DROPPED = ("place", "status", "age", "eta", "queue", "bps", "side")
"""Columns in the order in which they give way."""


class Widths(NamedTuple):
    """Cells of price and of what is left, and of a whole line."""

    price: int
    left: int
    width: int

    @property
    def columns(self) -> dict[str, int]:
        """The columns that fit, from left to right."""
        names = ("side", "price", "bps", "left", "queue", "place", "eta", "age", "status")
        sizes = {name: _SIZES.get(name, 0) or getattr(self, name) for name in names}
        for name in _DROPPED:
            if sum(sizes.values()) <= self.width:
                break
            del sizes[name]
        return sizes


def _heads(instrument: Instrument, widths: Widths) -> list[Span]:
    """The header's words."""
    words = {"price": f"price {instrument.quote}", "left": f"left {instrument.base}", "place": ""}
    return _line({name: [(words.get(name, name), "dim")] for name in widths.columns}, widths, "dim")


def _order(row: OrderRow, instrument: Instrument, widths: Widths, ground: str) -> list[Span]:
    side = ("bid" if row.side > 0 else "ask") + ground
    unsure = row.status in _UNSURE
    doubt = "halt bold" if row.status == "unknown" else "warn" if row.status == "partially_filled" else "dim"
    ahead = fmt.UNKNOWN if row.queue_ahead is None else fmt.compact(row.queue_ahead * instrument.step)
    own = ("dim" if unsure else "own bold") + ground
    place = place_in_queue(row.queue_ahead, row.left, row.queue_behind, "", row.eta_s)
    cells: dict[str, list[Span]] = {
        "side": [(row.side.word, side)],
        "price": [(fmt.steps(row.price, instrument.tick_size), own)],
        "bps": [(fmt.bps(row.bps), "text" + ground)],
        "left": [(fmt.steps(row.left, instrument.step_size), "bright" + ground)],
        "queue": [(ahead, "text" + ground)],
        "place": place_spans(place, "own" if not unsure else "dim", ground),
        "eta": [(place.eta, "text" + ground)],
        "age": [(fmt.duration(row.age_s), "dim" + ground)],
        "status": [(STATUS_WORDS.get(row.status, row.status), doubt + ground)],
    }
    return _line(cells, widths, "text" + ground)


def _line(cells: dict[str, list[Span]], widths: Widths, filler: str) -> list[Span]:
    """The cells of the columns that fit, numbers at the right of theirs, words at the left."""
    spans: list[Span] = []
    for name, size in widths.columns.items():
        cell = cells[name]
        if name == "place":
            spans += [(" ", filler), *cell, (" " * (size - 1 - sum(len(text) for text, _ in cell)), filler)]
            continue
        text, style = cell[0]
        if name == "side":
            spans.append((text.ljust(size), style))
        elif name == "status":
            spans.append(("  " + text.ljust(size - 2), style))
        else:
            spans.append((fmt.clip(text, size - 1).rjust(size), style))
    spans.append((" " * max(0, widths.width - sum(len(text) for text, _ in spans)), filler))
    return spans
