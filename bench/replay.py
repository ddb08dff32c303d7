"""How long a replay takes to open at a moment, to seek, and to look through a recording.

    python bench/replay.py [CAPTURE] [--tiles N] [--seeks N] [--no-band] [--keep DIR] [--json]

The capture is tiled into a longer one (`bench/tiling.py`) and recorded as a session, by the desk as it runs headless.
Then it is opened at moments all over it, three times: for the first time, when nothing is known of it but its
`market.index`; once it was looked through, as on the screen, in slices and with the PnL's band; and in a process that
finds in the cache what that look has left. Settings are the packaged defaults. Ends with 1 where anything of it took
over a second.
"""

import argparse
import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, perf_counter_ns

from tiling import Tiles

from mm_tui.backtest.recording import Changes, open_recording
from mm_tui.backtest.replay.player import Replay
from mm_tui.backtest.replay.store import Store, key_of
from mm_tui.runtime.control import Control
from mm_tui.runtime.session import run_session
from mm_tui.settings.load import load
from mm_tui.settings.options import RunOptions
from mm_tui.views.frames import Viewport

ROOT = Path(__file__).resolve().parents[1]
CAPTURE = ROOT.parent / "shared" / "data" / "btcusdt_20240808.gz"
SLICE = 12_000_000
"""ns, as on the screen."""
REACH_S = 1.0
"""Neither opening nor a seek takes longer."""
OPENINGS = 8
BETWEEN = 20
"""Slices of work between two seeks."""

Figures = dict[str, float]


def record(capture: Path, folder: Path, *, band: bool = True) -> Path:
    """The capture as a session's folder."""
    settings = load(None, [] if band else ["simulator.band=false"], {}, Path("/nowhere"))
    options = RunOptions(
        command="run", venue=f"file:{capture}", symbol="BTC/USDT", strategy="passive", theme="graphite",
        sessions=folder / "sessions", state=folder / "state", headless=True, speed="max",
    )  # fmt: skip
    outcome = asyncio.run(run_session(options, settings, Control(), screen=False))
    if outcome.folder is None:
        raise SystemExit(f"nothing was recorded: {outcome.recording_failed}")
    return outcome.folder


def opened(path: Path, cache: Path | None) -> Replay:
    """A replay as the command opens it."""
    recording = open_recording(path, Changes(), load(None, [], {}, Path("/nowhere")).settings)
    return Replay(recording, perf_counter_ns, store=None if cache is None else Store(cache, key_of(recording)))


def settle(replay: Replay, view: Viewport, *, seeking: bool) -> float:
    """Work until nothing is left to do; seconds it took. Frames are made as for the screen."""
    began = perf_counter()
    while replay.seeking if seeking else True:
        more = replay.work(SLICE)
        replay.frame(view)
        if not more:
            break
    return perf_counter() - began


def middle(times: list[float]) -> tuple[float, float]:
    """Median and largest."""
    times = sorted(times)
    return times[len(times) // 2], times[-1]


def openings(path: Path, cache: Path | None, generator: random.Random, figures: Figures, name: str) -> None:
    """Opened anew at moments all over it."""
    times, filmed = [], 0
    for _ in range(OPENINGS):
        began = perf_counter()
        replay = opened(path, cache)
        replay.begin(f"{generator.randrange(1, 100)}%")
        settle(replay, Viewport(), seeking=True)
        times.append(perf_counter() - began)
        filmed += replay.filming
        replay.close()
    figures[f"{name}_open_p50_s"], figures[f"{name}_open_max_s"] = middle(times)
    figures[f"{name}_open_as_recorded"] = filmed


def seeks(replay: Replay, count: int, generator: random.Random, figures: Figures, name: str) -> None:
    """Sought in at random, with a little work in between."""
    times, view = [], Viewport()
    for _ in range(count):
        replay.seek(replay.start + generator.randrange(replay.end - replay.start))
        times.append(settle(replay, view, seeking=True))
        for _ in range(BETWEEN):
            replay.work(SLICE)
    figures[f"{name}_seek_p50_s"], figures[f"{name}_seek_max_s"] = middle(times)


def first(path: Path, count: int, cache: Path) -> Figures:
    """A session that nobody has looked through yet, and the look through it."""
    generator, figures = random.Random(1), Figures()
    openings(path, None, generator, figures, "first")
    replay = opened(path, None)
    replay.begin()
    seeks(replay, count, generator, figures, "first")
    replay.close()
    replay = opened(path, cache)
    replay.begin()
    replay.act("play")
    figures["looked_through_s"] = settle(replay, Viewport(), seeking=False)
    figures["market_s"] = (replay.end - replay.start) / 1e9
    figures["inputs"] = len(replay.timeline)
    figures["states"] = len(replay.checkpoints)
    seeks(replay, count, generator, figures, "looked")
    replay.close()
    figures["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def again(path: Path, count: int, cache: Path) -> Figures:
    """The same session in a process that finds what the look has left."""
    generator, figures = random.Random(2), Figures()
    openings(path, cache, generator, figures, "again")
    replay = opened(path, cache)
    replay.begin()
    seeks(replay, count, generator, figures, "again")
    replay.close()
    figures["again_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


PARTS: dict[str, Callable[[Path, int, Path], Figures]] = {"first": first, "again": again}


def in_process(part: str, path: Path, count: int, cache: Path) -> Figures:
    """One part in a fresh process."""
    command = [sys.executable, __file__, "--part", part, str(path), "--seeks", str(count), "--cache", str(cache)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - this very program
    figures: Figures = json.loads(done.stdout)
    return figures


def measure(capture: Path, tiles: int, count: int, folder: Path, *, band: bool) -> Figures:
    """Tile, record, open, look through, open again."""
    path = folder / "tiled.gz"
    Tiles(capture, tiles).write(path)
    began = perf_counter()
    session = record(path, folder, band=band)
    figures = {"recorded_s": perf_counter() - began}
    for name in ("market.log.gz", "market.index", "journal.jsonl"):
        figures[f"{name}_mb"] = sum(file.stat().st_size for file in session.glob(name.replace("t.log", "t*.log"))) / 1e6
    cache = folder / "cache"
    figures |= in_process("first", session, count, cache)
    figures["cache_mb"] = sum(file.stat().st_size for file in cache.rglob("*") if file.is_file()) / 1e6
    return figures | in_process("again", session, count, cache)


def main() -> int:
    """Measure, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capture", nargs="?", type=Path, default=CAPTURE)
    parser.add_argument("--tiles", type=int, default=3, help="how often the capture stands one behind the other")
    parser.add_argument("--seeks", type=int, default=40)
    parser.add_argument("--no-band", action="store_true", help="a session without the PnL's band: a third of the work")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the session and the cache in this folder")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(PARTS[options.part](options.capture, options.seeks, options.cache)))
        return 0
    with tempfile.TemporaryDirectory(prefix="mm-tui-replay-") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        figures = measure(options.capture, options.tiles, options.seeks, folder, band=not options.no_band)
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:<24} {value:>14,.3f}")
    return int(any(value > REACH_S for name, value in figures.items() if name.endswith(("open_max_s", "seek_max_s"))))


if __name__ == "__main__":
    sys.exit(main())
