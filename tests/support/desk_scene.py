"""A desk at work, as hand-built frames: what the pictures and the tests of the screen are made from."""

import math
from decimal import Decimal

import msgspec

from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.instrument import Instrument
from mm_tui.views.frames import (
    ChartFill,
    ChartFrame,
    ChartSample,
    DeskFrame,
    EventRow,
    FlattenFrame,
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

NOW = 1_723_125_731_000_000_000
BTC = Instrument("BTC/USDT", "BTC", "USDT", Decimal("0.01"), Decimal("0.00001"))
BID = 6_183_763
OWN = {BID - 1260: 140, BID - 1900: 200, BID + 1240: 200, BID + 1860: 200, BID - 2560: 200, BID + 2500: 200}
"""Our quotes: price in ticks to lots."""


def ladder(rows: int = 60) -> LadderFrame:
    """A book grouped by one USDT a row, own quotes among it."""
    group = 100
    half = rows // 2
    levels = []
    for at in range(half, -half, -1):
        price = BID + 1 if at == 1 else BID if at == 0 else BID // group * group + (at - (at > 0)) * group
        size = 4_000 + (at * 7_919) % 240_000 // (1 + abs(at) % 5)
        own = sum(lots for tick, lots in OWN.items() if abs(tick - price) < group // 2)
        levels.append(
            LadderRow(
                price=price,
                bid=size if at <= 0 else 0,
                ask=size if at > 0 else 0,
                own_bid=own if at <= 0 else 0,
                own_ask=own if at > 0 else 0,
                touch="bid" if at == 0 else "ask" if at == 1 else "",
            )
        )
    return LadderFrame(
        rows=tuple(levels),
        group=group,
        valid=True,
        mid2=2 * BID + 1,
        spread=1,
        spread_bps=0.0016,
        last_price=BID,
        last_quantity=2_000,
        last_side=SELL,
        last_ts=NOW,
        largest=max(row.bid + row.ask for row in levels),
    )


def chart() -> ChartFrame:
    """Five minutes of a wandering mid with our best quotes around it."""
    samples = []
    for at in range(1200):
        mid = 2 * BID + round(3000 * math.sin(at / 170) + 900 * math.sin(at / 23))
        samples.append(
            ChartSample(ts=NOW - (1199 - at) * 250_000_000, mid2=mid, bid2=mid // 500 * 500 - 2400, ask2=mid + 2500)
        )
    fills = (
        ChartFill(ts=NOW - 200_000_000_000, side=BUY, price=BID - 300),
        ChartFill(ts=NOW - 60_000_000_000, side=SELL, price=BID + 900),
    )
    return ChartFrame(samples=tuple(samples), fills=fills)


def tape() -> TapeFrame:
    """Forty trades, every seventh significant."""
    trades = tuple(
        TapeRow(
            ts=NOW - at * 700_000_000,
            side=BUY if at % 3 else SELL,
            price=BID + (at % 3 > 0),
            quantity=1 + (at * 977) % 3_000,
            significant=at % 7 == 0,
            own=at == 11,
        )
        for at in range(40)
    )
    stats = StatsFrame(
        buy=310_000,
        sell=440_000,
        trades=1_512,
        significant=31,
        change_bps=-3.2,
        average_spread_bps=0.02,
        volatility_bps=1.7,
    )
    return TapeFrame(trades=trades, significant_quantity=1_000, stats=stats)


def orders() -> tuple[OrderRow, ...]:
    """Our quotes as open orders, highest price first."""
    return tuple(
        OrderRow(
            order_id=f"q{price}",
            side=Side.SELL if price > BID else Side.BUY,
            price=price,
            bps=(price - BID) / BID * 1e4,
            left=lots,
            quantity=200,
            status="open",
            age_s=3 + index * 4,
            queue_ahead=9_000 * (index + 1),
        )
        for index, (price, lots) in enumerate(sorted(OWN.items(), reverse=True))
    )


def desk_frame() -> DeskFrame:
    """The desk quoting, with a small long position."""
    gauges = (
        Gauge(name="position", value="0.00412", limit="0.02 BTC", share=0.21),
        Gauge(name="loss", value="2.10", limit="50 USDT", share=0.04),
        Gauge(name="drawdown", value="0.00", limit="50 USDT", share=0.0),
        Gauge(name="open", value="6", limit="12", share=0.5),
        Gauge(name="orders/s", value="3", limit="8", share=0.38),
    )
    words = (
        ("fill", "bought 0.0006 at 61,825.00"),
        ("quote", "ask 61,856.04: mid +3.0 bps, skew 0"),
        ("risk", "refused bid 0.0040: size over 0.003"),
        ("link", "binance up"),
        ("set", "strategy.passive.min_spread_bps 2 to 3"),
    )
    return DeskFrame(
        ts=NOW,
        instrument=BTC,
        header=HeaderFrame(
            symbol="BTC/USDT",
            venue="binance",
            venue_words="live data",
            badge="PAPER no real orders",
            state="quoting",
            strategy="passive 2.0-6.0 bps, 3 a side",
        ),
        truth=TruthFrame(
            link="up", age_ms=84, latency_ms=12.0, loop_ms=0.3, messages=3, message_limit=8, clock="14:02:11Z"
        ),
        ladder=ladder(),
        tape=tape(),
        orders=orders(),
        position=PositionFrame(
            base=Decimal("0.00412"),
            limit=Decimal("0.02"),
            average=Decimal("61837.21"),
            mid=Decimal("61837.635"),
            total=Decimal("1.84"),
            realized=Decimal("1.52"),
            unrealized=Decimal("0.58"),
            fees=Decimal("-0.26"),
            spread_captured=Decimal("4.02"),
            adverse_selection=Decimal("-1.61"),
            inventory=Decimal("-0.31"),
            markouts=(-0.4, -0.7, -1.1, -0.9, None),
            fills=27,
            free_base=Decimal("0.10412"),
            free_quote=Decimal("9745.10"),
        ),
        risk=RiskFrame(gauges=gauges, refused=2, last_refusal="bid 0.0040: size over 0.003"),
        chart=chart(),
        events=tuple(
            EventRow(ts=NOW - at * 1_300_000_000, kind=words[at % 5][0], text=words[at % 5][1]) for at in range(30)
        ),
        workers=tuple(
            WorkerRow(name=name, state="running") for name in ("feed", "strategy", "risk", "simulator", "recorder")
        ),
        parameters=(
            ParameterRow(name="min_spread_bps", value="2.0"),
            ParameterRow(name="max_spread_bps", value="6.0"),
            ParameterRow(name="order_amount", value="0.002"),
            ParameterRow(name="lean_bps", value="0.0"),
        ),
        obligation=ObligationFrame(bid_pct=99.97, ask_pct=99.96, two_sided_pct=99.94),
        flatten=FlattenFrame(side=SELL, quantity=412, slippage_bps=0.81),
    )


def flat(frame: DeskFrame) -> DeskFrame:
    """The same desk without a position."""
    position = msgspec.structs.replace(frame.position, base=Decimal(0), average=None)
    return msgspec.structs.replace(frame, position=position, flatten=None)


def halted(frame: DeskFrame) -> DeskFrame:
    """The same desk after a trip."""
    header = msgspec.structs.replace(
        frame.header, state="halted", reason="daily loss 51.20 over 50 USDT", hint="a re-arm"
    )
    return msgspec.structs.replace(
        frame, header=header, risk=msgspec.structs.replace(frame.risk, state="halted"), orders=()
    )


def paused(frame: DeskFrame) -> DeskFrame:
    """The same desk with its quotes pulled."""
    header = msgspec.structs.replace(frame.header, state="paused", reason="by the operator", hint="space quote")
    return msgspec.structs.replace(frame, header=header, orders=())
