"""The strategies by name on the recorded market, through the command line: they quote, fill, keep to their bounds."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

CAPTURE = Path(__file__).resolve().parents[3] / "shared" / "data" / "btcusdt_20240808.gz"

pytestmark = [
    pytest.mark.untraced,
    pytest.mark.skipif(not CAPTURE.exists(), reason=f"the captured data is not there: {CAPTURE}"),
]


def play(tmp_path: Path, *more: str) -> dict[str, Any]:
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    arguments = ["run", "--venue", f"file:{CAPTURE}", "--headless", "--speed", "max", "--json", *more]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "mm_tui", *arguments],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


@pytest.mark.parametrize("strategy", ["avellaneda", "glft"])
def test_a_model_strategy_quotes_the_recorded_market_and_says_what_it_believed(tmp_path: Path, strategy: str) -> None:
    summary = play(tmp_path, "--strategy", strategy)
    assert summary["strategy"] == strategy
    assert summary["risk"]["trips"] == []
    assert summary["orders"]["refused"] == 0
    assert summary["fills"]["taker"] == 0
    assert 20 < summary["fills"]["count"] < 300
    assert abs(Decimal(summary["position"]["base"])) <= Decimal("0.02")
    assert summary["obligation"]["two_sided_pct"] > 50
    journal = (Path(summary["session"]) / "journal.jsonl").read_text(encoding="utf-8")
    reasons = [record["reason"] for record in map(json.loads, journal.splitlines()) if "reason" in record]
    explained = [reason for reason in reasons if reason.startswith("mid ")]
    assert "prior)" in explained[0]
    assert all("skew" in reason and "half" in reason and "κ" in reason for reason in explained)
    assert "fit 0." in explained[-1]
