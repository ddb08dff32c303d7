"""Keeps a panel's fault inside the panel."""

from collections.abc import Callable

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from mm_tui.views.frames import DeskFrame


class Guarded:
    """A panel whose `show` and drawing cannot take the screen down.

    After its first fault the panel shows one line that says what happened; `failed` is called once.
    """

    def __init__(self, name: str, widget: Widget, failed: Callable[[str, Exception], None]) -> None:
        self.name = name
        self.widget = widget
        self.error: Exception | None = None
        """The fault, once there was one."""
        self.frame: DeskFrame | None = None
        """The last frame shown."""
        self._failed = failed
        self._render_lines = widget.render_lines
        widget.render_lines = self.render_lines  # type: ignore[method-assign]

    def show(self, frame: DeskFrame) -> None:
        """Hand the panel a frame it has not seen."""
        if frame is self.frame or self.error is not None:
            return
        self.frame = frame
        try:
            self.widget.show(frame)  # type: ignore[attr-defined]
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the screen
            self._fail(error)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The panel's strips, or its one line of fault."""
        if self.error is None:
            try:
                return self._render_lines(crop)
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the screen
                self._fail(error)
        blank = Strip([Segment(" " * crop.width)], crop.width)
        lines = [blank] * crop.height
        if crop.y == 0 and lines:
            text = f" {self.name} failed: {type(self.error).__name__}; quotes pulled, details in app.log"
            lines[0] = Strip([Segment(text)]).crop_extend(crop.x, crop.x + crop.width, None)
        return lines

    def _fail(self, error: Exception) -> None:
        self.error = error
        self.widget.refresh()
        self._failed(self.name, error)
