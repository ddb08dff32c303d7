"""The loopback server: Binance's REST and WebSocket market data on one port of 127.0.0.1, from any source.

`GET /api/v3/…` is answered before the WebSocket handshake; `/ws/<stream>/…` is a raw stream, `/stream?streams=a/b` a
combined one, and either may SUBSCRIBE, UNSUBSCRIBE and LIST_SUBSCRIPTIONS. As on the exchange a connection may send
five messages a second, is pinged every 20 s, and is dropped when it does not read.
"""

import asyncio
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

import msgspec
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from mm_tui.errors import DeskError
from mm_tui.settings.sections import Demo
from mm_tui.venues.demo.hub import Hub, Subscriber
from mm_tui.venues.demo.market_source import MarketSource
from mm_tui.venues.demo.rest import PREFIX, Rest
from mm_tui.venues.demo.source import Source
from mm_tui.venues.demo.wire import shutdown_payload

PING_S = 20.0
"""How often a connection is pinged."""
PONG_WITHIN_S = 60.0
"""How long it may take to answer."""
MESSAGES_A_SECOND = 5
"""Messages that a connection may send."""
POLICY_VIOLATION = 1008
REQUEST_TIMEOUT_S = 60.0
"""A request that waits for its source longer than this is cut."""


class ClientRequest(msgspec.Struct):
    """A message of a client: `{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}`."""

    method: str
    params: list[str] = []
    id: int | str | None = None


class LoopbackServer:
    """Serves one source; an asynchronous context manager."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._rest = Rest(source)
        self._stack = AsyncExitStack()
        self._port = 0
        self.hub = Hub(source.pair)

    @property
    def rest_url(self) -> str:
        """What takes the place of `https://api.binance.com`."""
        return f"http://127.0.0.1:{self._open_port()}"

    @property
    def ws_url(self) -> str:
        """What takes the place of `wss://stream.binance.com:9443`."""
        return f"ws://127.0.0.1:{self._open_port()}"

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            group = await stack.enter_async_context(asyncio.TaskGroup())
            server = await stack.enter_async_context(
                serve(
                    self._serve_connection,
                    "127.0.0.1",
                    0,
                    process_request=self._serve_request,
                    compression=None,
                    open_timeout=REQUEST_TIMEOUT_S,
                    ping_interval=PING_S,
                    ping_timeout=PONG_WITHIN_S,
                    close_timeout=1.0,
                )
            )
            self._port = next(iter(server.sockets)).getsockname()[1]
            pump = group.create_task(self._source.run(self.hub))
            stack.callback(pump.cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._port = 0
        if isinstance(error, asyncio.CancelledError):
            await self._stack.__aexit__(kind, error, trace)
        else:
            await self._stack.aclose()

    def drop_connections(self) -> None:
        """A drill: every connection is cut without a farewell."""
        for subscriber in self.hub.subscribers:
            subscriber.connection.transport.abort()

    def shutdown_notice(self) -> None:
        """A drill: tell every connection that the server is about to go."""
        self.hub.announce("!serverShutdown", shutdown_payload(self._source.clock_ms()))

    def _open_port(self) -> int:
        if self._port == 0:
            raise DeskError("the embedded exchange is not open; use it inside `async with`")
        return self._port

    async def _serve_request(self, _connection: ServerConnection, request: Request) -> Response | None:
        path = urlsplit(request.path).path
        if path.startswith(PREFIX) or not path.startswith(("/ws", "/stream")):
            answer = await self._rest.answer(request.path)
            headers = Headers(answer.headers)
            headers["Content-Length"] = str(len(answer.body))
            headers["Connection"] = "close"
            return Response(answer.status, "OK" if answer.status == 200 else "Error", headers, answer.body)  # noqa: PLR2004
        return None

    async def _serve_connection(self, connection: ServerConnection) -> None:
        split = urlsplit(connection.request.path if connection.request else "/ws")
        combined = split.path.startswith("/stream")
        named = parse_qs(split.query).get("streams", [""])[0] if combined else split.path.removeprefix("/ws")
        subscriber = Subscriber(connection, combined=combined)
        self.hub.join(subscriber)
        self.hub.subscribe(subscriber, [stream for stream in named.split("/") if stream])
        try:
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(_send(subscriber))
                await self._obey(subscriber)
                sender.cancel()
        finally:
            self.hub.leave(subscriber)

    async def _obey(self, subscriber: Subscriber) -> None:
        """Do what the client asks until it goes, or asks too much."""
        clock = asyncio.get_running_loop().time
        second, count = clock(), 0
        with suppress(ConnectionClosed):
            async for message in subscriber.connection:
                if clock() - second >= 1.0:
                    second, count = clock(), 0
                count += 1
                if count > MESSAGES_A_SECOND:
                    await subscriber.connection.close(POLICY_VIOLATION, "Too many requests")
                    return
                subscriber.offer(self._reply(subscriber, message))

    def _reply(self, subscriber: Subscriber, message: str | bytes) -> bytes:
        try:
            asked = msgspec.json.decode(message, type=ClientRequest)
        except msgspec.ValidationError as error:
            return _refusal(2, f"Invalid request: {error}", None)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            return _refusal(3, f"Invalid JSON: {error}", None)
        match asked.method:
            case "SUBSCRIBE":
                self.hub.subscribe(subscriber, asked.params)
                result = None
            case "UNSUBSCRIBE":
                self.hub.unsubscribe(subscriber, asked.params)
                result = None
            case "LIST_SUBSCRIPTIONS":
                return msgspec.json.encode({"result": sorted(subscriber.streams), "id": asked.id})
            case _:
                return _refusal(2, f"Invalid request: unknown variant `{asked.method}`", asked.id)
        return msgspec.json.encode({"result": result, "id": asked.id})


class EmbeddedExchange(LoopbackServer):
    """The demo: a seeded market behind the loopback server, with drills for its faults."""

    def __init__(self, config: Demo, symbol: str = "BTC/USDT", epoch_ms: int | None = None) -> None:
        self.source = MarketSource(config, symbol, epoch_ms)
        super().__init__(self.source)

    def skip_update(self) -> None:
        """A drill: the next diff is never sent."""
        self.source.skip_update()

    def jump(self, bps: float) -> None:
        """A drill: the price leaps by so many basis points."""
        self.source.market.jump(bps)

    def burst(self, orders: int) -> None:
        """A drill: so many small orders at once."""
        self.source.market.burst(orders)

    def stall(self, seconds: float) -> None:
        """A drill: connections stay up and fall silent."""
        self.source.stall(seconds)


async def _send(subscriber: Subscriber) -> None:
    with suppress(ConnectionClosed):
        await subscriber.send_all()


def _refusal(code: int, message: str, request_id: int | str | None) -> bytes:
    return msgspec.json.encode({"error": {"code": code, "msg": message}, "id": request_id})
