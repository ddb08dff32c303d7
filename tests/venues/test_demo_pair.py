import pytest

from mm_tui.errors import UsageError
from mm_tui.venues.demo.pair import Pair, pair_of, wire_number


@pytest.mark.parametrize(
    ("price", "tick", "step"),
    [
        (61_800.0, "0.01000000", "0.00001000"),
        (2_650.0, "0.00100000", "0.00010000"),
        (1.0, "0.00000100", "0.10000000"),
        (0.0001, "0.00000001", "1.00000000"),
        (9_999_999.0, "1.00000000", "0.00000010"),
    ],
)
def test_tick_and_step_suit_the_price(price: float, tick: str, step: str) -> None:
    pair = pair_of("BTC/USDT", price)
    assert (pair.price(1), pair.quantity(1)) == (tick, step)


def test_spellings() -> None:
    pair = pair_of("btc/usdt", 61_800.0)
    assert pair == Pair("BTC", "USDT", 2, 5)
    assert (pair.symbol, pair.stream_symbol, pair.ticks(61_800.0)) == ("BTCUSDT", "btcusdt", 6_180_000)


@pytest.mark.parametrize("symbol", ["BTCUSDT", "BTC/", "/USDT", "BTC/US-DT", ""])
def test_a_symbol_of_another_spelling_is_refused(symbol: str) -> None:
    with pytest.raises(UsageError, match="a symbol like BTC/USDT"):
        pair_of(symbol, 61_800.0)


@pytest.mark.parametrize("price", [0.00001, 1e7, 5e9])
def test_a_price_without_room_for_ticks_is_refused(price: float) -> None:
    with pytest.raises(UsageError, match=r"demo\.start_price .* is out of range; take one from"):
        pair_of("PEPE/USDT", price)


@pytest.mark.parametrize(
    ("count", "decimals", "text"),
    [
        (6_183_763, 2, "61837.63000000"),
        (9, 5, "0.00009000"),
        (0, 5, "0.00000000"),
        (7, 0, "7.00000000"),
        (1, 8, "0.00000001"),
    ],
)
def test_numbers_have_eight_decimals(count: int, decimals: int, text: str) -> None:
    assert wire_number(count, decimals) == text
