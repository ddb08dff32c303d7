"""What there is to choose from."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_session import loaded

from mm_tui.errors import UsageError, VenueError
from mm_tui.settings.sections import Ccxt
from mm_tui.venues import listing
from mm_tui.venues.ccxt import feed
from mm_tui.venues.ccxt.feed import spot_pairs
from mm_tui.venues.demo.server import EmbeddedExchange


def test_venues_have_words_and_those_of_ccxt_are_found_without_loading_it() -> None:
    found = dict(listing.venues())
    assert list(found)[:3] == ["auto", "demo", "binance"]
    assert {"ccxt:kraken", "ccxt:bitstamp", "ccxt:okx"} <= set(found)
    assert not any(name.startswith("ccxt:_") for name in found)
    assert all(found.values())


def test_without_ccxt_there_are_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "find_spec", lambda _: None)
    assert [name for name, _ in listing.venues()] == ["auto", "demo", "binance"]


async def test_pairs_of_whatever_speaks_binances_protocol() -> None:
    settings = loaded().settings
    assert listing.pairs("demo", settings)[0] == "BTC/USDT"
    async with EmbeddedExchange(settings.demo, "ETH/EUR") as exchange:
        there = msgspec.structs.replace(settings.binance, rest_url=exchange.rest_url + "/")
        asked = msgspec.structs.replace(settings, binance=there)
        assert await asyncio.to_thread(listing.pairs, "binance", asked) == ("ETH/EUR",)
    with pytest.raises(VenueError, match="refused"):
        await asyncio.to_thread(listing.pairs, "auto", asked)


def test_pairs_that_do_not_trade_are_left_out_and_nonsense_is_said() -> None:
    answer = b"""{"symbols":[{"symbol":"AB","baseAsset":"A","quoteAsset":"B","status":"TRADING"},
    {"symbol":"CD","baseAsset":"C","quoteAsset":"D","status":"BREAK"}]}"""
    assert listing.read_pairs(answer) == ("A/B",)
    with pytest.raises(VenueError, match="check rest_url"):
        listing.read_pairs(b"<html>")
    with pytest.raises(UsageError, match="recorded"):
        listing.pairs(f"file:{Path('x')}", loaded().settings)


class Exchange:
    """As far as the list of markets goes."""

    def __init__(self, markets: Any) -> None:
        self.markets = markets
        self.closed = False

    async def load_markets(self) -> None:
        if isinstance(self.markets, Exception):
            raise self.markets
        await asyncio.sleep(self.markets.pop("wait", 0))

    async def close(self) -> None:
        self.closed = True


def test_a_venue_of_ccxt_is_asked_on_a_loop_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = Exchange({"A/B": {"spot": True}})
    monkeypatch.setattr(feed, "exchange_factory", lambda name: lambda _: exchange if name == "kraken" else None)
    assert listing.pairs("ccxt:kraken", loaded().settings) == ("A/B",)


async def test_pairs_of_ccxt_are_spot_and_active() -> None:
    exchange = Exchange({"A/B": {"spot": True}, "C/D": {"spot": True, "active": False}, "E/F:F": {"swap": True}})
    assert await spot_pairs("x", Ccxt(), 1.0, lambda _: exchange) == ("A/B",)
    assert exchange.closed
    broken = Exchange(OSError("no route"))
    with pytest.raises(VenueError, match="x: OSError: no route"):
        await spot_pairs("x", Ccxt(), 1.0, lambda _: broken)
    assert broken.closed
    with pytest.raises(VenueError, match=r"x did not answer within 0\.01 s"):
        await spot_pairs("x", Ccxt(), 0.01, lambda _: Exchange({"wait": 5}))
