"""Frames to events: exact, or refused with a reason."""

import contextlib
import gzip
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mm_tui.errors import FrameError
from mm_tui.model.events import BUY, SELL, BookDelta, BookSnapshot, TopOfBook, Trade
from mm_tui.model.instrument import Instrument
from mm_tui.venues.binance.codec import BinanceCodec, is_shutdown

CAPTURE = Path(__file__).parents[2] / ".." / "shared" / "data" / "btcusdt_20240808.gz"
BTC = Instrument("BTC/USDT", "BTC", "USDT", Decimal("0.01"), Decimal("0.00001"))
CODEC = BinanceCodec(BTC)

DELTA = {
    "stream": "btcusdt@depth@100ms",
    "data": {
        "e": "depthUpdate",
        "E": 1723161255308,
        "s": "BTCUSDT",
        "U": 50093239203,
        "u": 50093239207,
        "b": [["55653.87000000", "0.00000000"]],
        "a": [["61838.04000000", "0.32332000"], ["61844.30000000", "0.40163000"]],
    },
}
TRADE = {
    "stream": "btcusdt@trade",
    "data": {
        "e": "trade",
        "E": 1723161255343,
        "s": "BTCUSDT",
        "t": 3735683259,
        "p": "61837.63000000",
        "q": "0.02000000",
        "T": 1723161255342,
        "m": True,
        "M": True,
    },
}
TOP = {
    "stream": "btcusdt@bookTicker",
    "data": {
        "u": 50093239212,
        "s": "BTCUSDT",
        "b": "61837.63000000",
        "B": "3.78826000",
        "a": "61837.64000000",
        "A": "1.54698000",
    },
}
BOOK = {
    "lastUpdateId": 50093239218,
    "bids": [["61837.63000000", "3.78826000"], ["61837.62000000", "0.61700000"]],
    "asks": [["61837.64000000", "1.60520000"]],
}
PARTIAL = {"stream": "btcusdt@depth20@100ms", "data": BOOK}

DELTA_EVENT = BookDelta(
    ts=7,
    first_id=50093239203,
    final_id=50093239207,
    bids=[(5_565_387, 0)],
    asks=[(6_183_804, 32_332), (6_184_430, 40_163)],
    exch_ts=1723161255308_000_000,
)
TRADE_EVENT = Trade(
    ts=7, trade_id=3735683259, price=6_183_763, quantity=2_000, side=SELL, exch_ts=1723161255342_000_000
)
TOP_EVENT = TopOfBook(
    ts=7, update_id=50093239212, bid=6_183_763, bid_quantity=378_826, ask=6_183_764, ask_quantity=154_698
)
BOOK_EVENT = BookSnapshot(
    ts=7, last_update_id=50093239218, bids=[(6_183_763, 378_826), (6_183_762, 61_700)], asks=[(6_183_764, 160_520)]
)


def wire(document: object) -> bytes:
    return msgspec.json.encode(document)


def changed(frame: dict, **fields: object) -> bytes:
    """The combined frame with other data; a field of ... is left out."""
    data = {name: value for name, value in {**frame["data"], **fields}.items() if value is not ...}
    return wire({**frame, "data": data})


@pytest.mark.parametrize(
    ("frame", "event"),
    [
        (DELTA, DELTA_EVENT),
        (TRADE, TRADE_EVENT),
        (TOP, TOP_EVENT),
        (PARTIAL, msgspec.structs.replace(BOOK_EVENT, partial=True)),
    ],
)
def test_a_combined_frame_in_whatever_form_is_the_same_event(frame: dict, event: object) -> None:
    assert CODEC.decode(wire(frame), 7) == event
    assert CODEC.decode(json.dumps(frame, indent=1).encode(), 7) == event
    if "lastUpdateId" not in frame["data"]:
        assert CODEC.decode(wire(frame["data"]), 7) == event
    reordered = {"data": dict(reversed(frame["data"].items())), "stream": frame["stream"], "more": [1]}
    assert CODEC.decode(wire(reordered), 7) == event


def test_a_rest_snapshot_is_a_whole_book() -> None:
    assert CODEC.decode(wire(BOOK), 7) == BOOK_EVENT
    assert CODEC.decode(json.dumps(BOOK, indent=2).encode(), 7) == BOOK_EVENT


def test_the_aggressor_bought_when_the_buyer_was_not_the_maker() -> None:
    event = CODEC.decode(changed(TRADE, m=False), 7)
    assert isinstance(event, Trade)
    assert event.side is BUY


def test_the_slow_diff_stream_and_a_named_book_ticker_are_known() -> None:
    assert CODEC.decode(wire({**DELTA, "stream": "btcusdt@depth"}), 7) == DELTA_EVENT
    assert CODEC.decode(wire({"e": "bookTicker", **TOP["data"]}), 7) == TOP_EVENT


@pytest.mark.parametrize(
    "raw",
    [
        b'{"result":null,"id":1}',
        b'{"id":3,"error":{"code":2,"msg":"x"}}',
        b'{"e":"serverShutdown","E":1}',
        b'{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}',
        b'{"stream":"btcusdt@kline_1m","data":{"e":"kline","s":"BTCUSDT"}}',
        b'{"stream":"btcusdt@ticker","data":{"e":"24hrTicker","s":"BTCUSDT"}}',
        b'{"e":"somethingNew","s":"BTCUSDT","u":5}',
    ],
)
def test_what_is_no_market_data_of_ours_is_none(raw: bytes) -> None:
    assert CODEC.decode(raw, 7) is None
    assert is_shutdown(raw) == (b"Shutdown" in raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"5",
        b"\x00\x01\x02",
        b"\xff" * 50,
        b'{"stream":"btcusdt@trade","data":null}',
        b'{"stream":5,"data":{}}',
        b'{"data":{}}',
        b"{}",
        b'{"stream":"btcusdt@trade"}',
        b"[" * 200_000,
        wire(TRADE)[:-1],
        wire(DELTA)[:-20],
        wire(TOP)[:60],
        wire(TRADE) + b"}",
        wire({**TRADE, "stream": "ethusdt@trade"}),
        wire({**PARTIAL, "stream": "ethusdt@depth20@100ms"}),
        wire({**TOP, "stream": "币安usdt@bookTicker"}),
        changed(TRADE, s="ETHUSDT"),
        changed(TRADE, p=...),
        changed(TRADE, t="x"),
        changed(TRADE, t=-1),
        changed(TRADE, t=1 << 63),
        changed(TRADE, T=10**15),
        changed(TRADE, q="0.0"),
        changed(TRADE, q="-0.1"),
        changed(TRADE, q="0.123456789"),
        changed(TRADE, q="1e300"),
        changed(TRADE, m=None),
        changed(DELTA, U=50093239208),
        changed(DELTA, b=[["61837.63"]]),
        changed(DELTA, b=[["61837.63", "1", "2"]]),
        changed(DELTA, a=[["61837.63", "-1"]]),
        changed(DELTA, a={"61837.63": "1"}),
        changed(DELTA, u=...),
        changed(DELTA, E=...),
        changed(TOP, b="61837.64"),
        changed(TOP, b="61838.00"),
        changed(TOP, B="-1"),
        changed(TOP, u=...),
        wire({"u": 1, "s": "BTCUSDT"}),
        wire({**BOOK, "bids": []}),
        wire({**BOOK, "asks": []}),
        wire({**BOOK, "asks": [["61837.63", "1"]]}),
        wire({**BOOK, "asks": [["61837.70", "0"]]}),
        wire({**BOOK, "lastUpdateId": None}),
        wire({"bids": BOOK["bids"], "asks": BOOK["asks"]}),
        wire({**PARTIAL, "data": {**BOOK, "bids": []}}),
    ],
)
def test_a_broken_frame_is_refused(raw: bytes) -> None:
    with pytest.raises(FrameError) as refusal:
        CODEC.decode(raw, 7)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize(
    "price", ["0", "-1.00", "NaN", "nan", "Infinity", "-inf", "1e400", "61837.635", "6183763e-3", "", "x"]
)
def test_a_price_that_is_none_is_refused_in_every_frame(price: str) -> None:
    for raw in (
        changed(TRADE, p=price),
        changed(TOP, b=price),
        changed(TOP, a=price),
        changed(DELTA, b=[[price, "1.0"]]),
        changed(DELTA, a=[["61838.00", "1.0"], [price, "0.0"]]),
        wire({**BOOK, "bids": [[price, "1.0"]]}),
    ):
        with pytest.raises(FrameError):
            CODEC.decode(raw, 7)


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "-0.00001", "1e400", "99999999999999999", "", "x"])
def test_a_quantity_that_is_none_is_refused_in_every_frame(quantity: str) -> None:
    for raw in (
        changed(TRADE, q=quantity),
        changed(TOP, B=quantity),
        changed(TOP, A=quantity),
        changed(DELTA, b=[["61837.63", quantity]]),
        wire({**BOOK, "asks": [["61837.70", quantity]]}),
    ):
        with pytest.raises(FrameError):
            CODEC.decode(raw, 7)


def test_dust_of_orders_older_than_the_step_is_cut_and_counted() -> None:
    codec = BinanceCodec(BTC)
    event = codec.decode(changed(DELTA, a=[["80000.00", "244.56630400"], ["74000.00", "0.00000400"]]), 7)
    assert isinstance(event, BookDelta)
    assert event.asks == [(8_000_000, 24_456_630), (7_400_000, 1)]
    assert codec.grid.dust == 2
    top = codec.decode(changed(TOP, A="1.546987", B="0.00000100"), 7)
    assert isinstance(top, TopOfBook)
    assert (top.bid_quantity, top.ask_quantity) == (1, 154_698)
    trade = codec.decode(changed(TRADE, q="0.00001900"), 7)
    assert isinstance(trade, Trade)
    assert trade.quantity == 1
    assert codec.grid.dust == 5


def written(count: int, step: Decimal) -> str:
    return format(count * step, "f")


GRIDS = [
    ("0.01", "0.00001"),
    ("0.00000001", "1"),
    ("0.05", "0.001"),
    ("2.5", "0.25"),
    ("0.3", "0.00007"),
    ("10", "100"),
    ("1", "0.00000001"),
]


@pytest.mark.parametrize("grid", GRIDS)
@given(ticks=st.integers(1, 10**9), lots=st.integers(1, 10**11), top=st.integers(1, 10**6))
def test_every_multiple_of_tick_and_step_comes_out_exactly(
    grid: tuple[str, str], ticks: int, lots: int, top: int
) -> None:
    tick, step = map(Decimal, grid)
    codec = BinanceCodec(Instrument("BTC/USDT", "BTC", "USDT", tick, step))
    price, quantity = written(ticks, tick), written(lots, step)
    trade = codec.decode(changed(TRADE, p=price, q=quantity), 7)
    assert isinstance(trade, Trade)
    assert (trade.price, trade.quantity) == (ticks, lots)
    delta = codec.decode(changed(DELTA, b=[[price, quantity], [price, "0.00"]], a=[]), 7)
    assert isinstance(delta, BookDelta)
    assert delta.bids == [(ticks, lots), (ticks, 0)]
    best = codec.decode(changed(TOP, b=price, B=quantity, a=written(ticks + top, tick), A=quantity), 7)
    assert isinstance(best, TopOfBook)
    assert (best.bid, best.bid_quantity, best.ask) == (ticks, lots, ticks + top)


@given(ticks=st.integers(1, 10**9), off=st.integers(1, 999_999))
def test_a_price_between_two_ticks_never_passes(ticks: int, off: int) -> None:
    price = format(ticks * BTC.tick_size + off * Decimal("0.00000001"), "f")
    for raw in (changed(TRADE, p=price), changed(TOP, b=price, a="99999999"), changed(DELTA, b=[[price, "1"]])):
        with pytest.raises(FrameError, match="no multiple of the tick size"):
            CODEC.decode(raw, 7)


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_decode_or_be_refused(raw: bytes) -> None:
    with contextlib.suppress(FrameError):
        assert CODEC.decode(raw, 7) is None


@given(st.integers(0, 400), st.integers(0, 255))
def test_one_flipped_byte_never_breaks_the_decoder(place: int, value: int) -> None:
    for frame in (DELTA, TRADE, TOP, PARTIAL):
        raw = bytearray(wire(frame))
        raw[place % len(raw)] = value
        event = None
        with contextlib.suppress(FrameError):
            event = CODEC.decode(bytes(raw), 7)
        assert event is None or event.ts == 7


@pytest.mark.untraced
@pytest.mark.skipif(not CAPTURE.exists(), reason="the captured data lies beside the project only where it is developed")
def test_the_capture_decodes_exactly() -> None:
    """Against decimals made from the frames' own text, all 41,249 of them."""
    codec = BinanceCodec(BTC)
    kinds: Counter[str] = Counter()

    def levels(pairs: list[list[str]]) -> list[tuple[int, int]]:
        return [(int(Decimal(price) * 100), int(Decimal(quantity) * 100_000)) for price, quantity in pairs]

    with gzip.open(CAPTURE) as capture:
        for line in capture:
            raw = line.split(b" ", 1)[1]
            event = codec.decode(raw, 7)
            document = json.loads(raw)
            data = document.get("data", document)
            kinds[type(event).__name__] += 1
            if isinstance(event, BookDelta):
                assert (event.first_id, event.final_id) == (data["U"], data["u"])
                assert (event.bids, event.asks) == (levels(data["b"]), levels(data["a"]))
            elif isinstance(event, BookSnapshot):
                assert (event.bids, event.asks) == (levels(data["bids"]), levels(data["asks"]))
                assert not event.partial
            elif isinstance(event, Trade):
                assert [(event.price, event.quantity)] == levels([[data["p"], data["q"]]])
                assert event.side == (SELL if data["m"] else BUY)
            else:
                assert isinstance(event, TopOfBook)
                best = levels([[data["b"], data["B"]], [data["a"], data["A"]]])
                assert [(event.bid, event.bid_quantity), (event.ask, event.ask_quantity)] == best
    assert kinds == {"TopOfBook": 28_040, "Trade": 9_757, "BookDelta": 3_451, "BookSnapshot": 1}
    assert codec.grid.dust == 3
