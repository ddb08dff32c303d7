"""The view below 60x16: plain lines down to a single cell."""

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from mm_tui.app.palette import current
from mm_tui.app.terminal.plain import compact_lines
from mm_tui.views.frames import DeskFrame


class Compact(Widget):
    """State, position, PnL and how to stop in plain lines."""

    def __init__(self, stop: str) -> None:
        super().__init__(id="compact")
        self._stop = stop
        self._frame = DeskFrame()

    def show(self, frame: DeskFrame) -> None:
        """Repaint from a new frame."""
        self._frame = frame
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One plain line."""
        width, height = self.size
        lines = compact_lines(self._frame, width, height, self._stop)
        style = self.rich_style
        line = current(self.app).write(lines[y]) if y < len(lines) else ""
        return Strip([Segment(line, style)]).adjust_cell_length(width, style)
