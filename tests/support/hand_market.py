"""The market of the hand-made frames: a BTC/USDT book, its tape and five minutes of its mid, the same each time."""

import random
from array import array
from decimal import Decimal
from typing import Any

import msgspec

from mm_tui.model.events import BUY, SELL
from mm_tui.model.instrument import Instrument
from mm_tui.views.frames import (
    ChartFill,
    ChartFrame,
    ChartSample,
    DepthColumn,
    DepthFrame,
    DepthTrades,
    LadderFrame,
    LadderRow,
    StatsFrame,
    TapeFrame,
    TapeRow,
)
from mm_tui.views.frames.depth import HALF, UNKNOWN, code_of

NS = 1_000_000_000
START = 1_723_161_731 * NS
"""2024-08-09 00:02:11 UTC."""
BTC = Instrument("BTC/USDT", "BTC", "USDT", Decimal("0.01"), Decimal("0.00001"), min_notional=Decimal(5))
PEPE = Instrument("PEPE/USDT", "PEPE", "USDT", Decimal("0.00000001"), Decimal(1))
MID = 6_183_763
OWN = {6_185_800: 200, 6_185_600: 200, 6_185_000: 200, 6_182_500: 140, 6_181_200: 200, 6_180_100: 200}
"""Our quotes: price in ticks to lots."""


def ladder(rows: int = 40, seed: int = 1, group: int = 1, **changes: Any) -> LadderFrame:
    """A book whose own orders stand near the touch; those of `own_orders` where rows are groups of ticks."""
    chance = random.Random(seed)
    half = rows // 2
    own = {MID - 4 * group: 200, MID + 5 * group: 200, MID + 9 * group: 140}
    if group > 1:
        own = OWN
    levels = []
    for at in range(half, -rows + half, -1):
        price = MID + at if group == 1 or at in {0, 1} else (MID // group + at - (at > 0)) * group + group * (at <= 0)
        size = int(chance.lognormvariate(10.6, 1.3)) + 1
        mine = own.get(price, 0)
        levels.append(
            LadderRow(
                price=price,
                ask=size + mine if at > 0 else 0,
                bid=size + mine if at <= 0 else 0,
                own_ask=mine if at > 0 else 0,
                own_bid=mine if at <= 0 else 0,
                own_pending=group == 1 and price == MID + 9,
                touch="ask" if at == 1 else "bid" if at == 0 else "",
            )
        )
    frame = LadderFrame(
        rows=beside(levels, seed),
        group=group,
        valid=True,
        mid2=2 * MID + 1,
        spread=1,
        spread_bps=0.0016,
        last_price=MID,
        last_quantity=2000,
        last_side=SELL,
        last_ts=START - 100_000_000,
        largest=max(max(level.bid, level.ask) for level in levels),
        own_below=2 if group == 1 else 0,
    )
    return msgspec.structs.replace(frame, **changes)


def beside(levels: list[LadderRow], seed: int) -> tuple[LadderRow, ...]:
    """The same rows with their depth, what changed and traded there, and where our orders stand."""
    chance = random.Random(seed + 100)
    told: dict[int, dict[str, Any]] = {}
    for side in (reversed([level for level in levels if level.ask]), [level for level in levels if level.bid]):
        depth = 0
        for far, level in enumerate(side):
            depth += level.bid + level.ask
            change = round(chance.gauss(0, 30_000)) if chance.random() < 0.6 else 0
            traded = round(chance.expovariate(1 / 60_000)) if far < 6 else 0
            values = {"depth": depth, "change": change, "fresh": chance.randint(1, 3) if change else 0}
            values |= {"bought" if level.ask else "sold": traded, "sold" if level.ask else "bought": traded // 3}
            if level.own_bid or level.own_ask:
                ahead = (level.bid + level.ask) * (far * 7 % 10) // 10
                values |= {"ahead": ahead, "behind": level.bid + level.ask - ahead}
                values |= {"eta_s": ahead * 300 // traded if traded else None}
            told[level.price] = values
    return tuple(msgspec.structs.replace(level, **told[level.price]) for level in levels)


def tape(count: int = 60, seed: int = 1) -> TapeFrame:
    chance = random.Random(seed)
    trades = []
    ts = START
    for at in range(count):
        ts -= int(chance.expovariate(4) * NS)
        quantity = int(chance.lognormvariate(4.4, 1.9)) + 1
        side = BUY if chance.random() < 0.45 else SELL
        trades.append(
            TapeRow(
                ts=ts,
                side=side,
                price=MID + (1 if side > 0 else 0),
                quantity=quantity,
                significant=quantity >= 1000,
                own=at == 4,
            )
        )
    stats = StatsFrame(
        buy=312_400,
        sell=440_100,
        trades=812,
        significant=41,
        change_bps=-2.1,
        average_spread_bps=0.02,
        average_trade=926.0,
        volatility_bps=1.8,
    )
    return TapeFrame(trades=tuple(trades), significant_quantity=1000, stats=stats)


def chart(count: int = 1200, seed: int = 3) -> ChartFrame:
    chance = random.Random(seed)
    mid2, samples, fills = 2 * MID, [], []
    bid = ask = 0
    for at in range(count):
        ts = START - (count - 1 - at) * NS // 4
        mid2 += round(chance.gauss(0, 90))
        if at % 60 == 0 or not bid:
            bid, ask = mid2 - 2500, mid2 + 2500
        if mid2 - 700 < bid or mid2 + 700 > ask:
            fills.append(
                ChartFill(ts=ts, side=BUY if mid2 - 700 < bid else SELL, price=(bid if mid2 - 700 < bid else ask) // 2)
            )
            bid, ask = mid2 - 2500, mid2 + 2500
        traded = at // 45
        held = (0, 200, 400, 200, 0, -200, -400, -600, -200)[traded % 9]
        parts = (5_000 * traded, -2_100 * traded - at % 45 * 40, round((mid2 - 2 * MID) * held / 300), -900 * traded)
        samples.append(
            ChartSample(
                ts=ts,
                mid2=mid2,
                bid2=bid,
                ask2=ask,
                spread=1 + at // 40 % 3 * 40,
                position=held * 1_000_000,
                limit=2_000 * 1_000_000,
                pnl=tuple(part * 500_000_000 for part in (sum(parts), *parts)),
            )
        )
    return ChartFrame(samples=tuple(samples), fills=tuple(fills))


def depth(count: int = 400, seed: int = 4, every: int = NS // 4) -> DepthFrame:
    """A book with walls that stand for a while, a mid that wanders, trades at the touch, quotes either side of it."""
    chance = random.Random(seed)
    group, mid = 100, MID
    sizes: dict[int, int] = {}
    columns = []
    for at in range(count):
        mid += round(chance.gauss(0, 25))
        low = mid // group - HALF
        for bucket in range(low, low + 2 * HALF):
            if bucket not in sizes or chance.random() < 0.02:
                sizes[bucket] = int(chance.lognormvariate(9.5, 1.4)) * (9 if bucket % 23 == 0 else 1) + 1
        touch = mid // group
        codes = [code_of(sizes[bucket]) for bucket in range(low, low + 2 * HALF)]
        codes[:20] = [UNKNOWN] * 20
        trades = []
        if chance.random() < 0.3:
            size = int(chance.lognormvariate(5, 2)) + 1
            side = chance.random() < 0.5
            trades.append(DepthTrades(bucket=touch, bought=size if side else 0, sold=0 if side else size))
        quoted = mid // 1500 * 1500
        columns.append(
            DepthColumn(
                ts=START - (count - 1 - at) * every,
                low=low,
                codes=array("H", codes).tobytes(),
                bid=mid,
                ask=mid + 1,
                own_bids=(quoted - 1200, quoted - 2500),
                own_asks=(quoted + 2700, quoted + 4000),
                trades=tuple(trades),
            )
        )
    return DepthFrame(group=group, columns=tuple(columns))
