"""ccxt.pro's own Binance handler, fed with recorded frames as its client would be.

Nothing of ccxt is replaced but the request for the snapshot, which is answered from the recording: text goes into
`Client.handle_text_or_binary_message`, and from there the way of every frame that ccxt receives.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

SYMBOL = "BTC/USDT"


class CcxtHandler:
    """One `ccxt.pro.binance` that has subscribed to the diffs, trades and best quotes of one pair."""

    def __init__(self, exchange_info: Path) -> None:
        """`exchange_info` is Binance's own answer, parsed by ccxt's own parser."""
        self._loop = asyncio.Runner()
        self._snapshot: Any = None
        self._exchange: Any = None
        listed = msgspec.json.decode(exchange_info.read_bytes())["symbols"]
        self._client: Any = self._loop.run(self._open(listed))
        self.feed: Callable[[str], None] = self._client.handle_text_or_binary_message

    async def _open(self, listed: list[dict[str, Any]]) -> Any:
        """The exchange, and the client of its stream that is never connected."""
        import ccxt.pro  # noqa: PLC0415 - 0.8 s, and only where it is compared with

        exchange = self._exchange = ccxt.pro.binance({"enableRateLimit": False})
        exchange.options.update(crossMarginPairsData=[], isolatedMarginPairsData=[])  # what its load_markets asks first
        exchange.set_markets([exchange.parse_market(_with_permissions(market)) for market in listed])
        exchange.fetch_rest_order_book_safe = self._answer
        exchange.orderbooks[SYMBOL] = exchange.order_book({}, 1000)
        return exchange.client(exchange.urls["api"]["ws"]["spot"])

    def snapshot(self, raw: bytes) -> None:
        """The recorded REST answer, taken by ccxt's own routine, which replays what it had buffered."""
        document = msgspec.json.decode(raw)
        self._snapshot = self._exchange.parse_order_book(document, SYMBOL)
        self._snapshot["nonce"] = document["lastUpdateId"]
        take = self._exchange.fetch_order_book_snapshot(
            self._client, {}, {"symbol": SYMBOL, "type": "spot", "limit": 1000}
        )
        try:
            take.send(None)
        except StopIteration:
            return
        raise RuntimeError("ccxt waited for something while it took the snapshot; its code has changed")

    def top(self) -> tuple[float, float]:
        """Best bid and ask: proof that it followed the book."""
        book = self._exchange.orderbooks[SYMBOL]
        return book["bids"][0][0], book["asks"][0][0]

    def counts(self) -> tuple[int, bool]:
        """Trades kept, and whether a best quote was taken."""
        return len(self._exchange.trades.get(SYMBOL, ())), SYMBOL in self._exchange.bidsasks

    def close(self) -> None:
        """Close what ccxt opened."""
        self._loop.run(self._exchange.close())
        self._loop.close()

    async def _answer(self, *_: Any) -> Any:
        return self._snapshot


def _with_permissions(market: dict[str, Any]) -> dict[str, Any]:
    """Fields that today's answer has and that of 2021 lacks."""
    return {"permissionSets": [["SPOT"]], **market}
