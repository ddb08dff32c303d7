"""An app whose frames reach a slow terminal whole or not at all."""

import os
import sys
from typing import Any

from textual.app import App
from textual.driver import Driver
from textual.screen import Screen


class WholeFrames(App[None], inherit_bindings=False):
    """Draws through our driver where there is one; while the terminal is behind it draws nothing."""

    def __init__(self) -> None:
        super().__init__(driver_class=_driver_class())

    @property
    def behind(self) -> bool:
        """The terminal has not taken what was drawn before."""
        return getattr(self._driver, "congested", False)

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Draw one frame whole, or not at all where the terminal is behind."""
        driver: Any = self._driver
        if not hasattr(driver, "skip_frame"):
            super()._display(screen, renderable)
        elif driver.congested:
            driver.skip_frame()
        else:
            with driver.frame():
                super()._display(screen, renderable)

    def on_resize(self) -> None:
        """A terminal that was another size for a moment lost what it showed, whatever its size is by now."""
        self.repaint()

    def repaint(self) -> None:
        """What the terminal shows is not what was drawn last, or another program's: draw everything."""
        if self._running and self._screen_stack:
            self.screen.refresh()


def _driver_class() -> type[Driver] | None:
    """Ours on Linux and macOS; None, which is Textual's own choice, on Windows and in a browser."""
    if sys.platform == "win32" or "TEXTUAL_DRIVER" in os.environ:
        return None
    from mm_tui.app.terminal.driver import DeskDriver  # noqa: PLC0415 - needs termios: not on Windows

    return DeskDriver
