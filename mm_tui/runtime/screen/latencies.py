"""How long things took, as the screen's histograms show it; made anew once a second."""

from typing import Final

from mm_tui.analytics.histogram import Histogram
from mm_tui.model.clock import MILLISECOND, SECOND
from mm_tui.runtime.gauges import Gauges
from mm_tui.views.frames import LatencyRow


class Latencies:
    """Reads one session's gauges."""

    EVERY: Final = SECOND

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges
        self._feed = Histogram()
        """Looked at once a frame of the screen, not once an event: it costs the market's way nothing."""
        self._due = 0
        self._rows: tuple[LatencyRow, ...] = ()

    def look(self, now: int) -> tuple[LatencyRow, ...]:
        """The rows at a monotonic time; the same object until a second is over."""
        latency = self._gauges.latency.last
        if latency is not None:
            self._feed.add(latency)
        if now >= self._due:
            self._due = now + self.EVERY
            gauges = self._gauges
            rows = (
                _row("tick to order", gauges.tick_to_order),
                _row("feed latency", self._feed),
                _row("loop lag", gauges.loop_lag),
            )
            if rows != self._rows:
                self._rows = rows
        return self._rows


def _row(name: str, histogram: Histogram) -> LatencyRow:
    summary = histogram.summary(MILLISECOND)
    return LatencyRow(
        name=name,
        counts=histogram.buckets(),
        count=histogram.count,
        p50_ms=summary["p50"],
        p99_ms=summary["p99"],
        max_ms=summary["max"],
    )
