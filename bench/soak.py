"""A day of the market at fifty times its pace: whether anything is dropped, memory grows, or the desk gets slower.

    python bench/soak.py CAPTURE [--hours 24] [--speed 50] [--screen] [--keep DIR] [--json] [--check]

The capture is laid behind itself until it is that long, and `mm-tui run --venue file:… --speed 50` plays it, recording:
a file's own time moves every timer, so all of them run at that pace too. Headless, or with `--screen` under a
pseudo-terminal of 200x55 that is read. The desk says every five seconds how it is; at the end its session is counted
against the file, and its memory and the time of its steps at the end against those at the beginning.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean, median
from typing import Any

from screen import HERE, Terminal
from tiling import Tiles

EVERY_S = 5.0
WARM = 0.6
"""Share of the run that memory settles in: until the archives of the desk and of its band hold their 10,000 orders."""
SETTINGS = (
    "risk.max_same_side_fills=1000000", "risk.max_daily_loss=1000000", "risk.max_drawdown=1000000",
    "risk.max_orders_per_s=1000",
)  # fmt: skip
"""So that the desk quotes to the end."""
CAPTURE_S = 346.0


def soak(capture: Path, home: Path, speed: float, *, screen: bool) -> dict[str, Any]:
    """Play the whole file; what the desk said of itself, and its session's end."""
    report = home / "report.jsonl"
    arguments = ["run", "--venue", f"file:{capture}", "--speed", f"{speed:g}", "--session-dir", str(home / "sessions")]
    for setting in SETTINGS:
        arguments += ["--set", setting]
    arguments += [] if screen else ["--headless", "--json"]
    terminal = Terminal() if screen else None
    stream = subprocess.PIPE if terminal is None else terminal.theirs
    began = time.monotonic()
    desk = subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, str(HERE / "soaked_desk.py"), str(report), str(EVERY_S), *arguments],
        stdin=subprocess.DEVNULL if terminal is None else terminal.theirs,
        stdout=stream,
        stderr=sys.stderr if terminal is None else terminal.theirs,
        start_new_session=True,
        cwd=home,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": str(home)},
    )
    try:
        if terminal is None:
            out, _ = desk.communicate()
            summary = json.loads(out)
        else:
            until_played(desk, report)
            os.write(terminal.ours, b"q")
            time.sleep(1.0)
            os.write(terminal.ours, b"y")
            desk.wait(120)
            summary = None
    finally:
        desk.kill()
        desk.wait()
        if terminal is not None:
            terminal.close()
    (meta,) = home.glob("sessions/*/session.json")
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    return {
        "wall_s": round(time.monotonic() - began, 1),
        "lines": lines,
        "summary": summary,
        "meta": json.loads(meta.read_text()),
        "bytes": 0 if terminal is None else sum(size for _, size in terminal.chunks),
    }


def until_played(desk: "subprocess.Popen[bytes]", report: Path) -> None:
    """With a screen the desk stays when its file has ended: wait until the market stands still."""
    stood = -1.0
    while desk.poll() is None:
        time.sleep(4 * EVERY_S)
        last = json.loads(report.read_text().splitlines()[-1])
        if last["s"] > 0 and last.get("market_s", 0.0) == stood > 0:
            return
        stood = last.get("market_s", 0.0)


def slope(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Of a straight line through the points, and its standard error."""
    x, y = mean(one for one, _ in points), mean(one for _, one in points)
    spread = math.fsum((one - x) ** 2 for one, _ in points)
    rise = math.fsum((at - x) * (value - y) for at, value in points) / spread
    rest = math.fsum((value - y - rise * (at - x)) ** 2 for at, value in points)
    return rise, math.sqrt(rest / (len(points) - 2) / spread)


def judged(result: dict[str, Any], frames: int, hours: float) -> dict[str, Any]:
    """The figures of a soak."""
    lines = [line for line in result["lines"] if line["steps"]]
    settled = lines[int(len(lines) * WARM) :]
    third = max(1, len(settled) // 3)
    first, last = settled[:third], settled[-third:]
    rise, error = slope([(line["market_s"] / 3600, line["rss_mb"]) for line in settled])
    meta = result["meta"]
    return {
        "hours": hours,
        "wall_s": result["wall_s"],
        "frames": frames,
        "recorded": meta["market_lines"],
        "dropped": max(line["dropped"] for line in lines),
        "fills": meta["result"]["fills"],
        "ended": meta["ended"],
        "rss_mb": {
            "settled": settled[0]["rss_mb"],
            "end": settled[-1]["rss_mb"],
            "most": max(one["rss_mb"] for one in lines),
        },
        "mb_per_market_hour": {"slope": round(rise, 3), "error": round(error, 3)},
        "step_us": {
            "begin": {"mean": median(one["mean_us"] for one in first), "p99": median(one["p99_us"] for one in first)},
            "end": {"mean": median(one["mean_us"] for one in last), "p99": median(one["p99_us"] for one in last)},
        },
        "core_pct": round(100 * lines[-1]["cpu_s"] / lines[-1]["s"], 1),
        "terminal_mb": round(result["bytes"] / 1e6, 1),
    }


def table(figures: dict[str, Any]) -> str:
    """For people."""
    rss, rise, step = figures["rss_mb"], figures["mb_per_market_hour"], figures["step_us"]
    begin, end = (f"{step[when]['mean']:.1f} ({step[when]['p99']:.0f}) µs" for when in ("begin", "end"))
    grows = f"{rise['slope']:+.2f} ± {rise['error']:.2f} MB an hour of market"
    lines = (
        f"{figures['hours']:g} h of market in {figures['wall_s']:,.0f} s, {figures['core_pct']:.0f} % of a core",
        f"  frames {figures['frames']:,}, recorded {figures['recorded']:,}, dropped {figures['dropped']}",
        f"  {figures['fills']:,} fills, ended by {figures['ended']}",
        f"  memory {rss['settled']:.0f} MB settled, {rss['end']:.0f} at the end, {rss['most']:.0f} at most: {grows}",
        f"  a step, mean (p99): {begin} at the beginning, {end} at the end",
    )
    return "\n".join(lines)


def main() -> int:
    """Soak, print; with --check say by the exit code whether all of it arrived."""
    parser = argparse.ArgumentParser(description="A day of the market at fifty times its pace.")
    parser.add_argument("capture", type=Path, help="of Binance's streams, as hftbacktest's collector writes it")
    parser.add_argument("--hours", type=float, default=24.0, help="of market")
    parser.add_argument("--speed", type=float, default=50.0)
    parser.add_argument("--screen", action="store_true", help="with the screen, under a pseudo-terminal")
    parser.add_argument("--keep", type=Path, help="leave the long capture there, or take the one that is there")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--check", action="store_true", help="exit 1 where a frame is missing")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mm-tui-soak-") as folder:
        home = Path(folder)
        tiles = max(1, math.ceil(options.hours * 3600 / CAPTURE_S))
        long = (options.keep or home) / f"{options.capture.stem}-{tiles}.log.gz"
        counted = long.with_suffix(".frames")
        if not counted.exists():
            laid = Tiles(options.capture, tiles)
            laid.write(long)
            counted.write_text(str(laid.frames + 1))
        result = soak(long, home, options.speed, screen=options.screen)
        figures = judged(result, int(counted.read_text()), tiles * CAPTURE_S / 3600)
    print(json.dumps(figures, indent=1) if options.json else table(figures))
    whole = figures["recorded"] == figures["frames"] and not figures["dropped"]
    return 0 if whole or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
