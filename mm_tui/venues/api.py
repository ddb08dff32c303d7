"""What a feed is to the desk.

A feed owns sockets, files and polling; it decides nothing. It stamps what it received and hands it to the
desk's inbox, raw bytes beside the decoded event, so that the recorder writes the frame as it came.
"""

from typing import Protocol

import msgspec

from mm_tui.model.events import AnyEvent
from mm_tui.model.instrument import Instrument


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A received frame: its bytes as they came, and the event that they mean."""

    event: AnyEvent
    raw: bytes = b""
    """One line of `market.log` without its time; empty for an event that is not market data."""


class FeedStatus(msgspec.Struct):
    """What the feed is doing, for the screen; written by the feed alone."""

    link: str = "connecting"
    """`up`, `connecting`, `retrying in 3 s`, `down`, `ended`."""
    detail: str = ""
    reconnects: int = 0


class Inbox(Protocol):
    """Where a feed puts what it received."""

    def now(self) -> int:
        """Local time, ns, monotonic within the session: the stamp of an event that is received now."""
        ...

    async def put(self, frame: Frame) -> None:
        """Hand a frame over; waits while the inbox is full, so that the feed stops reading."""
        ...


class Feed(Protocol):
    """A source of market data."""

    name: str
    """`binance`, `demo`, `ccxt:kraken`, `file`."""
    words: str
    """For the header: `live data`, `slow: polls every 2 s`, …"""
    status: FeedStatus

    async def instrument(self) -> Instrument:
        """The pair's tick, step and filters; raises VenueError with what to do."""
        ...

    async def run(self, inbox: Inbox) -> None:
        """Feed the inbox for ever (a file: until its end), reconnecting by itself; ends when cancelled."""
        ...

    def request_snapshot(self) -> None:
        """The core asks for a fresh snapshot of the book; more requests while one is under way are one."""
        ...


class Decoder(Protocol):
    """Bytes of one recorded frame to its event; pure, so that a replay decodes exactly as the session did."""

    def decode(self, raw: bytes, ts: int) -> AnyEvent | None:
        """The event; None for a frame that carries no market data; raises FrameError for a broken one."""
        ...
