"""The program that the page on the scoreboard prints is cut out of it and run on the proof of a whole session."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pure_desk import BTC
from random_market import RandomMarket

from mm_tui.bus import EventBus
from mm_tui.journal.proof import PROOF, ProofFile
from mm_tui.runtime.assembly import Terms, build_desk
from mm_tui.runtime.gauges import Gauges
from mm_tui.runtime.summary import summarize
from mm_tui.settings.load import load

PAGE = Path(__file__).resolve().parents[2] / "docs" / "obligation.md"


@pytest.mark.parametrize(("preset", "depth"), [("own", "200"), ("none", "0")])
def test_the_pages_program_finds_the_summarys_figures(tmp_path: Path, preset: str, depth: str) -> None:
    """On a market with gaps and reconnects, so that some time is excused."""
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    program = tmp_path / "shares.py"
    program.write_text(source, encoding="utf-8")
    market = RandomMarket(7, 4000)
    chosen = (
        f"obligation.preset={preset}", "obligation.max_spread_bps=2", "obligation.min_order_value=20",
        "obligation.min_depth_value=200", "strategy.passive.min_spread_bps=0.3", "strategy.passive.max_spread_bps=3",
        "strategy.passive.drift_threshold_bps=1", "risk.max_same_side_fills=100", "risk.max_price_change_bps=500",
    )  # fmt: skip
    settings = load(None, chosen, {}, Path("/nowhere")).settings
    terms = Terms(
        settings=settings, instrument=BTC, strategy="passive", maker_bps=10.0, taker_bps=10.0, stale_after_ms=2000
    )
    desk = build_desk(terms, EventBus(lambda: 0), request_snapshot=market.asked)
    proof = ProofFile(tmp_path, BTC)
    desk.scores.obligation.on_stretch = proof.add
    for event in market:
        desk.step(event)
    summary = summarize(
        desk, Gauges(live=False), desk.bus.figures(), venue="x", strategy="passive", session=None, ended_ns=desk.ts
    )["obligation"]
    desk.scores.obligation.finish(desk.ts)
    proof.close()
    command = [sys.executable, str(program), str(tmp_path / PROOF), depth]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)  # noqa: S603 - the page's own
    named = {name: figure for name, figure in found.items() if summary[name] is not None}
    assert named == {name: summary[name] for name in named}
    assert len(named) == (9 if preset == "own" else 5)
    assert found["excused_ns"] > 0
    assert 0 < found["in_band_pct"] <= found["two_sided_pct"] < 100
