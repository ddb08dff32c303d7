"""`mm-tui backtest` and `mm-tui replay`: recorded sessions and captures, run again."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mm_tui.cli.common import (
    Globals,
    PlaceType,
    SpeedType,
    global_options,
    json_option,
    load_settings,
    progress,
    salvage_option,
    set_aside,
    set_option,
    trust_option,
    without_operator_option,
)
from mm_tui.errors import UsageError

if TYPE_CHECKING:
    from mm_tui.backtest.recording import Changes
    from mm_tui.settings.load import Loaded

_DIFFERENT = 65
_SUMMARY = "summary.json"


@click.command()
@click.argument("recordings", nargs=-1, required=True, metavar="SESSION|FILE|last...")
@click.option("--strategy", metavar="NAME", help="Another strategy than the session's own.")
@set_option
@trust_option
@without_operator_option
@salvage_option
@click.option(
    "--out",
    type=PlaceType(file_okay=False),
    metavar="DIR",
    help="Write fills.csv, orders.csv, equity.csv, obligation.csv and summary.json there.",
)
@json_option
@global_options
@click.pass_obj
def backtest(
    chosen: Globals,
    /,
    recordings: tuple[str, ...],
    *,
    strategy: str | None,
    overrides: tuple[str, ...],
    trusted: tuple[str, ...],
    without_operator: bool,
    salvage: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Run recordings through the whole desk.

    A session runs on the settings that it was recorded with, a capture on yours; --set and --strategy change either.
    """
    import msgspec  # noqa: PLC0415  # the command line starts without it

    from mm_tui.backtest.named import find  # noqa: PLC0415  # likewise
    from mm_tui.backtest.recording import open_recording  # noqa: PLC0415  # likewise
    from mm_tui.backtest.runner import Job, run  # noqa: PLC0415  # likewise
    from mm_tui.backtest.target import write_whole  # noqa: PLC0415  # likewise
    from mm_tui.backtest.total import total  # noqa: PLC0415  # likewise
    from mm_tui.settings.places import boxes_folder, sessions_folder  # noqa: PLC0415  # likewise

    changes = _changes(strategy, overrides, trusted)
    settings = load_settings(chosen, overrides, changes.named).settings
    sessions = sessions_folder(os.environ, settings.record.dir)
    paths = [find(name, sessions, boxes_folder(os.environ)) for name in recordings]
    if out is not None:
        _check_out(out, paths)
    opened = [open_recording(path, changes, settings, salvage=salvage) for path in paths]
    folders = _folders(out, paths)
    runs: list[dict[str, Any]] = []
    for recording, folder in zip(opened, folders, strict=True):
        said: list[str] = []
        with set_aside(as_json), progress(recording.path.name) as told:
            summary = run(recording, Job(operator=not without_operator, out=folder), told, said.append)
        for words in said:
            click.echo(f"{recording.path.name}: {words}", err=True)
        if recording.note:
            click.echo(recording.note, err=True)
        runs.append(summary)
    sums = None if len(runs) == 1 else total(runs)
    document = runs[0] if sums is None else {"files": runs, "total": sums}
    encoded = msgspec.json.encode(document)
    if out is not None:
        write_whole(out / _SUMMARY, msgspec.json.format(encoded) + b"\n")
    if as_json:
        click.echo(encoded.decode())
    else:
        from mm_tui.backtest.tables import show  # noqa: PLC0415  # only for people

        show(runs, sums)


@click.command()
@click.argument("recording", metavar="SESSION|FILE|last")
@click.option("--speed", type=SpeedType(), metavar="X|max", help="Recorded seconds a second; 1 unless given.")
@click.option("--from", "begin", metavar="T", help="Begin there: 14:02:10 (UTC), +90s, 40%.")
@click.option("--theme", metavar="NAME", help="Colours of the screen.")
@click.option("--strategy", metavar="NAME", help="The session's own, where that is a file: so it may run.")
@trust_option
@click.option("--headless", is_flag=True, help="Without a screen; goes with --verify.")
@click.option("--verify", "verified", is_flag=True, help="Hold every recorded output against the core.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, with --verify.")
@global_options
@click.pass_obj
def replay(
    chosen: Globals,
    /,
    recording: str,
    *,
    speed: float | str | None,
    begin: str | None,
    theme: str | None,
    strategy: str | None,
    trusted: tuple[str, ...],
    headless: bool,
    verified: bool,
    as_json: bool,
) -> int:
    """Show a recorded session or a capture again on the desk's screen: play, step, jump, branch off.

    With --headless --verify a session's inputs go through the core and every output is compared: `identical` and 0,
    or the first difference and 65.
    """
    from mm_tui.settings.load import Named  # noqa: PLC0415  # the command line starts without it

    named = [] if theme is None else [Named("--theme", "ui.theme", theme)]
    loaded = load_settings(chosen, (), named)
    changes = _changes(strategy, (), trusted)
    if headless and verified:
        return _verify(recording, loaded, changes, as_json=as_json)
    if headless or verified or as_json:
        raise UsageError(
            "a replay is for the screen, or mm-tui replay last --headless --verify; figures: mm-tui backtest"
        )
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError("mm-tui: not a terminal; without one there is mm-tui replay last --headless --verify")
    pace = 1.0 if speed is None else None if speed == "max" else float(speed)
    return _show(recording, loaded, chosen, changes, begin=begin or "", pace=pace)


def _show(
    recording: str, loaded: "Loaded", chosen: Globals, changes: "Changes", *, begin: str, pace: float | None
) -> int:
    from mm_tui.app.replay.run import ReplayOptions, run_replay  # noqa: PLC0415  # the heaviest import
    from mm_tui.backtest.named import find  # noqa: PLC0415  # the command line starts without it
    from mm_tui.backtest.recording import open_recording  # noqa: PLC0415  # likewise
    from mm_tui.settings.places import boxes_folder, sessions_folder  # noqa: PLC0415  # likewise

    path = find(recording, sessions_folder(os.environ, loaded.settings.record.dir), boxes_folder(os.environ))
    options = ReplayOptions(speed=pace, begin=begin, log_level=chosen.log_level)
    return run_replay(lambda: open_recording(path, changes, loaded.settings, shows=True), options, loaded)


def _verify(recording: str, loaded: "Loaded", changes: "Changes", *, as_json: bool) -> int:
    import msgspec  # noqa: PLC0415  # the command line starts without it

    from mm_tui.backtest.named import find  # noqa: PLC0415  # likewise
    from mm_tui.backtest.verify import verify  # noqa: PLC0415  # likewise
    from mm_tui.settings.places import boxes_folder, sessions_folder  # noqa: PLC0415  # likewise

    path = find(recording, sessions_folder(os.environ, loaded.settings.record.dir), boxes_folder(os.environ))
    with set_aside(as_json):
        verdict = verify(path, changes)
    if as_json:
        click.echo(msgspec.json.encode(verdict.document()).decode())
    elif verdict.identical:
        click.echo("identical")
        click.echo(f"{verdict.inputs:,} inputs, {verdict.outputs:,} outputs", err=True)
    else:
        click.echo(verdict.words())
    if verdict.note:
        click.echo(verdict.note, err=True)
    return 0 if verdict.identical else _DIFFERENT


def _changes(strategy: str | None, overrides: tuple[str, ...], trusted: tuple[str, ...]) -> "Changes":
    from mm_tui.backtest.recording import Changes  # noqa: PLC0415  # the command line starts without it
    from mm_tui.settings.load import Named  # noqa: PLC0415  # likewise

    named = [] if strategy is None else [Named("--strategy", "desk.strategy", strategy)]
    return Changes(overrides, named, trusted)


def _check_out(out: Path, paths: list[Path]) -> None:
    """Raises UsageError where a recording would be written over."""
    from mm_tui.backtest.outputs import FILES  # noqa: PLC0415  # the command line starts without it
    from mm_tui.backtest.target import check_folder  # noqa: PLC0415  # likewise

    check_folder(out, (*FILES, _SUMMARY), paths)
    if len(paths) > 1:
        for folder in _folders(out, paths):
            check_folder(folder, FILES, paths)  # type: ignore[arg-type]  # there is an out


def _folders(out: Path | None, paths: list[Path]) -> list[Path | None]:
    """One folder a recording: the named one for a single recording, else one inside it, by number and name."""
    if out is None:
        return [None] * len(paths)
    if len(paths) == 1:
        return [out]
    return [out / f"{number}-{path.name}" for number, path in enumerate(paths, 1)]
