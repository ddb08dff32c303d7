"""Filters of a pair out of exchangeInfo, real and of later days."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from mm_tui.errors import VenueError
from mm_tui.model.instrument import Instrument, PriceRange
from mm_tui.venues.binance.exchange_info import parse_exchange_info, venue_symbol

REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "exchangeInfo_20211012.json"

PRICE = {"filterType": "PRICE_FILTER", "minPrice": "0.10", "maxPrice": "1000.00", "tickSize": "0.01000000"}
LOT = {"filterType": "LOT_SIZE", "minQty": "0.00015", "maxQty": "9000.00000000", "stepSize": "0.00010000"}


def info(*filters: object, status: str = "TRADING", everywhere: object = ()) -> bytes:
    pair = {"symbol": "BTCUSDT", "status": status, "baseAsset": "BTC", "quoteAsset": "USDT", "filters": filters}
    symbols = [pair, {**pair, "symbol": "BTCUSDC", "quoteAsset": "USDC"}]
    return msgspec.json.encode({"symbols": symbols, "exchangeFilters": everywhere, "new": [1]})


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
        notional_filter="MIN_NOTIONAL",
        price_ranges=(PriceRange("PERCENT_PRICE", Decimal(5), Decimal("0.2"), Decimal(5), Decimal("0.2"), minutes=5),),
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


def test_bounds_of_value_position_price_and_of_the_whole_exchange() -> None:
    by_side = {"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "1.2", "bidMultiplierDown": "0.2"}
    raw = info(
        PRICE,
        LOT,
        {"filterType": "NOTIONAL", "minNotional": "5", "maxNotional": "9000000.00000000", "avgPriceMins": 5},
        {**by_side, "askMultiplierUp": "5", "askMultiplierDown": "0.8", "avgPriceMins": 0},
        {"filterType": "MAX_POSITION", "maxPosition": "10.00005"},
        everywhere=[{"filterType": "EXCHANGE_MAX_NUM_ORDERS", "maxNumOrders": 1000}],
    )
    instrument = parse_exchange_info(raw, "BTC/USDT")
    assert (instrument.max_notional, instrument.max_notional_units) == (Decimal(9_000_000), 9_000_000 * 1_000_000)
    assert instrument.price_ranges == (
        PriceRange("PERCENT_PRICE_BY_SIDE", Decimal("1.2"), Decimal("0.2"), Decimal(5), Decimal("0.8"), minutes=0),
    )
    assert (instrument.max_position, instrument.max_exchange_orders) == (100_000, 1000)
    bare = parse_exchange_info(info(PRICE, LOT, {"filterType": "MAX_POSITION", "maxPosition": "0"}), "BTC/USDT")
    assert (bare.max_notional_units, bare.max_position, bare.max_exchange_orders) == (None, None, None)


def test_a_pair_that_only_takes_cancels_is_opened_and_says_so() -> None:
    assert parse_exchange_info(info(PRICE, LOT, status="CANCEL_ONLY"), "BTC/USDT").status == "CANCEL_ONLY"


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
        (info({**PRICE, "tickSize": "1e99900000"}, LOT), "is no size"),
        (info({**PRICE, "maxPrice": "1e-99900000"}, LOT), "is no size"),
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
