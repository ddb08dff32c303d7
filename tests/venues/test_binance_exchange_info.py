"""Filters of a pair out of exchangeInfo, real and of later days."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from mm_tui.errors import VenueError
from mm_tui.model.instrument import Instrument
from mm_tui.venues.binance.exchange_info import parse_exchange_info, venue_symbol

REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "exchangeInfo_20211012.json"

PRICE = {"filterType": "PRICE_FILTER", "minPrice": "0.10", "maxPrice": "1000.00", "tickSize": "0.01000000"}
LOT = {"filterType": "LOT_SIZE", "minQty": "0.00015", "maxQty": "9000.00000000", "stepSize": "0.00010000"}


def info(*filters: object, status: str = "TRADING") -> bytes:
    pair = {"symbol": "BTCUSDT", "status": status, "baseAsset": "BTC", "quoteAsset": "USDT", "filters": filters}
    return msgspec.json.encode({"symbols": [pair, {**pair, "symbol": "BTCUSDC", "quoteAsset": "USDC"}], "new": [1]})


@pytest.mark.skipif(not REAL.exists(), reason="the captured data lies beside the project only where it is developed")
def test_the_real_answer_of_2021() -> None:
    assert parse_exchange_info(REAL.read_bytes(), "ETH/USDT") == Instrument(
        "ETH/USDT",
        "ETH",
        "USDT",
        Decimal("0.01"),
        Decimal("0.0001"),
        min_quantity=1,
        max_quantity=90_000_000,
        min_price=1,
        max_price=100_000_000,
        min_notional=Decimal(10),
        max_orders=200,
    )


def test_filters_of_today_and_unknown_ones() -> None:
    raw = info(
        PRICE,
        LOT,
        {"filterType": "NOTIONAL", "minNotional": "5.00000000", "applyMinToMarket": True, "avgPriceMins": 5},
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 150},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 8},
        {"filterType": "SOMETHING_NEW", "limit": {"deep": ["er"]}},
    )
    instrument = parse_exchange_info(raw, "btcusdt")
    assert (instrument.symbol, instrument.origin) == ("BTC/USDT", "exchange")
    assert (instrument.min_price, instrument.max_price) == (10, 100_000)
    assert instrument.min_quantity == 2, "a minimum between two steps is the upper one"
    assert (instrument.min_notional, instrument.max_orders, instrument.max_amends) == (Decimal(5), 150, 8)


def test_a_bound_of_zero_is_none() -> None:
    instrument = parse_exchange_info(
        info({**PRICE, "minPrice": "0", "maxPrice": "0.0"}, {**LOT, "maxQty": "0"}), "BTC/USDT"
    )
    unbounded = Instrument("", "", "", Decimal(1), Decimal(1))
    assert (instrument.min_price, instrument.max_price) == (1, unbounded.max_price)
    assert (instrument.max_quantity, instrument.max_orders) == (unbounded.max_quantity, unbounded.max_orders)


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"<html>", "cannot be read"),
        (b"[]", "cannot be read"),
        (b'{"code":-1121,"msg":"Invalid symbol."}', "does not know the symbol BTC/USDT"),
        (b'{"code":-1003,"msg":"Too much."}', r"Too much\. \(-1003\)"),
        (b'{"symbols":[]}', "does not list the symbol BTC/USDT; choose another with --symbol"),
        (info(PRICE, LOT, status="BREAK"), r"not trading at Binance \(status BREAK\)"),
        (info(PRICE), "no tick size or no step size"),
        (info({**PRICE, "tickSize": "0"}, LOT), "no tick size or no step size"),
        (info({**PRICE, "tickSize": "x"}, LOT), "filters of BTC/USDT cannot be read|cannot be read"),
        (info({**PRICE, "tickSize": "-1"}, LOT), "is no size"),
        (info(PRICE, {**LOT, "stepSize": "NaN"}), "is no size"),
    ],
)
def test_what_cannot_be_traded_is_said(raw: bytes, complaint: str) -> None:
    with pytest.raises(VenueError, match=complaint):
        parse_exchange_info(raw, "BTC/USDT")


def test_an_unknown_pair_is_answered_with_what_is_near() -> None:
    with pytest.raises(VenueError, match="did you mean BTCUSDT, BTCUSDC"):
        parse_exchange_info(info(PRICE, LOT), "BTC/USDTT")


def test_symbols_as_binance_spells_them() -> None:
    assert [venue_symbol(name) for name in ("BTC/USDT", "eth-btc", " BNBUSDC ")] == ["BTCUSDT", "ETHBTC", "BNBUSDC"]
