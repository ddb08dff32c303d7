"""Lists that scroll, newest on top: while one is scrolled down, new rows do not push what is being read."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from mm_tui.app.widgets.lines import Panel

_WHEEL = 3


class Scrolling(Panel):
    """A panel whose rows scroll by wheel and keys; a subclass says how many rows of the list it shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_by(-1)", "newer", show=False),
        Binding("down", "scroll_by(1)", "older", show=False),
        Binding("pageup", "page(-1)", "a page newer", show=False),
        Binding("pagedown", "page(1)", "a page older", show=False),
        Binding("home", "scroll_by(-1000)", "newest", show=False),
        Binding("end", "scroll_by(1000)", "oldest", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._first = 0
        """The topmost row shown."""
        self._seen = 1
        """Rows of the list that were shown last."""

    def settle(self, count: int, seen: int) -> str:
        """Keep the first row within a list of so many, of which so many are seen; what the rim says of those above."""
        self._seen = max(1, seen)
        self._first = max(0, min(self._first, count - seen))
        return f"↑ {self._first} newer" if self._first else ""

    def keep(self, before: Sequence[Any], now: Sequence[Any]) -> None:
        """Another list came: what stood on top stays there, unless that was the newest row."""
        top = before[self._first] if self._first and self._first < len(before) else None
        if top is not None:
            self._first = next((at for at, row in enumerate(now) if row is top or row == top), self._first)

    def action_scroll_by(self, lines: int) -> None:
        """Scroll; down is older."""
        self._first += lines
        self.repaint()

    def action_page(self, pages: int) -> None:
        """Scroll by what is seen, less one line."""
        self.action_scroll_by(pages * max(1, self._seen - 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Older."""
        event.stop()
        self.action_scroll_by(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Newer."""
        event.stop()
        self.action_scroll_by(-_WHEEL)
