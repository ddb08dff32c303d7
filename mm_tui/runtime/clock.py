"""The clocks of a session: local time in ns since 1970 that never goes back."""

import time


class LiveClock:
    """Wall time at the start, moved on by the monotonic clock: a jump of the system's clock does not reach the desk."""

    def __init__(self) -> None:
        self._offset = time.time_ns() - time.monotonic_ns()
        self._last = 0

    def now(self) -> int:
        """Local time, ns; never less than before."""
        self._last = max(self._last, time.monotonic_ns() + self._offset)
        return self._last


class EventClock:
    """A file's own time: it stands where the last event stood."""

    def __init__(self) -> None:
        self._last = 0

    def now(self) -> int:
        """Time of the last event, ns."""
        return self._last

    def move(self, ts: int) -> None:
        """An event came."""
        self._last = max(self._last, ts)
