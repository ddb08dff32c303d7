"""The feed against a scripted server on the loopback, faults included."""

import asyncio

import pytest
from scripted_venue import QUICK, RULES, SNAPSHOT, Box, Venue, diff, feed_of, running, say, top, trade
from websockets.asyncio.server import ServerConnection

from mm_tui.core.config import FeedRules
from mm_tui.errors import RegionRefused, VenueError
from mm_tui.model.events import BookDelta, BookSnapshot, FrameRefused, LinkDown, LinkUp, TopOfBook, Trade
from mm_tui.settings.sections import Binance
from mm_tui.venues.api import Frame
from mm_tui.venues.binance.feed import BinanceFeed, one_line, reachable
from mm_tui.venues.binance.stream import Timing


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


def test_one_line_leaves_a_line_alone() -> None:
    assert one_line(b'{"a":1}') == b'{"a":1}'
    assert one_line(b'{\r\n"a":1}\n') == b'{  "a":1}'
