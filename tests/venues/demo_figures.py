"""Figures of a market from what it published, the same way for the embedded market and for a real capture."""

import math
from bisect import bisect_right
from itertools import pairwise
from pathlib import Path

import msgspec

from mm_tui.venues.demo.market import Market, Print, Touch
from mm_tui.venues.demo.replay_source import read_capture

START = 6_180_000
"""Ticks of 0.01."""
VOLATILITY = 1.75
TRADES_PER_S = 25.0


class Record(msgspec.Struct):
    """What a market published; times in seconds from the record's begin, prices in ticks, sizes in lots."""

    seconds: float
    trades: list[Print]
    touches: list[Touch]


class Figures(msgspec.Struct):
    """What is compared between markets."""

    trades_per_s: float
    touches_per_s: float
    median_lots: float
    p90_lots: float
    median_spread: float
    """Ticks, over the published touches."""
    tight_share: float
    """Share of the time at a spread of one tick."""
    mean_spread: float
    """Ticks, weighted by time."""
    touch_btc: float
    """Median size at a best price."""
    signs_1: float
    """Autocorrelation of the aggressors' sides at a lag of one order; prints of a moment and side are one order."""
    signs_10: float
    signs_20: float
    prints_1: float
    """The same of prints."""
    prints_10: float
    prints_50: float
    volatility: float
    """bps a root second, from returns over 10 s."""
    kurtosis_tenth: float
    """Of returns over 100 ms."""
    kurtosis_second: float
    """Of returns over 1 s."""
    still_tenth: float
    """Share of the returns over 100 ms that are zero."""
    still_second: float
    clustering: float
    """Variance over mean of the prints in a second."""


def figures(record: Record) -> Figures:
    """The figures of a record."""
    sizes = sorted(trade.lots for trade in record.trades)
    spreads = sorted(touch.ask - touch.bid for touch in record.touches)
    at_touch = sorted([touch.bid_lots for touch in record.touches] + [touch.ask_lots for touch in record.touches])
    weights = [(touch.ask - touch.bid, later.at - touch.at) for touch, later in pairwise(record.touches)]
    lived = math.fsum(weight for _, weight in weights)
    prints = [-1.0 if trade.buyer_is_maker else 1.0 for trade in record.trades]
    orders = [
        -1.0 if trade.buyer_is_maker else 1.0
        for before, trade in pairwise(record.trades)
        if (round(before.at, 3), before.buyer_is_maker) != (round(trade.at, 3), trade.buyer_is_maker)
    ]
    counts = [0.0] * (int(record.seconds) + 1)
    for trade in record.trades:
        counts[int(trade.at)] += 1
    mean_count = math.fsum(counts) / len(counts)
    tenth, second, ten = (returns(record, step) for step in (0.1, 1.0, 10.0))
    return Figures(
        trades_per_s=len(record.trades) / record.seconds,
        touches_per_s=len(record.touches) / record.seconds,
        median_lots=sizes[len(sizes) // 2],
        p90_lots=sizes[len(sizes) * 9 // 10],
        median_spread=spreads[len(spreads) // 2],
        tight_share=math.fsum(weight for spread, weight in weights if spread == 1) / lived,
        mean_spread=math.fsum(spread * weight for spread, weight in weights) / lived,
        touch_btc=at_touch[len(at_touch) // 2] / 1e5,
        signs_1=autocorrelation(orders, 1),
        signs_10=autocorrelation(orders, 10),
        signs_20=autocorrelation(orders, 20),
        prints_1=autocorrelation(prints, 1),
        prints_10=autocorrelation(prints, 10),
        prints_50=autocorrelation(prints, 50),
        volatility=math.sqrt(math.fsum(move * move for move in ten) / len(ten) / 10.0),
        kurtosis_tenth=kurtosis(tenth),
        kurtosis_second=kurtosis(second),
        still_tenth=sum(move == 0.0 for move in tenth) / len(tenth),
        still_second=sum(move == 0.0 for move in second) / len(second),
        clustering=math.fsum((count - mean_count) ** 2 for count in counts) / len(counts) / mean_count,
    )


def returns(record: Record, step: float) -> list[float]:
    """Log returns of the mid over steps of so many seconds, bps."""
    times = [touch.at for touch in record.touches]
    places = [bisect_right(times, step * number) - 1 for number in range(1, int(record.seconds / step))]
    mids = [record.touches[place].bid + record.touches[place].ask for place in places if place >= 0]
    return [10_000.0 * math.log(later / mid) for mid, later in pairwise(mids)]


def autocorrelation(values: list[float], lag: int) -> float:
    mean = math.fsum(values) / len(values)
    centred = [value - mean for value in values]
    variance = math.fsum(value * value for value in centred) / len(values)
    pairs = zip(centred, centred[lag:], strict=False)
    return math.fsum(value * later for value, later in pairs) / (len(values) - lag) / variance


def kurtosis(values: list[float]) -> float:
    square = math.fsum(value**2 for value in values) / len(values)
    return math.fsum(value**4 for value in values) / len(values) / square**2


def demo_record(seed: int, seconds: float) -> Record:
    """What the embedded market publishes with the default settings."""
    market = Market(seed, START, VOLATILITY, TRADES_PER_S)
    outputs = market.advance(seconds)
    trades = [output for output in outputs if isinstance(output, Print)]
    return Record(seconds, trades, [output for output in outputs if isinstance(output, Touch)])


class _Trade(msgspec.Struct):
    trade_id: int = msgspec.field(name="t")
    price: str = msgspec.field(name="p")
    quantity: str = msgspec.field(name="q")
    maker_bought: bool = msgspec.field(name="m")


class _Ticker(msgspec.Struct):
    u: int
    b: str
    bid_quantity: str = msgspec.field(name="B")
    a: str = msgspec.field(name="a")
    ask_quantity: str = msgspec.field(name="A")


def capture_record(path: Path, begin_s: float = 0.0, end_s: float = math.inf) -> Record:
    """A window of a capture of BTCUSDT."""
    lines = list(read_capture(path))
    begin = lines[0].received_ns + int(begin_s * 1e9)
    trades, touches, at = [], [], 0.0
    for line in lines:
        at = (line.received_ns - begin) / 1e9
        if not 0.0 <= at < end_s - begin_s:
            continue
        if line.suffix == "trade":
            trade = msgspec.json.decode(line.payload, type=_Trade)
            price, lots = round(float(trade.price) * 100), round(float(trade.quantity) * 1e5)
            trades.append(Print(at, trade.trade_id, price, lots, trade.maker_bought))
        elif line.suffix == "bookTicker":
            tick = msgspec.json.decode(line.payload, type=_Ticker)
            bid, ask = round(float(tick.b) * 100), round(float(tick.a) * 100)
            bid_lots, ask_lots = round(float(tick.bid_quantity) * 1e5), round(float(tick.ask_quantity) * 1e5)
            touches.append(Touch(at, tick.u, bid, bid_lots, ask, ask_lots))
    return Record(min(at, end_s - begin_s), trades, touches)
