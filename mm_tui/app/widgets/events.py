"""The event log: what the desk did and why, newest on top, with a filter."""

from typing import ClassVar

from mm_tui.app.widgets.scrolling import Scrolling
from mm_tui.app.widgets.spans import Span
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, EventRow

KIND_COLOURS = {
    "fill": "own bold",
    "quote": "dim",
    "order": "text",
    "risk": "halt",
    "state": "accent bold",
    "book": "warn",
    "link": "warn",
    "set": "accent",
    "info": "text",
    "warn": "warn bold",
}
"""How the word for a kind is drawn; the word itself says what it is."""


class Events(Scrolling):
    """Scrolls by wheel and keys; while scrolled down, new lines do not push what is being read."""

    title: ClassVar[str] = "Events"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._filter = ""
        self._shown: tuple[EventRow, ...] = ()

    @property
    def filter(self) -> str:
        """Words that a line's kind or text must contain, each of them; small and large letters are the same."""
        return self._filter

    @filter.setter  # noqa: A003 - the outside face says `filter`
    def filter(self, words: str) -> None:
        self._filter = words
        self._first = 0
        self._shown = self._matching()
        self.repaint()

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The events alone; also keeps the lines being read in place."""
        if before.events is frame.events:
            return False
        shown, self._shown = self._shown, self._matching()
        self.keep(shown, self._shown)
        return True

    def _matching(self) -> tuple[EventRow, ...]:
        words = self._filter.lower().split()
        if not words:
            return self.frame.events
        return tuple(
            row for row in self.frame.events if all(word in f"{row.kind} {row.text}".lower() for word in words)
        )

    def paint(self) -> None:
        """The lines from the scroll position on."""
        rows = self._shown = self._shown if self._filter else self.frame.events
        width, height = self.inner
        newer = self.settle(len(rows), height)
        self.rim(self._corner(len(rows)), below=newer)
        if not rows:
            word = "no event matches the filter" if self._filter else "no events yet"
            self.put(0, ("none", word), lambda: [(word, "dim")])
            self.blank(1)
            return
        for y in range(height):
            at = self._first + y
            if at < len(rows):
                row = rows[at]
                self.put(y, row, _event, row, width)
            else:
                self.put(y, "", tuple)

    def _corner(self, matching: int) -> str:
        return f"/ {self._filter} · {matching} of {len(self.frame.events)}" if self._filter else "/ filter"


def _event(row: EventRow, width: int) -> list[Span]:
    colour = KIND_COLOURS.get(row.kind, "text")
    tone = {"fill": "bright", "warn": "warn", "risk": "text", "quote": "dim"}.get(row.kind, "text")
    return [
        (fmt.clock(row.ts) + "  ", "dim"),
        (row.kind.ljust(6) + " ", colour),
        (fmt.clip(row.text, max(0, width - 17)), tone),
    ]
