"""The event log: what the desk did and why, newest on top, with a filter."""

from textwrap import wrap
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
_BEFORE_TEXT = 17
"""Cells of time and kind."""


class Events(Scrolling):
    """A line an event; the selected one in full."""

    title: ClassVar[str] = "Events"

    def rows_of(self, frame: DeskFrame) -> tuple[EventRow, ...]:
        """The log."""
        return frame.events

    def told(self, row: EventRow) -> str:
        """Kind and text."""
        return f"{row.kind} {row.text}"

    def details(self, row: EventRow) -> list[list[Span]]:
        """What a line had no room for, over as many as it takes."""
        width = self.inner[0]
        lines = wrap(f"{fmt.clock(row.ts)}  {row.kind}  {row.text}", max(20, width))
        return [[(line, "bright")] for line in lines] if len(row.text) + _BEFORE_TEXT > width else []

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The events alone; also keeps the lines being read in place."""
        return self.follow(before, frame)

    def paint(self) -> None:
        """The lines from the scroll position on."""
        width, height = self.inner
        newer, older = self.put_rows((0, height), width, lambda row: _event(row, width), "event")
        self.rim(self.corner("/ filter"), below=newer, more=older)


def _event(row: EventRow, width: int) -> list[Span]:
    colour = KIND_COLOURS.get(row.kind, "text")
    tone = {"fill": "bright", "warn": "warn", "risk": "text", "quote": "dim"}.get(row.kind, "text")
    return [
        (fmt.clock(row.ts) + "  ", "dim"),
        (row.kind.ljust(6) + " ", colour),
        (fmt.clip(row.text, max(0, width - _BEFORE_TEXT)), tone),
    ]
