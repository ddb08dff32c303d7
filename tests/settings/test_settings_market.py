"""A market as it is typed."""

import pytest

from mm_tui.errors import UsageError
from mm_tui.settings.market import Market, read_symbol, read_venue


@pytest.mark.parametrize(
    ("text", "venue", "symbol"),
    [
        ("demo", "demo", "BTC/USDT"),
        ("binance eth/usdt", "binance", "ETH/USDT"),
        ("  ccxt:kraken   ETH/EUR ", "ccxt:kraken", "ETH/EUR"),
        ("ccxt:okx BTC/USDT:USDT", "ccxt:okx", "BTC/USDT:USDT"),
        ("file:/data/my capture.gz", "file:/data/my capture.gz", "BTC/USDT"),
    ],
)
def test_a_venue_and_perhaps_a_pair(text: str, venue: str, symbol: str) -> None:
    assert read_venue(text, "BTC/USDT") == Market(venue, symbol)


@pytest.mark.parametrize("text", ["", "kraken", "file:", "ccxt:", "binance ETHUSDT", "demo A/B/C", "demo A/B C"])
def test_what_is_no_market_says_how_it_is_written(text: str) -> None:
    with pytest.raises(UsageError, match=r"there are auto, demo|write it as ETH/USDT"):
        read_venue(text, "BTC/USDT")


def test_letters_that_somebody_meant_stay() -> None:
    assert read_symbol("1kPEPE/USDT") == "1kPEPE/USDT"
    assert str(Market("demo", "A/B")) == "A/B on demo"
