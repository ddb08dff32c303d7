"""One-line inputs at the bottom: the command line and the filter of the events."""

from collections.abc import Callable, Iterator

from rich.text import Text
from textual import on
from textual.widgets import Input, Static

from mm_tui.app.commands import common_prefix
from mm_tui.app.screens.line import LineInput
from mm_tui.app.screens.sheet import Sheet


class Entry(Sheet):
    """A line to type; `check` says what is wrong with it, in place, and keeps it open until nothing is."""

    AT_BOTTOM = True

    def __init__(
        self,
        title: str,
        text: str = "",
        check: Callable[[str], str] = lambda _: "",
        complete: Callable[[str], list[str]] = lambda _: [],
        changed: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(title)
        self._text = text
        self.word = ""
        """What was wrong with the line when it was entered last."""
        self._check, self._complete, self._changed = check, complete, changed

    def wanted(self) -> tuple[int, int]:
        """The line and a word beneath it, over the whole width."""
        return 0, 4

    def compose(self) -> Iterator[Input | Static]:
        """The input, and beneath it completions or an error."""
        line = LineInput(self._text, compact=True, select_on_focus=False)
        line.cursor_position = len(self._text)
        yield line
        yield Static(self._hint(self._text), markup=False)

    def take_focus(self) -> None:
        """The input has the keyboard."""
        self.screen.set_focus(self.query_one(Input), scroll_visible=False)

    def pressed(self, key: str) -> None:
        """Tab completes, escape leaves; the rest is the input's own."""
        if key == "escape":
            self.close()
        elif key == "tab":
            line = self.query_one(Input)
            found = self._complete(line.value)
            line.value = common_prefix(found) + (" " if len(found) == 1 else "") or line.value
            line.cursor_position = len(line.value)

    def passes(self, key: str) -> bool:
        """Editing and enter are the input's own."""
        return key not in {"escape", "tab", "shift+tab", "up", "down"}

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(Static).update(self._hint(event.value), layout=False)
        self._changed(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.word = self._check(event.value)
        if self.word:
            self.query_one(Static).update(Text(self.word, style=f"bold {self.style('error')}"), layout=False)
        else:
            self.close(event.value)

    def _hint(self, line: str) -> Text:
        """What could be typed next."""
        found = self._complete(line)
        return Text("  ".join(each.rpartition(" ")[2] for each in found) or "enter does it, esc leaves", style="dim")
