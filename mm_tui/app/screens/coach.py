"""The line above the footer that a first start has: one hint, how many there are, and how to be rid of them."""

from typing import Final

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from mm_tui.app.coach import HINTS, Coach
from mm_tui.views.frames import DeskFrame

_NARROW: Final = 100
_END: Final = "esc: no more hints "
_SHORT_END: Final = "esc ends "


class CoachLine(Widget):
    """Never has the keyboard, covers nothing: the panels are a line shorter as long as it is there."""

    COMPONENT_CLASSES = {"coach--number", "coach--words", "coach--end"}  # noqa: RUF012 - Textual declares it so

    def __init__(self, coach: Coach) -> None:
        super().__init__(id="coach")
        self.coach = coach

    class Dismissed(Message):
        """Its end was clicked."""

    def show(self, frame: DeskFrame) -> None:
        """No figure of the desk is in it."""

    def on_click(self, event: events.Click) -> None:
        """A click on the way out takes it."""
        event.stop()
        if event.x >= self.size.width - len(self._end(self.size.width)):
            self.post_message(self.Dismissed())

    def render_line(self, y: int) -> Strip:
        """Number, words, and the way out on the right."""
        width = self.size.width
        base = self.rich_style
        if y:
            return Strip.blank(width, base)
        number, end = self._number(width), self._end(width)
        room = max(0, width - len(number) - len(end))
        text = _cut(self.coach.words, room)
        style = self.get_component_rich_style
        segments = [
            Segment(number, style("coach--number")),
            Segment(text.ljust(room), style("coach--words")),
            Segment(end, style("coach--end")),
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _number(self, width: int) -> str:
        of = f"{self.coach.number}/{len(HINTS)} "
        return f" hint {of} " if width >= _NARROW else f" {of}"

    def _end(self, width: int) -> str:
        return _END if width >= _NARROW else _SHORT_END


def _cut(words: str, room: int) -> str:
    """What has room: all of it, its first part, or so many whole words."""
    first = words.partition(";")[0]
    whole = next((one for one in (words, first) if len(one) < room), "")
    return whole or f"{first[: max(0, room - 2)].rpartition(' ')[0]} …"[:room]
