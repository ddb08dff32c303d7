"""Desk frames made by hand, the same each time: a desk at work, and the same desk in the states a screen must tell."""

import random
from decimal import Decimal
from typing import Any

import msgspec
from hand_market import BTC, MID, NS, OWN, PEPE, START, chart, depth, ladder, tape
from hand_orders import held, history, orders, unsettled, worth

from mm_tui.analytics.histogram import Histogram
from mm_tui.model.events import SELL
from mm_tui.views.frames import (
    DeskFrame,
    EstimatesFrame,
    EventRow,
    FlattenFrame,
    Gauge,
    HeaderFrame,
    LatencyRow,
    ObligationFrame,
    ObligationRow,
    ParameterRow,
    PositionFrame,
    RiskFrame,
    ShadowRow,
    ShadowsFrame,
    TruthFrame,
    WorkerRow,
)

__all__ = ["BTC", "MID", "NS", "OWN", "PEPE", "START", "chart", "depth", "ladder", "tape"]


def latency() -> tuple[LatencyRow, ...]:
    """Times around a tenth of a millisecond, a few and one of them much longer."""
    chance = random.Random(5)
    rows = []
    for name, middle, width, slow in (
        ("tick to order", 4.7, 0.5, 0.02), ("feed latency", 8.4, 0.7, 0.05), ("loop lag", 5.6, 0.9, 0.01),
    ):  # fmt: skip
        histogram = Histogram()
        for _ in range(2_000):
            late = 20 if chance.random() < slow else 1
            histogram.add(int(chance.lognormvariate(middle, width) * late * 1_000))
        summary = histogram.summary(1_000_000)
        rows.append(
            LatencyRow(
                name=name,
                counts=histogram.buckets(),
                count=histogram.count,
                p50_ms=summary["p50"],
                p99_ms=summary["p99"],
                max_ms=summary["max"],
            )
        )
    return tuple(rows)


def obligation() -> ObligationFrame:
    """A programme of four terms, one of them missed at this moment and one for today."""
    return ObligationFrame(
        bid_pct=99.97,
        ask_pct=99.96,
        two_sided_pct=99.94,
        preset="seed",
        rows=(
            ObligationRow(name="bid in band", share_pct=99.97, target_pct=99.8, slack_s=148.0, now=True),
            ObligationRow(name="ask in band", share_pct=99.96, target_pct=99.8, slack_s=141.5, now=True),
            ObligationRow(name="two-sided", share_pct=99.94, target_pct=99.9, slack_s=51.2, now=False),
            ObligationRow(name="value", share_pct=99.91, target_pct=99.95, slack_s=-12.0, now=True),
        ),
        excused_s=12.4,
    )


def estimates() -> EstimatesFrame:
    """What a formula's strategy is fed with."""
    return EstimatesFrame(volatility=1.24, decay=0.612, arrivals=3.18, fit=0.94, seconds=300)


def gauges() -> tuple[Gauge, ...]:
    """Seven figures, none near its limit."""
    return (
        Gauge(name="position", value="0.00412", limit="0.02 BTC", share=0.206),
        Gauge(name="loss", value="2.10", limit="50 USDT", share=0.042),
        Gauge(name="drawdown", value="0.00", limit="30 USDT", share=0.0),
        Gauge(name="open", value="6", limit="12", share=0.5),
        Gauge(name="orders/s", value="3", limit="8", share=0.375),
        Gauge(name="age", value="84 s", limit="900 s", share=0.093),
        Gauge(name="msgs/day", value="12,040", limit="160,000", share=0.075),
    )


def limits() -> tuple[tuple[str, float], ...]:
    """The limits those gauges are held to."""
    return (
        ("max_position", 0.02), ("max_daily_loss", 50.0), ("max_drawdown", 30.0), ("max_open_orders", 12.0),
        ("max_orders_per_s", 8.0),
    )  # fmt: skip


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


def shadows(*, dropped: bool = True) -> ShadowsFrame:
    """A desk in the middle of its shadows: one late, one without a band, one that was dropped."""
    cash = Decimal
    desk = ShadowRow(
        number=0, name="passive 2.0–6.0 bps × 3", state="quoting", for_s=3720, total=cash("1.84"), low=cash("-0.42"),
        high=cash("3.10"), fills=37, markout_1s=-0.7, markout_5s=-1.1, position=cash("0.00412"), drawdown=cash("0.91"),
        messages=1204, fills_per_1000=30.7,
    )  # fmt: skip
    wide = ShadowRow(
        number=1, name="wide", state="quoting", for_s=3720, total=cash("2.31"), low=cash("1.02"), high=cash("3.77"),
        edge=cash("0.47"), fills=12, markout_1s=0.4, markout_5s=0.9, position=cash("-0.00200"), drawdown=cash("0.35"),
        messages=402, fills_per_1000=29.9, event_us=88.4, cpu_pct=0.62, resting=6, shared=2, promotion="{}",
        changes=(("strategy.passive.min_spread_bps", "2", "4"), ("strategy.passive.max_spread_bps", "6", "8")),
    )  # fmt: skip
    formula_row = ShadowRow(
        number=2, name="glft risk_factor 0.05", state="one-sided", reason="bids are off: 7 buys in a row", late_ms=2300,
        for_s=640, total=cash("-0.95"), edge=cash("-1.33"), fills=58, markout_1s=-1.2, markout_5s=-2.0,
        position=cash("0.01204"), drawdown=cash("1.20"), messages=1980, fills_per_1000=29.3, event_us=141.0,
        cpu_pct=1.04, resting=2, promotion="{}",
        changes=(
            ("desk.strategy", "passive", "glft"), ("strategy.glft.risk_factor", "–", "0.05"),
            ("strategy.glft.order_amount", "–", "0.002"),
        ),
    )  # fmt: skip
    fresh = ShadowRow(
        number=4, name="pure bid_spread_bps 2", state="starting", reason="waiting for the book", fills=0,
        position=cash("0"), drawdown=cash("0"), messages=0, promotion="{}",
        changes=(("desk.strategy", "passive", "pure"), ("strategy.pure.bid_spread_bps", "–", "2")),
    )  # fmt: skip
    gone = ShadowRow(
        number=3, name="mine", state="dropped", reason="3 steps took too long, the last 140 ms",
    )  # fmt: skip
    rows = (wide, desk, fresh, formula_row, gone)
    return ShadowsFrame(rows=rows if dropped else rows[:-1], cpu_pct=1.66, max_cpu_pct=25.0)


def position() -> PositionFrame:
    """A small long position that has earned a little."""
    return PositionFrame(
        base=Decimal("0.00412"),
        limit=Decimal("0.02"),
        average=Decimal("61837.21"),
        mid=Decimal("61837.635"),
        total=Decimal("1.84"),
        realized=Decimal("1.61"),
        unrealized=Decimal("0.49"),
        fees=Decimal("-0.26"),
        spread_captured=Decimal("4.02"),
        adverse_selection=Decimal("-1.61"),
        inventory=Decimal("-0.31"),
        markouts=(-0.4, -0.7, -1.1, -0.9, None),
        band=(Decimal("-0.42"), Decimal("1.84"), Decimal("3.10")),
        fills=37,
        free_base=Decimal("0.10412"),
        free_quote=Decimal("5745.22"),
    )


def desk_frame(**changes: Any) -> DeskFrame:
    """The desk quoting, with nothing wrong."""
    names = ("feed", "strategy", "risk", "simulator", "recorder")
    frame = DeskFrame(
        ts=START,
        instrument=BTC,
        header=HeaderFrame(
            symbol="BTC/USDT",
            venue="binance",
            venue_words="live data",
            badge="PAPER no real orders",
            state="quoting",
            strategy="passive 2.0–6.0 bps × 3",
        ),
        truth=TruthFrame(
            link="up", age_ms=84, latency_ms=12.0, gaps=0, loop_ms=0.3, messages=3, message_limit=8, clock="00:02:11Z"
        ),
        ladder=ladder(rows=60, group=100),
        tape=tape(),
        orders=orders(),
        position=position(),
        risk=RiskFrame(gauges=gauges(), limits=limits(), refused=2, last_refusal="bid 0.0040 BTC: size over 0.0030"),
        chart=chart(),
        latency=latency(),
        events=events(),
        history=history(),
        workers=tuple(WorkerRow(name=name, state="running") for name in names),
        parameters=(
            ParameterRow(name="min_spread_bps", value="2.0"),
            ParameterRow(name="max_spread_bps", value="6.0"),
            ParameterRow(name="order_amount", value="0.002"),
            ParameterRow(name="lean_bps", value="0.0"),
        ),
        obligation=obligation(),
        worth=worth(),
        flatten=FlattenFrame(side=SELL, quantity=412, slippage_bps=0.81),
    )
    return msgspec.structs.replace(frame, **changes)


def strained(**changes: Any) -> DeskFrame:
    """The desk with something to say in every panel: near limits, orders on their way, workers in trouble."""
    calm = desk_frame()
    header = msgspec.structs.replace(
        calm.header, reason="both sides, 3 orders each", hint="space pause", warning="captures 2.0 bps, pays 10.0"
    )
    calm_gauges = gauges()
    near = (
        msgspec.structs.replace(calm_gauges[2], value="24.00", share=0.8),
        calm_gauges[3],
        msgspec.structs.replace(calm_gauges[4], value="8", share=1.0),
    )
    frame = msgspec.structs.replace(
        calm,
        header=header,
        ladder=ladder(),
        orders=unsettled(),
        held=held(),
        risk=msgspec.structs.replace(
            calm.risk, gauges=(*calm_gauges[:2], *near, *calm_gauges[5:]), refused=3, asks_on=False
        ),
        workers=(
            WorkerRow(name="feed", state="retrying", detail="retrying in 3 s: connection refused"),
            *calm.workers[1:4],
            WorkerRow(name="recorder", state="failed", detail="disk full"),
        ),
        parameters=(
            ParameterRow(name="min spread", value="2.0 bps", changed_ts=START - 200_000_000),
            ParameterRow(name="max spread", value="6.0 bps"),
            ParameterRow(name="size", value="0.0020 BTC"),
            ParameterRow(name="lean", value="+0.0 bps"),
            ParameterRow(name="orders a side", value="3"),
        ),
        obligation=msgspec.structs.replace(calm.obligation, two_sided_pct=98.94, bid_pct=99.97, ask_pct=99.95),
        shadows=shadows(),
    )
    return msgspec.structs.replace(frame, **changes)


def formula(frame: DeskFrame) -> DeskFrame:
    """The same desk run by a strategy that estimates what it is fed with."""
    values = {
        "spread": "×1.00", "size": "×1.00", "lean": "+0.0 bps", "risk_factor": "0.01", "order_amount": "0.002",
        "order_amount_shape_factor": "0", "min_spread_bps": "1", "volatility_window": "120", "intensity_window": "300",
        "inventory_target_base_pct": "50", "execution_timeframe": "infinite", "order_levels": "3",
        "level_distances_bps": "2", "variant": "squared",
    }  # fmt: skip
    return msgspec.structs.replace(
        frame,
        header=msgspec.structs.replace(frame.header, strategy="avellaneda γ 0.01 × 3"),
        estimates=estimates(),
        parameters=tuple(ParameterRow(name=name, value=value) for name, value in values.items()),
    )


def flat(frame: DeskFrame) -> DeskFrame:
    """The same desk without a position."""
    nothing = msgspec.structs.replace(frame.position, base=Decimal(0), average=None)
    return msgspec.structs.replace(frame, position=nothing, flatten=None)


def halted(frame: DeskFrame) -> DeskFrame:
    """The same desk after a trip."""
    header = msgspec.structs.replace(
        frame.header, state="halted", reason="daily loss 51.20 over 50 USDT", hint="a re-arm"
    )
    risk = msgspec.structs.replace(frame.risk, state="halted")
    return msgspec.structs.replace(frame, header=header, risk=risk, orders=())


def reducing(frame: DeskFrame) -> DeskFrame:
    """The same desk while it may only make its position smaller."""
    header = msgspec.structs.replace(
        frame.header, state="reduce-only", reason="inventory age 912 s, limit 900", hint="f flatten"
    )
    risk = msgspec.structs.replace(frame.risk, state="reduce-only")
    return msgspec.structs.replace(frame, header=header, risk=risk, orders=frame.orders[:3])


def paused(frame: DeskFrame) -> DeskFrame:
    """The same desk with its quotes pulled."""
    header = msgspec.structs.replace(frame.header, state="paused", reason="by the operator", hint="space quote")
    return msgspec.structs.replace(frame, header=header, orders=())
