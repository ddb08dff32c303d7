"""Open orders, highest price first, one of them selected and, where there is height, explained."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.message import Message

from mm_tui.app.widgets.order_line import STATUS_WORDS, UNSURE, Widths, heads, order_line
from mm_tui.app.widgets.scrolling import FAR, Filtered, matching, out_of_sight
from mm_tui.app.widgets.spans import Span
from mm_tui.app.widgets.waterfall import BRIEF, LEAST, brief, explanation, held_line
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, OrderRow

_MIN_PRICE = 11
_ROOM_FOR_LIST = 7
"""Lines of the list that must be left before an order is explained below it."""
_ROOM_FOR_BRIEF = 10
"""Lines from which it is explained in brief."""
_LONGEST_LIST = 13
"""Rows of the list beneath which an explanation follows at once, however high the panel is."""


class Orders(Filtered):
    """A row an order. Up and down or a click select; the selection stays with its order."""

    title: ClassVar[str] = "Open orders"

    class Selected(Message):
        """Another order was selected."""

        def __init__(self, order_id: str) -> None:
            super().__init__()
            self.order_id = order_id

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._selected = ""
        self._matched: tuple[object, str, Sequence[OrderRow]] = (None, "", ())
        self._crowded = False
        """The list needs all lines."""
        self._quote = (0, 0)
        """Side and level of the order that was explained last."""

    @property
    def selected_id(self) -> str | None:
        """The selected order's id, None when it is gone, out of sight behind a filter, or none was chosen."""
        return self._selected if self._at() is not None else None

    @property
    def listed(self) -> Sequence[OrderRow]:
        """The open orders that the filter leaves."""
        orders = self.frame.orders
        if self._matched[0] is not orders or self._matched[1] != self._filter:
            self._matched = (orders, self._filter, matching(orders, self._filter, self._told))
        return self._matched[2]

    def _told(self, row: OrderRow) -> str:
        """What a filter reads."""
        instrument = self.frame.instrument
        price = fmt.steps(row.price, instrument.tick_size) if instrument is not None else ""
        words = row.side.word, row.side.book_word, price, STATUS_WORDS.get(row.status, ""), row.status
        return " ".join([*words, row.order_id, f"level {row.level}", row.fate])

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The orders, the quotes without one, and how they are written."""
        return (
            before.orders is not frame.orders
            or before.held is not frame.held
            or before.instrument is not frame.instrument
        )

    def paint(self) -> None:
        """A header and the rows that fit around the selection; in a high panel, why one of them stands there."""
        rows, instrument = self.listed, self.frame.instrument
        held = () if self._filter else self.frame.held
        if instrument is None or not (rows or held):
            self.rim(self._corner())
            word = "no order matches the filter" if self._filter else "no open orders"
            self.put(0, ("none", word), lambda: [(word, "dim")])
            self.blank(1)
            return
        prices = [*(row.price for row in rows[:1]), *(quote.price for quote in held[:1])]
        price_width = max([_MIN_PRICE, *(len(fmt.steps(price, instrument.tick_size)) + 1 for price in prices)])
        left_width = max([9, *(len(fmt.steps(row.left, instrument.step_size)) + 1 for row in rows)])
        widths = Widths(price_width, left_width, self.inner[0])
        self.put(0, ("head", widths, instrument), heads, instrument, widths)
        explained = self._explained(instrument)
        room = self.inner[1] - 1 - len(explained)
        self._scroll(room)
        self.rim(self._corner(), more=out_of_sight(self._first, len(rows) + len(held) - self._first - room))
        for y in range(room):
            at = self._first + y
            if at < len(rows):
                row = rows[at]
                chosen = row.order_id == self._selected
                place = (row.queue_ahead, row.queue_behind, row.eta_s)
                key = (row.side, row.price, row.bps, row.left, row.status, row.age_s, place, chosen, widths)
                self.put(1 + y, key, order_line, row, instrument, widths, " on selection" if chosen else "")
            elif at - len(rows) < len(held):
                mid2 = self.frame.ladder.mid2
                quote = held[at - len(rows)]
                self.put(1 + y, (quote, mid2, widths), held_line, quote, mid2, instrument, widths)
            else:
                self.put(1 + y, "", tuple)
        for at, spans in enumerate(explained, 1 + room):
            self.lay(at, spans, list, spans)

    def _corner(self) -> str:
        orders, held = self.frame.orders, self.frame.held
        if self._filter:
            return f"/ {self._filter} · {len(self.listed)} of {len(orders)}"
        return f"{len(orders)} · {len(held)} held" if held else str(len(orders))

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
        settled = sum(row.status not in UNSURE for row in self.listed)
        room = height - 1 - BRIEF
        self._crowded = settled > (room // 2 if self._crowded else room)
        if row is None or self._crowded or height < _ROOM_FOR_BRIEF:
            return []
        return brief(row, instrument, width)

    @property
    def explained(self) -> OrderRow | None:
        """The selected order; after it is gone the one that took its quote's place; the first where none was chosen."""
        rows = self.listed
        at = self._at()
        if at is not None:
            self._quote = (int(rows[at].side), rows[at].level)
            return rows[at]
        heirs = [row for row in rows if (int(row.side), row.level) == self._quote]
        return heirs[0] if heirs else rows[0] if rows else None

    def _scroll(self, room: int) -> None:
        orders = len(self.listed)
        count = orders + (0 if self._filter else len(self.frame.held))
        self._seen = max(1, room)
        at = self._at()
        if at is not None and room > 0:
            end = count if at == orders - 1 else at + 1  # the last order brings what is held with it
            self._first = min(max(self._first, end - room), at)
        self._first = max(0, min(self._first, count - room))

    def _at(self) -> int | None:
        return next((at for at, row in enumerate(self.listed) if row.order_id == self._selected), None)

    def select(self, order_id: str) -> None:
        """Select an order by its id and say so."""
        if order_id != self._selected:
            self._selected = order_id
            self.post_message(self.Selected(order_id))
            self.repaint()

    def action_move(self, by: int) -> None:
        """Select the order so many further down; the first where none is selected, the last for the end."""
        rows = self.listed
        if not rows:
            return
        at = self._at()
        at = (len(rows) if by >= FAR else 0) if at is None else at + by
        self.select(rows[min(max(0, at), len(rows) - 1)].order_id)

    def on_click(self, event: events.Click) -> None:
        """Select the order under the pointer."""
        _, y = self.under(event)
        at = y - 1 + self._first
        if y > 0 and 0 <= at < len(self.listed):
            self.select(self.listed[at].order_id)
