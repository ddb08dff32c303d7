"""One WebSocket connection to Binance's combined streams, and what two of them at once may hand over."""

import asyncio
from typing import Final
from urllib.parse import quote

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from mm_tui.errors import VenueError
from mm_tui.model.events import AnyEvent, BookDelta, BookSnapshot, TopOfBook, Trade
from mm_tui.settings.sections import Binance
from mm_tui.venues.binance.rest import cause, host, is_loopback, refusal

FRAME_LIMIT: Final = 8 * 1024 * 1024
"""Bytes of one message; a busy diff has some 20 kB, so whatever is larger is no market data."""
QUEUE_FRAMES: Final = 256
"""Frames that wait between the socket and us; when it is full, reading stops and TCP holds the server back."""
CLOSE_TIMEOUT_S: Final = 1.0
TOO_BIG: Final = 1009
LOST: Final = (OSError, TimeoutError, WebSocketException, VenueError, EOFError)
"""What connecting and reading may raise when the peer, the net or the machine fails."""


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """How long the feed waits for what, seconds."""

    open: float = 10.0
    """A connection and its handshake."""
    rest: float = 10.0
    """A REST answer."""
    ping: float = 5.0
    """Between our own pings, and for their pong: a half-open connection is found within twice that."""
    silence: float = 60.0
    """Without any frame although the peer answers pings; the streams are subscribed anew then."""
    life: float = 23 * 3600 + 50 * 60
    """Age at which a connection is replaced, short of the exchange's 24 h."""
    handover: float = 10.0
    """A new connection may take this long to catch up with the one it replaces."""


class Link:
    """An open connection, and what its reader and the handover need to know of it."""

    def __init__(self, connection: ClientConnection, silence_s: float) -> None:
        loop = asyncio.get_running_loop()
        self.connection = connection
        self.opened = loop.time()
        self.heard = self.opened
        """Loop time of the last frame."""
        self.ending = asyncio.Event()
        """The server said that it goes away."""
        self.caught_up = asyncio.Event()
        """It delivers what the connection before it delivered, and more."""
        self.reason = ""
        """Why we gave it up, where it was us."""
        self._silence = silence_s
        self._loop = loop
        self._watch = loop.call_later(silence_s, self._check_silence)

    async def give_up(self, reason: str) -> None:
        """Close it; its reader ends with this reason."""
        self.reason = self.reason or reason
        self._watch.cancel()
        await self.connection.close()

    def ended(self, error: ConnectionClosed) -> str:
        """Why it ended, in words."""
        self._watch.cancel()
        return self.reason or words(error)

    def drop(self) -> None:
        """Forget it at once, without a closing handshake."""
        self._watch.cancel()
        self.connection.transport.abort()

    def _check_silence(self) -> None:
        quiet = self._loop.time() - self.heard
        if quiet >= self._silence:
            self.reason = self.reason or f"no frame for {self._silence:g} s"
            self.connection.transport.abort()
        else:
            self._watch = self._loop.call_later(self._silence - quiet, self._check_silence)


class Sieve:
    """Passes each update once while two connections deliver the same streams.

    - One connection: every frame passes as it came, gaps and repeats included; the book judges them.
    - Two: the old one's frames pass unless the new one's were faster; the new one's pass when they go on where the last
      passed one ended. Then it has caught up, and the old one may go.
    - A trade passes when its id is above the last one's, always: a trade that counts twice fills an order twice.
    """

    def __init__(self) -> None:
        self._update = -1
        """The last `u` or `lastUpdateId` passed on; below 0 for none."""
        self._top = -1
        self._trade = -1

    def passes(self, event: AnyEvent, *, overlap: bool, successor: Link | None) -> bool:
        """Whether to hand the event over; `successor` is the new connection when the event is its."""
        if type(event) is TopOfBook:
            if overlap and event.update_id <= self._top:
                return False
            self._top = event.update_id
        elif type(event) is Trade:
            if event.trade_id <= self._trade:
                return False
            self._trade = event.trade_id
        elif type(event) is BookDelta:
            if overlap and not self._in_step(event.first_id, event.final_id, successor):
                return False
            self._update = event.final_id
        elif type(event) is BookSnapshot and event.partial:
            if overlap and not self._in_step(0, event.last_update_id, successor):
                return False
            self._update = event.last_update_id
        return True

    def _in_step(self, first_id: int, final_id: int, successor: Link | None) -> bool:
        if successor is not None:
            if self._update >= 0 and first_id > self._update + 1:
                return False
            successor.caught_up.set()
        return final_id > self._update


async def open_stream(config: Binance, symbol: str, timing: Timing) -> Link:
    """A connection subscribed to all we want of the pair; raises one of `LOST`."""
    url = stream_url(config, symbol)
    try:
        connection = await connect(
            url,
            compression=None,
            proxy=None if is_loopback(url) else True,
            open_timeout=timing.open,
            ping_interval=timing.ping,
            ping_timeout=timing.ping,
            close_timeout=CLOSE_TIMEOUT_S,
            max_size=FRAME_LIMIT,
            max_queue=QUEUE_FRAMES,
        )
    except InvalidStatus as error:
        response = error.response
        raise refusal(host(url), response.status_code, response.headers.get("Retry-After"), "") from error
    except (OSError, WebSocketException, ValueError) as error:
        raise VenueError(f"{host(url)}: {words(error)}") from error
    return Link(connection, timing.silence)


def stream_url(config: Binance, symbol: str) -> str:
    """`wss://…/stream?streams=btcusdt@depth@100ms/btcusdt@trade/btcusdt@bookTicker`."""
    name = quote(symbol.lower())
    depth = "depth20" if config.depth_stream == "depth20" else "depth"
    pace = "@100ms" if config.depth_interval_ms == 100 else ""  # noqa: PLR2004 - a second is Binance's own default
    streams = "/".join(f"{name}@{stream}" for stream in (f"{depth}{pace}", "trade", "bookTicker"))
    return f"{config.ws_url.rstrip('/')}/stream?streams={streams}"


def words(error: BaseException) -> str:
    """Why a connection failed or ended, in words."""
    if not isinstance(error, ConnectionClosed):
        return cause(error)
    if error.sent is not None and error.sent.code == TOO_BIG:
        return f"a frame of more than {FRAME_LIMIT >> 20} MB"
    if error.rcvd is not None:
        said = f" ({error.rcvd.reason})" if error.rcvd.reason else ""
        return f"closed by the venue, code {int(error.rcvd.code)}{said}"
    if error.sent is not None and error.sent.reason:
        return error.sent.reason
    return "connection lost"
