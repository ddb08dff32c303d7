"""A second, small program reads `obligation.csv` and comes to the figures of the summary."""

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest
from pure_desk import BTC
from random_market import RandomMarket

from mm_tui.analytics.config import Obligation
from mm_tui.analytics.terms import terms_of
from mm_tui.bus import EventBus
from mm_tui.core.config import CoreConfig
from mm_tui.core.engine import Core
from mm_tui.journal.proof import PROOF, ProofFile
from mm_tui.risk.limits import Limits
from mm_tui.runtime.control import Control
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.gauges import Gauges
from mm_tui.runtime.session import run_session
from mm_tui.runtime.summary import summarize
from mm_tui.settings.load import load
from mm_tui.settings.options import RunOptions
from mm_tui.sim.config import Simulator
from mm_tui.sim.fees import Fees
from mm_tui.sim.latency import Latency
from mm_tui.sim.venue import PaperVenue
from mm_tui.strategy.api import Strategy
from mm_tui.strategy.passive import Passive, PassiveParams

CAPTURE = Path(__file__).resolve().parents[3] / "shared" / "data" / "btcusdt_20240808.gz"


def recomputed(path: Path, depth: Decimal | None) -> dict[str, Any]:
    """Shares in percent from the file alone; without a promised depth there is nothing to be in band of."""
    times = dict.fromkeys(("counted", "excused", "bid", "ask", "both", "in_band", "depth"), 0)
    with path.open(newline="", encoding="utf-8") as stream:
        last = None
        for row in csv.DictReader(stream):
            start, end = int(row["start_ns"]), int(row["end_ns"])
            assert start < end
            assert last in {None, start}
            last = end
            if row["excused"] == "1":
                times["excused"] += end - start
                continue
            bid, ask = row["bid_up"] == "1", row["ask_up"] == "1"
            met = {
                "counted": True,
                "bid": bid,
                "ask": ask,
                "both": bid and ask,
                "in_band": row["bid_in_band"] == row["ask_in_band"] == "1",
                "depth": depth is not None and min(Decimal(row["bid_value"]), Decimal(row["ask_value"])) >= depth,
            }
            for name, yes in met.items():
                times[name] += (end - start) * yes
    shares = {name: round(float(Fraction(100 * time, times["counted"])), 4) for name, time in times.items()}
    return {
        "uptime_bid_pct": shares["bid"],
        "uptime_ask_pct": shares["ask"],
        "two_sided_pct": shares["both"],
        "in_band_pct": None if depth is None else shares["in_band"],
        "depth_pct": None if depth is None else shares["depth"],
        "counted_ns": times["counted"],
        "excused_ns": times["excused"],
    }


@pytest.mark.parametrize(
    ("config", "depth"),
    [
        (Obligation(), None),
        (Obligation(preset="own", min_spread_bps=0.5, max_spread_bps=3, min_orders_per_side=2), Decimal("0.0000001")),
        (Obligation(preset="own", max_spread_bps=2, min_order_value=20, min_depth_value=200), Decimal(200)),
    ],
    ids=["none", "orders", "depth"],
)
def test_a_market_that_misbehaves_is_proved_to_the_nanosecond(
    tmp_path: Path, config: Obligation, depth: Decimal | None
) -> None:
    source = RandomMarket(7, 4000)
    params = PassiveParams(min_spread_bps=0.3, max_spread_bps=3.0, drift_threshold_bps=1.0)
    limits = Limits(max_position=0.01, max_same_side_fills=100, max_price_change_bps=500)
    core = Core(
        CoreConfig(limits=limits),
        BTC,
        params,
        lambda params: cast("Strategy", Passive(cast("PassiveParams", params), 7)),
    )
    venue = PaperVenue(BTC, core.book, Latency(Simulator(seed=7)), Fees(1_000, 1_000))
    promised = terms_of(config, BTC)
    desk = Desk(core, venue, EventBus(lambda: 0), request_snapshot=source.asked, promised=promised)
    proof = ProofFile(tmp_path, BTC)
    desk.scores.obligation.on_stretch = proof.add
    for event in source:
        desk.step(event)
    summary = summarize(
        desk, Gauges(live=False), desk.bus.figures(), venue="x", strategy="passive", session=None, ended_ns=desk.ts
    )["obligation"]
    desk.scores.obligation.finish(desk.ts)
    proof.close()
    assert summary["excused_ns"] > 0
    assert 0 < summary["two_sided_pct"] < 100
    found = recomputed(tmp_path / PROOF, depth)
    assert found == {name: summary[name] for name in found}
    if depth is not None:
        assert 0 < summary["in_band_pct"] < summary["two_sided_pct"]
        assert 0 < summary["depth_pct"] < summary["two_sided_pct"]


@pytest.mark.skipif(not CAPTURE.exists(), reason=f"the captured data is not there: {CAPTURE}")
async def test_a_sessions_folder_holds_the_proof_of_its_summary(tmp_path: Path) -> None:
    overrides = (
        "obligation.preset=seed", "obligation.min_spread_bps=2", "obligation.max_spread_bps=6",
        "obligation.min_orders_per_side=2", "simulator.band=false",
    )  # fmt: skip
    options = RunOptions(
        venue=f"file:{CAPTURE}", symbol="BTC/USDT", strategy="passive", theme="graphite",
        sessions=tmp_path / "sessions", state=tmp_path / "state", headless=True, speed="max", duration=60.0,
    )  # fmt: skip
    outcome = await run_session(options, load(None, overrides, {}, Path("/nowhere")), Control(), screen=False)
    assert outcome.folder is not None
    summary = outcome.summary["obligation"]
    assert summary["preset"] == "seed"
    assert summary["met"]["two-sided"] is (summary["two_sided_pct"] >= 99.9)
    found = recomputed(outcome.folder / PROOF, Decimal(40))
    assert found == {name: summary[name] for name in found}
    assert 0 < summary["in_band_pct"] < summary["two_sided_pct"] < 100
    assert summary["counted_ns"] + summary["excused_ns"] > 55 * 10**9
    quality = outcome.summary["quality"]
    assert quality["maker_pct"] == 100.0
    assert quality["messages"] > outcome.summary["orders"]["placed"] > 0
    both = sum(quality[name]["1s"] is not None for name in ("markouts_buy_bps", "markouts_sell_bps"))
    assert both > 0
