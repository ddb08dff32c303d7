"""The handle of a running desk: what a screen, a signal handler or another thread may do with it."""

import asyncio
import threading
from collections.abc import Callable

from mm_tui.runtime.inbox import DeskInbox
from mm_tui.views.frames import DeskFrame, Viewport


class Control:
    """A `views.frames.DeskLink`; every method may be called from any thread and returns at once."""

    def __init__(self) -> None:
        self.viewport = Viewport()
        """What the screen wants to see; the presenter reads it."""
        self.ended = threading.Event()
        """The desk has stopped, cancelled and sealed."""
        self.stopping = ""
        """Why the desk is to stop; empty while it runs."""
        self._frame = DeskFrame()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbox: DeskInbox | None = None
        self._stopped: asyncio.Event | None = None
        self._lock = threading.Lock()

    @property
    def frame(self) -> DeskFrame:
        """The latest frame."""
        return self._frame

    def show(self, frame: DeskFrame) -> None:
        """The presenter's newest frame takes the place of the one before."""
        self._frame = frame

    def look(self, viewport: Viewport) -> None:
        """Say what the screen wants to see from the next frame on."""
        self.viewport = viewport

    def act(self, action: str, argument: str = "") -> None:
        """Hand an operator's action to the head of the inbox; dropped while there is no desk yet."""
        self._call(lambda inbox: inbox.act(action, argument))

    def kill(self, reason: str = "pressed") -> None:
        """Throw the kill switch."""
        inbox = self._inbox
        if inbox is not None:
            inbox.kill(reason)
            self._call(DeskInbox.wake)

    def stop(self, reason: str) -> None:
        """Ask the desk to stop: the gate closes, all is cancelled, the session is sealed. The first reason counts."""
        self.stopping = self.stopping or reason
        inbox = self._inbox
        if inbox is not None:
            inbox.close()
        with self._lock:
            if self._loop is not None and self._stopped is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._stopped.set)

    def begin(self) -> asyncio.Event:
        """The desk's loop runs; the event is set when it is to stop."""
        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._stopped = asyncio.Event()
            if self.stopping:
                self._stopped.set()
            return self._stopped

    def attach(self, inbox: DeskInbox) -> None:
        """There is an inbox to act on."""
        self._inbox = inbox
        if self.stopping:
            inbox.close()

    def detach(self) -> None:
        """The desk has ended; nothing reaches it any more."""
        with self._lock:
            self._inbox = self._loop = self._stopped = None
        self.ended.set()

    def _call(self, what: Callable[[DeskInbox], None]) -> None:
        with self._lock:
            inbox, loop = self._inbox, self._loop
            if inbox is not None and loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(what, inbox)
