"""Binance spot frames to events.

What comes over the wire, one sample a kind (combined streams; quantities and prices are text)::

    {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255308,"s":"BTCUSDT","U":203,"u":207,"b":[["55653.87000000","0.00000000"]],"a":[]}}
    {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":37,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}
    {"stream":"btcusdt@bookTicker","data":{"u":212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}}
    {"stream":"btcusdt@depth20@100ms","data":{"lastUpdateId":218,"bids":[["61837.63000000","3.78826000"]],"asks":[["61837.64000000","1.6"]]}}
    {"lastUpdateId":218,"bids":[["61837.63000000","3.78826000"]],"asks":[["61837.64000000","1.60520000"]]}

The usual form of a frame is told by the letter behind `{"stream":"btcusdt@` and read by a typed decoder of its own; every
other form, and every frame that decoder refuses, takes the slow way, which says what is wrong. How text becomes exact integers
is in `venues.grid`; the few values of a trade and of a top of book are converted in place, which spares the calls.
"""  # noqa: E501 - a sample of the wire is not broken

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from mm_tui.errors import FrameError
from mm_tui.model.events import BUY, SELL, AnyEvent, BookDelta, BookSnapshot, TopOfBook, Trade
from mm_tui.model.instrument import Instrument
from mm_tui.venues.grid import Grid

NS_PER_MS: Final = 1_000_000
FINEST_DECIMALS: Final = 8
"""Digits after the point that Binance uses at most; what has more is no quantity of Binance's."""
SHUTDOWN_MARK: Final = b"serverShutdown"
_BROKEN: Final = (msgspec.MsgspecError, ValueError, ArithmeticError, IndexError, RecursionError)
_DEPTH, _TRADE, _TOP = ord("d"), ord("t"), ord("b")

_Id = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
_Milliseconds = Annotated[int, Meta(ge=0, le=9_000_000_000_000)]
"""Until the year 2255, so that nanoseconds fit 64 bits."""


def is_shutdown(raw: bytes) -> bool:
    """Whether the frame announces that the server goes away; asked of frames that decode to None."""
    return SHUTDOWN_MARK in raw[:200]


class BinanceCodec:
    """Decodes the frames of one instrument; holds typed decoders and no state that changes an answer."""

    def __init__(self, instrument: Instrument) -> None:
        self.grid = grid = Grid(instrument, FINEST_DECIMALS)
        self._symbol = instrument.venue_symbol
        self._stream = f"{self._symbol.lower()}@"
        self._letter = len(b'{"stream":"' + self._stream.encode())
        self._behind_depth = self._letter + len("depth")
        self._price_scale, self._lot_scale = grid.price_scale, grid.lot_scale
        self._delta_shape, self._trade_shape, self._top_shape, self._book_shape = _shapes(
            self._symbol, grid.highest, grid.largest
        )
        self._read_delta = self._enveloped(self._delta_shape, "depth", "depth@100ms")
        self._read_trade = self._enveloped(self._trade_shape, "trade")
        self._read_top = self._enveloped(self._top_shape, "bookTicker")
        self._read_book = self._enveloped(
            self._book_shape, *(f"depth{levels}{pace}" for levels in (5, 10, 20) for pace in ("", "@100ms"))
        )
        self._read_snapshot: Callable[[bytes], Any] = msgspec.json.Decoder(self._book_shape, strict=False).decode

    def decode(self, raw: bytes, ts: int) -> AnyEvent | None:
        """The event; None for replies, shutdown notices and events unknown; raises FrameError for a broken frame."""
        try:
            letter = raw[self._letter]
            if letter == _TOP:
                return self._top(self._read_top(raw).data, ts)
            if letter == _TRADE:
                return self._trade(self._read_trade(raw).data, ts)
            if letter == _DEPTH:
                if raw[self._behind_depth] in b'@"':
                    return self._delta(self._read_delta(raw).data, ts)
                return self._book(self._read_book(raw).data, ts, partial=True)
        except _BROKEN:
            pass  # the slow way reads it again and says what is wrong
        return self._decode_any(raw, ts)

    def _enveloped(self, shape: type, *streams: str) -> Callable[[bytes], Any]:
        """A decoder of `{"stream":…,"data":…}` of these streams of ours, whose data has the shape."""
        names: Any = Literal[tuple(self._stream + stream for stream in streams)]
        envelope = msgspec.defstruct("Envelope", [("stream", names), ("data", shape)], gc=False)
        return msgspec.json.Decoder(envelope, strict=False).decode

    def _delta(self, data: Any, ts: int) -> BookDelta:
        if data.u < data.U:
            raise FrameError(f"depth frame runs backwards: u {data.u} < U {data.U}")
        return BookDelta(
            ts=ts,
            first_id=data.U,
            final_id=data.u,
            bids=self.grid.levels(data.b),
            asks=self.grid.levels(data.a),
            exch_ts=data.E * NS_PER_MS,
        )

    def _trade(self, data: Any, ts: int) -> Trade:
        number, size = data.p, data.q
        price = int(number * self._price_scale + 0.5)
        if price / self._price_scale != number:
            price = self.grid.odd_ticks(number)
        quantity = int(size * self._lot_scale + 0.5)
        if quantity / self._lot_scale != size:
            quantity = self.grid.odd_lots(size)
        return Trade(
            ts=ts,
            trade_id=data.t,
            price=price,
            quantity=quantity,
            side=SELL if data.m else BUY,
            exch_ts=data.T * NS_PER_MS,
        )

    def _top(self, data: Any, ts: int) -> TopOfBook:
        bid_price, bid_size, ask_price, ask_size = data.b, data.B, data.a, data.A
        price_scale, lot_scale = self._price_scale, self._lot_scale
        bid = int(bid_price * price_scale + 0.5)
        if bid / price_scale != bid_price:
            bid = self.grid.odd_ticks(bid_price)
        ask = int(ask_price * price_scale + 0.5)
        if ask / price_scale != ask_price:
            ask = self.grid.odd_ticks(ask_price)
        if bid >= ask:
            raise FrameError(f"best bid {bid_price} is not below best ask {ask_price}")
        bid_quantity = int(bid_size * lot_scale + 0.5)
        if bid_quantity / lot_scale != bid_size:
            bid_quantity = self.grid.odd_lots(bid_size)
        ask_quantity = int(ask_size * lot_scale + 0.5)
        if ask_quantity / lot_scale != ask_size:
            ask_quantity = self.grid.odd_lots(ask_size)
        return TopOfBook(
            ts=ts, update_id=data.u, bid=bid, bid_quantity=bid_quantity, ask=ask, ask_quantity=ask_quantity
        )

    def _book(self, data: Any, ts: int, *, partial: bool) -> BookSnapshot:
        bids, asks = self.grid.levels(data.bids), self.grid.levels(data.asks)
        if not bids or not asks:
            raise FrameError("snapshot of the book with an empty side")
        if max(bids)[0] >= min(asks)[0]:
            raise FrameError("snapshot of the book is crossed")
        if not all(quantity for _, quantity in bids + asks):
            raise FrameError("snapshot of the book with a quantity of zero")
        return BookSnapshot(ts=ts, last_update_id=data.lastUpdateId, bids=bids, asks=asks, partial=partial)

    def _decode_any(self, raw: bytes, ts: int) -> AnyEvent | None:
        """Any form that Binance or a recorder may use: raw frames, REST answers, replies, other orders of keys."""
        try:
            document = msgspec.json.decode(raw)
            if not isinstance(document, dict):
                raise FrameError(f"a frame must be a JSON object, this is {_glimpse(raw)}")
            stream = document.get("stream")
            data = document.get("data") if stream is not None else document
            if stream is None and "bids" in document:
                return self._book(self._read_snapshot(raw), ts, partial=False)
            return self._by_kind(self._kind(stream, data), data, ts)
        except _BROKEN as error:
            raise FrameError(f"{error} in {_glimpse(raw)}") from error

    def _kind(self, stream: object, data: object) -> str:
        """What a frame is about, by its stream's name, else by its looks; empty for what we do not know."""
        if isinstance(stream, str):
            symbol, _, name = stream.partition("@")
            if stream.startswith("!"):
                return ""
            if f"{symbol}@" != self._stream:
                raise FrameError(f"a frame of {symbol}, not of {self._symbol.lower()}")
            kind, _, _ = name.partition("@")
            return kind
        if stream is not None or not isinstance(data, dict):
            raise FrameError("a frame without its data")
        event = data.get("e")
        if event is not None:
            return {"depthUpdate": "depth", "trade": "trade", "bookTicker": "bookTicker"}.get(str(event), "")
        if "u" in data and "s" in data:
            return "bookTicker"
        if "result" in data or "id" in data or "error" in data:
            return ""
        raise FrameError("a frame that is neither an event nor a reply")

    def _by_kind(self, kind: str, data: object, ts: int) -> AnyEvent | None:
        match kind:
            case "depth":
                return self._delta(msgspec.convert(data, self._delta_shape, strict=False), ts)
            case "trade":
                return self._trade(msgspec.convert(data, self._trade_shape, strict=False), ts)
            case "bookTicker":
                return self._top(msgspec.convert(data, self._top_shape, strict=False), ts)
            case "depth5" | "depth10" | "depth20":
                return self._book(msgspec.convert(data, self._book_shape, strict=False), ts, partial=True)
            case _:
                return None


def _shapes(symbol: str, highest: float, largest: float) -> tuple[type, type, type, type]:
    """The structs of a diff, a trade, a top of book and a whole book, with their bounds in the types."""
    price = Annotated[float, Meta(gt=0, le=highest)]
    quantity = Annotated[float, Meta(ge=0, le=largest)]
    traded = Annotated[float, Meta(gt=0, le=largest)]
    levels: Any = list[tuple[price, quantity]]
    name: Any = Literal[symbol]

    def shape(title: str, **fields: Any) -> type:
        return msgspec.defstruct(title, list(fields.items()), gc=False)

    return (
        shape("DepthUpdate", e=Literal["depthUpdate"], E=_Milliseconds, s=name, U=_Id, u=_Id, b=levels, a=levels),
        shape("TradeData", e=Literal["trade"], s=name, t=_Id, p=price, q=traded, T=_Milliseconds, m=bool),
        shape("BookTicker", u=_Id, s=name, b=price, B=quantity, a=price, A=quantity),
        shape("WholeBook", lastUpdateId=_Id, bids=levels, asks=levels),
    )


def _glimpse(raw: bytes) -> str:
    """The start of a frame, for people; never a control character."""
    text = raw[:60].decode("ascii", "backslashreplace")
    return "".join(letter if letter.isprintable() else "." for letter in text) + ("…" if len(raw) > 60 else "")  # noqa: PLR2004 - as above
