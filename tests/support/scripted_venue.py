"""A server that speaks Binance's protocol by script, on the loopback, and an inbox to wait at."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

import pytest
from websockets.asyncio.server import Server, ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from mm_tui.core.config import FeedRules
from mm_tui.settings.sections import Binance
from mm_tui.venues.api import Frame
from mm_tui.venues.binance.feed import BinanceFeed
from mm_tui.venues.binance.stream import Timing

EXCHANGE_INFO = (
    b'{"symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","filters":['
    b'{"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"1000000.00","tickSize":"0.01000000"},'
    b'{"filterType":"LOT_SIZE","minQty":"0.00001000","maxQty":"9000.00","stepSize":"0.00001000"}]}]}'
)
SNAPSHOT = b'{\n "lastUpdateId":100,\n "bids":[["99.00","1.0"]],\n "asks":[["101.00","1.0"]]\n}'
QUICK = Timing(open=2.0, rest=2.0, ping=5.0, silence=5.0, handover=2.0)
RULES = FeedRules(reconnect_initial_ms=1, reconnect_max_ms=8)
Script = Callable[[ServerConnection], Awaitable[None]]


def diff(first: int, final: int) -> str:
    return (
        f'{{"stream":"btcusdt@depth@100ms","data":{{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":{first},"u":{final},'
        '"b":[["99.00","2.0"]],"a":[]}}'
    )


def trade(number: int) -> str:
    return (
        f'{{"stream":"btcusdt@trade","data":{{"e":"trade","E":1,"s":"BTCUSDT","t":{number},"p":"100.00","q":"0.1",'
        '"T":1,"m":true,"M":true}}'
    )


def top(update: int) -> str:
    return (
        f'{{"stream":"btcusdt@bookTicker","data":{{"u":{update},"s":"BTCUSDT","b":"99.00","B":"1.0",'
        '"a":"101.00","A":"1.0"}}'
    )


SHUTDOWN = '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}'


class Venue:
    """A server whose n-th WebSocket connection runs the n-th script (the last one again and again)."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.connections = 0
        self.answers: dict[str, list[tuple[int, bytes, dict[str, str]]]] = {
            "/api/v3/exchangeInfo": [(200, EXCHANGE_INFO, {})],
            "/api/v3/depth": [(200, SNAPSHOT, {})],
        }
        self.asked: list[str] = []
        self.was_asked = asyncio.Event()
        self.server: Server | None = None
        self.url = ""

    async def handle(self, connection: ServerConnection) -> None:
        self.connections += 1
        script = self.scripts[min(self.connections, len(self.scripts)) - 1]
        await script(connection)

    def http(self, _: ServerConnection, request: Request) -> Response | None:
        self.asked.append(request.path)
        self.was_asked.set()
        queue = self.answers.get(request.path.partition("?")[0])
        if queue is None:
            return None
        status, body, headers = queue.pop(0) if len(queue) > 1 else queue[0]
        fields = Headers({"Content-Length": str(len(body)), "Connection": "close", **headers})
        return Response(status, HTTPStatus(status).phrase, fields, body)

    async def asked_times(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.asked) < count:
                self.was_asked.clear()
                await self.was_asked.wait()

    @property
    def config(self) -> Binance:
        return Binance(rest_url=f"http://{self.url}", ws_url=f"ws://{self.url}")


class Box:
    """An inbox that keeps all and lets a test wait for what it expects."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.clock = 0
        self.arrived = asyncio.Condition()

    def now(self) -> int:
        self.clock += 1
        return self.clock

    async def put(self, frame: Frame) -> None:
        async with self.arrived:
            self.frames.append(frame)
            self.arrived.notify_all()

    def of(self, kind: type) -> list:
        return [frame.event for frame in self.frames if type(frame.event) is kind]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(condition)


@contextlib.asynccontextmanager
async def running(feed: BinanceFeed, box: Box) -> AsyncIterator[None]:
    task = asyncio.create_task(feed.run(box))
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def say(*messages: str | bytes, stay: bool = True) -> Script:
    """Sends the messages (bytes as text frames too), then waits until the client goes, or closes."""

    async def script(connection: ServerConnection) -> None:
        for message in messages:
            await connection.send(message)
        if stay:
            await connection.wait_closed()

    return script


def feed_of(venue: Venue, timing: Timing = QUICK, **options: object) -> BinanceFeed:
    config = Binance(rest_url=venue.config.rest_url, ws_url=venue.config.ws_url, **options)
    return BinanceFeed(config, RULES, "BTC/USDT", timing=timing)
