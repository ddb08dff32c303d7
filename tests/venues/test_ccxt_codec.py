"""Our own lines of ccxt's answers, and the markets they come from."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from mm_tui.errors import FrameError, VenueError
from mm_tui.model.events import BUY, SELL, BookSnapshot, TopOfBook, Trade
from mm_tui.model.instrument import Instrument
from mm_tui.venues.ccxt.codec import CcxtCodec
from mm_tui.venues.ccxt.market import DECIMAL_PLACES, TICK_SIZE, instrument_of

CODEC = CcxtCodec(Instrument("BTC/EUR", "BTC", "EUR", Decimal("0.1"), Decimal("0.00000001")))
BOOK: dict[str, Any] = {"timestamp": 1723161254206, "bids": [[100.1, 0.5], [100.0, 0]], "asks": [[100.3, 1.00000001]]}
TRADE: dict[str, Any] = {"timestamp": 1723161254206.5, "price": 100.2, "amount": 0.3, "side": "buy", "id": "T-1"}
TICKER: dict[str, Any] = {"timestamp": None, "bid": 100.1, "bidVolume": 2, "ask": 100.3, "askVolume": 1.5, "last": None}


def line(kind: str, data: object, number: int = 4) -> bytes:
    return msgspec.json.encode({"stream": f"ccxt:kraken@{kind}", "id": number, "data": data})


def test_a_book_stands_alone() -> None:
    assert CODEC.decode(line("book", BOOK), 9) == BookSnapshot(
        ts=9,
        last_update_id=4,
        bids=[(1001, 50_000_000)],
        asks=[(1003, 100_000_001)],
        exch_ts=1723161254206_000_000,
        partial=True,
    )


def test_a_trade_has_the_line_s_number_and_the_aggressor_s_side() -> None:
    event = Trade(ts=9, trade_id=4, price=1002, quantity=30_000_000, side=BUY, exch_ts=1723161254206_500_000)
    assert CODEC.decode(line("trade", TRADE), 9) == event
    sold = CODEC.decode(line("trade", {**TRADE, "side": "sell", "timestamp": None}), 9)
    assert sold == msgspec.structs.replace(event, side=SELL, exch_ts=None)


def test_a_ticker_is_a_top_of_book_when_it_has_sizes() -> None:
    assert CODEC.decode(line("ticker", TICKER), 9) == TopOfBook(
        ts=9, update_id=4, bid=1001, bid_quantity=200_000_000, ask=1003, ask_quantity=150_000_000
    )
    assert CODEC.decode(line("ticker", {**TICKER, "bidVolume": None}), 9) is None
    assert CODEC.decode(line("candle", {}), 9) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"\xff",
        b'{"stream":"ccxt:kraken@book","id":1}',
        line("book", {**BOOK, "bids": []}),
        line("book", {**BOOK, "bids": [[100.3, 1]]}),
        line("book", {**BOOK, "bids": [[100.15, 1]]}),
        line("book", {**BOOK, "asks": [[None, 1]]}),
        line("book", {**BOOK, "asks": [[-1, 1]]}),
        line("book", {**BOOK, "asks": [[100.3, 1e99]]}),
        line("trade", {**TRADE, "amount": 0}),
        line("trade", {**TRADE, "side": None}),
        line("trade", {**TRADE, "price": 100.25}),
        line("trade", {**TRADE, "timestamp": 1e20}),
        line("ticker", {**TICKER, "bid": 100.3}),
    ],
)
def test_a_broken_line_is_refused(raw: bytes) -> None:
    with pytest.raises(FrameError):
        CODEC.decode(raw, 9)


def exchange(mode: int = TICK_SIZE, **market: object) -> Any:
    entry = {
        "symbol": "BTC/EUR",
        "base": "BTC",
        "quote": "EUR",
        "spot": True,
        "precision": {"price": 0.1, "amount": 1e-8},
        "limits": {"amount": {"min": 0.0001, "max": None}, "cost": {"min": 0.5}, "price": {}},
        **market,
    }
    return SimpleNamespace(id="kraken", precisionMode=mode, markets={"BTC/EUR": entry})


def test_a_market_in_ticks() -> None:
    assert instrument_of(exchange(), "BTC/EUR") == Instrument(
        "BTC/EUR", "BTC", "EUR", Decimal("0.1"), Decimal("0.00000001"), min_quantity=10_000, min_notional=Decimal("0.5")
    )


def test_a_market_in_decimal_places() -> None:
    instrument = instrument_of(exchange(DECIMAL_PLACES, precision={"price": 2, "amount": 5.0}), "BTC/EUR")
    assert (instrument.tick_size, instrument.step_size) == (Decimal("0.01"), Decimal("0.00001"))


@pytest.mark.parametrize(
    ("market", "complaint"),
    [
        (exchange(3), "gives BTC/EUR no fixed price step"),
        (exchange(precision={"price": 0.1, "amount": None}), "no fixed amount step"),
        (exchange(precision={"price": 0, "amount": 1}), "no fixed price step"),
        (exchange(DECIMAL_PLACES, precision={"price": 0.5, "amount": 1}), "no fixed price step"),
        (exchange(precision={"price": "nan", "amount": 1}), "no fixed price step"),
        (exchange(spot=False), "is no spot pair"),
        (exchange(active=False), "is not trading at kraken"),
        (SimpleNamespace(id="kraken", markets=None), "does not list BTC/EUR"),
    ],
)
def test_a_market_that_cannot_be_counted_in_steps_is_refused(market: Any, complaint: str) -> None:
    with pytest.raises(VenueError, match=complaint):
        instrument_of(market, "BTC/EUR")
