"""A list to choose from, with a live preview of what the cursor is on."""

from collections.abc import Callable, Sequence
from typing import Final

from rich.text import Text
from textual import events

from mm_tui.app.screens.sheet import Choosing

_AROUND: Final = 4
"""Lines of the sheet besides its items: the border, a blank, the keys."""
_PAGE: Final = 10


class Picker(Choosing):
    """Up and down move, enter chooses, escape leaves; `preview` is told of each move."""

    def __init__(
        self,
        title: str,
        items: Sequence[tuple[str, str]],
        start: str,
        preview: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(title)
        self._items = list(items)
        self._at = next((index for index, item in enumerate(items) if item[0] == start), 0)
        self._preview = preview

    @property
    def chosen(self) -> str:
        """The name under the cursor."""
        return self._items[self._at][0] if self._items else ""

    @property
    def _room(self) -> int:
        return max(1, self.app.size.height - _AROUND)

    @property
    def _first(self) -> int:
        """The topmost item seen."""
        return max(0, min(self._at - self._room // 2, len(self._items) - self._room))

    def lines(self) -> list[Text]:
        """Name and value of the items around the cursor, a mark before the one under it, then the keys."""
        accent = f"bold {self.style('accent')}"
        width = max((len(name) for name, _ in self._items), default=0)
        values = max((len(value) for _, value in self._items), default=0)
        room, first = self._room, self._first
        listed = [
            Text(
                f"{'▸' if at == self._at else ' '} {name:<{width}}  {value:<{values}}",
                style=accent if at == self._at else "",
            )
            for at, (name, value) in enumerate(self._items[first : first + room], first)
        ]
        if not listed:
            listed = [Text("nothing to show yet")]
        more = f"   {self._at + 1} of {len(self._items)}" if len(self._items) > room else ""
        return [*listed, Text(""), Text(f"↑ ↓ move   enter chooses   esc leaves{more}", style=self.faint)]

    def pressed(self, key: str) -> None:
        """Move, choose or leave."""
        step = {"up": -1, "down": 1, "k": -1, "j": 1, "pageup": -_PAGE, "pagedown": _PAGE}.get(key, 0)
        if step and self._items:
            at = self._at + step
            self._at = at % len(self._items) if abs(step) == 1 else min(max(0, at), len(self._items) - 1)
            self.refresh()
            if self._preview is not None:
                self._preview(self.chosen)
        elif key == "enter":
            self.close(self.chosen)
        elif key in {"escape", "q"}:
            self.close()

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        event.stop()
        line = event.screen_y - self.content_region.y
        at = self._first + line
        inside = self.content_region.contains(event.screen_x, event.screen_y)
        if inside and line < self._room and at < len(self._items):
            self.close(self._items[at][0])
