"""Runs a second in a sweep, and whether memory stays flat: the desk's passive strategy over one capture, many spreads.

    python bench/sweep.py [CAPTURE] [--runs N] [--few N] [--json] [--check]

- file: the recording is decoded anew for each run
- memory: its decoded inputs are kept from run to run, as a sweep's processes do
- index: the core on the inputs that matter, found by the recording's index, where a sweep can go by it

Each way is a process of its own; the first run, which fills what is kept, is not counted. Times are processor time of
one core. Frames are diffs and trades; the ticker's lines are heard too, but not counted. Memory is the process's, after
a quarter of the runs and after all of them. With --check it ends with 1 where memory has grown by more than a tenth in
between, or where the ways do not give the same digests.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time
from typing import Any

from mm_tui.backtest.index.use import Indexes
from mm_tui.backtest.recording import Changes
from mm_tui.backtest.sweep.decoded import DecodedInputs
from mm_tui.backtest.sweep.execute import execute
from mm_tui.backtest.sweep.grid import axes, points
from mm_tui.backtest.sweep.plan import Order, Planner
from mm_tui.settings.load import load

CAPTURE = Path(__file__).resolve().parents[2] / "shared" / "data" / "btcusdt_20240808.gz"
WAYS = ("file", "memory", "index")
GROWTH = 1.1
"""Of memory between a quarter of the runs and all of them, at most."""
KEY = "strategy.passive.min_spread_bps"
AT_ONCE = "strategy.passive.refill_delay_s=0"
"""A quote that was filled is put back at once: more work a run."""


def measured(way: str, path: Path, runs: int) -> dict[str, Any]:
    """Run so many spreads one way, in this process."""
    found = axes([f"{KEY}=2:{2 + (runs - 1) * 0.01:.2f}:0.01"], search=False)
    order = Order(changes=Changes())
    planner = Planner(
        [path], found, order, lambda overrides, named: load(None, [AT_ONCE, *overrides], {}, path.parent, named)
    )
    specs = list(planner.plan(points(found))[1].values())
    decoded = DecodedInputs(rows=0) if way == "file" else DecodedInputs()
    indexes = Indexes() if way == "index" else None
    market: dict[str, int] = {}
    digests, memory, begun = [], 0.0, 0.0
    for count, spec in enumerate(specs):
        record = json.loads(execute(spec, path, decoded, indexes=indexes))
        digests.append(record["summary"]["digest"])
        market = record["summary"]["market"]
        if count == 0:
            begun = process_time()
        if count == runs // 4:
            memory = _memory()
    seconds = (process_time() - begun) / (runs - 1)
    frames = market["book_updates"] + market["trades"]
    return {
        "runs": runs,
        "ran_by": record["ran_by"],
        "seconds_a_run": seconds,
        "runs_a_second": 1 / seconds,
        "frames": frames,
        "frames_a_second": frames / seconds,
        "memory_mb": [round(memory, 1), round(_memory(), 1)],
        "digests": digests,
    }


def _memory() -> float:
    """Resident, MB; the peak where the system does not say what it is now."""
    now = Path("/proc/self/status")
    if now.exists():
        line = next(line for line in now.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    import resource  # noqa: PLC0415  # not on every system

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _alone(way: str, path: Path, runs: int) -> dict[str, Any]:
    command = [sys.executable, __file__, str(path), "--way", way, "--runs", str(runs)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # our own words
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> int:
    """Measure, print, and say whether it holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("capture", nargs="?", type=Path, default=CAPTURE)
    parser.add_argument("--runs", type=int, default=200, help="by memory and by index")
    parser.add_argument("--few", type=int, default=12, help="by file, which is slow")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if not chosen.capture.exists():
        print(f"{chosen.capture} is not there; name a capture", file=sys.stderr)
        return 65
    if chosen.way:
        print(json.dumps(measured(chosen.way, chosen.capture, chosen.runs)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / chosen.capture.name
        path.write_bytes(chosen.capture.read_bytes())
        found = {way: _alone(way, path, chosen.few if way == "file" else chosen.runs) for way in WAYS}
    digests = [one.pop("digests")[: chosen.few] for one in found.values()]
    same = all(one == digests[0] for one in digests)
    flat = all(
        one["memory_mb"][1] <= GROWTH * one["memory_mb"][0] for one in found.values() if one["runs"] > chosen.few
    )
    if chosen.json:
        print(json.dumps({"ways": found, "same_digests": same, "memory_flat": flat}))
    else:
        for way, one in found.items():
            first, last = one["memory_mb"]
            print(
                f"{way:7} {one['runs']:4} runs by the {one['ran_by']}: {one['runs_a_second']:6.2f} runs/s, "
                f"{one['frames_a_second']:9,.0f} frames/s, {first:.0f} to {last:.0f} MB"
            )
        print(f"digests {'the same' if same else 'DIFFER'}, memory {'flat' if flat else 'GROWS'}")
    return int(chosen.check and not (same and flat))


if __name__ == "__main__":
    sys.exit(main())
