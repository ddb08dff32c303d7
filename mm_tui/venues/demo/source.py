"""What stands behind the loopback server: a market that publishes frames and answers requests."""

from typing import Protocol

from mm_tui.venues.demo.pair import Pair


class Publisher(Protocol):
    """Where a source's frames go: the server's subscribers."""

    def wants(self, suffix: str) -> bool:
        """Whether anybody subscribed to the pair's stream of this suffix (`trade`, `depth@100ms`)."""
        ...

    def publish(self, suffix: str, payload: bytes) -> None:
        """Hand a payload to the subscribers of the stream; one who lags too far is dropped."""
        ...

    async def subscribed(self, suffixes: frozenset[str]) -> None:
        """Wait until each of these streams has a subscriber."""
        ...

    async def room(self) -> None:
        """Wait until every subscriber has read most of what it was sent."""
        ...


class Source(Protocol):
    """A market behind the server."""

    @property
    def pair(self) -> Pair:
        """The one pair that is traded."""
        ...

    @property
    def streams(self) -> frozenset[str]:
        """Suffixes of the streams on offer."""
        ...

    def clock_ms(self) -> int:
        """The exchange's clock, ms since 1970."""
        ...

    async def answer(self, resource: str, limit: int) -> bytes | None:
        """The body for `depth`, `trades`, `ticker/24hr` or `ticker/bookTicker`; None where it is not on offer."""
        ...

    async def run(self, out: Publisher) -> None:
        """Publish until cancelled, or until there is nothing more."""
        ...
