"""How long requests and answers are on their way. Nanoseconds.

Each of the two is a constant and a part that varies, drawn from a seeded generator:

- jittered: uniform in [0, jitter]
- measured: one of the last 1024 latencies of this session's own feed above the smallest of them, each as likely as the
  other. The sample of a diff or a trade is its receive time less the exchange's time; what the two clocks differ by
  falls out with the smallest. Only what was received before is drawn from, and until there is any the jitter applies.
  So orders are slow when the feed is: both share the line and the exchange's load.
"""

from collections import deque

from mm_tui.model.clock import MILLISECOND
from mm_tui.model.generator import Generator
from mm_tui.sim.config import Simulator

SAMPLES = 1024
NONSENSE = 24 * 3600 * 1_000_000_000
"""Times that are off by more than a day are no times."""
LONGEST = 10_000_000_000
"""More is a gap in the feed or a clock that was set, and says nothing of an order's way: counts as so much."""


class Latency:
    """Draws the two latencies of a request."""

    __slots__ = ("_entry", "_generator", "_jitter", "_response", "_samples", "_varies", "extra", "measured")

    def __init__(self, config: Simulator) -> None:
        self._entry = (config.order_latency_ms + config.feed_latency_ms) * MILLISECOND
        self._response = config.response_latency_ms * MILLISECOND
        self._jitter = config.latency_jitter_ms * MILLISECOND
        self.extra = 0
        """What a drill adds to an order's way, ns."""
        self._generator = Generator(config.seed)
        self.measured = config.latency == "measured"
        """Whether it wants to hear of the feed."""
        self._varies = self.measured or self._jitter > 0
        self._samples: deque[int] = deque(maxlen=SAMPLES)

    def hear(self, ts: int, exch_ts: int | None) -> None:
        """A diff or a trade was received; nothing is learnt where the venue gives no time."""
        if exch_ts is not None and abs(ts - exch_ts) < NONSENSE:
            self._samples.append(ts - exch_ts)

    def entry(self) -> int:
        """From the desk to the exchange, in the desk's own receive time."""
        sent = self._entry + self.extra
        return sent + self._draw() if self._varies else sent

    def response(self) -> int:
        """From the exchange to the desk."""
        return self._response + self._draw() if self._varies else self._response

    def _draw(self) -> int:
        samples = self._samples
        if samples:
            drawn = samples[self._generator.below(len(samples))] - min(samples)
            return min(drawn, LONGEST)
        return self._generator.below(self._jitter + 1) if self._jitter else 0
