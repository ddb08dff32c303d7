"""What the exchange remembers of its trades: the last thousand, and the figures of the day."""

from collections import deque

import msgspec

from mm_tui.venues.demo.market import Print, Touch
from mm_tui.venues.demo.pair import WIRE_DECIMALS, Pair, wire_number

REMEMBERED = 1000
"""Trades that `GET /api/v3/trades` can give."""
DAY_MS = 86_400_000


class Day:
    """Trades since the opening, and the best prices as last published."""

    def __init__(self, pair: Pair, opened_ms: int, touch: Touch) -> None:
        self._pair = pair
        self._opened_ms = opened_ms
        self._touch = touch
        self._last: deque[tuple[Print, int]] = deque(maxlen=REMEMBERED)
        self._first: Print | None = None
        self._high = self._low = 0
        self._lots = 0
        self._value = 0
        """Ticks times lots."""

    def see_trade(self, trade: Print, at_ms: int) -> None:
        """A trade happened."""
        if self._first is None:
            self._first, self._high, self._low = trade, trade.price, trade.price
        self._high, self._low = max(self._high, trade.price), min(self._low, trade.price)
        self._lots += trade.lots
        self._value += trade.price * trade.lots
        self._last.append((trade, at_ms))

    def see_touch(self, touch: Touch) -> None:
        """The best prices or the sizes there changed."""
        self._touch = touch

    def trades(self, limit: int) -> bytes:
        """The body of `GET /api/v3/trades`, oldest first."""
        pair = self._pair
        return msgspec.json.encode(
            [
                {
                    "id": trade.trade_id,
                    "price": pair.price(trade.price),
                    "qty": pair.quantity(trade.lots),
                    "quoteQty": self._quote(trade.price * trade.lots),
                    "time": at_ms,
                    "isBuyerMaker": trade.buyer_is_maker,
                    "isBestMatch": True,
                }
                for trade, at_ms in list(self._last)[-limit:]
            ]
        )

    def book_ticker(self) -> bytes:
        """The body of `GET /api/v3/ticker/bookTicker`."""
        pair, touch = self._pair, self._touch
        return msgspec.json.encode(
            {
                "symbol": pair.symbol,
                "bidPrice": pair.price(touch.bid),
                "bidQty": pair.quantity(touch.bid_lots),
                "askPrice": pair.price(touch.ask),
                "askQty": pair.quantity(touch.ask_lots),
            }
        )

    def ticker(self, now_ms: int) -> bytes:
        """The body of `GET /api/v3/ticker/24hr`; a market younger than a day answers for its life."""
        pair, touch, first = self._pair, self._touch, self._first
        last = self._last[-1][0] if self._last else None
        opened = first.price if first else 0
        closed = last.price if last else 0
        change = closed - opened
        percent = 100.0 * change / opened if opened else 0.0
        return msgspec.json.encode(
            {
                "symbol": pair.symbol,
                "priceChange": ("-" if change < 0 else "") + pair.price(abs(change)),
                "priceChangePercent": f"{percent:.3f}",
                "weightedAvgPrice": pair.price(self._value // self._lots if self._lots else 0),
                "prevClosePrice": pair.price(opened),
                "lastPrice": pair.price(closed),
                "lastQty": pair.quantity(last.lots if last else 0),
                "bidPrice": pair.price(touch.bid),
                "bidQty": pair.quantity(touch.bid_lots),
                "askPrice": pair.price(touch.ask),
                "askQty": pair.quantity(touch.ask_lots),
                "openPrice": pair.price(opened),
                "highPrice": pair.price(self._high),
                "lowPrice": pair.price(self._low),
                "volume": pair.quantity(self._lots),
                "quoteVolume": self._quote(self._value),
                "openTime": max(self._opened_ms, now_ms - DAY_MS),
                "closeTime": now_ms,
                "firstId": first.trade_id if first else -1,
                "lastId": last.trade_id if last else -1,
                "count": last.trade_id - first.trade_id + 1 if first and last else 0,
            }
        )

    def _quote(self, value: int) -> str:
        """Ticks times lots in quote, cut to eight decimals."""
        decimals = self._pair.price_decimals + self._pair.quantity_decimals
        return wire_number(value // 10 ** max(0, decimals - WIRE_DECIMALS), min(decimals, WIRE_DECIMALS))
