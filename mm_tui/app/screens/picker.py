"""A list to choose from, with a live preview of what the cursor is on."""

from collections.abc import Callable, Sequence

from rich.text import Text

from mm_tui.app.screens.sheet import Sheet


class Picker(Sheet):
    """Up and down move, enter chooses, escape leaves; `preview` is told of each move."""

    def __init__(
        self, title: str, items: Sequence[tuple[str, str]], start: str, preview: Callable[[str], None] | None = None
    ) -> None:
        super().__init__(title)
        self._items = list(items)
        self._at = next((index for index, item in enumerate(items) if item[0] == start), 0)
        self._preview = preview

    @property
    def chosen(self) -> str:
        """The name under the cursor."""
        return self._items[self._at][0] if self._items else ""

    def lines(self) -> list[Text]:
        """Name and value of each item, a mark before the one under the cursor, then the keys."""
        width = max((len(name) for name, _ in self._items), default=0)
        accent = f"bold {self.style('accent')}"
        listed = [
            Text(f"{'▸' if at == self._at else ' '} {name:<{width}}  {value}", style=accent if at == self._at else "")
            for at, (name, value) in enumerate(self._items)
        ]
        if not listed:
            listed = [Text("nothing to show yet")]
        return [*listed, Text(""), Text("up, down move   enter chooses   esc leaves", style="dim")]

    def pressed(self, key: str) -> None:
        """Move, choose or leave."""
        step = {"up": -1, "down": 1, "k": -1, "j": 1}.get(key, 0)
        if step and self._items:
            self._at = (self._at + step) % len(self._items)
            self.refresh()
            if self._preview is not None:
                self._preview(self.chosen)
        elif key == "enter":
            self.close(self.chosen)
        elif key in {"escape", "q"}:
            self.close()
