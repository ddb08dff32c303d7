"""ccxt.pro's own Binance client follows the embedded exchange as if it were the exchange."""

import asyncio
from typing import Any

import ccxt.pro

from mm_tui.settings.sections import Demo
from mm_tui.venues.demo.market_source import MarketSource
from mm_tui.venues.demo.server import EmbeddedExchange

LEVELS = 20


def served_book(source: MarketSource) -> tuple[int, list[list[float]], list[list[float]]]:
    pair, depth = source.pair, source.market.depth(LEVELS)
    bids, asks = (
        [[float(pair.price(level.price)), float(pair.quantity(level.lots))] for level in levels]
        for levels in (depth.bids, depth.asks)
    )
    return depth.last_update_id, bids, asks


async def test_ccxt_pro_builds_the_server_s_book() -> None:
    exchange = EmbeddedExchange(Demo(seed=5))
    books: dict[int, tuple[list[list[float]], list[list[float]]]] = {}
    async with exchange as embedded:
        advance = embedded.source.advance

        def advance_and_note(until: float, out: Any) -> None:
            advance(until, out)
            last, bids, asks = served_book(embedded.source)
            books[last] = (bids, asks)

        embedded.source.advance = advance_and_note  # type: ignore[method-assign]
        client = ccxt.pro.binance({"options": {"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False}})
        client.urls["api"]["public"] = embedded.rest_url + "/api/v3"
        client.urls["api"]["ws"]["spot"] = embedded.ws_url + "/stream"
        compared = 0
        try:
            async with asyncio.timeout(30):
                while compared < 10:
                    book = await client.watch_order_book("BTC/USDT")
                    if book["nonce"] in books:
                        bids, asks = books[book["nonce"]]
                        assert [list(level[:2]) for level in book["bids"][:LEVELS]] == bids
                        assert [list(level[:2]) for level in book["asks"][:LEVELS]] == asks
                        compared += 1
        finally:
            await client.close()
