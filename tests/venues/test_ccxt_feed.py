"""The polling feed: ccxt's own Binance class against a loopback server that answers from the real capture."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from scripted_venue import Box
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from mm_tui.core.config import FeedRules
from mm_tui.errors import UsageError, VenueError
from mm_tui.model.events import BookSnapshot, FrameRefused, LinkDown, LinkUp, TopOfBook, Trade
from mm_tui.settings.sections import Ccxt
from mm_tui.venues.ccxt.codec import CcxtCodec
from mm_tui.venues.ccxt.feed import CcxtFeed
from mm_tui.venues.codecs import codec_for

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
CAPTURE, EXCHANGE_INFO = DATA / "btcusdt_20240808.gz", DATA / "exchangeInfo_20211012.json"
RULES = FeedRules(reconnect_initial_ms=1, reconnect_max_ms=2)
QUICK = Ccxt(poll_interval_ms=1)

pytestmark = [
    pytest.mark.skipif(
        not CAPTURE.exists(), reason="the captured data lies beside the project only where it is developed"
    ),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ccxt.*"),
]


class Exchange:
    """Answers Binance's REST; trades move on with each request."""

    def __init__(self) -> None:
        with gzip.open(CAPTURE) as capture:
            frames = [json.loads(line.split(b" ", 1)[1]) for line in (capture.readline() for _ in range(600))]
        self.book = next(frame for frame in frames if "lastUpdateId" in frame)
        self.trades = [frame["data"] for frame in frames if frame.get("stream") == "btcusdt@trade"]
        self.top = next(frame["data"] for frame in frames if frame.get("stream") == "btcusdt@bookTicker")
        self.polls = 0
        self.broken = False
        self.refuses_limits = False
        self.paths: list[str] = []
        self.url = ""

    def answer(self, path: str) -> tuple[int, Any]:
        name, _, query = path.partition("?")
        if self.broken and "exchangeInfo" not in name:
            return 503, {}
        match name.rsplit("/", 1)[-1]:
            case "exchangeInfo":
                return 200, json.loads(EXCHANGE_INFO.read_bytes())
            case "depth" if self.refuses_limits and "limit" in query:
                return 400, {"code": -1100, "msg": "Illegal characters found in parameter 'limit'"}
            case "depth":
                return 200, {**self.book, "bids": self.book["bids"][:100], "asks": self.book["asks"][:100]}
            case "aggTrades" | "trades":
                self.polls += 1
                until = min(2 + 3 * (self.polls - 1), len(self.trades))
                return 200, [
                    {
                        "a": t["t"],
                        "f": t["t"],
                        "l": t["t"],
                        "p": t["p"],
                        "q": t["q"],
                        "T": t["T"],
                        "m": t["m"],
                        "M": True,
                    }
                    for t in self.trades[:until]
                ]
            case _:
                best = {"bidPrice": "b", "bidQty": "B", "askPrice": "a", "askQty": "A"}
                return 200, {
                    "symbol": "BTCUSDT",
                    "closeTime": 1723161255342,
                    "lastPrice": self.top["b"],
                    **{name: self.top[letter] for name, letter in best.items()},
                }

    def http(self, _: ServerConnection, request: Request) -> Response:
        self.paths.append(request.path)
        status, document = self.answer(request.path)
        body = json.dumps(document).encode()
        fields = Headers({"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"})
        return Response(status, HTTPStatus(status).phrase, fields, body)

    def factory(self, options: dict[str, Any]) -> Any:
        """The real class, sent to the loopback, spot pairs only."""
        from ccxt.async_support import binance  # noqa: PLC0415 - as late as the feed itself does

        exchange = binance({**options, "options": {"fetchMarkets": {"types": ["spot"]}}})
        exchange.urls["api"] = dict.fromkeys(exchange.urls["api"], f"http://{self.url}/api/v3")
        exchange.timeout_on_exit = 0
        return exchange


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    answering = Exchange()

    async def no_streams(_: ServerConnection) -> None:
        raise AssertionError("nobody may open a WebSocket here")

    async with serve(no_streams, "127.0.0.1", 0, process_request=answering.http) as server:
        host, port = server.sockets[0].getsockname()[:2]
        answering.url = f"{host}:{port}"
        yield answering


async def run_until(feed: CcxtFeed, box: Box, condition: Callable[[], bool]) -> None:
    task = asyncio.create_task(feed.run(box))
    try:
        async with asyncio.timeout(20), box.arrived:
            await box.arrived.wait_for(lambda: condition() or task.done())
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def feed_of(exchange: Exchange, config: Ccxt = QUICK) -> CcxtFeed:
    return CcxtFeed("binance", "BTC/USDT", config, RULES, factory=exchange.factory)


async def test_the_real_class_brings_book_new_trades_and_top(exchange: Exchange) -> None:
    feed, box = feed_of(exchange), Box()
    instrument = await feed.instrument()
    assert (str(instrument.tick_size), str(instrument.step_size)) == ("0.01", "0.00001")
    assert (instrument.min_quantity, instrument.max_quantity) == (1, 900_000_000)
    assert instrument.min_notional == 10
    await run_until(feed, box, lambda: len(box.of(Trade)) >= 6)
    assert box.frames[0].event == LinkUp(ts=1, venue="ccxt:binance", resync=True)
    assert {type(frame.event) for frame in box.frames} == {LinkUp, BookSnapshot, Trade, TopOfBook}
    book = box.of(BookSnapshot)[0]
    assert book.partial
    assert book.bids[0] == (6_183_763, 378_826)
    assert (len(book.bids), len(book.asks)) == (100, 100)
    expected = exchange.trades[2:8]
    trades = box.of(Trade)[:6]
    assert [trade.price for trade in trades] == [instrument.ticks(trade["p"]) for trade in expected]
    assert [trade.quantity for trade in trades] == [instrument.lots(trade["q"]) for trade in expected]
    assert [trade.side < 0 for trade in trades] == [trade["m"] for trade in expected]
    assert [trade.exch_ts for trade in trades] == [trade["T"] * 1_000_000 for trade in expected]
    ids = [event.last_update_id for event in box.of(BookSnapshot)]
    assert ids == sorted(set(ids))


async def test_what_was_recorded_decodes_to_what_was_seen(exchange: Exchange) -> None:
    feed, box = feed_of(exchange), Box()
    await run_until(feed, box, lambda: bool(box.of(Trade)))
    market = [frame for frame in box.frames if frame.raw]
    codec = codec_for(market[0].raw, await feed.instrument())
    assert isinstance(codec, CcxtCodec)
    assert [codec.decode(frame.raw, frame.event.ts) for frame in market] == [frame.event for frame in market]
    assert all(b"\n" not in frame.raw and frame.raw.startswith(b'{"stream":"ccxt:binance@') for frame in market)


async def test_an_outage_is_told_and_survived(exchange: Exchange) -> None:
    feed, box = feed_of(exchange), Box()

    def steer() -> bool:
        exchange.broken = bool(box.of(Trade)) and not box.of(LinkDown)
        return len(box.of(LinkUp)) == 2

    await run_until(feed, box, steer)
    (down,) = box.of(LinkDown)
    assert down.venue == "ccxt:binance"
    assert "503" in down.reason
    assert feed.status.reconnects == 1


async def test_an_exchange_with_its_own_number_of_levels_is_asked_again(exchange: Exchange) -> None:
    exchange.refuses_limits = True
    feed, box = feed_of(exchange), Box()
    await run_until(feed, box, lambda: len(box.of(BookSnapshot)) >= 2)
    assert not box.of(LinkDown)
    assert sum("depth" in path and "limit" in path for path in exchange.paths) == 1


async def test_an_answer_off_the_grid_is_refused_and_polling_goes_on(exchange: Exchange) -> None:
    exchange.top = {**exchange.top, "b": "61837.631"}
    feed, box = feed_of(exchange), Box()
    await run_until(feed, box, lambda: len(box.of(FrameRefused)) >= 2)
    assert "61837.631 of BTC/USDT is no multiple of the tick size 0.01" in box.of(FrameRefused)[0].reason
    assert len(box.of(BookSnapshot)) >= 2


async def test_unknown_pairs_and_exchanges_are_named_with_what_is_near(exchange: Exchange) -> None:
    feed = CcxtFeed("binance", "BTC/USDTT", QUICK, RULES, factory=exchange.factory)
    with pytest.raises(VenueError, match=r"binance does not list BTC/USDTT; did you mean BTC/USDT"):
        await feed.instrument()
    with pytest.raises(VenueError, match=r"ccxt knows no exchange 'krakn'; did you mean kraken"):
        await CcxtFeed("krakn", "BTC/USDT", QUICK, RULES).instrument()
    with pytest.raises(VenueError, match="ccxt knows no exchange 'zzzzzz'; see the exchange's own list"):
        await CcxtFeed("zzzzzz", "BTC/USDT", QUICK, RULES).instrument()


async def test_an_exchange_that_is_not_there_is_a_venue_error(exchange: Exchange) -> None:
    exchange.url = "127.0.0.1:9"
    with pytest.raises(VenueError, match="binance: "):
        await feed_of(exchange).instrument()


def test_the_words_say_how_slow_it_is() -> None:
    assert CcxtFeed("kraken", "BTC/USDT", Ccxt(), RULES).words == "slow: polls every 2 s"
    CcxtFeed("kraken", "BTC/USDT", Ccxt(), RULES).request_snapshot()
    with pytest.raises(UsageError, match='set it to "poll"'):
        CcxtFeed("kraken", "BTC/USDT", Ccxt(mode="stream"), RULES)
