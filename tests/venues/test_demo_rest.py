import json
from typing import Any

import pytest

from mm_tui.settings.sections import Demo
from mm_tui.venues.demo.market_source import MarketSource
from mm_tui.venues.demo.pair import Pair
from mm_tui.venues.demo.rest import WEIGHT_A_MINUTE, Rest, exchange_info
from mm_tui.venues.demo.source import Publisher

EPOCH_MS = 1_723_161_255_000


class Silent:
    """A publisher nobody listens to."""

    def wants(self, suffix: str) -> bool:
        return False

    def publish(self, suffix: str, payload: bytes) -> None:
        raise AssertionError(suffix)

    async def subscribed(self, suffixes: frozenset[str]) -> None: ...

    async def room(self) -> None: ...


@pytest.fixture
def rest() -> Rest:
    source, out = MarketSource(Demo(), "BTC/USDT", EPOCH_MS), Silent()
    listener: Publisher = out
    source.advance(15.0, listener)
    return Rest(source)


async def body(rest: Rest, target: str, status: int = 200) -> Any:
    answer = await rest.answer(target)
    assert answer.status == status
    return json.loads(answer.body)


async def test_ping_and_time(rest: Rest) -> None:
    assert await body(rest, "/api/v3/ping") == {}
    assert await body(rest, "/api/v3/time") == {"serverTime": EPOCH_MS}


@pytest.mark.parametrize(
    "query", ["", "?symbol=BTCUSDT", "?symbols=%5B%22BTCUSDT%22%5D", '?symbols=["BTCUSDT"]', "?permissions=SPOT"]
)
async def test_exchange_info(rest: Rest, query: str) -> None:
    info = await body(rest, "/api/v3/exchangeInfo" + query)
    (symbol,) = info["symbols"]
    filters = {entry["filterType"]: entry for entry in symbol["filters"]}
    assert (symbol["symbol"], symbol["status"], symbol["baseAsset"]) == ("BTCUSDT", "TRADING", "BTC")
    assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
    assert filters["LOT_SIZE"] == {
        "filterType": "LOT_SIZE",
        "minQty": "0.00001000",
        "maxQty": "9000.00000000",
        "stepSize": "0.00001000",
    }
    assert filters["NOTIONAL"]["minNotional"] == "5.00000000"
    assert info["rateLimits"][0]["limit"] == 6000


def test_exchange_info_follows_the_pair() -> None:
    (symbol,) = exchange_info(Pair("ETH", "BTC", 5, 4), EPOCH_MS)["symbols"]
    assert symbol["filters"][0]["tickSize"] == "0.00001000"


@pytest.mark.parametrize(("query", "levels"), [("", 100), ("&limit=5", 5), ("&limit=99999", None)])
async def test_depth(rest: Rest, query: str, levels: int | None) -> None:
    depth = await body(rest, "/api/v3/depth?symbol=BTCUSDT" + query)
    assert list(depth) == ["lastUpdateId", "bids", "asks"]
    assert len(depth["bids"]) == levels if levels else len(depth["bids"]) > 500
    assert float(depth["bids"][0][0]) < float(depth["asks"][0][0])


async def test_trades_and_tickers_tell_the_same_story(rest: Rest) -> None:
    trades = await body(rest, "/api/v3/trades?symbol=BTCUSDT&limit=1000")
    day = await body(rest, "/api/v3/ticker/24hr?symbol=BTCUSDT")
    ticker = await body(rest, "/api/v3/ticker/bookTicker?symbol=BTCUSDT")
    depth = await body(rest, "/api/v3/depth?symbol=BTCUSDT&limit=1")
    last = trades[-1]
    assert list(last) == ["id", "price", "qty", "quoteQty", "time", "isBuyerMaker", "isBestMatch"]
    assert float(last["quoteQty"]) == pytest.approx(float(last["price"]) * float(last["qty"]), abs=1e-7)
    assert EPOCH_MS < last["time"] <= EPOCH_MS + 15_000
    assert (day["lastPrice"], day["lastQty"], day["lastId"]) == (last["price"], last["qty"], last["id"])
    assert day["count"] == day["lastId"] - day["firstId"] + 1 >= len(trades)
    assert float(day["lowPrice"]) <= float(day["weightedAvgPrice"]) <= float(day["highPrice"])
    assert float(day["priceChange"]) == pytest.approx(float(day["lastPrice"]) - float(day["openPrice"]))
    assert [ticker["bidPrice"], ticker["bidQty"]] == depth["bids"][0] == [day["bidPrice"], day["bidQty"]]
    assert [ticker["askPrice"], ticker["askQty"]] == depth["asks"][0]


async def test_a_market_without_trades_has_an_empty_day() -> None:
    rest = Rest(MarketSource(Demo(), "BTC/USDT", EPOCH_MS))
    day = await body(rest, "/api/v3/ticker/24hr?symbol=BTCUSDT")
    assert (day["count"], day["firstId"], day["volume"]) == (0, -1, "0.00000000")
    assert await body(rest, "/api/v3/trades?symbol=BTCUSDT") == []


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/api/v3/depth", 400, -1102),
        ("/api/v3/depth?symbol=", 400, -1102),
        ("/api/v3/depth?symbol=ETHUSDT", 400, -1121),
        ("/api/v3/depth?symbol=BTCUSDT&limit=ten", 400, -1100),
        ("/api/v3/depth?symbol=BTCUSDT&limit=0", 400, -1130),
        ("/api/v3/exchangeInfo?symbol=ETHUSDT", 400, -1121),
        ("/api/v3/exchangeInfo?symbols=BTCUSDT", 400, -1100),
        ("/api/v3/order?symbol=BTCUSDT", 404, -1000),
        ("/sapi/v1/capital", 404, -1000),
        ("/ping", 404, -1000),
    ],
)
async def test_wrong_requests_are_told_so_in_the_exchange_s_words(
    rest: Rest, target: str, status: int, code: int
) -> None:
    answer = await body(rest, target, status)
    assert answer["code"] == code
    assert answer["msg"]


async def test_a_resource_that_the_source_has_not_is_not_found() -> None:
    class Bare(MarketSource):
        async def answer(self, resource: str, limit: int) -> bytes | None:
            return None

    await body(Rest(Bare(Demo(), "BTC/USDT", EPOCH_MS)), "/api/v3/trades?symbol=BTCUSDT", 404)


async def test_weight_is_counted_and_a_spent_minute_is_refused_until_the_next() -> None:
    source = MarketSource(Demo(), "BTC/USDT", EPOCH_MS)
    rest = Rest(source)
    answer = await rest.answer("/api/v3/depth?symbol=BTCUSDT&limit=5000")
    assert dict(answer.headers)["X-MBX-USED-WEIGHT-1M"] == "250"
    for _ in range(WEIGHT_A_MINUTE // 250 - 1):
        assert (await rest.answer("/api/v3/depth?symbol=BTCUSDT&limit=5000")).status == 200
    refused = await rest.answer("/api/v3/ping")
    assert refused.status == 429
    assert dict(refused.headers)["Retry-After"] == str(60 - EPOCH_MS % 60_000 // 1000)
    source._opened_ms += 60_000
    assert (await rest.answer("/api/v3/ping")).status == 200
    assert rest.used_weight == 1
