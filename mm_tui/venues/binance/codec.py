"""Binance spot frames to events.

What comes over the wire, one sample a kind (combined streams; quantities and prices are text)::

    {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255308,"s":"BTCUSDT","U":203,"u":207,"b":[["55653.87000000","0.00000000"]],"a":[]}}
    {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":37,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}
    {"stream":"btcusdt@bookTicker","data":{"u":212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}}
    {"stream":"btcusdt@depth20@100ms","data":{"lastUpdateId":218,"bids":[["61837.63000000","3.78826000"]],"asks":[["61837.64000000","1.6"]]}}
    {"lastUpdateId":218,"bids":[["61837.63000000","3.78826000"]],"asks":[["61837.64000000","1.60520000"]]}

The usual form of a frame is told by the letter behind `{"stream":"btcusdt@` and read by a typed decoder of its own; every
other form, and every frame that decoder refuses, takes the slow way, which says what is wrong. A price becomes a float, is
multiplied and rounded to ticks, and is right when dividing gives the same float again: a correctly rounded division of
exact integers has one answer. Whatever fails that test is settled in decimal arithmetic.
"""  # noqa: E501 - a sample of the wire is not broken

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from mm_tui.errors import FrameError
from mm_tui.model.events import BUY, SELL, AnyEvent, BookDelta, BookSnapshot, Levels, TopOfBook, Trade
from mm_tui.model.instrument import Instrument

NS_PER_MS: Final = 1_000_000
FINEST_DECIMALS: Final = 8
"""Digits after the point that Binance uses at most; what has more is no quantity of Binance's."""
SHUTDOWN_MARK: Final = b"serverShutdown"
WHOLE_LIMIT: Final = float(1 << 53)
"""Ticks and lots above this have no exact float."""
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
        self.instrument = instrument
        self.dust = 0
        """Quantities seen that were finer than today's step; see `_odd_lots`."""
        self._symbol = instrument.venue_symbol
        stream = f"{self._symbol.lower()}@"
        self._stream = stream
        self._letter = len(b'{"stream":"' + stream.encode())
        self._behind_depth = self._letter + len("depth")
        self._price_scale = float(1 / instrument.tick_size)
        self._lot_scale = float(1 / instrument.step_size)
        shapes = _shapes(
            self._symbol,
            highest=WHOLE_LIMIT * float(instrument.tick_size),
            largest=WHOLE_LIMIT * float(instrument.step_size),
        )
        self._delta_shape, self._trade_shape, self._top_shape, self._book_shape = shapes
        self._read_delta, self._read_trade, self._read_top, self._read_book = (_enveloped(shape) for shape in shapes)
        self._read_snapshot: Callable[[bytes], Any] = msgspec.json.Decoder(self._book_shape, strict=False).decode

    def decode(self, raw: bytes, ts: int) -> AnyEvent | None:
        """The event; None for replies, shutdown notices and events unknown; raises FrameError for a broken frame."""
        try:
            letter = raw[self._letter]
            if letter == _TOP:
                return self._top(self._read_top(raw).data, ts)
            if letter == _TRADE:
                return self._trade(self._read_trade(raw).data, ts)
            if letter == _DEPTH and raw[self._behind_depth] in b'@"':
                return self._delta(self._read_delta(raw).data, ts)
        except _BROKEN:
            pass  # the slow way reads it again and says what is wrong
        return self._decode_any(raw, ts)

    def _delta(self, data: Any, ts: int) -> BookDelta:
        if data.u < data.U:
            raise FrameError(f"depth frame runs backwards: u {data.u} < U {data.U}")
        return BookDelta(
            ts=ts,
            first_id=data.U,
            final_id=data.u,
            bids=self._levels(data.b),
            asks=self._levels(data.a),
            exch_ts=data.E * NS_PER_MS,
        )

    def _trade(self, data: Any, ts: int) -> Trade:
        price_text, quantity_text = data.p, data.q
        price = int(price_text * self._price_scale + 0.5)
        if price / self._price_scale != price_text:
            price = self._odd_ticks(price_text)
        quantity = int(quantity_text * self._lot_scale + 0.5)
        if quantity / self._lot_scale != quantity_text:
            quantity = self._odd_lots(quantity_text)
        return Trade(
            ts=ts,
            trade_id=data.t,
            price=price,
            quantity=quantity,
            side=SELL if data.m else BUY,
            exch_ts=data.T * NS_PER_MS,
        )

    def _top(self, data: Any, ts: int) -> TopOfBook:
        bid_text, bid_quantity_text, ask_text, ask_quantity_text = data.b, data.B, data.a, data.A
        price_scale, lot_scale = self._price_scale, self._lot_scale
        bid = int(bid_text * price_scale + 0.5)
        if bid / price_scale != bid_text:
            bid = self._odd_ticks(bid_text)
        ask = int(ask_text * price_scale + 0.5)
        if ask / price_scale != ask_text:
            ask = self._odd_ticks(ask_text)
        if bid >= ask:
            raise FrameError(f"best bid {bid_text} is not below best ask {ask_text}")
        bid_quantity = int(bid_quantity_text * lot_scale + 0.5)
        if bid_quantity / lot_scale != bid_quantity_text:
            bid_quantity = self._odd_lots(bid_quantity_text)
        ask_quantity = int(ask_quantity_text * lot_scale + 0.5)
        if ask_quantity / lot_scale != ask_quantity_text:
            ask_quantity = self._odd_lots(ask_quantity_text)
        return TopOfBook(
            ts=ts, update_id=data.u, bid=bid, bid_quantity=bid_quantity, ask=ask, ask_quantity=ask_quantity
        )

    def _book(self, data: Any, ts: int, *, partial: bool) -> BookSnapshot:
        bids, asks = self._levels(data.bids), self._levels(data.asks)
        if not bids or not asks:
            raise FrameError("snapshot of the book with an empty side")
        if max(bids)[0] >= min(asks)[0]:
            raise FrameError("snapshot of the book is crossed")
        if not all(quantity for _, quantity in bids + asks):
            raise FrameError("snapshot of the book with a quantity of zero")
        return BookSnapshot(ts=ts, last_update_id=data.lastUpdateId, bids=bids, asks=asks, partial=partial)

    def _levels(self, pairs: list[tuple[float, float]]) -> Levels:
        price_scale, lot_scale = self._price_scale, self._lot_scale
        levels = []
        for price, quantity in pairs:
            ticks = int(price * price_scale + 0.5)
            if ticks / price_scale != price:
                ticks = self._odd_ticks(price)
            lots = int(quantity * lot_scale + 0.5)
            if lots / lot_scale != quantity:
                lots = self._odd_lots(quantity)
            levels.append((ticks, lots))
        return levels

    def _odd_ticks(self, price: float) -> int:
        """A price that floats could not settle: a whole number of ticks after all, or an error."""
        instrument = self.instrument
        ticks, rest = divmod(Decimal(repr(price)), instrument.tick_size)
        if rest:
            raise FrameError(
                f"price {price!r} of {instrument.symbol} is no multiple of the tick size {instrument.tick_size}"
            )
        return int(ticks)

    def _odd_lots(self, quantity: float) -> int:
        """A quantity that floats could not settle, or one that holds dust.

        Orders older than the last change of LOT_SIZE still rest, far from the touch, in finer steps than today's
        (BTCUSDT, 2024-08-08: 244.566304 at 80,000 under a step of 0.00001). The level is real and its frame must not
        be lost, so the dust, which no order of today can match alone, is cut and counted in `dust`; a level of nothing
        but dust shows one lot.
        """
        number = Decimal(repr(quantity))
        if number.as_tuple().exponent < -FINEST_DECIMALS:  # type: ignore[operator]  # a finite float: an int
            raise FrameError(f"quantity {quantity!r} of {self.instrument.symbol} is finer than 8 decimals")
        lots, rest = divmod(number, self.instrument.step_size)
        if rest:
            self.dust += 1
        return max(int(lots), 1)

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
            return self._by_kind(self._kind(stream, data), data, ts, raw)
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

    def _by_kind(self, kind: str, data: object, ts: int, raw: bytes) -> AnyEvent | None:
        match kind:
            case "depth":
                return self._delta(msgspec.convert(data, self._delta_shape, strict=False), ts)
            case "trade":
                return self._trade(msgspec.convert(data, self._trade_shape, strict=False), ts)
            case "bookTicker":
                return self._top(msgspec.convert(data, self._top_shape, strict=False), ts)
            case "depth5" | "depth10" | "depth20":
                return self._book(self._read_book(raw).data, ts, partial=True)
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


def _enveloped(shape: type) -> Callable[[bytes], Any]:
    """A decoder of `{"stream":…,"data":…}` whose data has the shape."""
    return msgspec.json.Decoder(msgspec.defstruct("Envelope", [("data", shape)], gc=False), strict=False).decode


def _glimpse(raw: bytes) -> str:
    """The start of a frame, for people; never a control character."""
    text = raw[:60].decode("ascii", "backslashreplace")
    return "".join(letter if letter.isprintable() else "." for letter in text) + ("…" if len(raw) > 60 else "")  # noqa: PLR2004 - as above
