"""Desk frames of the panels' tests, made by hand, the same each time: a BTC/USDT book with our quotes in it."""

import random
from decimal import Decimal
from typing import Any

import msgspec

from mm_tui.model.events import BUY, SELL
from mm_tui.model.instrument import Instrument
from mm_tui.views.frames import (
    ChartFill,
    ChartFrame,
    ChartSample,
    DeskFrame,
    EventRow,
    Gauge,
    HeaderFrame,
    LadderFrame,
    LadderRow,
    ObligationFrame,
    OrderRow,
    ParameterRow,
    PositionFrame,
    RiskFrame,
    StatsFrame,
    TapeFrame,
    TapeRow,
    TruthFrame,
    WorkerRow,
)

NS = 1_000_000_000
START = 1_723_161_731 * NS
"""2024-08-09 00:02:11 UTC."""
BTC = Instrument("BTC/USDT", "BTC", "USDT", Decimal("0.01"), Decimal("0.00001"), min_notional=Decimal(5))
PEPE = Instrument("PEPE/USDT", "PEPE", "USDT", Decimal("0.00000001"), Decimal(1))
MID = 6_183_763


def ladder(rows: int = 40, seed: int = 1, group: int = 1, **changes: Any) -> LadderFrame:
    chance = random.Random(seed)
    half = rows // 2
    own = {MID - 4 * group: 200, MID + 5 * group: 200, MID + 9 * group: 140}
    levels = []
    for at in range(half, -rows + half, -1):
        price = MID + at * group
        size = int(chance.lognormvariate(10.6, 1.3)) + 1
        mine = own.get(price, 0)
        levels.append(
            LadderRow(
                price=price,
                ask=size + mine if at > 0 else 0,
                bid=size + mine if at <= 0 else 0,
                own_ask=mine if at > 0 else 0,
                own_bid=mine if at <= 0 else 0,
                own_pending=price == MID + 9 * group,
                touch="ask" if at == 1 else "bid" if at == 0 else "",
            )
        )
    frame = LadderFrame(
        rows=tuple(levels),
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
        own_below=2,
    )
    return msgspec.structs.replace(frame, **changes)


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


def orders() -> tuple[OrderRow, ...]:
    return (
        OrderRow(
            order_id="a3",
            side=SELL,
            price=6_185_800,
            bps=3.3,
            left=200,
            quantity=200,
            status="live",
            age_s=12,
            queue_ahead=41_000,
        ),
        OrderRow(
            order_id="a2", side=SELL, price=6_185_600, bps=3.0, left=200, quantity=200, status="pending_new", age_s=0
        ),
        OrderRow(
            order_id="a1",
            side=SELL,
            price=6_185_000,
            bps=2.0,
            left=200,
            quantity=200,
            status="unknown",
            age_s=72,
            queue_ahead=200,
        ),
        OrderRow(
            order_id="b1",
            side=BUY,
            price=6_182_500,
            bps=-2.0,
            left=140,
            quantity=200,
            status="partially_filled",
            age_s=3,
            queue_ahead=2000,
        ),
        OrderRow(
            order_id="b2",
            side=BUY,
            price=6_181_200,
            bps=-4.1,
            left=200,
            quantity=200,
            status="live",
            age_s=3700,
            queue_ahead=112_000,
        ),
        OrderRow(
            order_id="b3",
            side=BUY,
            price=6_180_100,
            bps=-5.9,
            left=200,
            quantity=200,
            status="pending_cancel",
            age_s=12,
            queue_ahead=0,
        ),
    )


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
        samples.append(ChartSample(ts=ts, mid2=mid2, bid2=bid, ask2=ask))
    return ChartFrame(samples=tuple(samples), fills=tuple(fills))


def events() -> tuple[EventRow, ...]:
    lines = (
        ("fill", "bought 0.0006 BTC at 61,825.00, queue 0.02 ahead, fee 0.00"),
        ("quote", "ask 61,856.00: mid +3.0 bps, skew −0.4, floor 2.0"),
        ("risk", "refused bid 0.0040 BTC: size over 0.0030"),
        ("order", "bid 61,825.00 amended to 0.0014 BTC, place kept"),
        ("state", "quoting: book valid for 1 s"),
        ("book", "sequence gap: 1204 after 1199, resync"),
        ("link", "connected to the embedded exchange"),
        ("set", "spread 2.0 → 2.2 bps"),
        ("info", "recording to sessions/20240809T000211Z-demo-BTCUSDT"),
        ("warn", "captures 2.0 bps, pays 10.0"),
    )
    return tuple(
        EventRow(ts=START - at * 700_000_000, kind=lines[at % 10][0], text=lines[at % 10][1]) for at in range(60)
    )


def desk_frame(**changes: Any) -> DeskFrame:
    frame = DeskFrame(
        ts=START,
        instrument=BTC,
        header=HeaderFrame(
            symbol="BTC/USDT",
            venue="binance",
            venue_words="live data",
            badge="PAPER no real orders",
            state="quoting",
            reason="both sides, 3 orders each",
            hint="space pause",
            strategy="passive 2.0–6.0 bps × 3",
            warning="captures 2.0 bps, pays 10.0",
        ),
        truth=TruthFrame(
            link="up", age_ms=84, latency_ms=12.0, gaps=0, loop_ms=0.3, messages=3, message_limit=8, clock="00:02:11Z"
        ),
        ladder=ladder(),
        tape=tape(),
        orders=orders(),
        position=PositionFrame(
            base=Decimal("0.00412"),
            limit=Decimal("0.02"),
            average=Decimal("61837.21"),
            mid=Decimal("61837.64"),
            total=Decimal("1.84"),
            realized=Decimal("1.61"),
            unrealized=Decimal("0.49"),
            fees=Decimal("-0.26"),
            spread_captured=Decimal("4.02"),
            adverse_selection=Decimal("-1.61"),
            inventory=Decimal("-0.31"),
            markouts=(-0.4, -0.7, -1.1, -0.9, None),
            fills=37,
            free_base=Decimal("0.10412"),
            free_quote=Decimal("5745.22"),
        ),
        risk=RiskFrame(
            gauges=(
                Gauge(name="position", value="0.00412", limit="0.02 BTC", share=0.206),
                Gauge(name="loss", value="2.10", limit="50 USDT", share=0.042),
                Gauge(name="drawdown", value="24.00", limit="30 USDT", share=0.8),
                Gauge(name="open", value="6", limit="12", share=0.5),
                Gauge(name="orders/s", value="8", limit="8", share=1.0),
            ),
            refused=3,
            last_refusal="bid 0.0040 BTC: size over 0.0030",
            asks_on=False,
        ),
        chart=chart(),
        events=events(),
        workers=(
            WorkerRow(name="feed", state="retrying", detail="retrying in 3 s: connection refused"),
            WorkerRow(name="strategy", state="running"),
            WorkerRow(name="risk", state="running"),
            WorkerRow(name="simulator", state="running"),
            WorkerRow(name="recorder", state="failed", detail="disk full"),
        ),
        parameters=(
            ParameterRow(name="min spread", value="2.0 bps", changed_ts=START - 200_000_000),
            ParameterRow(name="max spread", value="6.0 bps"),
            ParameterRow(name="size", value="0.0020 BTC"),
            ParameterRow(name="lean", value="+0.0 bps"),
            ParameterRow(name="orders a side", value="3"),
        ),
        obligation=ObligationFrame(bid_pct=99.97, ask_pct=99.95, two_sided_pct=98.94),
    )
    return msgspec.structs.replace(frame, **changes)
