"""One line that names the panels sharing a place, each with its number key."""

from collections.abc import Mapping

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from mm_tui.app.actions import shown
from mm_tui.app.layout.places import LETTERED, NUMBERED
from mm_tui.app.palette import current
from mm_tui.views.frames import DeskFrame

_BESIDE = 3
"""Cells that a name takes beside itself: the mark, its number, a blank."""
_SHORT = {"position": "posn", "history": "hist", "workers": "work"}
"""Names where there is no room for whole ones."""
_SHORTER = _SHORT | {"position": "pos", "orders": "ords", "events": "evts", "shadows": "shad"}
"""Names where there is no room for those."""
_LEAST = 3
"""Letters of a name with which it is still one; with less, panels without a number are not named."""


class Tabs(Widget):
    """`5 chart  6 tape  7 events`, the one shown marked."""

    COMPONENT_CLASSES = {"tabs--shown", "tabs--other"}  # noqa: RUF012 - Textual declares it so

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(id="tabs")
        self._keys = {name: shown(keys[name][0]) for name in LETTERED if keys.get(name)}
        self._names: tuple[str, ...] = ()
        self._shown = ""

    class Chosen(Message):
        """A name was clicked."""

        def __init__(self, panel: str) -> None:
            super().__init__()
            self.panel = panel

    def name_them(self, names: tuple[str, ...], shown: str) -> None:
        """The panels of the place that a key calls, and which of them is seen."""
        names = tuple(name for name in names if name in NUMBERED or name in self._keys)
        if (names, shown) != (self._names, self._shown):
            self._names, self._shown = names, shown
            self.refresh()

    def show(self, frame: DeskFrame) -> None:
        """Nothing of it depends on the desk."""

    def on_click(self, event: events.Click) -> None:
        """Show the panel whose name is pointed at."""
        event.stop()
        for name, first, last in self._spots(self.size.width):
            if first <= event.x < last:
                self.post_message(self.Chosen(name))
                return

    def _words(self, width: int) -> tuple[list[str], int]:
        """The names as they are written, as long as they fit, and the blanks behind each."""
        whole = self._named_at(width)
        for short in ({}, _SHORT, _SHORTER):
            names = [short.get(name, name) for name in whole]
            taken = sum(len(name) + _BESIDE for name in names)
            if taken <= width:
                return names, int(taken + len(names) < width)
        room = max(1, width // max(1, len(whole)) - _BESIDE)
        return [name[:room] for name in whole], 0

    def _named_at(self, width: int) -> tuple[str, ...]:
        """The panels that there is room to name."""
        if width >= len(self._names) * (_LEAST + _BESIDE):
            return self._names
        return tuple(name for name in self._names if name in NUMBERED)

    def _spots(self, width: int) -> list[tuple[str, int, int]]:
        """Each panel with the cells from which to which its name stands."""
        words, air = self._words(width)
        at, spots = air, []
        for name, word in zip(self._named_at(width), words, strict=True):
            spots.append((name, at, at + len(word) + _BESIDE))
            at += len(word) + _BESIDE + air
        return spots

    def render_line(self, y: int) -> Strip:
        """The names from left to right."""
        width = self.size.width
        other = self.get_component_rich_style("tabs--other")
        if y > 0:
            return Strip.blank(width, other)
        shown = self.get_component_rich_style("tabs--shown")
        words, air = self._words(width)
        look = current(self.app)
        segments = [Segment(" " * air, other)]
        for name, word in zip(self._named_at(width), words, strict=True):
            key = self._keys[name] if name in self._keys else (NUMBERED.index(name) + 1) % 10
            style = shown if name == self._shown else other
            mark = look.write("▸") if name == self._shown else " "
            segments.append(Segment(f"{mark}{key} {word}{' ' * air}", style))
        return Strip(segments).adjust_cell_length(width, other)
