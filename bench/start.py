"""How long a start takes: `mm-tui --version`, and the desk until its first frame stands on the terminal.

    python bench/start.py [--rounds N] [--json] [--check]

Each round also starts the bare interpreter, so that a slow machine can be told from a slow program. The first frame is
there when the pair's name has reached the pseudo-terminal; the book is there when the desk says that it quotes.
"""

import argparse
import json
import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

from screen import COLUMNS, ROWS, set_size

VERSION_REACH_MS = 200.0
FRAME_REACH_MS = 1000.0
PATIENCE_S = 30.0
FRAME = b"BTC/USDT"
QUOTING = b"QUOTING"


def run(arguments: list[str]) -> float:
    """Milliseconds of a process from start to end."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    return (time.perf_counter() - begun) * 1e3


def open_desk() -> tuple[float, float]:
    """Milliseconds until the first frame, and until the desk quotes."""
    ours, theirs = pty.openpty()
    set_size(theirs)
    with tempfile.TemporaryDirectory(prefix="mm-tui-bench-") as folder:
        begun = time.perf_counter()
        desk = subprocess.Popen(  # noqa: S603 - ours
            [sys.executable, "-m", "mm_tui", "run", "--venue", "demo", "--session-dir", f"{folder}/sessions"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            cwd=folder,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": folder},
        )
        seen, frame = b"", 0.0
        try:
            while time.perf_counter() - begun < PATIENCE_S:
                if select.select([ours], [], [], 0.1)[0]:
                    seen += os.read(ours, 65536)
                frame = frame or ((time.perf_counter() - begun) * 1e3 if FRAME in seen else 0.0)
                if QUOTING in seen:
                    return frame, (time.perf_counter() - begun) * 1e3
        finally:
            desk.terminate()
            _drain(desk, ours)
            os.close(ours)
            os.close(theirs)
    raise RuntimeError(f"the desk did not come to quote within {PATIENCE_S:g} s: {seen[-500:]!r}")


def _drain(desk: "subprocess.Popen[bytes]", ours: int) -> None:
    """Read on until it has ended."""
    while desk.poll() is None:
        if select.select([ours], [], [], 0.05)[0]:
            os.read(ours, 65536)


def measure(rounds: int) -> dict[str, Any]:
    """Medians and bests, milliseconds."""
    open_desk()
    times: dict[str, list[float]] = {"python": [], "version": [], "frame": [], "quoting": []}
    for _ in range(rounds):
        times["python"].append(run(["-c", "pass"]))
        times["version"].append(run(["-m", "mm_tui", "--version"]))
        frame, quoting = open_desk()
        times["frame"].append(frame)
        times["quoting"].append(quoting)
    result: dict[str, Any] = {
        name: {"median": round(statistics.median(taken), 1), "best": round(min(taken), 1)}
        for name, taken in times.items()
    }
    result["version_to_python"] = round(result["version"]["median"] / result["python"]["median"], 2)
    result["size"] = f"{COLUMNS}x{ROWS}"
    return result


def main() -> int:
    """Measure, print; with --check say by the exit code whether the reach was met."""
    parser = argparse.ArgumentParser(description="How long a start takes.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--check", action="store_true", help="exit 1 where the reach is missed")
    options = parser.parse_args()
    result = measure(options.rounds)
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        for name in ("python", "version", "frame", "quoting"):
            print(f"{name:8} median {result[name]['median']:8.1f} ms   best {result[name]['best']:8.1f} ms")
        print(f"--version is {result['version_to_python']} × the bare interpreter (reach: {VERSION_REACH_MS:g} ms)")
        print(f"the first frame is asked for within {FRAME_REACH_MS:g} ms")
    met = result["version"]["best"] <= VERSION_REACH_MS and result["frame"]["best"] <= FRAME_REACH_MS
    return 0 if met or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
