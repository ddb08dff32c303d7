"""The lines that `venues.ccxt.feed` writes, to events.

One line an event, so that a recording replays as it ran; numbers are ccxt's unified ones, `id` counts our own lines::

    {"stream":"ccxt:kraken@book","id":1,"data":{"timestamp":1723161254206,"bids":[[61837.63,3.78826]],"asks":[[61837.64,1.6052]]}}
    {"stream":"ccxt:kraken@trade","id":2,"data":{"timestamp":1723161255342,"price":61837.63,"amount":0.02,"side":"sell"}}
    {"stream":"ccxt:kraken@ticker","id":3,"data":{"timestamp":null,"bid":61837.63,"bidVolume":3.78,"ask":61837.64,"askVolume":1.6}}
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from mm_tui.errors import FrameError
from mm_tui.model.events import BUY, SELL, AnyEvent, BookSnapshot, TopOfBook, Trade
from mm_tui.model.instrument import Instrument
from mm_tui.venues.grid import Grid

FINEST_DECIMALS: Final = 18
"""Digits after the point that any exchange is known to use."""

_Price = Annotated[float, Meta(gt=0, le=1e15)]
_Quantity = Annotated[float, Meta(ge=0, le=1e15)]
_Levels = list[tuple[_Price, _Quantity]]
_Milliseconds = Annotated[float, Meta(ge=0, le=9_000_000_000_000)] | None
"""Milliseconds since the epoch; some exchanges have fractions of one."""


class Book(msgspec.Struct):
    """A whole book."""

    bids: _Levels
    asks: _Levels
    timestamp: _Milliseconds = None


class PublicTrade(msgspec.Struct):
    """One trade; `side` is the aggressor's."""

    price: _Price
    amount: _Quantity
    side: Literal["buy", "sell"]
    timestamp: _Milliseconds = None


class Ticker(msgspec.Struct):
    """The best prices; without their sizes they are no top of book."""

    bid: _Price | None = None
    ask: _Price | None = None
    bidVolume: _Quantity | None = None  # noqa: N815 - ccxt's own word
    askVolume: _Quantity | None = None  # noqa: N815 - ccxt's own word
    timestamp: _Milliseconds = None


class _Line(msgspec.Struct):
    stream: str
    id: int
    data: msgspec.Raw


_read_line = msgspec.json.Decoder(_Line).decode
_read_book = msgspec.json.Decoder(Book).decode
_read_trade = msgspec.json.Decoder(PublicTrade).decode
_read_ticker = msgspec.json.Decoder(Ticker).decode


class CcxtCodec:
    """Decodes the lines of one instrument."""

    def __init__(self, instrument: Instrument) -> None:
        self.grid = Grid(instrument, FINEST_DECIMALS)

    def decode(self, raw: bytes, ts: int) -> AnyEvent | None:
        """The event; None for a ticker without sizes or a line of another kind; raises FrameError for a broken one."""
        try:
            line = _read_line(raw)
            match line.stream.rpartition("@")[2]:
                case "book":
                    return self._book(_read_book(line.data), line.id, ts)
                case "trade":
                    return self._trade(_read_trade(line.data), line.id, ts)
                case "ticker":
                    return self._top(_read_ticker(line.data), line.id, ts)
                case _:
                    return None
        except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as error:
            raise FrameError(f"{error} in a line of ccxt") from error

    def _book(self, book: Book, number: int, ts: int) -> BookSnapshot:
        bids, asks = self.grid.levels(book.bids), self.grid.levels(book.asks)
        if not bids or not asks:
            raise FrameError("a book with an empty side")
        if max(bids)[0] >= min(asks)[0]:
            raise FrameError("a crossed book")
        return BookSnapshot(
            ts=ts,
            last_update_id=number,
            bids=[level for level in bids if level[1]],
            asks=[level for level in asks if level[1]],
            exch_ts=_nanoseconds(book.timestamp),
            partial=True,
        )

    def _trade(self, trade: PublicTrade, number: int, ts: int) -> Trade:
        if not trade.amount:
            raise FrameError("a trade of nothing")
        return Trade(
            ts=ts,
            trade_id=number,
            price=self.grid.ticks(trade.price),
            quantity=self.grid.lots(trade.amount),
            side=BUY if trade.side == "buy" else SELL,
            exch_ts=_nanoseconds(trade.timestamp),
        )

    def _top(self, ticker: Ticker, number: int, ts: int) -> TopOfBook | None:
        if ticker.bid is None or ticker.ask is None or ticker.bidVolume is None or ticker.askVolume is None:
            return None
        bid, ask = self.grid.ticks(ticker.bid), self.grid.ticks(ticker.ask)
        if bid >= ask:
            raise FrameError(f"best bid {ticker.bid} is not below best ask {ticker.ask}")
        return TopOfBook(
            ts=ts,
            update_id=number,
            bid=bid,
            bid_quantity=self.grid.lots(ticker.bidVolume),
            ask=ask,
            ask_quantity=self.grid.lots(ticker.askVolume),
        )


def _nanoseconds(milliseconds: float | None) -> int | None:
    """To the microsecond, which is as fine as a float of today's milliseconds is exact."""
    return None if milliseconds is None else round(milliseconds * 1000) * 1000
