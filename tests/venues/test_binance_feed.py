"""The feed against a scripted server on the loopback, faults included."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from itertools import pairwise

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from mm_tui.core.config import FeedRules
from mm_tui.errors import RegionRefused, VenueError
from mm_tui.model.events import BookDelta, BookSnapshot, FrameRefused, LinkDown, LinkUp, TopOfBook, Trade
from mm_tui.settings.sections import Binance
from mm_tui.venues.api import Frame
from mm_tui.venues.binance.feed import BinanceFeed, one_line, reachable
from mm_tui.venues.binance.stream import Timing, stream_url

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


@pytest.fixture
async def venue() -> AsyncIterator[Venue]:
    scripted = Venue()
    async with serve(scripted.handle, "127.0.0.1", 0, process_request=scripted.http, max_size=None) as server:
        host, port = server.sockets[0].getsockname()[:2]
        scripted.server, scripted.url = server, f"{host}:{port}"
        yield scripted


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


async def test_frames_come_in_order_with_their_bytes(venue: Venue) -> None:
    venue.scripts = [say(diff(1, 2), trade(5), top(3), diff(3, 4))]
    box = Box()
    feed = feed_of(venue)
    async with running(feed, box):
        await box.until(lambda: len(box.frames) == 5)
        assert feed.status.link == "up"
    assert [type(frame.event) for frame in box.frames] == [LinkUp, BookDelta, Trade, TopOfBook, BookDelta]
    assert box.frames[0].event == LinkUp(ts=1, venue="binance", resync=True)
    assert box.frames[2].raw == trade(5).encode()
    assert [frame.event.ts for frame in box.frames] == sorted(frame.event.ts for frame in box.frames)
    assert "/stream?streams=btcusdt@depth@100ms/btcusdt@trade/btcusdt@bookTicker" in venue.asked


async def test_a_snapshot_is_fetched_when_asked_and_is_one_line(venue: Venue) -> None:
    venue.scripts = [say()]
    box = Box()
    feed = feed_of(venue)
    async with running(feed, box):
        feed.request_snapshot()
        feed.request_snapshot()
        await box.until(lambda: bool(box.of(BookSnapshot)))
    (snapshot,) = box.of(BookSnapshot)
    assert (snapshot.last_update_id, snapshot.partial, snapshot.bids) == (100, False, [(9900, 100000)])
    assert b"\n" not in box.frames[-1].raw
    assert [path for path in venue.asked if "depth?" in path] == ["/api/v3/depth?symbol=BTCUSDT&limit=5000"]


async def test_a_refused_snapshot_is_asked_for_again_after_the_wait_the_venue_named(venue: Venue) -> None:
    venue.scripts = [say()]
    venue.answers["/api/v3/depth"] = [
        (429, b"", {"Retry-After": "0.05"}),
        (500, b"", {}),
        (200, b'{"lastUpdateId":1,"bids":[],"asks":[]}', {}),
        (200, b"{}", {}),
        (200, SNAPSHOT, {}),
    ]
    box = Box()
    feed = feed_of(venue)
    async with running(feed, box):
        asked = asyncio.get_running_loop().time()
        feed.request_snapshot()
        await box.until(lambda: bool(box.of(BookSnapshot)))
        assert asyncio.get_running_loop().time() - asked >= 0.05
    assert len(box.of(FrameRefused)) == 2


async def test_a_lost_connection_is_told_and_made_anew(venue: Venue) -> None:
    venue.scripts = [say(diff(1, 2), trade(9), stay=False), say(diff(7, 8), trade(3))]
    box = Box()
    feed = feed_of(venue)
    async with running(feed, box):
        await box.until(lambda: len(box.of(Trade)) == 2)
    kinds = [type(frame.event) for frame in box.frames]
    assert kinds == [LinkUp, BookDelta, Trade, LinkDown, LinkUp, BookDelta, Trade]
    assert "closed by the venue, code 1000" in box.of(LinkDown)[0].reason
    assert [event.resync for event in box.of(LinkUp)] == [True, True]
    assert feed.status.reconnects == 1


async def test_an_aborted_connection_and_a_refused_handshake_are_retried(venue: Venue) -> None:
    async def abort(connection: ServerConnection) -> None:
        connection.transport.abort()

    refusals = [(503, b"", {}), (451, b"", {}), (429, b"", {"Retry-After": "0"})]
    venue.answers["/stream"] = [*refusals, (500, b"", {})]
    venue.scripts = [abort, say(trade(1))]
    box = Box()
    feed = feed_of(venue)
    async with running(feed, box):
        await venue.asked_times(6)
        assert feed.status.link in {"connecting", "retrying in 1 s"}
        assert "HTTP 500" in feed.status.detail
        del venue.answers["/stream"]
        await box.until(lambda: bool(box.of(Trade)))
    assert box.of(LinkDown)[0].reason == "connection lost"


async def test_three_broken_frames_renew_the_connection(venue: Venue) -> None:
    venue.scripts = [say("{", b"\x00\xff", diff(5, 4), trade(1)), say(trade(2))]
    box = Box()
    async with running(feed_of(venue), box):
        await box.until(lambda: bool(box.of(LinkDown)) and bool(box.of(Trade)))
    refused = [frame for frame in box.frames if type(frame.event) is FrameRefused]
    assert [frame.event.size for frame in refused] == [1, 2, len(diff(5, 4))]
    assert all(frame.raw == b"" for frame in refused)
    assert box.of(LinkDown)[0].reason == "3 broken frames within 10 s"


async def test_a_giant_frame_is_refused_unread(venue: Venue) -> None:
    venue.scripts = [say("[" + " " * (16 * 1024 * 1024) + "]"), say(trade(2))]
    box = Box()
    async with running(feed_of(venue), box):
        await box.until(lambda: bool(box.of(Trade)))
    assert box.of(FrameRefused)[0].reason == "a frame of more than 8 MB"
    assert box.of(LinkDown)[0].reason == "a frame of more than 8 MB"


async def test_replies_and_unknown_events_are_passed_over(venue: Venue) -> None:
    venue.scripts = [say('{"result":null,"id":1}', '{"stream":"btcusdt@kline_1m","data":{"e":"kline"}}', trade(1))]
    box = Box()
    async with running(feed_of(venue), box):
        await box.until(lambda: bool(box.of(Trade)))
    assert not box.of(FrameRefused)


async def test_silence_renews_the_connection(venue: Venue) -> None:
    venue.scripts = [say(trade(1)), say(trade(2))]
    box = Box()
    async with running(feed_of(venue, Timing(silence=0.05)), box):
        await box.until(lambda: len(box.of(Trade)) == 2)
    assert box.of(LinkDown)[0].reason == "no frame for 0.05 s"


async def test_a_peer_that_answers_no_ping_is_given_up(venue: Venue) -> None:
    replaced = asyncio.Event()

    async def deaf(connection: ServerConnection) -> None:
        await connection.send(trade(1))
        connection.transport.pause_reading()
        await replaced.wait()
        connection.transport.abort()

    async def hearing(connection: ServerConnection) -> None:
        replaced.set()
        await say(trade(2))(connection)

    venue.scripts = [deaf, hearing]
    box = Box()
    async with running(feed_of(venue, Timing(ping=0.05)), box):
        await box.until(lambda: len(box.of(Trade)) == 2)
    assert box.of(LinkDown)[0].reason == "keepalive ping timeout"


async def test_a_burst_is_handed_over_whole_and_in_order_to_a_desk_that_is_slower(venue: Venue) -> None:
    class SlowBox(Box):
        """Takes in one frame a turn of the loop; the feed must wait for it, and the server for the feed."""

        waiting = most_waiting = 0

        async def put(self, frame: Frame) -> None:
            self.waiting += 1
            self.most_waiting = max(self.most_waiting, self.waiting)
            await asyncio.sleep(0)
            await super().put(frame)
            self.waiting -= 1

    venue.scripts = [say(*(trade(number) for number in range(10_000)))]
    box = SlowBox()
    async with running(feed_of(venue), box):
        await box.until(lambda: len(box.frames) == 10_001)
    assert [event.trade_id for event in box.of(Trade)] == list(range(10_000))
    assert box.most_waiting == 1


async def test_before_a_shutdown_the_second_connection_comes_first(venue: Venue) -> None:
    successor_is_in = asyncio.Event()
    old_has_said_all = asyncio.Event()

    async def old(connection: ServerConnection) -> None:
        for message in (diff(1, 2), trade(1), top(2), SHUTDOWN):
            await connection.send(message)
        await successor_is_in.wait()
        for message in (diff(3, 4), trade(2), top(4)):
            await connection.send(message)
        old_has_said_all.set()
        await connection.wait_closed()

    async def new(connection: ServerConnection) -> None:
        await connection.send(diff(5, 6))  # ahead of what the old one has delivered: must wait
        await connection.send(top(1))
        successor_is_in.set()
        await old_has_said_all.wait()
        await connection.ping()
        for message in (diff(3, 4), trade(2), diff(5, 6), trade(3), diff(7, 8)):
            await connection.send(message)
        await connection.wait_closed()

    venue.scripts = [old, new]
    box = Box()
    feed = feed_of(venue)
    async with running(feed, box):
        await box.until(lambda: len(box.of(LinkUp)) == 2 and box.of(BookDelta)[-1].final_id == 8)
    assert not box.of(LinkDown)
    assert [event.resync for event in box.of(LinkUp)] == [True, False]
    ids = [(event.first_id, event.final_id) for event in box.of(BookDelta)]
    assert [event.trade_id for event in box.of(Trade)] == [1, 2, 3]
    assert all(before[1] + 1 == after[0] for before, after in pairwise(ids)), ids
    assert [event.update_id for event in box.of(TopOfBook)] == [2, 4]
    assert feed.status.reconnects == 0


async def test_an_old_connection_is_replaced_before_its_day_is_over(venue: Venue) -> None:
    async def steady(connection: ServerConnection) -> None:
        number = 1
        with contextlib.suppress(Exception):
            while True:
                await connection.send(diff(number, number))
                number += 1
                await asyncio.sleep(0.005)

    venue.scripts = [steady]
    box = Box()
    async with running(feed_of(venue, Timing(life=0.1, handover=0.02)), box):
        await box.until(lambda: len(box.of(LinkUp)) == 3)
    assert not box.of(LinkDown)
    assert venue.connections >= 3


async def test_a_successor_that_dies_leaves_the_old_one_in_charge(venue: Venue) -> None:
    third_is_in = asyncio.Event()

    async def old(connection: ServerConnection) -> None:
        await connection.send(diff(1, 2))
        await connection.send(SHUTDOWN)
        await third_is_in.wait()
        await connection.send(diff(3, 4))
        await connection.wait_closed()

    async def third(connection: ServerConnection) -> None:
        third_is_in.set()
        await say(diff(3, 4), diff(5, 6))(connection)

    venue.scripts = [old, say(stay=False), third]
    box = Box()
    async with running(feed_of(venue), box):
        await box.until(lambda: any(event.final_id == 6 for event in box.of(BookDelta)))
    assert not box.of(LinkDown)
    assert [event.final_id for event in box.of(BookDelta)] == [2, 4, 6]


async def test_a_successor_is_tried_for_until_it_is_there(venue: Venue) -> None:
    async def old(connection: ServerConnection) -> None:
        venue.answers["/stream"] = [(503, b"", {}), (503, b"", {}), (200, b"", {})]
        await connection.send(diff(1, 2))
        await connection.send(SHUTDOWN)
        await venue.asked_times(4)  # exchangeInfo, our own handshake, two refusals
        del venue.answers["/stream"]
        await connection.wait_closed()

    venue.scripts = [old, say(diff(1, 2), diff(3, 4))]
    box = Box()
    feed = feed_of(venue)
    async with running(feed, box):
        await box.until(lambda: len(box.of(LinkUp)) == 2)
    assert not box.of(LinkDown)
    assert [event.final_id for event in box.of(BookDelta)] == [2, 4]


async def test_whole_books_are_handed_over_once_as_well(venue: Venue) -> None:
    def book(update: int) -> str:
        return (
            f'{{"stream":"btcusdt@depth20@100ms","data":{{"lastUpdateId":{update},'
            '"bids":[["99.00","1"]],"asks":[["101.00","1"]]}}'
        )

    venue.scripts = [say(book(1), book(2), SHUTDOWN), say(book(2), book(3))]
    box = Box()
    async with running(feed_of(venue, depth_stream="depth20"), box):
        await box.until(lambda: len(box.of(LinkUp)) == 2 and len(box.of(BookSnapshot)) == 3)
    assert [event.last_update_id for event in box.of(BookSnapshot)] == [1, 2, 3]
    assert all(event.partial for event in box.of(BookSnapshot))
    assert [event.resync for event in box.of(LinkUp)] == [True, False]


async def test_an_old_connection_that_dies_first_asks_for_a_resync(venue: Venue) -> None:
    successor_is_in = asyncio.Event()

    async def old(connection: ServerConnection) -> None:
        await connection.send(diff(1, 2))
        await connection.send(SHUTDOWN)
        await successor_is_in.wait()

    async def new(connection: ServerConnection) -> None:
        await connection.send(diff(9, 10))
        successor_is_in.set()
        await box.until(lambda: len(box.of(LinkUp)) == 2)
        await connection.send(diff(11, 12))
        await connection.wait_closed()

    venue.scripts = [old, new]
    box = Box()
    async with running(feed_of(venue), box):
        await box.until(lambda: any(event.final_id == 12 for event in box.of(BookDelta)))
    assert [event.resync for event in box.of(LinkUp)] == [True, True]


async def test_a_feed_with_nobody_there_goes_on_trying() -> None:
    config = Binance(rest_url="http://127.0.0.1:9", ws_url="ws://127.0.0.1:9")
    feed = BinanceFeed(config, RULES, "BTC/USDT", timing=QUICK)
    with pytest.raises(VenueError, match="connection refused"):
        await feed.instrument()
    assert await reachable(config, 2.0) == "127.0.0.1:9: connection refused"


async def test_the_next_try_is_counted_down_in_words(venue: Venue) -> None:
    venue.answers["/stream"] = [(503, b"", {})]
    rules = FeedRules(reconnect_initial_ms=40_000, reconnect_max_ms=40_000)
    feed = BinanceFeed(venue.config, rules, "BTC/USDT", timing=QUICK)
    async with running(feed, Box()), asyncio.timeout(5):
        seen = {feed.status.link}
        for _ in iter(lambda: feed.status.link.startswith("retrying"), True):
            await asyncio.sleep(0.001)
            seen.add(feed.status.link)
    waits = [int(link.split()[2]) for link in seen if link.startswith("retrying in ")]
    assert waits
    assert all(20 <= wait <= 40 for wait in waits)
    assert "HTTP 503" in feed.status.detail


async def test_reachable_tells_the_cause(venue: Venue) -> None:
    venue.scripts = [say()]
    assert await reachable(venue.config, 2.0) is None
    venue.answers["/api/v3/exchangeInfo"] = [(451, b"", {})]
    assert "does not serve this region (HTTP 451)" in (await reachable(venue.config, 2.0) or "")
    with pytest.raises(RegionRefused):
        await feed_of(venue).instrument()
    venue.answers["/api/v3/exchangeInfo"] = [(400, b'{"code":-1121,"msg":"Invalid symbol."}', {})]
    assert "Invalid symbol. (-1121)" in (await reachable(venue.config, 2.0) or "")


async def test_reachable_keeps_its_time() -> None:
    gone = [asyncio.Event(), asyncio.Event()]
    callers = iter(gone)

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        next(callers).set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        config = Binance(rest_url=f"http://127.0.0.1:{port}", ws_url=f"ws://127.0.0.1:{port}")
        assert "0.1 s" in (await reachable(config, 0.1) or "")
        async with asyncio.timeout(5):
            await asyncio.gather(*(event.wait() for event in gone))


def test_the_streams_follow_the_settings() -> None:
    at = "wss://host/stream?streams=btcusdt@"
    assert stream_url(Binance(ws_url="wss://host/"), "BTCUSDT").startswith(at + "depth@100ms/")
    assert stream_url(Binance(ws_url="wss://host", depth_interval_ms=1000), "BTCUSDT").startswith(at + "depth/")
    partial = Binance(ws_url="wss://host", depth_stream="depth20")
    assert stream_url(partial, "BTCUSDT").startswith(at + "depth20@100ms/")


def test_one_line_leaves_a_line_alone() -> None:
    assert one_line(b'{"a":1}') == b'{"a":1}'
    assert one_line(b'{\r\n"a":1}\n') == b'{  "a":1}'
