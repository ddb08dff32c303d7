"""`mm-tui sweep`: one strategy, many settings, over recordings."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self

import click

from mm_tui.cli.common import (
    Globals,
    PlaceType,
    global_options,
    json_option,
    load_settings,
    salvage_option,
    set_option,
    without_operator_option,
)
from mm_tui.cli.ending import INTERRUPTED, Ended, Stopped
from mm_tui.errors import UsageError

if TYPE_CHECKING:
    from mm_tui.backtest.sweep.local import Executor
    from mm_tui.backtest.sweep.plan import Planner

_ALL_FAILED: Final = 70
_PARTS: Final = 1000
"""Of a run, on the bar."""
_LINE_EVERY_S: Final = 30.0


@click.command()
@click.argument("recordings", nargs=-1, required=True, metavar="SESSION|FILE|last...")
@click.option(
    "--grid",
    "grids",
    multiple=True,
    metavar="KEY=V1,V2,...",
    help="A setting and its values, or a range: strategy.passive.min_spread_bps=1:4:0.5. As often as wanted.",
)
@click.option("--search", type=click.IntRange(min=1), metavar="N", help="Try N points of the ranges, not all.")
@click.option("--objective", default="pnl", metavar="FIGURE", help="What is best (pnl).")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Runs at once (as many as there are cores).")
@click.option("--dask", "scheduler", metavar="ADDRESS", help="Send the runs to a Dask cluster: tcp://host:8786.")
@click.option("--strategy", metavar="NAME", help="Another strategy than the session's own.")
@set_option
@without_operator_option
@salvage_option
@click.option(
    "--out",
    type=PlaceType(file_okay=False),
    metavar="DIR",
    help="Keep the runs and the results there, instead of under the state folder.",
)
@json_option
@global_options
@click.pass_obj
def sweep(chosen: Globals, /, *, as_json: bool, **options: Any) -> int:
    """Run recordings many times, each time with other settings, and compare.

    Every run is kept as it ends: the same command goes on where it was stopped.
    """
    import msgspec  # noqa: PLC0415  # the command line starts without it

    from mm_tui.backtest.sweep import results  # noqa: PLC0415  # likewise
    from mm_tui.backtest.sweep.conduct import Sweep  # noqa: PLC0415  # likewise
    from mm_tui.backtest.sweep.figures import check_objective  # noqa: PLC0415  # likewise
    from mm_tui.backtest.sweep.grid import axes, points  # noqa: PLC0415  # likewise
    from mm_tui.backtest.sweep.plan import idle_keys  # noqa: PLC0415  # likewise
    from mm_tui.backtest.sweep.store import Store  # noqa: PLC0415  # likewise
    from mm_tui.backtest.target import check_folder  # noqa: PLC0415  # likewise
    from mm_tui.model.words import written  # noqa: PLC0415  # likewise

    objective = check_objective(options["objective"])
    found = axes(options["grids"], search=options["search"] is not None)
    if options["scheduler"] is not None:
        from mm_tui.backtest.sweep.cluster import check_address  # noqa: PLC0415  # likewise

        check_address(options["scheduler"])
    planner = _planner(chosen, options, found)
    out = options["out"] or _usual_folder(planner, options)
    check_folder(out, results.FILES, [Path(source.path) for source in planner.sources])
    store, said = Store(out), ""
    try:
        with _executor(options) as executor, _Bar() as bar:
            whole = Sweep(planner, store, executor, bar)
            if options["search"] is None:
                whole.run(points(found))
            else:
                from mm_tui.backtest.sweep.search import search  # noqa: PLC0415  # an extra

                said = search(whole, options["search"], objective, at_once=executor.jobs)
    except (KeyboardInterrupt, Stopped) as stop:
        store.tidy()
        code = stop.exit_code if isinstance(stop, Stopped) else INTERRUPTED
        words = f"stopped; what is done is kept in {out}, and the same command goes on from there"
        raise Ended(words, code) from stop
    document = results.document(whole, objective, {"out": written(str(out)), "search": options["search"]})
    results.write(out, document, found)
    if said:
        click.echo(said, err=True)
    if as_json:
        click.echo(msgspec.json.encode(document).decode())
    else:
        hidden = results.show(document, document["keys"])
        click.echo(f"{f'{hidden:,} more points, and ' if hidden else ''}every run: {out / 'sweep.csv'}", err=True)
        click.echo(f"heat map: {out / 'heatmap.html'}", err=True)
    for key in idle_keys(found, whole.rows):
        click.echo(f"{key} changed no run: nothing that ran reads it", err=True)
    return _verdict(whole.runs, whole.codes)


def _verdict(runs: list[dict[str, Any]], codes: set[int]) -> int:
    """0, with a warning where some runs failed; where all did, the code of their failure, 70 where there are two."""
    for note in dict.fromkeys(_note(run) for run in runs if run["note"]):
        click.echo(note, err=True)
    failed = [run for run in runs if run["error"]]
    for error in dict.fromkeys(run["error"] for run in failed):
        click.echo(f"failed: {error}", err=True)
    if failed:
        click.echo(f"warning: {len(failed):,} of {len(runs):,} runs failed", err=True)
    if not runs or len(failed) < len(runs):
        return 0
    return (min(codes) or _ALL_FAILED) if len(codes) == 1 else _ALL_FAILED


def _note(run: dict[str, Any]) -> str:
    """What was found wrong with the end of a recording, with its name once."""
    name, note = run["recording"], str(run["note"])
    return note if note.startswith(f"{Path(name).name}: ") else f"{name}: {note}"


def _planner(chosen: Globals, options: dict[str, Any], found: list[Any]) -> "Planner":
    from mm_tui.backtest.named import find  # noqa: PLC0415  # the command line starts without it
    from mm_tui.backtest.recording import Changes  # noqa: PLC0415  # likewise
    from mm_tui.backtest.sweep.plan import Order, Planner  # noqa: PLC0415  # likewise
    from mm_tui.settings.load import Named, load  # noqa: PLC0415  # likewise
    from mm_tui.settings.places import boxes_folder, sessions_folder  # noqa: PLC0415  # likewise

    strategy = options["strategy"]
    changes = Changes(
        options["overrides"], [] if strategy is None else [Named("--strategy", "desk.strategy", strategy)]
    )
    settings = load_settings(chosen, changes.overrides, changes.named).settings
    sessions = sessions_folder(os.environ, settings.record.dir)
    order = Order(changes=changes, operator=not options["without_operator"], salvage=options["salvage"])
    paths = [find(name, sessions, boxes_folder(os.environ)) for name in options["recordings"]]
    return Planner(
        paths, found, order, lambda overrides, named: load(chosen.config, overrides, os.environ, Path.cwd(), named)
    )


def _usual_folder(planner: "Planner", options: dict[str, Any]) -> Path:
    """The same for the same question, so that asking again goes on."""
    from hashlib import sha256  # noqa: PLC0415  # the command line starts without it

    import msgspec  # noqa: PLC0415  # likewise

    from mm_tui.settings.places import state_folder  # noqa: PLC0415  # likewise

    asked = [
        [source.sha256 for source in planner.sources],
        [options[name] for name in ("grids", "search", "objective", "strategy", "overrides")],
        [options["without_operator"], options["salvage"]],
    ]
    return state_folder(os.environ) / "sweeps" / sha256(msgspec.json.encode(asked)).hexdigest()[:16]


def _executor(options: dict[str, Any]) -> "Executor":
    from mm_tui.backtest.sweep.local import InProcess, Processes  # noqa: PLC0415  # the command line starts without it

    if options["scheduler"] is not None:
        if options["jobs"] is not None:
            raise UsageError("--jobs is for this machine; a cluster runs as many at once as its workers have threads")
        from mm_tui.backtest.sweep.cluster import Cluster  # noqa: PLC0415  # an extra

        return Cluster(options["scheduler"])
    jobs = options["jobs"] or _cores()
    return InProcess() if jobs == 1 else Processes(jobs)


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Bar:
    """How far the sweep is, on standard error, with an estimate: a bar on a terminal, else now and then a line."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._bar: Any = None
        self._context: Any = None
        self._runs = self._kept = 0
        self._begun = self._told = 0.0

    def begin(self, runs: int) -> None:
        """So many runs are to be had."""
        self._runs = runs
        self._begun = self._told = self._clock()
        if sys.stderr.isatty() and runs:
            self._context = click.progressbar(length=runs * _PARTS, label=f"{runs:,} runs", file=sys.stderr)
            self._bar = self._context.__enter__()

    def kept(self, runs: int) -> None:
        """So many of them were there already."""
        self._kept += runs

    def at(self, done: float) -> None:
        """So many of them are done."""
        if self._bar is not None:
            self._bar.update(round(done * _PARTS) - self._bar.pos)
            return
        now = self._clock()
        fresh = done - self._kept
        if now - self._told >= _LINE_EVERY_S and fresh > 0:
            self._told = now
            left = (self._runs - done) * (now - self._begun) / fresh
            click.echo(f"{int(done):,} of {self._runs:,} runs, about {_span(left)} left", err=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *cause: object) -> None:
        if self._context is not None:
            self._context.__exit__(None, None, None)
        if self._kept:
            click.echo(f"{self._kept:,} runs were there already", err=True)


def _span(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
