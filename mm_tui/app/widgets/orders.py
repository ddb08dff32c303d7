"""Open orders, highest price first, one of them selected."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span
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

    @property
    def selected_id(self) -> str | None:
        """The selected order's id, None when it is gone or none was chosen."""
        return self._selected if any(row.order_id == self._selected for row in self.frame.orders) else None

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The orders, and how they are written."""
        return before.orders is not frame.orders or before.instrument is not frame.instrument

    def paint(self) -> None:
        """A header and the rows that fit around the selection."""
        rows, instrument = self.frame.orders, self.frame.instrument
        self.rim(str(len(rows)))
        if instrument is None or not rows:
            self.put(0, "none", lambda: [("no open orders", "dim")])
            self.blank(1)
            return
        price_width = max(_MIN_PRICE, len(fmt.steps(rows[0].price, instrument.tick_size)) + 1)
        left_width = max(9, *(len(fmt.steps(row.left, instrument.step_size)) + 1 for row in rows))
        widths = (price_width, left_width, self.inner[0])
        self.put(0, ("head", widths, instrument), _columns, _heads(instrument), widths, "dim")
        room = self.inner[1] - 1
        self._scroll(room)
        for y in range(room):
            at = self._first + y
            if at >= len(rows):
                self.put(1 + y, "", tuple)
                continue
            row = rows[at]
            chosen = row.order_id == self._selected
            key = (row.side, row.price, row.bps, row.left, row.status, row.age_s, row.queue_ahead, chosen, widths)
            self.put(1 + y, key, _order, row, instrument, widths, " on selection" if chosen else "")

    def _scroll(self, room: int) -> None:
        rows = self.frame.orders
        at = self._at()
        if at is not None and room > 0:
            self._first = min(max(self._first, at - room + 1), at)
        self._first = max(0, min(self._first, len(rows) - room))

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
