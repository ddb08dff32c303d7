"""How long a replay takes to look through a recording, and to seek in it.

    python bench/replay.py [CAPTURE] [--tiles N] [--seeks N] [--json]

The capture is tiled into a longer one (`bench/tiling.py`), looked through as on the screen, in slices and with the
PnL's band, and then sought in at random. Settings are the packaged defaults. Ends with 1 where a seek took over a
second.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter, perf_counter_ns

from tiling import Tiles

from mm_tui.backtest.recording import Changes, open_recording
from mm_tui.backtest.replay import Replay
from mm_tui.settings.load import load
from mm_tui.views.frames import Viewport

ROOT = Path(__file__).resolve().parents[1]
CAPTURE = ROOT.parent / "shared" / "data" / "btcusdt_20240808.gz"
SLICE = 12_000_000
"""ns, as on the screen."""
REACH_S = 1.0
"""A seek takes no longer."""

Figures = dict[str, float]


def settle(replay: Replay, view: Viewport, *, seeking: bool) -> float:
    """Work until nothing is left to do; seconds it took. Frames are made as for the screen."""
    began = perf_counter()
    while replay.seeking if seeking else True:
        more = replay.work(SLICE)
        replay.frame(view)
        if not more:
            break
    return perf_counter() - began


def measure(path: Path, seeks: int) -> Figures:
    """One recording."""
    settings = load(None, [], {}, Path("/nowhere")).settings
    replay, view = Replay(open_recording(path, Changes(), settings), perf_counter_ns), Viewport()
    replay.begin()
    replay.act("play")
    scouted = settle(replay, view, seeking=False)
    generator = random.Random(1)
    times = []
    for _ in range(seeks):
        replay.seek(replay.start + generator.randrange(replay.end - replay.start))
        times.append(settle(replay, view, seeking=True))
    times.sort()
    return {
        "market_s": (replay.end - replay.start) / 1e9,
        "inputs": len(replay.timeline),
        "scouted_s": scouted,
        "states": len(replay.checkpoints),
        "states_mb": replay.checkpoints.size / 1e6,
        "seek_p50_s": times[len(times) // 2],
        "seek_max_s": times[-1],
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> int:
    """Tile, measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capture", nargs="?", type=Path, default=CAPTURE)
    parser.add_argument("--tiles", type=int, default=3, help="how often the capture stands one behind the other")
    parser.add_argument("--seeks", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mm-tui-replay-") as folder:
        path = Path(folder) / "tiled.gz"
        Tiles(options.capture, options.tiles).write(path)
        figures = measure(path, options.seeks)
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:<12} {value:>14,.3f}")
    return int(figures["seek_max_s"] > REACH_S)


if __name__ == "__main__":
    sys.exit(main())
