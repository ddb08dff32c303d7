"""When to connect again: a capped, jittered, doubling delay, and a budget of connects.

Pure: the caller says what time it is (ns on any monotonic clock) and brings the generator of chance.
"""

from collections import deque
from typing import Final

from mm_tui.model.generator import Generator

NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000
CONNECT_LIMIT: Final = 300
"""Connects that Binance allows an address within `CONNECT_WINDOW_NS`."""
CONNECT_WINDOW_NS: Final = 300 * NS_PER_S
HEALTHY_AFTER_NS: Final = 10 * NS_PER_S
"""A connection that lived this long was a good one: the next failure starts from the initial delay."""


class ConnectBudget:
    """Counts connects in a sliding window, so that the limit is never passed."""

    def __init__(self, limit: int = CONNECT_LIMIT, window_ns: int = CONNECT_WINDOW_NS) -> None:
        self._limit = limit
        self._window = window_ns
        self._connects: deque[int] = deque(maxlen=limit)

    def spend(self, now: int) -> None:
        """A connect is made now."""
        self._connects.append(now)

    def wait(self, now: int) -> int:
        """Nanoseconds until one more connect is allowed; 0 for at once."""
        if len(self._connects) < self._limit:
            return 0
        return max(0, self._connects[0] + self._window - now)


class Backoff:
    """How long to wait before the next try.

    - The n-th delay in a row is `initial · 2ⁿ`, at most `max`.
    - Of it, a random half is kept as jitter: the delay lies between a half and the whole.
    - It is lengthened where the budget of connects demands it.
    """

    def __init__(self, initial_ms: int, max_ms: int, generator: Generator, budget: ConnectBudget | None = None) -> None:
        self._initial = initial_ms * NS_PER_MS
        self._max = max(max_ms, initial_ms) * NS_PER_MS
        self._generator = generator
        self._budget = budget or ConnectBudget()
        self._next = self._initial
        self.failures = 0
        """Failures in a row."""

    def failed(self, now: int) -> int:
        """A try failed, or a connection was lost: nanoseconds to wait before the next."""
        whole = self._next
        self._next = min(whole * 2, self._max)
        self.failures += 1
        jittered = whole // 2 + int(self._generator.uniform() * (whole - whole // 2))
        return max(jittered, self._budget.wait(now))

    def connecting(self, now: int) -> None:
        """A connect is made now; it is taken from the budget."""
        self._budget.spend(now)

    def allowed_in(self, now: int) -> int:
        """Nanoseconds until the budget allows a connect, whatever the delay says."""
        return self._budget.wait(now)

    def lived(self, lifetime_ns: int) -> None:
        """A connection ended after this long; a healthy one wipes the failures before it."""
        if lifetime_ns >= HEALTHY_AFTER_NS:
            self.reset()

    def reset(self) -> None:
        """The next failure starts from the initial delay."""
        self._next = self._initial
        self.failures = 0


def retry_words(wait_ns: int) -> str:
    """`retrying in 3 s`, for the screen; never `0 s`."""
    return f"retrying in {max(1, -(-wait_ns // NS_PER_S))} s"
