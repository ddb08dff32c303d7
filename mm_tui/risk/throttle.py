"""A count of what left in the last second, so that commands are paced below the limits."""

from collections import deque

from mm_tui.model.clock import SECOND


class Throttle:
    """At most `per_second` in any second."""

    __slots__ = ("_sent", "per_second")

    def __init__(self, per_second: int) -> None:
        self.per_second = per_second
        self._sent: deque[int] = deque()

    def room(self, ts: int) -> int:
        """How many more may leave now."""
        sent = self._sent
        while sent and sent[0] <= ts - SECOND:
            sent.popleft()
        return self.per_second - len(sent)

    def take(self, ts: int) -> None:
        """One leaves."""
        self._sent.append(ts)

    def next_room(self, ts: int) -> int:
        """When the next one may leave, ns."""
        return ts if self.room(ts) > 0 else self._sent[0] + SECOND
