"""`mm-tui backtest` and `mm-tui replay`: recorded sessions and captures, run again."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mm_tui.cli.common import Globals, global_options, load_settings, progress, set_option
from mm_tui.errors import UsageError

if TYPE_CHECKING:
    from mm_tui.backtest.recording import Changes, Recording

_DIFFERENT = 65


@click.command()
@click.argument("recordings", nargs=-1, required=True, metavar="SESSION|FILE|last...")
@click.option("--strategy", metavar="NAME", help="Another strategy than the session's own.")
@set_option
@click.option("--without-operator", is_flag=True, help="Leave out what the operator did.")
@click.option("--salvage", is_flag=True, help="Pass over lines that cannot be read, instead of stopping there.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write fills.csv, orders.csv, equity.csv, obligation.csv and summary.json there.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@global_options
@click.pass_obj
def backtest(
    chosen: Globals,
    /,
    recordings: tuple[str, ...],
    *,
    strategy: str | None,
    overrides: tuple[str, ...],
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
    from mm_tui.backtest.total import total  # noqa: PLC0415  # likewise
    from mm_tui.settings.places import sessions_folder  # noqa: PLC0415  # likewise

    changes = _changes(strategy, overrides)
    settings = load_settings(chosen, overrides, changes.named).settings
    sessions = sessions_folder(os.environ, settings.record.dir)
    paths = [find(name, sessions) for name in recordings]
    opened = [open_recording(path, changes, settings, salvage=salvage) for path in paths]
    folders = _folders(out, opened)
    runs: list[dict[str, Any]] = []
    for recording, folder in zip(opened, folders, strict=True):
        with progress(recording.path.name) as told:
            summary = run(recording, Job(operator=not without_operator, out=folder), told)
        if recording.note:
            click.echo(recording.note, err=True)
        runs.append(summary)
    document = runs[0] if len(runs) == 1 else {"files": runs, "total": total(runs)}
    encoded = msgspec.json.encode(document)
    if out is not None:
        (out / "summary.json").write_bytes(msgspec.json.format(encoded) + b"\n")
    if as_json:
        click.echo(encoded.decode())
    else:
        from mm_tui.backtest.tables import show  # noqa: PLC0415  # only for people

        show(runs)


@click.command()
@click.argument("recording", metavar="SESSION|FILE|last")
@click.option("--headless", is_flag=True, help="Without a screen.")
@click.option("--verify", "verified", is_flag=True, help="Hold every recorded output against the core.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@global_options
@click.pass_obj
def replay(chosen: Globals, /, recording: str, *, headless: bool, verified: bool, as_json: bool) -> int:
    """Run a recorded session again.

    With --headless --verify the recorded inputs go through the core and every output is compared: `identical` and 0,
    or the first difference and 65.
    """
    import msgspec  # noqa: PLC0415  # the command line starts without it

    from mm_tui.backtest.named import find  # noqa: PLC0415  # likewise
    from mm_tui.backtest.verify import verify  # noqa: PLC0415  # likewise
    from mm_tui.settings.places import sessions_folder  # noqa: PLC0415  # likewise

    if not (headless and verified):
        raise UsageError("replay runs without a screen so far: mm-tui replay last --headless --verify")
    settings = load_settings(chosen, ()).settings
    verdict = verify(find(recording, sessions_folder(os.environ, settings.record.dir)))
    if as_json:
        click.echo(msgspec.json.encode(verdict.document()).decode())
    else:
        click.echo(verdict.words())
    if verdict.note:
        click.echo(verdict.note, err=True)
    return _DIFFERENT if verdict.difference is not None else 0


def _changes(strategy: str | None, overrides: tuple[str, ...]) -> "Changes":
    from mm_tui.backtest.recording import Changes  # noqa: PLC0415  # the command line starts without it
    from mm_tui.settings.load import Named  # noqa: PLC0415  # likewise

    named = [] if strategy is None else [Named("--strategy", "desk.strategy", strategy)]
    return Changes(overrides, named)


def _folders(out: Path | None, opened: "list[Recording]") -> list[Path | None]:
    """One folder a recording: the named one for a single recording, else one inside it, by number and name."""
    if out is None:
        return [None] * len(opened)
    if len(opened) == 1:
        return [out]
    return [out / f"{number}-{recording.path.name}" for number, recording in enumerate(opened, 1)]
