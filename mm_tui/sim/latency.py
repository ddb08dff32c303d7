"""How long requests and answers are on their way: constant plus a seeded jitter. Nanoseconds."""

from mm_tui.model.generator import Generator
from mm_tui.sim.config import Simulator

MILLISECOND = 1_000_000


class Latency:
    """Draws the two latencies of a request."""

    __slots__ = ("_entry", "_generator", "_jitter", "_response")

    def __init__(self, config: Simulator) -> None:
        self._entry = (config.order_latency_ms + config.feed_latency_ms) * MILLISECOND
        self._response = config.response_latency_ms * MILLISECOND
        self._jitter = config.latency_jitter_ms * MILLISECOND
        self._generator = Generator(config.seed)

    def entry(self) -> int:
        """From the desk to the exchange, in the desk's own receive time."""
        return self._entry + self._draw()

    def response(self) -> int:
        """From the exchange to the desk."""
        return self._response + self._draw()

    def _draw(self) -> int:
        return self._generator.below(self._jitter + 1) if self._jitter else 0
