"""A replay on a thread of its own, and the link through which the screen sees it and acts on it."""

import threading
from collections import deque
from collections.abc import Callable
from time import perf_counter_ns
from typing import Final

from mm_tui.backtest.replay.player import Replay
from mm_tui.model.clock import SECOND
from mm_tui.views.frames import DeskFrame, Viewport

SLICE: Final = 12_000_000
"""How long the replay works before it looks at what was asked, ns."""


class ReplayLink:
    """A `views.frames.DeskLink`: frames by reference, the latest wins; what is asked waits for at most a slice."""

    def __init__(self, replay: Replay, frames_per_s: int) -> None:
        self.replay = replay
        self.error: BaseException | None = None
        """What ended it."""
        self._period = SECOND // frames_per_s
        self._frame = DeskFrame()
        self._view = Viewport()
        self._asked: deque[tuple[str, str]] = deque()
        self._wake = threading.Event()
        self._stop = False
        self._due = 0
        self._failed: Callable[[], None] | None = None
        self._thread = threading.Thread(target=self._run, name="replay", daemon=True)

    @property
    def frame(self) -> DeskFrame:
        """The latest frame."""
        return self._frame

    def look(self, viewport: Viewport) -> None:
        """Say what the screen wants to see from the next frame on."""
        self._view = viewport
        self._wake.set()

    def act(self, action: str, argument: str = "") -> None:
        """Ask for something."""
        self._asked.append((action, argument))
        self._wake.set()

    def kill(self) -> None:
        """There is nothing to kill: the replay says so."""
        self.act("kill")

    def when_failed(self, then: Callable[[], None]) -> None:
        """What to do, on the replay's thread, when it ends by a fault."""
        self._failed = then

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for that."""
        self._stop = True
        self._wake.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        self.replay.close()

    def _run(self) -> None:
        try:
            self._go_on()
        except BaseException as error:  # noqa: BLE001 - told to the user by the main thread
            self.error = error
            if self._failed is not None:
                self._failed()

    def _go_on(self) -> None:
        while not self._stop:
            self._wake.clear()
            left = self.turn()
            if left > 0:
                self._wake.wait(left)

    def turn(self) -> float:
        """Do what was asked and what is due, show it; seconds until there is more to do."""
        replay, acted = self.replay, bool(self._asked)
        while self._asked:
            replay.act(*self._asked.popleft())
        more = replay.work(SLICE)
        now = perf_counter_ns()
        if acted or now >= self._due:
            self._frame = replay.frame(self._view)
            self._due = now + self._period
        return 0.0 if more else (self._due - perf_counter_ns()) / SECOND
