"""Tick, step and pair out of a capture's own text."""

from decimal import Decimal

import pytest

from mm_tui.errors import DataError
from mm_tui.venues.infer import infer_instrument, split_pair

TOP = (
    b'{"stream":"ethbtc@bookTicker","data":'
    b'{"u":1,"s":"ETHBTC","b":"0.04312000","B":"1.50000000","a":"0.04313","A":"2.1200"}}'
)
DEEP = (
    b'{"stream":"ethbtc@depth@100ms","data":'
    b'{"e":"depthUpdate","s":"ETHBTC","U":1,"u":2,"b":[["0.0431","1.123456"]],"a":[]}}'
)


def test_the_most_digits_count_but_deep_levels_have_no_say_about_the_step() -> None:
    instrument = infer_instrument([DEEP, b"{broken", b'{"result":null}', TOP], "BTC/USDT")
    assert (instrument.symbol, instrument.base, instrument.quote) == ("ETH/BTC", "ETH", "BTC")
    assert (instrument.tick_size, instrument.step_size) == (Decimal("0.00001"), Decimal("0.01"))
    assert instrument.origin == "inferred"


def test_deep_levels_are_all_there_is_in_a_book_only_capture() -> None:
    partial = (
        b'{"stream":"ethbtc@depth20@100ms","data":{"lastUpdateId":1,"bids":[["12","3.50"]],"asks":[["13.0","7"]]}}'
    )
    instrument = infer_instrument([partial], "BTC/USDT")
    assert (instrument.tick_size, instrument.step_size) == (Decimal(1), Decimal("0.1"))
    assert instrument.symbol == "ETH/BTC"


def test_lines_of_ccxt_are_read_by_their_numbers() -> None:
    lines = [
        b'{"stream":"ccxt:kraken@book","id":1,"data":{"bids":[[0.00001,1]],"asks":[[0.5,1e-9]],"symbol":"ADA/EUR"}}',
        b'{"stream":"ccxt:kraken@trade","id":2,"data":{"price":1.25,"amount":0.001,"side":"buy"}}',
    ]
    instrument = infer_instrument(lines, "BTC/USDT")
    assert (instrument.tick_size, instrument.step_size) == (Decimal("0.00001"), Decimal("0.001"))
    assert instrument.symbol == "ADA/EUR"


def test_numbers_that_are_none_have_no_say() -> None:
    odd = b'{"stream":"btcusdt@trade","data":{"s":"BTCUSDT","p":"NaN","q":"x.5"}}'
    good = b'{"stream":"btcusdt@trade","data":{"s":"BTCUSDT","p":"1.5","q":"2.25"}}'
    instrument = infer_instrument([odd, good], "BTC/USDT")
    assert (instrument.tick_size, instrument.step_size) == (Decimal("0.1"), Decimal("0.01"))


@pytest.mark.parametrize("lines", [[], [b'{"result":null}'], [b"x"]])
def test_nothing_to_infer_from_is_an_error_that_says_what_to_set(lines: list[bytes]) -> None:
    with pytest.raises(DataError, match=r"set tick_size and step_size in \[instrument\]"):
        infer_instrument(lines, "BTC/USDT")


@pytest.mark.parametrize(
    ("pair", "symbol", "expected"),
    [
        ("BTCUSDT", "BTC/USDT", ("BTC", "USDT")),
        ("ETHFDUSD", "BTC/USDT", ("ETH", "FDUSD")),
        ("SHIBUSDC", "BTC/USDT", ("SHIB", "USDC")),
        ("ETHBTC", "BTC/USDT", ("ETH", "BTC")),
        ("AAABBBB", "AAA/BBBB", ("AAA", "BBBB")),
        ("AAABBBB", "BTC/USDT", ("AAA", "BBBB")),
        ("", "ETH/EUR", ("ETH", "EUR")),
        ("", "BTCUSDT", ("BTC", "USDT")),
        ("BTC/USDT:USDT", "X/Y", ("BTC", "USDT")),
    ],
)
def test_pairs_are_split_where_the_quote_begins(pair: str, symbol: str, expected: tuple[str, str]) -> None:
    assert split_pair(pair, symbol) == expected


@pytest.mark.parametrize("number", ["0." + "0" * 400 + "1", "0." + "0" * 18 + "1", "1e-300"])
def test_a_number_finer_than_any_exchange_sends_says_nothing(number: str) -> None:
    trade = b'{"stream":"ethbtc@trade","data":{"e":"trade","s":"ETHBTC","p":"%b","q":"%b"}}'
    odd = trade % (number.encode(), number.encode())
    instrument = infer_instrument([odd, TOP], "BTC/USDT")
    assert (instrument.tick_size, instrument.step_size) == (Decimal("0.00001"), Decimal("0.01"))
    with pytest.raises(DataError, match="tick and step cannot be inferred"):
        infer_instrument([odd], "BTC/USDT")
