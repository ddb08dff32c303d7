"""`mm-tui export`: recordings as tables and as files of other programs."""

import os
from pathlib import Path

import click

from mm_tui.cli.common import (
    Globals,
    PlaceType,
    global_options,
    json_option,
    load_settings,
    progress,
    salvage_option,
    set_option,
)

_FORMATS = ("csv", "parquet", "hftbacktest")
_TABLES = ("fills", "orders", "equity", "obligation", "trades", "book", "depth")


@click.command()
@click.argument("recording", metavar="SESSION|FILE|last")
@click.option("--to", "form", type=click.Choice(_FORMATS), required=True, help="What kind of files.")
@click.option("--out", type=PlaceType(file_okay=False), required=True, metavar="DIR", help="Where they go.")
@click.option("--table", "tables", multiple=True, type=click.Choice(_TABLES), help="Only this one; may be repeated.")
@set_option
@salvage_option
@json_option
@global_options
@click.pass_obj
def export(
    chosen: Globals,
    /,
    recording: str,
    *,
    form: str,
    out: Path,
    tables: tuple[str, ...],
    overrides: tuple[str, ...],
    salvage: bool,
    as_json: bool,
) -> None:
    """Write a recording as CSV, as Parquet, or as hftbacktest's event array.

    A session gives fills, orders, equity, obligation, trades, book and depth, all as recorded; a capture the last three
    of them. Parquet needs the extra mm-tui[parquet].
    """
    import msgspec  # noqa: PLC0415  # the command line starts without it

    from mm_tui.backtest.export.files import export as write  # noqa: PLC0415  # likewise
    from mm_tui.backtest.export.files import names_of  # noqa: PLC0415  # likewise
    from mm_tui.backtest.named import find  # noqa: PLC0415  # likewise
    from mm_tui.backtest.recording import Changes, open_recording  # noqa: PLC0415  # likewise
    from mm_tui.backtest.target import check_folder  # noqa: PLC0415  # likewise
    from mm_tui.errors import UsageError  # noqa: PLC0415  # likewise
    from mm_tui.settings.places import boxes_folder, sessions_folder  # noqa: PLC0415  # likewise

    if tables and form == "hftbacktest":
        raise UsageError("--table does not go with --to hftbacktest: its one array holds the whole market")
    settings = load_settings(chosen, overrides).settings
    path = find(recording, sessions_folder(os.environ, settings.record.dir), boxes_folder(os.environ))
    check_folder(out, names_of(form), [path])
    opened = open_recording(path, Changes(), settings, salvage=salvage, runs=False)
    with progress(path.name) as told:
        found = write(opened, form, out, tables, told)
    for note in found.notes:
        click.echo(note, err=True)
    instrument = opened.terms.instrument
    if as_json:
        document = {
            "recording": str(path),
            "symbol": instrument.symbol,
            "tick_size": instrument.tick_size,
            "step_size": instrument.step_size,
            "files": found.files,
            "notes": found.notes,
        }
        click.echo(msgspec.json.encode(document).decode())
        return
    for file in found.files:
        click.echo(f"{out / file.name}: {file.rows:,} rows, {file.bytes / 1000:,.0f} kB")
    if form == "hftbacktest":
        click.echo(f"tick size {instrument.tick_size:f}, lot size {instrument.step_size:f}")
