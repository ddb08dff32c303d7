"""A run by the index gives what the full core gives: every order, every fill, every figure, the digest."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import msgspec
import pytest
from coarse_market import COARSE, CoarseMarket
from pure_desk import BTC, MS, SECOND
from two_ways import InMemory, Run, by_core, by_index, indexed, random_events, terms

from mm_tui.backtest.index.lookup import Lookup
from mm_tui.backtest.index.run import why_not
from mm_tui.backtest.recording import RecordedCapture
from mm_tui.backtest.runner import Job
from mm_tui.model import events as ev
from mm_tui.model.events import AnyEvent
from mm_tui.model.instrument import Instrument
from mm_tui.settings.sections import Settings

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CAPTURE = DATA / "btcusdt_20240808.gz"

CALM = "risk.max_price_change_bps=10000"
"""The random market jumps, and a pull of the quotes is not what the index serves."""

HALF_MINUTE = 30 * SECOND
SPREADS = (0.1, 0.3, 0.7, 1.5, 3.0)
QUEUES = ("risk_averse", "power", "log")
LATENCIES = (2, 25)


def passive(spread: float) -> list[str]:
    return [
        f"strategy.passive.min_spread_bps={spread}",
        f"strategy.passive.max_spread_bps={2 * spread}",
        f"strategy.passive.drift_threshold_bps={spread / 2}",
    ]


def pure(levels: int, spread: float) -> list[str]:
    return [
        "desk.strategy=pure",
        f"strategy.pure.order_levels={levels}",
        f"strategy.pure.bid_spread_bps={spread}",
        f"strategy.pure.ask_spread_bps={spread}",
        f"strategy.pure.order_level_spread_bps={spread}",
    ]


def venue(queue: str, latency_ms: int) -> list[str]:
    return [
        f"simulator.queue_model={queue}",
        f"simulator.order_latency_ms={latency_ms}",
        f"simulator.response_latency_ms={latency_ms}",
    ]


GRID = [
    [*strategy, *venue(queue, latency)]
    for spread, queue, latency in product(SPREADS, QUEUES, LATENCIES)
    for strategy in (passive(spread), *(pure(levels, spread) for levels in (1, 2, 3)))
]
"""Passive and pure with one to three levels, five spreads, three queue models, two latencies."""


def both(events: Sequence[AnyEvent], lookup: Lookup, *overrides: str, instrument: Instrument = BTC) -> Run:
    """What both ways give, which must be the same."""
    recording = InMemory(events, terms(instrument, *overrides))
    one, other = by_core(recording, Job()), by_index(recording, Job(), lookup)
    assert one == other, overrides
    return one


VARIANTS: list[list[str]] = [
    passive(0.5),
    [*passive(0.2), "strategy.passive.orders_per_side=1", "simulator.queue_model=power"],
    [*passive(1.0), "strategy.passive.orders_per_side=8", "execution.rate_limit_per_s=2", "obligation.preset=seed"],
    [*passive(0.5), "risk.max_drawdown=0.4", "risk.max_daily_loss=0.5", "risk.max_same_side_fills=1000"],
    [*passive(0.5), "risk.max_drawdown=1", "risk.soft_limit_pct=20", "risk.max_same_side_fills=1000"],
    [*passive(0.5), "risk.max_inventory_age_s=5", "risk.max_messages_per_day=100", "risk.max_same_side_fills=1000"],
    [*passive(0.5), "simulator.band=true", "feed.stale_after_ms=100"],
    [*pure(1, 0.5), "strategy.pure.order_refresh_time_s=1", "strategy.pure.filled_order_delay_s=0.5"],
    [*pure(3, 0.3), "strategy.pure.hanging_orders_enabled=true", "strategy.pure.minimum_spread_bps=0.2"],
    [*pure(2, 1.0), "strategy.pure.ping_pong_enabled=true", "strategy.pure.max_order_age_s=3"],
    [*pure(2, 0.4), "strategy.pure.price_type=inventory_cost", "simulator.fee_currency=asset"],
    [*pure(1, 0.2), "desk.quoting_on_start=false"],
]  # fmt: skip


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.untraced) for seed in (1, 2))])
def test_on_a_market_that_misbehaves(seed: int) -> None:
    events = random_events(seed, 1500)
    lookup = indexed(events, BTC)
    fills = [both(events, lookup, CALM, *overrides)[0]["fills"]["count"] for overrides in VARIANTS]
    assert sum(fills) > 50


@pytest.mark.untraced
@pytest.mark.parametrize(("seed", "partial"), [(1, False), (2, False), (3, True)])
def test_in_queues_of_every_model(seed: int, partial: bool) -> None:  # noqa: FBT001 - a case
    events = list(CoarseMarket(seed, 4000, partial=partial))
    lookup = indexed(events, COARSE)
    told = {"risk.max_same_side_fills=100000", "risk.max_position=1", "simulator.base_balance=10", CALM}
    digests = set()
    for queue in ("risk_averse", "power", "log", "optimistic"):
        for strategy in (passive(0.7), pure(3, 0.8)):
            summary, _ = both(events, lookup, *told, *strategy, *venue(queue, 10), instrument=COARSE)
            assert summary["fills"]["count"] > 20
            digests.add(summary["digest"])
    assert len(digests) > 5


@pytest.fixture(scope="module")
def recorded() -> RecordedCapture:
    if not CAPTURE.exists():
        pytest.skip(f"the captured data is not there: {CAPTURE}")
    return RecordedCapture(CAPTURE, Settings())


@pytest.fixture(scope="module")
def half_minute(recorded: RecordedCapture) -> tuple[list[AnyEvent], Lookup]:
    """The recorded market's first half minute, decoded and indexed."""
    events: list[AnyEvent] = []
    for event in recorded.inputs():
        if events and event.ts - events[0].ts > HALF_MINUTE:
            break
        events.append(event)
    return events, indexed(events, recorded.terms.instrument)


@pytest.mark.untraced
@pytest.mark.parametrize("strategy", range(4), ids=("passive", "pure-1", "pure-2", "pure-3"))
def test_on_the_recorded_market(
    recorded: RecordedCapture, half_minute: tuple[list[AnyEvent], Lookup], strategy: int
) -> None:
    instrument = recorded.terms.instrument
    runs = [both(*half_minute, *overrides, instrument=instrument)[0] for overrides in GRID[strategy::4]]
    assert len(runs) == 30
    assert sum(run["fills"]["count"] for run in runs) > 150


@pytest.mark.slow
def test_on_the_whole_of_the_recorded_market(recorded: RecordedCapture) -> None:
    events, instrument = list(recorded.inputs()), recorded.terms.instrument
    lookup = indexed(events, instrument)
    assert len(GRID) == 120
    assert (
        sum(both(events, lookup, *overrides, instrument=instrument)[0]["fills"]["count"] for overrides in GRID) > 10_000
    )


def test_what_has_to_go_through_the_core() -> None:
    events = random_events(5, 300)
    lookup = indexed(events, BTC)
    acted = indexed([*events, ev.OperatorAction(ts=events[-1].ts, action="pause")], BTC)

    def why(*overrides: str, job: Job = Job(), by: Lookup = lookup) -> str:  # noqa: B008 - frozen
        return why_not(InMemory(events, terms(BTC, CALM, *overrides)), job, by)

    assert why() == why("desk.strategy=pure") == ""
    more = "the strategy looks at more than the mid"
    for overrides in (
        ["desk.strategy=glft"],
        ["desk.strategy=avellaneda"],
        ["strategy.passive.reference=microprice"],
        ["desk.strategy=pure", "strategy.pure.price_type=best_bid"],
        ["desk.strategy=pure", "strategy.pure.order_optimization_enabled=true"],
        ["desk.strategy=pure", "strategy.pure.volatility_spread_factor=1"],
    ):
        assert why(*overrides) == more
    assert why("simulator.latency=measured") == "latencies are drawn from the feed"
    assert why("risk.max_price_change_bps=1") == "the price moves too far"
    assert why(job=Job(out=Path("anywhere"))) == "files are written"
    assert why(by=acted) == "the operator acts"
    assert why(by=acted, job=Job(operator=False)) == ""


def test_an_operator_who_is_left_out_does_not_even_take_time() -> None:
    events = random_events(6, 600)
    last = events[-1].ts
    acting = [ev.OperatorAction(ts=ts, action="pause") for ts in (events[300].ts, last + 50 * MS, last + 5000 * MS)]
    events = [*events[:301], acting[0], *events[301:], *acting[1:]]
    recording, job = InMemory(events, terms(BTC, CALM)), Job(operator=False)
    assert by_core(recording, job) == by_index(recording, job, indexed(events, BTC))


def test_a_recording_of_nothing() -> None:
    assert both([], indexed([], BTC))[0]["started_ns"] is None
    link = [ev.LinkUp(ts=MS, venue="nothing")]
    assert both(link, indexed(link, BTC))[0]["pnl"]["total"] is None


def test_a_market_over_midnight() -> None:
    market = CoarseMarket(4, 3000)
    day = 86_400 * 1_000_000_000
    events = list(market)
    shift = day - events[1500].ts % day
    events = [msgspec.structs.replace(event, ts=event.ts + shift) for event in events]
    lookup = indexed(events, COARSE)
    told = {"risk.max_same_side_fills=100000", "risk.max_position=1", "simulator.base_balance=10", CALM}
    trips = set()
    for loss in (0.02, 0.05, 0.1, 0.2, 0.5):
        summary, _ = both(events, lookup, *told, *passive(0.7), f"risk.max_daily_loss={loss}", instrument=COARSE)
        trips |= {trip["ts"] for trip in summary["risk"]["trips"]}
    assert len(trips) > 1
