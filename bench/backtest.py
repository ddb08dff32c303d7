"""How fast a recording is run through the desk, beside other programs, in one go on one machine.

    python bench/backtest.py [CAPTURE] [--tile N] [--runs N] [--hftbacktest PYTHON] [--nautilus PYTHON] [--json]

Every program hears the same frames (diffs and trades; the ticker is left out) and runs the same strategy: one bid and
one ask, half the spread 50 ticks, quoted anew when the mid is 20 ticks away, 10 ms to the exchange and 10 ms back. Each
is a process of its own, one after the other; PYTHON is an interpreter that has the other program installed.

- json.loads: the frames are read and decoded, nothing more
- full core, cold: `mm-tui backtest`, from its start to its end
- full core, warm: the same in a process that has everything loaded
- index: what making it takes; then re-runs by it, in one process, as a sweep has them, of that strategy and of the
  desk's own passive and pure at their default settings, which quote anew less often; passive puts a filled quote back
  at once here too
- hftbacktest, nautilus: start-up and compilation, conversion of the data, the run alone, and the whole process

A frame a second is what one core does: the least processor time of several runs, but for the cold one, which is by the
clock. `x` is against hftbacktest's run alone, where that was asked for. hftbacktest runs six times, so its process is
five runs longer than it need be.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CAPTURE = ROOT.parent / "shared" / "data" / "btcusdt_20240808.gz"
TICK, STEP = Decimal("0.01"), Decimal("0.00001")
HALF, REQUOTE = 50, 20
MB = 1024 * 1024
NO_BOUND = (
    "simulator.band=false", "simulator.latency_jitter_ms=0", "risk.max_same_side_fills=1000000",
    "risk.max_daily_loss=1000000", "risk.max_drawdown=1000000",
)  # fmt: skip
"""One desk, latencies without chance, and no limit that ends the quoting."""
AT_ONCE = "strategy.passive.refill_delay_s=0"
"""A quote that was filled is put back at once, as the other programs do."""
SAME = (
    *NO_BOUND, AT_ONCE,
    "strategy.passive.orders_per_side=1", "strategy.passive.quantity_jitter=0", "strategy.passive.order_amount=0.001",
    "orders.modify_threshold_bps=0", "orders.max_modify_deviation_bps=1000", "execution.rate_limit_per_s=1000",
    "risk.max_orders_per_s=1000", "risk.max_position=0.01",
    "simulator.maker_fee_bps=0", "simulator.base_balance=100", "simulator.quote_balance=1000000",
)  # fmt: skip
"""The common strategy, and no limit that the other programs do not have; its distances in bps are added."""

Figures = dict[str, Any]


def same_settings(mid: float) -> list[str]:
    """The desk's settings for the common strategy, distances in ticks as bps of the mid."""
    tick_bps = float(TICK) / mid * 10_000
    half, drift = HALF * tick_bps, REQUOTE * tick_bps
    spread = [f"strategy.passive.{name}_spread_bps={half:.6f}" for name in ("min", "max")]
    return [*SAME, *spread, f"strategy.passive.drift_threshold_bps={drift:.6f}"]


def middle(capture: Path) -> float:
    """The first mid of a tiled capture."""
    import gzip  # noqa: PLC0415 - each child loads what it needs and no more

    with gzip.open(capture) as stream:
        book = json.loads(stream.readline().partition(b" ")[2])
    return (float(book["bids"][0][0]) + float(book["asks"][0][0])) / 2


# -- children: each in a process of its own, prints figures


def child_json(capture: Path, _runs: int) -> Figures:
    """Read and decode."""
    import gzip  # noqa: PLC0415 - as above

    began = process_time()
    with gzip.open(capture) as stream:
        for line in stream:
            json.loads(line.partition(b" ")[2])
    return {"run": process_time() - began}


def child_warm(capture: Path, runs: int) -> Figures:
    """The full core in a process that has everything loaded."""
    from mm_tui.backtest.runner import Job, run  # noqa: PLC0415 - as above

    recording = _recording(capture, same_settings(middle(capture)))
    times = []
    for _ in range(min(runs, 3)):
        began = process_time()
        summary = run(recording, Job())
        times.append(process_time() - began)
    return {"run": min(times), "fills": summary["fills"]["count"], "placed": summary["orders"]["placed"]}


def child_index(capture: Path, runs: int) -> Figures:
    """The index made, opened, and runs by it."""
    from mm_tui.backtest.index.file import stored  # noqa: PLC0415 - as above
    from mm_tui.backtest.index.lookup import Lookup  # noqa: PLC0415 - as above

    recording = _recording(capture, same_settings(middle(capture)))
    began = process_time()
    made = stored(recording)
    making = process_time() - began
    if made.path is None:
        raise SystemExit("the index could not be written")
    size = made.path.stat().st_size
    del made
    began = process_time()
    lookup = Lookup(stored(recording))
    figures: Figures = {"make": making, "open": process_time() - began, "size_mb": size / MB}
    kinds = (
        ("run", same_settings(middle(capture))),
        ("passive", [*NO_BOUND, AT_ONCE]),
        ("pure", [*NO_BOUND, "desk.strategy=pure"]),
    )
    for name, settings in kinds:
        figures |= _reruns(name, _recording(capture, settings), lookup, runs)
    return figures


def _reruns(name: str, recording: Any, lookup: Any, runs: int) -> Figures:
    from mm_tui.backtest.index.run import run_by_index, why_not  # noqa: PLC0415 - as above
    from mm_tui.backtest.runner import Job  # noqa: PLC0415 - as above

    why = why_not(recording, Job(), lookup)
    if why:
        raise SystemExit(f"not by the index: {why}")
    times, memory = [], []
    for _ in range(runs):
        began = process_time()
        summary = run_by_index(recording, Job(), lookup)
        times.append(process_time() - began)
        memory.append(_peak_mb())
    return {
        name: min(times),
        f"{name}_mean": sum(times) / len(times),
        f"{name}_fills": summary["fills"]["count"],
        f"{name}_placed": summary["orders"]["placed"],
        f"{name}_growth_mb": memory[-1] - memory[min(1, runs - 1)],
    }


def child_hftbacktest(capture: Path, _runs: int) -> Figures:
    """Loaded, converted, compiled, run."""
    began = process_time()
    from hft_reference import reference_fills  # noqa: PLC0415 - an extra
    from recording import Recording  # noqa: PLC0415 - as above

    from mm_tui.sim.hindsight import Experiment  # noqa: PLC0415 - as above
    from mm_tui.sim.twoclocks import two_clocks  # noqa: PLC0415 - as above

    loading = process_time() - began
    began = process_time()
    rows = two_clocks(Recording([capture], float(TICK)).messages(), 1_000_000).recorded
    converting = process_time() - began
    experiment = Experiment(
        half=HALF, requote=REQUOTE, limit=10, step=float(STEP), queue="risk_averse", power=3.0,
        entry=10_000_000, response=10_000_000,
    )  # fmt: skip
    inner: dict[str, list[float]] = {}
    _timed("_trade", inner)
    _timed("_events", inner)
    for _ in range(6):
        fills = reference_fills(rows, 1_000_000, experiment, TICK, Decimal("0.001"))
    return {
        "load": loading,
        "convert": converting + min(inner["_events"]),
        "compile": inner["_trade"][0] - min(inner["_trade"]) + inner["_events"][0] - min(inner["_events"]),
        "run": min(inner["_trade"]),
        "fills": len(fills),
    }


def _timed(name: str, into: dict[str, list[float]]) -> None:
    """Note how long each call of a function of the reference takes."""
    import hft_reference  # noqa: PLC0415 - an extra

    function = getattr(hft_reference, name)

    def timed(*arguments: Any) -> Any:
        began = process_time()
        answer = function(*arguments)
        into.setdefault(name, []).append(process_time() - began)
        return answer

    setattr(hft_reference, name, timed)


def child_nautilus(capture: Path, _runs: int) -> Figures:
    """Loaded, converted, run."""
    began = process_time()
    import nautilus_reference as reference  # noqa: PLC0415 - an extra
    from recording import Recording  # noqa: PLC0415 - as above

    from mm_tui.sim.twoclocks import two_clocks  # noqa: PLC0415 - as above

    loading = process_time() - began
    options = argparse.Namespace(
        tick=TICK, step=STEP, quantity=Decimal("0.001"), max_position=Decimal("0.01"), entry_ms=Decimal(10),
        response_ms=Decimal(10), clock="local",
    )  # fmt: skip
    began = process_time()
    instrument = reference._instrument(options)  # noqa: SLF001 - a script of this folder
    data = reference._data(two_clocks(Recording([capture], float(TICK)).messages(), 1_000_000), instrument, options)  # noqa: SLF001 - likewise
    converting = process_time() - began
    began = process_time()
    fills, _, _ = reference._run(data, instrument, options, HALF, REQUOTE, trade_execution=True)  # noqa: SLF001 - likewise
    return {"load": loading, "convert": converting, "run": process_time() - began, "fills": len(fills)}


CHILDREN: dict[str, Callable[[Path, int], Figures]] = {
    "json.loads": child_json,
    "full core, warm": child_warm,
    "index": child_index,
    "hftbacktest": child_hftbacktest,
    "nautilus": child_nautilus,
}


def _recording(capture: Path, settings: list[str]) -> Any:
    from mm_tui.backtest.recording import RecordedCapture  # noqa: PLC0415 - as above
    from mm_tui.settings.load import load  # noqa: PLC0415 - as above

    return RecordedCapture(capture, load(None, settings, {}, Path("/nowhere")).settings)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# -- the parent


def measured(command: list[str], environment: dict[str, str]) -> tuple[str, Figures]:
    """What a process printed, how long it took and the most memory it had."""
    began = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603 - ours
        assert process.stdout is not None  # noqa: S101 - asked for
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:4])} ended with {process.returncode}")
    figures = {
        "process": perf_counter() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
    }
    return printed, figures


def main() -> int:
    """Measure, print."""
    options = _options()
    if options.child:
        print(json.dumps(CHILDREN[options.child](options.capture, options.runs)))
        return 0
    from tiling import Tiles  # noqa: PLC0415 - the parent alone

    with tempfile.TemporaryDirectory(prefix="mm-tui-bench-") as folder:
        capture = Path(folder) / "capture.gz"
        tiles = Tiles(options.capture, options.tile)
        tiles.write(capture)
        environment = {**os.environ, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder, "XDG_CACHE_HOME": folder}
        results = {name: _child(name, python, capture, options.runs, environment) for name, python in _wanted(options)}
        if not options.only or "cold" in options.only:
            results["full core, cold"] = _cold(capture, environment)
    if options.json:
        print(json.dumps({"frames": tiles.frames, "rows": tiles.rows, **results}))
    else:
        _print(tiles.frames, tiles.rows, results)
    return 1 if options.check and not _reached(results) else 0


def _reached(results: dict[str, Figures]) -> bool:
    """Whether the desk is as fast as it is meant to be, against those that ran."""
    cold, warm, index = (results.get(name, {}) for name in ("full core, cold", "full core, warm", "index"))
    theirs, nautilus = results.get("hftbacktest"), results.get("nautilus")
    reached = True
    if theirs and cold:
        reached &= cold["process"] < theirs["load"] + theirs["convert"] + theirs["compile"] + theirs["run"]
    if theirs and index:
        reached &= all(index[name] <= theirs["run"] for name in ("run", "passive", "pure"))
    if nautilus and warm:
        reached &= 1.5 * warm["run"] <= nautilus["run"]
    return reached


def _cold(capture: Path, environment: dict[str, str]) -> Figures:
    """The command as a user types it."""
    command = [sys.executable, "-m", "mm_tui", "backtest", str(capture), "--json"]
    command += [word for setting in same_settings(middle(capture)) for word in ("--set", setting)]
    printed, figures = measured(command, environment)
    summary = json.loads(printed)
    return figures | {"fills": summary["fills"]["count"], "placed": summary["orders"]["placed"]}


def _wanted(options: argparse.Namespace) -> list[tuple[str, str]]:
    wanted = [("json.loads", sys.executable), ("full core, warm", sys.executable), ("index", sys.executable)]
    wanted += [("hftbacktest", options.hftbacktest)] if options.hftbacktest else []
    wanted += [("nautilus", options.nautilus)] if options.nautilus else []
    return [one for one in wanted if one[0] in options.only] if options.only else wanted


def _child(name: str, python: str, capture: Path, runs: int, environment: dict[str, str]) -> Figures:
    command = [python, str(Path(__file__).resolve()), str(capture), "--child", name, "--runs", str(runs)]
    printed, figures = measured(command, environment)
    told: Figures = json.loads(printed.splitlines()[-1])
    return figures | told


def _print(frames: int, rows: int, results: dict[str, Figures]) -> None:
    print(f"{frames:,} frames, {rows:,} rows")
    theirs = results.get("hftbacktest", {}).get("run")
    lines = []
    for name, figures in results.items():
        for key, label in (("run", name), ("passive", f"{name}, passive"), ("pure", f"{name}, pure")):
            took = figures.get(key) or (figures["process"] if name == "full core, cold" and key == "run" else None)
            if took is not None:
                share = f"{theirs / took:.2f}" if theirs else "–"
                fills = figures.get("fills" if key == "run" and "fills" in figures else f"{key}_fills", "")
                lines.append(
                    (label, f"{frames / took:,.0f}", share, f"{took:.4f}", str(fills), f"{figures['peak_mb']:.0f}")
                )
    head = ("", "frames/s", "x", "run s", "fills", "peak MB")
    widths = [max(len(line[at]) for line in (head, *lines)) for at in range(len(head))]
    for line in (head, *lines):
        print(
            "  ".join(
                cell.ljust(width) if at == 0 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
        )
    for name, figures in results.items():
        shown = {key: round(value, 3) for key, value in figures.items() if isinstance(value, float)}
        print(f"{name}: " + ", ".join(f"{key} {value:g}" for key, value in shown.items()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Backtests a second, beside hftbacktest and nautilus_trader.")
    parser.add_argument("capture", nargs="?", type=Path, default=CAPTURE, help="a capture of Binance's streams")
    parser.add_argument("--tile", type=int, default=1, metavar="N", help="the capture N times over, as one session")
    parser.add_argument("--runs", type=int, default=20, metavar="N", help="re-runs by the index")
    parser.add_argument("--hftbacktest", metavar="PYTHON", help="an interpreter that has hftbacktest 2.4.4")
    parser.add_argument("--nautilus", metavar="PYTHON", help="an interpreter that has nautilus_trader 1.221")
    parser.add_argument("--only", nargs="+", metavar="ROW", help="of json.loads, index, hftbacktest, …, and cold")
    parser.add_argument("--check", action="store_true", help="exit 1 where the reach is missed")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument("--child", choices=tuple(CHILDREN), help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
