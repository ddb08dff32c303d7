"""One-line inputs at the bottom: the command line and the filter of the events."""

from collections.abc import Callable, Iterator, Sequence

from rich.text import Text
from textual import on
from textual.widgets import Input, Static

from mm_tui.app.command.language import common_prefix
from mm_tui.app.screens.line import LineInput
from mm_tui.app.screens.sheet import Sheet

_RIM = 6
"""Cells of a line that are not for words: the frame and the blanks within it."""


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
        *,
        told: Callable[[str], str] = lambda _: "",
        history: Sequence[str] = (),
    ) -> None:
        """`told` says in a line what the typed one is about; `history` is had again by up and down, the last first."""
        super().__init__(title)
        self._text = text
        self.word = ""
        """What was wrong with the line when it was entered last."""
        self._check, self._complete, self._changed = check, complete, changed
        self._told = told
        self._history = list(history)
        self._at = len(self._history)
        """Which of them is shown; behind the last is what was typed."""
        self._typed_last = text

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """What an input does besides being typed in."""
        known = (("↑ ↓", "lines from before"),) if self._history else ()
        return (("tab", "complete"), *known) if self._complete("") else known

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
        elif key in {"up", "down"}:
            self._recall(-1 if key == "up" else 1)

    def _recall(self, by: int) -> None:
        """A line from before, or what was being typed."""
        line, at = self.query_one(Input), self._at + by
        if not 0 <= at <= len(self._history):
            return
        if self._at == len(self._history):
            self._typed_last = line.value
        self._at = at
        line.value = self._history[at] if at < len(self._history) else self._typed_last
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
            self.query_one(Static).update(
                self.showable(Text(self.word, style=f"bold {self.style('error')}")), layout=False
            )
        else:
            self.close(event.value)

    def _hint(self, line: str) -> Text:
        return self.showable(self._next(line))

    def _next(self, line: str) -> Text:
        """What could be typed next."""
        found, told = self._complete(line), self._told(line)
        if told and len(found) <= 1:
            return Text(told, style=self.faint)
        typed = len(line.lstrip().rpartition(" ")[0])
        words = [each[typed:].strip() for each in found]
        return Text(_fitting(words, self.app.size.width - _RIM) or "enter does it, esc leaves", style=self.faint)


def _fitting(words: Sequence[str], width: int) -> str:
    """As many as there is room for, and how many more there are."""
    line = "  ".join(words)
    shown = len(words)
    while shown and len(line) > width:
        shown -= 1
        line = "  ".join([*words[:shown], f"… {len(words) - shown} more"])
    return line
