"""At which pace the desk falls behind with the screen on, and what it does beyond it.

    python bench/load.py [--seconds N] [--from RATE] [--most RATE] [--overload SECONDS] [--json] [--check]

The three processes of `screen.py`: a server in Binance's protocol, `mm-tui` at 200x55, recording, and a reader of its
terminal. The pace is doubled until the desk falls behind: fewer events are taken than were sent, or the slowest
hundredth of the orders leaves over half a second after the frame that caused them. Then a desk at its default rules is
given 500 frames a second, twice that pace for a while, and 500 again. Its own session says what it did: how late it
was, when it pulled its quotes, when it quoted again, and whether an update is missing that it does not speak of.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from screen import HERE, Terminal, exchange, run, summarize

from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import MarketLine

KEPT_UP = 0.98
"""Share of what is sent that a desk takes in time when it keeps up."""
LATE_US = 500_000.0
"""µs from sending to order at the 99th percentile beyond which it does not."""
AFTERWARDS = 500
"""Frames a second once the overload is over."""
BEFORE_S = 12.0
"""How long the desk has to open and to quote, at that pace as well."""
RECOVERED_S = 25.0
"""How long the desk is watched afterwards."""


def double(seconds: float, first: int, most: int) -> list[dict[str, Any]]:
    """Runs at twice the pace of the one before, up to the first that is not kept up with."""
    steps: list[dict[str, Any]] = []
    rate = first
    while rate <= most:
        step = {"rate": rate, **summarize(run(rate, seconds, screen=True))}
        step["kept_up"] = step["events_per_s"] >= KEPT_UP * rate and step["p99"] <= LATE_US
        steps.append(step)
        print(f"  {rate:>6}/s: {step}", file=sys.stderr)
        if not step["kept_up"]:
            break
        rate *= 2
    return steps


def overload(rate: int, seconds: float) -> dict[str, Any]:
    """A desk at its default rules under too many frames, and after it."""
    paces = (AFTERWARDS, BEFORE_S, rate, seconds, AFTERWARDS)
    with exchange(*paces) as addresses, tempfile.TemporaryDirectory(prefix="mm-tui-bench-") as home:
        settings = (f"binance.rest_url={addresses['rest']}", f"binance.ws_url={addresses['ws']}")
        arguments = ["run", "--venue", "binance", "--session-dir", f"{home}/sessions"]
        for setting in (*settings, "risk.max_same_side_fills=1000000", "risk.max_price_change_bps=10000"):
            arguments += ["--set", setting]
        terminal = Terminal()
        began = time.time_ns() + round(BEFORE_S * 1e9)
        desk = subprocess.Popen(  # noqa: S603 - ours
            [sys.executable, "-m", "mm_tui", *arguments],
            stdin=terminal.theirs,
            stdout=terminal.theirs,
            stderr=terminal.theirs,
            start_new_session=True,
            cwd=HERE.parent,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": home},
        )
        try:
            time.sleep(BEFORE_S + seconds + RECOVERED_S)
            desk.send_signal(signal.SIGTERM)
            desk.wait(60)
        finally:
            desk.kill()
            desk.wait()
            terminal.close()
        folders = list(Path(home).glob("sessions/*/session.json"))
        if not folders:
            raise RuntimeError(f"the desk ended with {desk.returncode} and no session: {terminal.last[-500:]!r}")
        return story(folders[0].parent, began, rate, seconds)


def story(folder: Path, began: int, rate: int, seconds: float) -> dict[str, Any]:
    """What a session tells of an overload."""
    frames, last, silent = 0, 0, 0
    states: list[tuple[float, str]] = []
    late: list[float] = []
    invalid = connected = False
    for item in SessionReader(folder).records():
        if isinstance(item, MarketLine):
            frames += 1
            data = json.loads(item.raw).get("data", {})
            if data.get("e") == "depthUpdate":
                silent += bool(last) and data["U"] > last + 1 and not (invalid or connected)
                last, connected = data["u"], False
            continue
        name = type(item.message).__name__
        at = round((item.message.ts - began) / 1e9, 2)
        if name == "StateChanged":
            states.append((at, str(vars_of(item.message)["state"])))
        elif name == "WatchdogTripped" and vars_of(item.message)["rule"] == "feed_lag":
            late.append(at)
        elif name == "LinkUp":
            connected = True
        elif name in {"BookInvalid", "BookValid"}:
            invalid = name == "BookInvalid"
    return {
        "rate": rate,
        "seconds": seconds,
        "frames": frames,
        "late": {"first_s": late[0], "last_s": late[-1]} if late else None,
        "states": states,
        "silently_missing": silent,
        "quotes_again": bool(states) and any(state == "quoting" for at, state in states if at > seconds),
    }


def vars_of(message: Any) -> dict[str, Any]:
    """A record's fields by name."""
    return {name: getattr(message, name) for name in message.__struct_fields__}


def table(result: dict[str, Any]) -> str:
    """For people."""
    lines = ["frames/s    taken/s   core   sent to order, p50   p99   waiting at most"]
    lines += [
        f"{step['rate']:>8}   {step['events_per_s']:>8}  {step['core_pct']:>4.0f} %   {step['p50']:>13,.0f} µs   "
        f"{step['p99']:>9,.0f} µs   {step['waiting']:>6}{'' if step['kept_up'] else '   falls behind'}"
        for step in result["steps"]
    ]
    beyond = result["beyond"]
    if beyond is not None:
        words = " → ".join(f"{state} {at:g} s" for at, state in beyond["states"][:12])
        lines.append(f"beyond it, {beyond['rate']}/s for {beyond['seconds']:g} s, then {AFTERWARDS}/s:")
        lines.append(f"  {beyond['frames']:,} frames, {beyond['silently_missing']} updates missing without a word")
        lines.append(f"  {words}")
    return "\n".join(lines)


def main() -> int:
    """Measure, print; with --check say by the exit code whether nothing was lost and the desk came back."""
    parser = argparse.ArgumentParser(description="At which pace the desk falls behind, and what it does then.")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each run, after the warm-up")
    parser.add_argument("--from", type=int, default=2000, dest="first", help="first pace, frames a second")
    parser.add_argument("--most", type=int, default=128_000, help="no more than this")
    parser.add_argument("--overload", type=float, default=10.0, help="seconds of too many frames; 0 leaves it out")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--check", action="store_true", help="exit 1 where something was lost or the desk stayed off")
    options = parser.parse_args()
    steps = double(options.seconds, options.first, options.most)
    beyond = overload(2 * steps[-1]["rate"], options.overload) if options.overload else None
    result = {"steps": steps, "beyond": beyond}
    print(json.dumps(result, indent=1) if options.json else table(result))
    well = beyond is None or (not beyond["silently_missing"] and beyond["quotes_again"])
    return 0 if well or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
