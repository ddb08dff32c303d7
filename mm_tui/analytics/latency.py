"""Exchange-to-local latency without trusting either clock.

The clocks differ, by seconds and in either sign. What is shown is how much later than the quickest event of the last
ten minutes an event came: never negative, null where the venue gives no time.
"""

from collections import deque

from mm_tui.model.clock import MINUTE

WINDOW = 10
"""Minutes that the smallest difference is remembered."""
NONSENSE = 24 * 60 * MINUTE
"""A venue time that is off by more than a day is no time."""


class FeedLatency:
    """Takes local and exchange times, ns."""

    def __init__(self) -> None:
        self.last: int | None = None
        """Of the newest event with a time of its own, ns."""
        self._minutes: deque[tuple[int, int]] = deque()
        """`(minute, smallest difference)`."""

    def add(self, ts: int, exch_ts: int) -> None:
        """Take an event's two times."""
        difference = ts - exch_ts
        if abs(difference) > NONSENSE:
            return
        minute, minutes = ts // MINUTE, self._minutes
        if not minutes or minutes[-1][0] != minute:
            minutes.append((minute, difference))
            while minutes[0][0] <= minute - WINDOW:
                minutes.popleft()
        elif difference < minutes[-1][1]:
            minutes[-1] = (minute, difference)
        self.last = difference - min(smallest for _, smallest in minutes)
