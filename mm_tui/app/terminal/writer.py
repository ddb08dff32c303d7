"""The terminal's writer: a terminal that is not read, or is gone, never blocks the screen's loop.

Textual's own writer thread has a queue of 30 writes and blocks the event loop when it is full (textual 8.2.8,
`drivers/_writer_thread.py`). Here the queue is bounded in bytes and never blocks: whoever draws asks `congested`
first, skips whole frames while the terminal is behind, and repaints everything once it has caught up.
"""

import os
import select
import time
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from typing import Final, TextIO

FRAME_BYTES: Final = 64 * 1024
"""Frames are skipped while more than this waits for the terminal; a frame begun below it is queued whole."""

TOTAL_BYTES: Final = 4 * 1024 * 1024
"""Whatever it is, it is dropped while more than this waits."""

CLOSE_SECONDS: Final = 2.0
"""How long the restoring of the terminal may take before the process leaves without it."""

_CHUNK: Final = 4096


class BoundedWriter(Thread):
    """Writes to the terminal on a thread of its own; same face as Textual's `WriterThread`."""

    def __init__(self, file: TextIO, on_drained: Callable[[], None], on_gone: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="screen-output")
        self._fd = file.fileno()
        self._encoding = file.encoding or "utf-8"
        self._on_drained = on_drained
        self._on_gone = on_gone
        self._ready = Condition()
        self._queue: deque[tuple[bytes, bool]] = deque()
        self._stopping = False
        self.pending = 0
        """Bytes queued or being written."""
        self.in_frame = False
        """Whether what is written now belongs to a frame and may be thrown away at the end."""
        self.missed = False
        """A frame was skipped; the screen is to be repainted when the queue is empty."""
        self.gone = False
        """The terminal is closed; everything is dropped."""

    @property
    def congested(self) -> bool:
        """The terminal is behind: the next frame should be skipped."""
        return self.pending > FRAME_BYTES

    def write(self, text: str) -> None:
        """Queue text; never blocks. Dropped where the terminal is gone or hopelessly behind."""
        data = text.encode(self._encoding, "replace")
        with self._ready:
            if self.gone or self.pending + len(data) > TOTAL_BYTES:
                self.missed = True
                return
            self.pending += len(data)
            self._queue.append((data, self.in_frame))
            self._ready.notify()

    def flush(self) -> None:
        """Nothing to do: every write goes out as soon as the terminal takes it."""

    def isatty(self) -> bool:
        """It stands for the terminal."""
        return True

    def fileno(self) -> int:
        """The terminal's descriptor."""
        return self._fd

    def stop(self) -> None:
        """Throw queued frames away, write the rest, and wait for it at most `CLOSE_SECONDS`."""
        with self._ready:
            kept = [item for item in self._queue if not item[1]]
            self.pending -= sum(len(data) for data, _ in self._queue) - sum(len(data) for data, _ in kept)
            self._queue = deque(kept)
            self._stopping = True
            self._ready.notify()
        self.join(CLOSE_SECONDS)

    def run(self) -> None:
        """Take what is queued in order, until stopped and empty."""
        while True:
            with self._ready:
                while not self._queue and not self._stopping:
                    self._ready.wait()
                if not self._queue:
                    return
                data, frame = self._queue.popleft()
            self._put(data, frame=frame)
            with self._ready:
                self.pending -= len(data)
                drained = self.missed and not self._queue and not self._stopping and not self.gone
                self.missed = self.missed and not drained
            if drained:
                self._on_drained()

    def _put(self, data: bytes, *, frame: bool) -> None:
        """Write all of it, waiting where the terminal is slow; once stopping, a frame's rest has `CLOSE_SECONDS`."""
        view = memoryview(data)
        deadline = 0.0
        while view and not self.gone:
            if self._stopping and frame:
                deadline = deadline or time.monotonic() + CLOSE_SECONDS
                if time.monotonic() > deadline:
                    return
            try:
                _, writable, _ = select.select((), (self._fd,), (), 0.2)
                if writable:
                    view = view[os.write(self._fd, view[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except (OSError, ValueError):
                self.gone = True
                self._on_gone()
