"""Panels with a crosshair that the mouse puts and drags: a press puts it, it follows while the button is held."""

from textual import events

from mm_tui.app.widgets.lines import Panel

_LEFT = 1


class Pointed(Panel):
    """A subclass says what it means to point at a cell of its content."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._held = False
        """The button is down since it was pressed here."""

    def point_at(self, x: int, y: int) -> None:
        """Put the crosshair at a cell of the content, or take it away where there is nothing to point at."""
        raise NotImplementedError

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put it, and have what the mouse does until the button is up, outside of the panel too."""
        if event.button == _LEFT:
            self._held = True
            self.capture_mouse()
            self.point_at(*self.under(event))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow; only motion with a button held is asked of the terminal."""
        if self._held:
            event.stop()
            self.point_at(*self.under(event))

    def on_mouse_up(self) -> None:
        """Leave it where it is."""
        self._drop()

    def on_hide(self) -> None:
        """Another panel, or none, has the place: the mouse is everybody's again."""
        self._drop()

    def _drop(self) -> None:
        if self._held:
            self._held = False
            self.release_mouse()
