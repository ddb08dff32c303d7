"""What the screen costs: CPU a frame, and the time from a market frame to the order it causes, with and without it.

    python bench/screen.py [--seconds N] [--rounds N] [--rates 1000,5000] [--keys H] [--json] [--check]

Three processes: a server in Binance's protocol that sends so many frames a second, `mm-tui` on the native feed under a
pseudo-terminal of 200x55 at 20 frames a second (ladder, tape, chart and gauges change with each), and this one, which
reads the terminal. The same `mm-tui` runs headless in turn with it; both record. Last, a terminal that is not read for
3 s. Latency to the order's leaving is given twice: from the frame's receipt, as the desk stamps it, and from its
sending in the other process, so that a blocked loop shows, and with it whatever the machine did to three processes.
"""

import argparse
import fcntl
import json
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROWS, COLUMNS = 55, 200
WARM_S = 3.0
STALL_S = 3.0
PATIENCE_S = 120.0
SETTINGS = (
    "orders.modify_threshold_bps=0", "orders.archive_after_s=1", "orders.reset_interval_s=0",
    "execution.rate_limit_per_s=100000", "execution.modify_rate_limit_per_s=100000", "execution.batch_size=20",
    "risk.max_orders_per_s=100000", "risk.max_same_side_fills=1000000", "risk.max_daily_loss=1000000",
    "risk.max_drawdown=1000000", "simulator.order_latency_ms=0", "simulator.response_latency_ms=0",
    "simulator.feed_latency_ms=0", "simulator.latency_jitter_ms=0", "ui.ladder_rows=20", "ui.frames_per_s=20",
)  # fmt: skip


def set_size(terminal: int) -> None:
    """Make a pseudo-terminal 200x55."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))


class Terminal:
    """The other side of a pseudo-terminal, read on a thread of its own; may be told not to read for a while."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()
        set_size(self.theirs)
        self.chunks: list[tuple[int, int]] = []
        """When something was read, monotonic ns, and how many bytes."""
        self.last = b""
        """What came last, for an error."""
        self.reading = threading.Event()
        self.reading.set()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        while not self._closed.is_set():
            self.reading.wait(0.1)
            if self.reading.is_set() and select.select([self.ours], [], [], 0.1)[0]:
                try:
                    self.last = os.read(self.ours, 65536)
                except OSError:
                    return
                self.chunks.append((time.monotonic_ns(), len(self.last)))

    def close(self) -> None:
        """Stop reading and give both ends back."""
        self._closed.set()
        self._thread.join()
        os.close(self.ours)
        os.close(self.theirs)


@contextmanager
def exchange(*pace: float) -> Iterator[dict[str, str]]:
    """The server's addresses; the pace as `paced_exchange` takes it."""
    command = [sys.executable, str(HERE / "paced_exchange.py"), *(f"{one:g}" for one in pace)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:  # noqa: S603 - ours
        if server.stdout is None:
            raise RuntimeError("no pipe to the server")
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.kill()


DRAWN = 20_000
"""Bytes after which the screen stands and takes keys."""


def press(terminal: Terminal, keys: str) -> None:
    """Type, once the screen is drawn."""
    end = time.monotonic() + PATIENCE_S
    while sum(size for _, size in terminal.chunks) < DRAWN and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.5)
    os.write(terminal.ours, keys.encode())


def run(
    rate: int, seconds: float, *, screen: bool, stall: bool = False, settings: Sequence[str] = (), keys: str = ""
) -> dict[str, Any]:
    """One run of the desk, settings and keys given; the report of `measured_desk`, with what the terminal got."""
    with exchange(rate) as addresses, tempfile.TemporaryDirectory(prefix="mm-tui-bench-") as folder:
        report = Path(folder) / "report.json"
        arguments = ["run", "--venue", "binance", "--session-dir", f"{folder}/sessions"]
        for setting in (
            *SETTINGS,
            *settings,
            f"binance.rest_url={addresses['rest']}",
            f"binance.ws_url={addresses['ws']}",
        ):
            arguments += ["--set", setting]
        if not screen:
            arguments.append("--headless")
        terminal = Terminal()
        desk = subprocess.Popen(  # noqa: S603 - ours
            [sys.executable, str(HERE / "measured_desk.py"), str(report), str(WARM_S), str(seconds), *arguments],
            stdin=terminal.theirs,
            stdout=terminal.theirs,
            stderr=terminal.theirs,
            start_new_session=True,
            cwd=folder,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": folder},
        )
        stalled = (0, 0)
        try:
            if screen and keys:
                press(terminal, keys)
            if stall:
                time.sleep(2 + WARM_S + 1)
                begun = time.monotonic_ns()
                terminal.reading.clear()
                time.sleep(STALL_S)
                stalled = (begun, time.monotonic_ns())
                terminal.reading.set()
            desk.wait(PATIENCE_S)
        finally:
            desk.kill()
            desk.wait()
            terminal.close()
        if not report.exists():
            raise RuntimeError(
                f"the desk ended with {desk.returncode} before it was measured: {terminal.last[-500:]!r}"
            )
        result: dict[str, Any] = json.loads(report.read_text())
    begun = result["begun_ns"]
    ended = begun + round(result["seconds"] * 1e9)
    result["bytes"] = sum(size for at, size in terminal.chunks if begun <= at <= ended)
    result["stalled"] = stalled
    return result


def percentiles(latencies: list[int]) -> dict[str, float]:
    """Microseconds."""
    ordered = sorted(latencies)
    return {
        "orders": len(ordered),
        "p50": round(ordered[len(ordered) // 2] / 1e3, 1),
        "p99": round(ordered[len(ordered) * 99 // 100] / 1e3, 1),
        "max": round(ordered[-1] / 1e3, 1),
    }


def summarize(result: dict[str, Any]) -> dict[str, float]:
    """Shares of a core, and latencies in µs."""
    latency = percentiles([sent for _, sent, _ in result["samples"]])
    received = percentiles([received for _, _, received in result["samples"]])
    seconds = result["seconds"]
    return {
        "core_pct": round(100 * result["cpu_s"] / seconds, 2),
        "frames_per_s": round(result["frames"] / seconds, 1),
        "kb_per_frame": round(result["bytes"] / 1000 / max(1, result["frames"]), 1),
        "events_per_s": round(result["events"] / seconds),
        "waiting": result["high_water"],
        **latency,
        "received_p50": received["p50"],
        "received_p99": received["p99"],
    }


def compare(rate: int, seconds: float, rounds: int, keys: str) -> dict[str, Any]:
    """Pairs of runs with the screen and without: CPU is the median pair's, latencies are the best run's or pair's."""
    pairs = []
    for turn in range(rounds):
        order = (True, False) if turn % 2 else (False, True)
        taken = {screen: summarize(run(rate, seconds, screen=screen, keys=keys)) for screen in order}
        pairs.append((taken[True], taken[False]))
        print(f"  {rate}/s round {turn + 1}: on {taken[True]}\n{'':18}off {taken[False]}", file=sys.stderr)
    frame_ms = [
        (on["core_pct"] - off["core_pct"]) / 100 / on["frames_per_s"] * 1000 for on, off in pairs if on["frames_per_s"]
    ]
    return {
        "rate": rate,
        "pairs": [{"on": on, "off": off} for on, off in pairs],
        "ms_per_frame": round(statistics.median(frame_ms), 2),
        "ms_per_frame_each": [round(one, 2) for one in frame_ms],
        "screen_core_pct": round(statistics.median(on["core_pct"] - off["core_pct"] for on, off in pairs), 2),
        "kb_per_frame": statistics.median(on["kb_per_frame"] for on, _ in pairs),
        "p99_on_us": min(on["p99"] for on, _ in pairs),
        "received_p99_on_us": min(on["received_p99"] for on, _ in pairs),
        "received_p99_off_us": min(off["received_p99"] for _, off in pairs),
        "p99_off_us": min(off["p99"] for _, off in pairs),
        "p50_ratio": round(min(on["p50"] / off["p50"] for on, off in pairs), 2),
        "p99_ratio": round(min(on["p99"] / off["p99"] for on, off in pairs), 2),
    }


def unread(rate: int, seconds: float) -> dict[str, Any]:
    """A terminal that is not read for 3 s: latencies while it is not, and otherwise."""
    result = run(rate, seconds, screen=True, stall=True)
    begun, ended = result["stalled"]
    during = [sent for at, sent, _ in result["samples"] if begun <= at <= ended]
    otherwise = [sent for at, sent, _ in result["samples"] if not begun <= at <= ended]
    return {"rate": rate, "unread": percentiles(during), "read": percentiles(otherwise)}


REACH = {"ms_per_frame": 4.0, "screen_core_pct": 10.0, "p50_ratio": 1.2}
P99_REACH = {1000: 2500.0, 5000: 3500.0}
"""µs from a frame's receipt to its order with the screen on, by frames a second."""


def missed(result: dict[str, Any]) -> list[str]:
    """What was asked for and not reached."""
    found = []
    for entry in result["rates"]:
        limits = {**REACH, "received_p99_on_us": P99_REACH.get(entry["rate"], float("inf"))}
        found += [
            f"{name} at {entry['rate']}/s: {entry[name]}, asked for at most {limit:g}"
            for name, limit in limits.items()
            if entry[name] > limit
        ]
    return found


def table(result: dict[str, Any]) -> str:
    """For people."""
    lines = []
    for entry in result["rates"]:
        on, off = f"{entry['p99_on_us']:,.0f} µs with the screen", f"{entry['p99_off_us']:,.0f} without"
        received = f"{entry['received_p99_on_us']:,.0f} and {entry['received_p99_off_us']:,.0f}"
        cost = f"{entry['ms_per_frame']:.2f} ms CPU a frame of {entry['kb_per_frame']:.1f} kB"
        pairs = len(entry["pairs"])
        lines += [
            f"{entry['rate']} market frames/s, 20 screen frames/s at {COLUMNS}x{ROWS}, {pairs} pairs",
            f"  screen: {cost}, {entry['screen_core_pct']:.1f} % of one core",
            f"  frame sent to order, p99: {on}, {off}; received to order {received}",
            f"  ratios of the best pair: p50 {entry['p50_ratio']:.2f}, p99 {entry['p99_ratio']:.2f}",
        ]
    stalled = result["unread"]
    lines.append(
        f"a terminal that is not read for {STALL_S:g} s, {stalled['rate']}/s: p99 {stalled['unread']['p99']:,.0f} µs "
        f"meanwhile, {stalled['read']['p99']:,.0f} otherwise; at most {stalled['unread']['max']:,.0f} µs"
    )
    return "\n".join(lines)


def main() -> int:
    """Measure, print; with --check say by the exit code whether the reach was met."""
    parser = argparse.ArgumentParser(description="What the screen costs.")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each run, after the warm-up")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rates", default="1000,5000", help="market frames a second")
    parser.add_argument("--keys", default="", help="typed first: H for the heat map")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--check", action="store_true", help="exit 1 where the reach is missed")
    options = parser.parse_args()
    rates = [int(rate) for rate in options.rates.split(",")]
    result: dict[str, Any] = {"rates": [compare(rate, options.seconds, options.rounds, options.keys) for rate in rates]}
    result["unread"] = unread(rates[0], max(options.seconds, STALL_S + 3))
    result["missed"] = missed(result)
    print(json.dumps(result, indent=1) if options.json else table(result))
    for line in result["missed"]:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if options.check and result["missed"] else 0


if __name__ == "__main__":
    sys.exit(main())
