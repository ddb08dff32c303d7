"""Names found by a few letters."""

from mm_tui.app.search import Search

PAIRS = Search([(name, "") for name in ("BTC/USDT", "WBTC/USDT", "ETH/USDT", "ETH/BTC", "BTC/EUR", "B2TC/X")])


def names(search: Search, typed: str) -> list[str]:
    return [name for name, _ in search.found(typed)]


def test_a_beginning_comes_before_a_part_and_that_before_letters_in_order() -> None:
    assert names(PAIRS, "btc") == ["BTC/USDT", "BTC/EUR", "WBTC/USDT", "ETH/BTC", "B2TC/X"]
    assert names(PAIRS, "eth/btc")[0] == "ETH/BTC"
    assert names(PAIRS, "ethu") == ["ETH/USDT"]
    assert names(PAIRS, "zz") == []


def test_nothing_typed_finds_all_as_they_were_given() -> None:
    assert names(PAIRS, " / ") == [name for name, _ in PAIRS.items]


def test_words_beside_a_name_count_least() -> None:
    search = Search([("demo", "the embedded exchange"), ("ccxt:ex", "by polling")])
    assert names(search, "ex") == ["ccxt:ex", "demo"]


def test_all_of_four_thousand_pairs_are_found() -> None:
    search = Search([(f"{at:X}COIN/USDT", "") for at in range(4000)])
    assert len(search.found("coinusdt")) == 4000
