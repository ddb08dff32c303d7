"""Two connections at once, one after the other: what is handed over, when, and what is asked for."""

import asyncio
import contextlib
from itertools import pairwise

from scripted_venue import SHUTDOWN, Box, Venue, diff, feed_of, running, say, top, trade
from websockets.asyncio.server import ServerConnection

from mm_tui.model.events import BookDelta, BookSnapshot, LinkDown, LinkUp, TopOfBook, Trade
from mm_tui.settings.sections import Binance
from mm_tui.venues.binance.stream import Timing, stream_url


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


def test_the_streams_follow_the_settings() -> None:
    at = "wss://host/stream?streams=btcusdt@"
    assert stream_url(Binance(ws_url="wss://host/"), "BTCUSDT").startswith(at + "depth@100ms/")
    assert stream_url(Binance(ws_url="wss://host", depth_interval_ms=1000), "BTCUSDT").startswith(at + "depth/")
    partial = Binance(ws_url="wss://host", depth_stream="depth20")
    assert stream_url(partial, "BTCUSDT").startswith(at + "depth20@100ms/")
