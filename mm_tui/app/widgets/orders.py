"""Open orders, highest price first, one of them selected and, where there is height, explained."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

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
        widths = (price_width, left_width, self.inner[0])
        self.put(0, ("head", widths, instrument), _columns, _heads(instrument), widths, "dim")
        explained = self._explained(instrument)
        room = self.inner[1] - 1 - len(explained)
        self._scroll(room)
        for y in range(room):
            at = self._first + y
            if at < len(rows):
                row = rows[at]
                chosen = row.order_id == self._selected
                key = (row.side, row.price, row.bps, row.left, row.status, row.age_s, row.queue_ahead, chosen, widths)
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


Cells = tuple[Span, Span, Span, Span, Span, Span, Span]
"""Side, price, distance, left, ahead, age, status."""


def _heads(instrument: Instrument) -> Cells:
    """The header's words."""
    words = ("side", f"price {instrument.quote}", "bps", f"left {instrument.base}", "ahead", "age", "status")
    side, price, distance, left, ahead, age, status = ((word, "dim") for word in words)
    return side, price, distance, left, ahead, age, status


def _order(row: OrderRow, instrument: Instrument, widths: tuple[int, int, int], ground: str) -> list[Span]:
    side = ("bid" if row.side > 0 else "ask") + ground
    unsure = row.status in _UNSURE
    doubt = "halt bold" if row.status == "unknown" else "warn" if row.status == "partially_filled" else "dim"
    ahead = fmt.UNKNOWN if row.queue_ahead is None else fmt.compact(row.queue_ahead * instrument.step)
    cells: Cells = (
        (row.side.word, side),
        (fmt.steps(row.price, instrument.tick_size), ("dim" if unsure else "own bold") + ground),
        (fmt.bps(row.bps), "text" + ground),
        (fmt.steps(row.left, instrument.step_size), "bright" + ground),
        (ahead, "text" + ground),
        (fmt.duration(row.age_s), "dim" + ground),
        (STATUS_WORDS.get(row.status, row.status), doubt + ground),
    )
    return _columns(cells, widths, "text" + ground)


def _columns(cells: Cells, widths: tuple[int, int, int], filler: str) -> list[Span]:
    """The cells that fit, the least needed left out first: ahead, age, status, distance."""
    price_width, left_width, width = widths
    sizes = [5, price_width, 7, left_width, 7, 6, 10]
    shown = set(range(7))
    for least in (4, 5, 6, 2, 0):
        if sum(sizes[at] for at in shown) <= width:
            break
        shown.discard(least)
    spans: list[Span] = []
    for at in sorted(shown):
        text, style = cells[at]
        if at == 0:
            spans.append((text.ljust(5), style))
        elif at == 6:  # noqa: PLR2004 - status, the last
            spans.append(("  " + text.ljust(8), style))
        else:
            spans.append((fmt.clip(text, sizes[at] - 1).rjust(sizes[at]), style))
    spans.append((" " * max(0, width - sum(len(text) for text, _ in spans)), filler))
    return spans
