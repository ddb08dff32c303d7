"""What docs/simulation.md says of nautilus_trader's fills, held against it where it is installed.

`pip install "mm-tui[test,nautilus]"`, then `pytest -m differential tests/sim/test_nautilus_row.py`.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "nautilus_reference.py"
NS_PER_MS = 1_000_000
START_MS = 1_700_000_000_000

pytestmark = pytest.mark.differential


def line(local_ms: int, frame: dict[str, Any]) -> str:
    return f"{(START_MS + local_ms) * NS_PER_MS} {json.dumps(frame)}\n"


def diff(ms: int, update: int, bids: list[list[str]], asks: list[list[str]]) -> str:
    return line(ms + 1, {"e": "depthUpdate", "E": START_MS + ms, "U": update, "u": update, "b": bids, "a": asks})


def trade(ms: int, price: str, *, sold: bool) -> str:
    return line(ms + 1, {"e": "trade", "T": START_MS + ms, "p": price, "q": "0.5", "m": sold})


@pytest.mark.parametrize(
    ("happens", "filled"),
    [
        pytest.param(trade(300, "1.00", sold=True), 0, id="a trade at the bid"),
        pytest.param(trade(300, "0.98", sold=True), 0, id="a trade through the bid"),
        pytest.param(diff(300, 7, [["1.00", "0"]], [["1.00", "2"]]), 1, id="the best ask comes down to the bid"),
    ],
)
@pytest.mark.parametrize("trade_execution", [False, True])
def test_a_bid_is_filled_by_the_book_and_by_no_print(
    happens: str, filled: int, *, trade_execution: bool, tmp_path: Path
) -> None:
    pytest.importorskip("nautilus_trader")
    capture = tmp_path / "capture.log"
    snapshot = {"lastUpdateId": 1, "bids": [["1.00", "1"], ["0.90", "9"]], "asks": [["1.02", "1"], ["1.20", "9"]]}
    quiet = [diff(50 * number, 2 + number, [], [["1.30", str(number)]]) for number in range(5)]
    capture.write_text("".join([line(0, snapshot), *quiet, happens, diff(400, 8, [], [["1.30", "7"]])]))
    options = ["--tick", "0.01", "--step", "0.001", "--half", "0", "--requote", "99", "--json"]
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, str(BENCH), "--data", str(capture), *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (row,) = [row for row in json.loads(done.stdout) if row["trade_execution"] is trade_execution]
    assert row["filled"] == filled
