"""One line that names the panels sharing a place, each with its number key."""

from collections.abc import Mapping

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from mm_tui.app.actions import shown
from mm_tui.app.layouts import LETTERED, NUMBERED
from mm_tui.views.frames import DeskFrame

_AIRY = 4
"""Cells that a name takes beside itself where there is room for air."""


class Tabs(Widget):
    """`5 chart  6 tape  7 events`, the one shown marked."""

    COMPONENT_CLASSES = {"tabs--shown", "tabs--other"}  # noqa: RUF012 - Textual declares it so

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(id="tabs")
        self._keys = {name: shown(keys[name][0]) for name in LETTERED if keys.get(name)}
        self._names: tuple[str, ...] = ()
        self._shown = ""

    def name_them(self, names: tuple[str, ...], shown: str) -> None:
        """The panels of the place that a key calls, and which of them is seen."""
        names = tuple(name for name in names if name in NUMBERED or name in self._keys)
        if (names, shown) != (self._names, self._shown):
            self._names, self._shown = names, shown
            self.refresh()

    def show(self, frame: DeskFrame) -> None:
        """Nothing of it depends on the desk."""

    def render_line(self, y: int) -> Strip:
        """The names from left to right."""
        width = self.size.width
        other = self.get_component_rich_style("tabs--other")
        if y > 0:
            return Strip.blank(width, other)
        shown = self.get_component_rich_style("tabs--shown")
        airy = sum(len(name) + _AIRY for name in self._names) < width
        segments = [Segment(" ", other)] if airy else []
        for name in self._names:
            key = self._keys[name] if name in self._keys else NUMBERED.index(name) + 1
            style = shown if name == self._shown else other
            mark = "▸" if name == self._shown else " "
            segments.append(Segment(f"{mark}{key} {name}{' ' * airy}", style))
        return Strip(segments).adjust_cell_length(width, other)
