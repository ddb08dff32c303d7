"""Subscribers of the loopback server: who listens to which stream, and a bounded queue for each.

Overflow policy of a subscriber's queue: the subscriber is dropped, as the exchange drops one who lags.
"""

import asyncio
from collections import Counter, deque

from websockets.asyncio.server import ServerConnection

from mm_tui.venues.demo.pair import Pair

MOST_FRAMES = 50_000
"""Frames that wait for one subscriber; one more and it is dropped. A drill's burst of 10,000 trades fits."""
MOST_BYTES = 16 << 20
"""Bytes that wait for one subscriber, likewise."""
ROOM_FRAMES = 256
"""A subscriber for whom fewer wait has room."""


class Subscriber:
    """One connection's streams and what waits to be sent to it."""

    def __init__(self, connection: ServerConnection, *, combined: bool) -> None:
        self.connection = connection
        self.combined = combined
        """Whether payloads are wrapped as `{"stream":…,"data":…}`."""
        self.streams: set[str] = set()
        """Full names: `btcusdt@trade`."""
        self.dropped = False
        """Whether it lagged too far."""
        self.has_room = asyncio.Event()
        self.has_room.set()
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Frames that wait to be sent."""
        return len(self._frames)

    def offer(self, frame: bytes) -> None:
        """Queue a frame; drops the connection instead where too much waits already."""
        if self.dropped:
            return
        if len(self._frames) >= MOST_FRAMES or self._bytes + len(frame) > MOST_BYTES:
            self.drop()
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        self._filled.set()
        if len(self._frames) >= ROOM_FRAMES:
            self.has_room.clear()

    def drop(self) -> None:
        """Cut the connection without a farewell."""
        self.dropped = True
        self._frames.clear()
        self._bytes = 0
        self.has_room.set()
        self.connection.transport.abort()

    async def send_all(self) -> None:
        """Send what is queued, for ever; raises ConnectionClosed when the connection goes."""
        while True:
            while self._frames:
                frame = self._frames.popleft()
                self._bytes -= len(frame)
                await self.connection.send(frame, text=True)
                if len(self._frames) < ROOM_FRAMES:
                    self.has_room.set()
            self._filled.clear()
            await self._filled.wait()


class Hub:
    """All subscribers of one pair's streams."""

    def __init__(self, pair: Pair) -> None:
        self._prefix = pair.stream_symbol + "@"
        self._wanted: Counter[str] = Counter()
        self._changed = asyncio.Event()
        self.subscribers: list[Subscriber] = []
        self.dropped = 0
        """Subscribers that were dropped because they lagged."""

    def join(self, subscriber: Subscriber) -> None:
        """A connection was made."""
        self.subscribers.append(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        """A connection ended."""
        self.subscribers.remove(subscriber)
        self.dropped += subscriber.dropped
        self.unsubscribe(subscriber, list(subscriber.streams))
        subscriber.has_room.set()

    def subscribe(self, subscriber: Subscriber, streams: list[str]) -> None:
        """Names that the exchange does not know are taken and stay silent, as there."""
        fresh = set(streams) - subscriber.streams
        subscriber.streams |= fresh
        self._wanted.update(fresh)
        self._changed.set()

    def unsubscribe(self, subscriber: Subscriber, streams: list[str]) -> None:
        """Names that were not subscribed to are passed over."""
        gone = subscriber.streams.intersection(streams)
        subscriber.streams -= gone
        self._wanted.subtract(gone)

    def wants(self, suffix: str) -> bool:
        """Whether anybody subscribed to the pair's stream of this suffix."""
        return self._wanted[self._prefix + suffix] > 0

    def publish(self, suffix: str, payload: bytes) -> None:
        """Hand a payload to the subscribers of the stream."""
        stream = self._prefix + suffix
        wrapped = b""
        for subscriber in self.subscribers:
            if stream not in subscriber.streams:
                continue
            if subscriber.combined:
                wrapped = wrapped or wrap(stream, payload)
                subscriber.offer(wrapped)
            else:
                subscriber.offer(payload)

    def announce(self, stream: str, payload: bytes) -> None:
        """Hand a payload to everybody, whatever they subscribed to."""
        for subscriber in self.subscribers:
            subscriber.offer(wrap(stream, payload) if subscriber.combined else payload)

    async def subscribed(self, suffixes: frozenset[str]) -> None:
        """Wait until each of these streams has a subscriber."""
        while not all(self.wants(suffix) for suffix in suffixes):
            self._changed.clear()
            await self._changed.wait()

    async def room(self) -> None:
        """Wait until every subscriber has read most of what it was sent."""
        for subscriber in list(self.subscribers):
            await subscriber.has_room.wait()


def wrap(stream: str, payload: bytes) -> bytes:
    """A payload as a message of a combined stream."""
    return b'{"stream":"' + stream.encode() + b'","data":' + payload + b"}"
