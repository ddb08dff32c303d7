"""What stands in front of the desk: questions, lists and inputs, as widgets of the desk's own screen.

The desk stays visible and live around a sheet, and nothing is blended, which would make every frame several times
dearer. A sheet is modal: only its own keys work, besides the kill.
"""

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.widget import Widget

from mm_tui.app.layout.places import Box
from mm_tui.app.messages import SheetClosed
from mm_tui.app.palette import VARIABLE, current
from mm_tui.views.frames import DeskFrame


class Sheet(Widget, can_focus=True):
    """A modal box; escape leaves it."""

    AT_BOTTOM: ClassVar[bool] = False
    """Over the lines above the footer, instead of in the middle."""
    DOCKED: ClassVar[bool] = False
    """Beside the ladder, which stays to be seen; what it covers is hidden meanwhile."""

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """`(key, what it does)` of those that it does not tell of itself; the last line of the screen does."""
        return ()

    def __init__(self, title: str) -> None:
        super().__init__(classes="sheet")
        self.border_title = title

    def _on_mount(self, event: events.Mount) -> None:
        super()._on_mount(event)
        self.set_class(current(self.app).ascii, "seven-bits")

    @property
    def is_modal(self) -> bool:
        """Cuts the chain of bindings here, so that no key of the desk works behind the sheet."""
        return True

    def wanted(self) -> tuple[int, int]:
        """Columns and rows, border included, that it would like."""
        lines = self.lines()
        return max((line.cell_len for line in lines), default=0) + 6, len(lines) + 2

    def box(self, width: int, height: int) -> Box:
        """Where it stands; never larger than the screen."""
        columns, rows = self.wanted()
        if self.AT_BOTTOM:
            rows = min(rows, height)
            return Box(0, max(0, height - 1 - rows), width, rows)
        columns, rows = min(columns, width), min(rows, height)
        return Box((width - columns) // 2, (height - rows) // 2, columns, rows)

    def lines(self) -> list[Text]:
        """What it says."""
        return []

    def show(self, frame: DeskFrame) -> None:
        """A new frame of the desk, for a sheet that shows figures."""

    def render(self) -> Text:
        """The lines, one beneath the other, as this terminal can show them."""
        return self.showable(Text("\n", no_wrap=True, overflow="ellipsis").join(self.lines()))

    def showable(self, text: Text) -> Text:
        """The same of as many characters, in seven bits where there are no more."""
        text.plain = current(self.app).write(text.plain)
        return text

    def count(self, at: int, of: int, room: int) -> None:
        """Say at the foot where a list stands that has more than there is room for."""
        self.border_subtitle = f"{at + 1:,} of {of:,}" if of > room else ""

    def ended(self) -> None:
        """It was taken away."""

    def take_focus(self) -> None:
        """Have the keyboard."""
        self.screen.set_focus(self, scroll_visible=False)

    def close(self, answer: str = "") -> None:
        """Be done with, with an answer."""
        self.post_message(SheetClosed(answer))

    def on_key(self, event: events.Key) -> None:
        """Every key ends here, but those that a part of the sheet handles by its own bindings."""
        if not self.passes(event.key):
            event.stop()
            self.pressed(event.key)

    def clicked_on(self, event: events.Click, words: Mapping[str, str]) -> str | None:
        """What is meant by a click: the key of the words that it hit, which stand so in a line; None for a miss."""
        offset, lines = event.get_content_offset(self), self.lines()
        if offset is None or offset.y >= len(lines):
            return None
        text = lines[offset.y].plain
        for key, told in words.items():
            at = text.find(told)
            if 0 <= at <= offset.x < at + len(told):
                return key
        return None

    def passes(self, key: str) -> bool:  # noqa: ARG002 - a sheet with an input asks which key
        """Whether a key goes on to the bindings of what the sheet is made of."""
        return False

    def pressed(self, key: str) -> None:
        """A key was pressed."""
        if key == "escape":
            self.close()

    @property
    def faint(self) -> str:
        """What is said beside the rest is written in; a terminal's own dimming makes it too faint to read."""
        return self.style(f"{VARIABLE}dim")

    def style(self, name: str) -> str:
        """A colour of the theme, for the text of `lines`."""
        return self.app.theme_variables.get(name, "")


class Choosing(Sheet):
    """A sheet with a list to choose from: the wheel goes up and down in it as the arrows do."""

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """A notch down."""
        event.stop()
        self.pressed("down")

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """A notch up."""
        event.stop()
        self.pressed("up")
