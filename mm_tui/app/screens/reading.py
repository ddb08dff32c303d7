"""A sheet to be read: what has no room is scrolled to, any other key closes it."""

from typing import Final

from rich.text import Text
from textual import events

from mm_tui.app.palette import current
from mm_tui.app.screens.sheet import Sheet
from mm_tui.app.widgets.scrolling import out_of_sight

_FAR: Final = 1_000_000
_LINES: Final = {"up": -1, "k": -1, "down": 1, "j": 1}
_PAGES: Final = {"pageup": -1, "pagedown": 1, "ctrl+u": -0.5, "ctrl+d": 0.5, "space": 1}
_ENDS: Final = {"home": -_FAR, "g": -_FAR, "end": _FAR, "G": _FAR}
_WHEEL: Final = 3
SCROLLS: Final = "j k pgdn pgup scroll, any other key closes"
SCROLLS_BRIEFLY: Final = "j k scroll, others close"


class Reading(Sheet):
    """A subclass gives the `text`; its last line, how to go on, stays where the rest is scrolled."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._top = 0
        """The topmost line of the text that is seen."""

    def text(self) -> list[Text]:
        """Everything that is to be read."""
        raise NotImplementedError

    def closing(self) -> str:
        """The last line, where all of the text has room."""
        return "any key closes"

    def lines(self) -> list[Text]:
        """The text and how to go on."""
        return [*self.text(), Text(""), Text(self.closing(), style=self.faint)]

    def render(self) -> Text:
        """All of it, or as much as there is room for over the keys that scroll."""
        width, room = self.content_size
        lines = self.lines()
        if len(lines) > room > 1:
            text = self.text()
            self._top = max(0, min(self._top, len(text) - room + 1))
            keys = SCROLLS if len(SCROLLS) <= width else SCROLLS_BRIEFLY
            lines = [*text[self._top : self._top + room - 1], Text(keys, style=self.faint)]
        return self.showable(Text("\n", no_wrap=True, overflow="ellipsis").join(lines))

    @property
    def _hidden(self) -> int:
        """Lines of the text that have no room; 0 where all is seen."""
        room = self.content_size.height
        return max(0, len(self.text()) - room + 1) if len(self.lines()) > room > 1 else 0

    def on_resize(self) -> None:
        """A first room, or another one, leaves something else out of sight."""
        self._mark()

    def _mark(self) -> None:
        hidden = self._hidden
        self._top = min(self._top, hidden)
        self.border_subtitle = current(self.app).write(out_of_sight(self._top, hidden - self._top))

    def scroll_lines(self, by: int) -> None:
        """Look further down."""
        self._top = max(0, min(self._top + by, self._hidden))
        self._mark()
        self.refresh()

    def from_the_top(self) -> None:
        """The text is another one."""
        self._top = 0
        self._mark()
        self.refresh()

    def pressed(self, key: str) -> None:
        """Scroll where there is anything to scroll to; all else closes."""
        if not self._hidden or key not in {*_LINES, *_PAGES, *_ENDS}:
            self.close()
            return
        page = max(1, self.content_size.height - 2)
        self.scroll_lines(_LINES.get(key, 0) or _ENDS.get(key, 0) or round(_PAGES.get(key, 0) * page))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Further down."""
        event.stop()
        self.scroll_lines(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Further up."""
        event.stop()
        self.scroll_lines(-_WHEEL)

    def on_click(self, event: events.Click) -> None:
        """A click closes it, as a key does."""
        event.stop()
        self.close()
