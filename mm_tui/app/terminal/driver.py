"""The terminal driver of Linux and macOS: Textual's, with our bounded writer, without reports of every motion.

Only mouse buttons, the wheel and motion with a button held are asked for; reports of every motion cost a fifth of a
core at 200 a second.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

from mm_tui.app.terminal.writer import BoundedWriter


class DeskDriver(LinuxDriver):
    """Textual's driver with a bounded writer, mouse buttons and drags only, and a quiet end when the terminal goes."""

    def __init__(self, app: Any, **options: Any) -> None:
        self._writer: BoundedWriter | None = None
        super().__init__(app, **options)

    @property  # type: ignore[override]  # ours has the same face as Textual's own
    def _writer_thread(self) -> BoundedWriter | None:
        return self._writer

    @_writer_thread.setter
    def _writer_thread(self, value: object) -> None:
        """Where Textual sets its own writer thread, not yet started, ours takes its place."""
        file = self._file
        self._writer = None if value is None or file is None else BoundedWriter(file, self._drained, self._lost)

    @property
    def congested(self) -> bool:
        """The next frame should be skipped."""
        return self._writer is not None and self._writer.congested

    def skip_frame(self) -> None:
        """A frame was not drawn; repaint when the terminal has caught up."""
        if self._writer is not None:
            self._writer.missed = True

    @contextmanager
    def frame(self) -> Iterator[None]:
        """What is written inside is a frame."""
        writer = self._writer
        if writer is None:
            yield
            return
        writer.in_frame = True
        try:
            yield
        finally:
            writer.in_frame = False

    def _drained(self) -> None:
        """On the writer's thread: have the app repaint."""
        self._soon(self._app.repaint)  # type: ignore[attr-defined]

    def _lost(self) -> None:
        """On the writer's or the reader's thread: the terminal is closed."""
        self._soon(self._app.terminal_gone)  # type: ignore[attr-defined]

    def _soon(self, callback: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback)

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1002l")
        super()._disable_mouse_support()

    def _enable_mouse_pixels(self) -> None:
        """Cells are precise enough, and pixels come with motion."""

    def resume_application_mode(self) -> None:
        """The process goes on after a stop: whatever the terminal shows by now, it is not ours."""
        super().resume_application_mode()
        self._soon(self._app.repaint)  # type: ignore[attr-defined]

    def _sigtstp_application(self, *_: object) -> None:
        """Before the process stops, the desk has cancelled its orders."""
        self._app.before_stop()  # type: ignore[attr-defined]
        super()._sigtstp_application()

    def _run_input_thread(self) -> None:
        """A terminal that goes away ends the screen without a traceback."""
        try:
            self.run_input_thread()
        except OSError:
            self._lost()
