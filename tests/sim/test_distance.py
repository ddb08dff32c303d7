"""The steps from hftbacktest's exchange to the paper venue: each on a capture where it makes the difference."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "distance.py"
CAPTURE = Path(__file__).parents[2] / ".." / "shared" / "data" / "btcusdt_20240808.gz"
NS_PER_MS = 1_000_000
WAYS = ("hftbacktest's exchange", "on one clock", "paper venue, risk_averse")


def steps(path: Path, step: str) -> list[dict[str, Any]]:
    options = ["--tick", "0.01", "--step", step, "--json"]
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, str(BENCH), "--data", str(path), *options],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def diff(ms: int, bids: list[list[str]], asks: list[list[str]], delay: int = 1) -> tuple[int, dict[str, Any]]:
    return ms + delay, {"e": "depthUpdate", "E": ms, "U": 2, "u": ms + 2, "b": bids, "a": asks}


def sold(ms: int, price: str, quantity: str, delay: int = 1) -> tuple[int, dict[str, Any]]:
    return ms + delay, {"e": "trade", "T": ms, "p": price, "q": quantity, "m": True}


@pytest.mark.parametrize(
    ("happens", "filled", "traded"),
    [
        pytest.param(
            [diff(100, [["1.00", "0"], ["0.90", "0"], ["0.89", "1"]], [["0.95", "2"], ["1.02", "2"]])],
            (1, 1, 1),
            "0.001",
            id="a best ask under the bid",
        ),
        pytest.param(
            [diff(100, [["1.00", "0"], ["0.90", "0"], ["0.89", "1"]], [["0.95", "0.0003"], ["1.02", "2"]])],
            (1, 1, 0),
            "0.0003",
            id="a best ask under the bid, too small for the order",
        ),
        pytest.param([sold(8, "0.99", "9", 20)], (0, 1, 1), "0.001", id="a print before the order, heard after it"),
        pytest.param([sold(100, "0.99", "0.0004")], (1, 1, 0), "0.0004", id="a print too small for the order"),
        pytest.param([sold(100, "0.99", "9")], (1, 1, 1), "0.001", id="a print through the price"),
    ],
)
def test_each_step_on_a_capture_where_it_makes_the_difference(
    happens: list[tuple[int, dict[str, Any]]], filled: tuple[int, ...], traded: str, tmp_path: Path
) -> None:
    path = tmp_path / "capture.log"
    snapshot = {"lastUpdateId": 1, "bids": [["1.00", "1"], ["0.90", "1"]], "asks": [["1.02", "1"], ["1.03", "1"]]}
    frames = [(1, snapshot), diff(0, [], [["1.10", "1"]]), *happens, diff(500, [], [["1.10", "3"]])]
    path.write_text("".join(f"{ms * NS_PER_MS} {json.dumps(frame)}\n" for ms, frame in frames))
    rows = {row["step"]: row for row in steps(path, "0.0001") if row["half"] == 0}
    assert tuple(rows[way]["filled"] for way in WAYS) == filled
    assert float(rows[WAYS[-1]]["traded"]) == float(traded)


@pytest.mark.untraced
@pytest.mark.skipif(not CAPTURE.exists(), reason="the captured data lies beside the project only where it is developed")
def test_on_the_capture_each_step_stands_where_the_page_says() -> None:
    rows = {(row["half"], row["step"]): row["filled"] for row in steps(CAPTURE, "0.00001")}
    assert [rows[half, WAYS[0]] for half in (0, 50, 300)] == [432, 360, 225]
    assert [rows[half, WAYS[1]] for half in (0, 50, 300)] == [457, 381, 220]
    assert [rows[half, WAYS[2]] for half in (0, 50, 300)] == [400, 311, 193]
