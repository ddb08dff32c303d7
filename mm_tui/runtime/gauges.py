"""What the shells measure: ages, latencies, lags; for the truth bar and the summary."""

import time

from mm_tui.analytics.histogram import Histogram
from mm_tui.analytics.latency import FeedLatency
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BookDelta, BookSnapshot
from mm_tui.runtime.desk import MARKET
from mm_tui.venues.api import Frame


class Gauges:
    """Measurements of one session. Monotonic times in ns."""

    def __init__(self, *, live: bool) -> None:
        self.live = live
        """False where events carry a file's own time: latencies would mean nothing."""
        self.decode = Histogram()
        self.tick_to_order = Histogram()
        self.loop_lag = Histogram()
        self.age = Histogram()
        self.latency = FeedLatency()
        self.last_frame: int | None = None
        """When the last frame of the book entered; the ticker alone does not keep a book fresh."""
        self._lags: list[tuple[int, int]] = []

    def entered(self, frame: Frame, now: int) -> None:
        """A frame enters the inbox at local time `now`, in the clock that stamped it."""
        event = frame.event
        kind = type(event)
        if kind not in MARKET:
            return
        if kind is BookDelta or kind is BookSnapshot:
            self.last_frame = time.monotonic_ns()
        exch_ts = getattr(event, "exch_ts", None)
        if exch_ts is not None:
            self.latency.add(event.ts, exch_ts)
        if self.live:
            self.decode.add(now - event.ts)

    def age_ns(self) -> int | None:
        """Since the last frame of the book; None before the first."""
        return None if self.last_frame is None else time.monotonic_ns() - self.last_frame

    def lagged(self, lag: int) -> None:
        """The loop came back this much later than it should have."""
        self.loop_lag.add(lag)
        now = time.monotonic_ns()
        self._lags = [(at, one) for at, one in self._lags if at > now - SECOND]
        self._lags.append((now, lag))

    @property
    def worst_lag(self) -> int | None:
        """The largest of the last second; None before the first."""
        return max((lag for _, lag in self._lags), default=None)
