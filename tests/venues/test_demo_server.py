import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from demo_client import get, listen, receive
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from mm_tui.errors import DeskError
from mm_tui.settings.sections import Demo
from mm_tui.venues.demo import hub as hub_module
from mm_tui.venues.demo.server import EmbeddedExchange, LoopbackServer
from mm_tui.venues.demo.source import Publisher

ALL_THREE = "btcusdt@depth@100ms/btcusdt@trade/btcusdt@bookTicker"


@pytest.fixture
async def exchange() -> AsyncIterator[EmbeddedExchange]:
    async with EmbeddedExchange(Demo(speed=5.0)) as embedded:
        yield embedded


async def ask(connection: ClientConnection, message: dict[str, Any]) -> Any:
    """The answer to a request, past the frames that come before it."""
    await connection.send(json.dumps(message))
    while True:
        answer = await receive(connection)
        if "id" in answer:
            return answer


async def read_out(connection: ClientConnection) -> None:
    """Read until the connection ends; raises ConnectionClosed."""
    while True:
        await receive(connection)


async def test_rest_and_streams_share_a_loopback_port(exchange: EmbeddedExchange) -> None:
    assert exchange.rest_url.removeprefix("http://") == exchange.ws_url.removeprefix("ws://")
    assert exchange.rest_url.startswith("http://127.0.0.1:")
    status, body, headers = await get(exchange.rest_url + "/api/v3/depth?symbol=BTCUSDT&limit=5000")
    assert (status, len(body["bids"]) > 500) == (200, True)
    assert headers["Content-Type"] == "application/json;charset=UTF-8"
    assert headers["X-MBX-USED-WEIGHT-1M"] == "250"
    assert (await get(exchange.rest_url + "/api/v3/depth"))[0] == 400
    assert (await get(exchange.rest_url + "/"))[0] == 404


async def test_a_combined_stream_wraps_its_frames(exchange: EmbeddedExchange) -> None:
    seen: dict[str, Any] = {}
    async with listen(f"{exchange.ws_url}/stream?streams={ALL_THREE}") as connection:
        while len(seen) < 3:
            frame = await receive(connection)
            seen.setdefault(frame["stream"], frame["data"])
    assert list(seen["btcusdt@depth@100ms"]) == ["e", "E", "s", "U", "u", "b", "a"]
    assert list(seen["btcusdt@trade"]) == ["e", "E", "s", "t", "p", "q", "T", "m", "M"]
    assert list(seen["btcusdt@bookTicker"]) == ["u", "s", "b", "B", "a", "A"]


async def test_a_raw_stream_is_bare(exchange: EmbeddedExchange) -> None:
    async with listen(f"{exchange.ws_url}/ws/btcusdt@bookTicker") as connection:
        assert list(await receive(connection)) == ["u", "s", "b", "B", "a", "A"]


async def test_subscriptions_come_and_go(exchange: EmbeddedExchange) -> None:
    async with listen(f"{exchange.ws_url}/ws") as connection:
        streams = ["btcusdt@depth20@100ms", "btcusdt@nonsense"]
        assert await ask(connection, {"method": "SUBSCRIBE", "params": streams, "id": 1}) == {"result": None, "id": 1}
        assert list(await receive(connection)) == ["lastUpdateId", "bids", "asks"]
        assert await ask(connection, {"method": "LIST_SUBSCRIPTIONS", "id": "two"}) == {"result": streams, "id": "two"}
        assert await ask(connection, {"method": "UNSUBSCRIBE", "params": streams, "id": 3}) == {"result": None, "id": 3}
        assert not exchange.hub.wants("depth20@100ms")
        assert (await ask(connection, {"method": "LIST_SUBSCRIPTIONS", "id": 4}))["result"] == []


@pytest.mark.parametrize(
    ("message", "code"), [("{", 3), ('{"params":[]}', 2), ('{"method":"DANCE","id":1}', 2), ("[]", 2), (b"\xff", 3)]
)
async def test_a_wrong_message_is_answered_with_an_error(
    exchange: EmbeddedExchange, message: str | bytes, code: int
) -> None:
    async with listen(f"{exchange.ws_url}/ws") as connection:
        await connection.send(message)
        assert (await receive(connection))["error"]["code"] == code


async def test_a_client_that_talks_too_much_is_shown_out(exchange: EmbeddedExchange) -> None:
    async with listen(f"{exchange.ws_url}/ws") as connection:
        for number in range(6):
            await connection.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": number}))
        with pytest.raises(ConnectionClosed) as closed:
            await read_out(connection)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008


async def test_a_snapshot_and_the_stream_build_the_server_s_book(exchange: EmbeddedExchange) -> None:
    async with listen(f"{exchange.ws_url}/ws/btcusdt@depth@100ms") as connection:
        first = await receive(connection)
        _, snapshot, _ = await get(exchange.rest_url + "/api/v3/depth?symbol=BTCUSDT&limit=5000")
        assert first["U"] <= snapshot["lastUpdateId"]
        bids, asks, last = dict(snapshot["bids"]), dict(snapshot["asks"]), snapshot["lastUpdateId"]
        for _ in range(600):  # a diff in twenty or so is the market's last word when it arrives: seldom more than 100
            diff = await receive(connection)
            if diff["u"] <= last:
                continue
            assert diff["U"] <= last + 1
            last = diff["u"]
            bids.update(diff["b"])
            asks.update(diff["a"])
            if exchange.source.market.ladder.update_id == last:
                break
        else:
            pytest.fail("the market was never caught between two updates")
        pair, ladder = exchange.source.pair, exchange.source.market.ladder
        for side, book in ((ladder.bids, bids), (ladder.asks, asks)):
            served = {pair.price(price): pair.quantity(lots) for price, lots in side.lots.items()}
            assert {price: lots for price, lots in book.items() if float(lots)} == served


@pytest.mark.untraced
async def test_a_client_that_does_not_read_is_dropped_and_others_are_not(
    exchange: EmbeddedExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "MOST_BYTES", 2_000_000)
    stream = f"{exchange.ws_url}/stream?streams={ALL_THREE}"
    async with listen(stream, max_queue=1) as slow, listen(f"{exchange.ws_url}/ws/btcusdt@trade") as quick:
        while exchange.hub.dropped == 0:
            exchange.burst(1_000)
            assert max(subscriber.waiting for subscriber in exchange.hub.subscribers) < 20_000
            for _ in range(1_000):
                await receive(quick)
        assert len(exchange.hub.subscribers) == 1
        with pytest.raises(ConnectionClosed):
            await read_out(slow)


@pytest.mark.untraced
async def test_a_burst_of_ten_thousand_reaches_a_client_that_reads(exchange: EmbeddedExchange) -> None:
    async with listen(f"{exchange.ws_url}/stream?streams={ALL_THREE}") as connection:
        await receive(connection)
        exchange.burst(10_000)
        trades = 0
        while trades < 10_000:
            trades += (await receive(connection))["stream"] == "btcusdt@trade"
        assert exchange.hub.dropped == 0


async def test_drills_of_the_connection(exchange: EmbeddedExchange) -> None:
    raw, combined = f"{exchange.ws_url}/ws", f"{exchange.ws_url}/stream"
    async with listen(raw) as one, listen(combined) as other:
        await ask(one, {"method": "LIST_SUBSCRIPTIONS", "id": 1})
        await ask(other, {"method": "LIST_SUBSCRIPTIONS", "id": 1})
        exchange.shutdown_notice()
        assert list(notice := await receive(one)) == ["e", "E"]
        assert notice["e"] == "serverShutdown"
        assert (await receive(other))["stream"] == "!serverShutdown"
        exchange.drop_connections()
        for connection in (one, other):
            with pytest.raises(ConnectionClosed) as closed:
                await receive(connection)
            assert closed.value.rcvd is None, "cut, without a closing handshake"


async def test_drills_of_the_market(exchange: EmbeddedExchange) -> None:
    async with listen(f"{exchange.ws_url}/ws/btcusdt@depth@100ms") as connection:
        before = await receive(connection)
        mid = exchange.source.market.ladder.mid
        exchange.skip_update()
        exchange.jump(100.0)
        after = await receive(connection)
        assert after["U"] > before["u"] + 1
        assert exchange.source.market.ladder.mid / mid == pytest.approx(1.01, abs=0.001)
        exchange.stall(0.3)
        begin = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - begin < 0.25:
            last = await receive(connection)
        assert last["U"] > after["u"]


async def test_nothing_is_served_outside_the_context() -> None:
    embedded = EmbeddedExchange(Demo())
    with pytest.raises(DeskError, match="async with"):
        _ = embedded.rest_url
    async with embedded:
        url = embedded.ws_url
    with pytest.raises(DeskError, match="async with"):
        _ = embedded.ws_url
    with pytest.raises(OSError):  # noqa: PT011 - the message is the system's
        await listen(url)


async def test_clients_are_told_when_the_server_closes() -> None:
    async with EmbeddedExchange(Demo()) as embedded:
        connection = await listen(f"{embedded.ws_url}/ws/btcusdt@trade")
    with pytest.raises(ConnectionClosed) as closed:
        await read_out(connection)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


async def test_a_source_that_fails_ends_the_server_with_its_error() -> None:
    embedded = EmbeddedExchange(Demo())

    class BrokenError(Exception): ...

    async def broken(out: Publisher) -> None:
        raise BrokenError

    embedded.source.run = broken  # type: ignore[method-assign]
    with pytest.raises(ExceptionGroup) as failed:
        async with LoopbackServer(embedded.source):
            await asyncio.Event().wait()
    assert failed.group_contains(BrokenError)
