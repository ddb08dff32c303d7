"""`mm-tui report`: what a session came to, as tables, as JSON, as one page."""

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
    set_aside,
    trust_option,
)


@click.command()
@click.argument("recording", metavar="SESSION|FILE|last")
@click.option(
    "--html",
    type=PlaceType(dir_okay=False),
    metavar="FILE",
    help="Write one page there that needs no network, instead of tables on the terminal.",
)
@click.option("--strategy", metavar="NAME", help="The strategy; the session's own, where that is a file.")
@trust_option
@salvage_option
@json_option
@global_options
@click.pass_obj
def report(
    chosen: Globals,
    recording: str,
    *,
    html: Path | None,
    strategy: str | None,
    trusted: tuple[str, ...],
    salvage: bool,
    as_json: bool,
) -> None:
    """Say what a session came to.

    The recording runs through the desk again on its own settings, a capture on yours: PnL and its parts, markouts,
    quality, obligation, risk trips, orders, latency.
    """
    import msgspec  # noqa: PLC0415  # the command line starts without it

    from mm_tui.backtest.named import find  # noqa: PLC0415  # likewise
    from mm_tui.backtest.recording import Changes, open_recording  # noqa: PLC0415  # likewise
    from mm_tui.backtest.report.collect import collect  # noqa: PLC0415  # likewise
    from mm_tui.settings.load import Named  # noqa: PLC0415  # likewise
    from mm_tui.settings.places import boxes_folder, sessions_folder  # noqa: PLC0415  # likewise

    named = [] if strategy is None else [Named("--strategy", "desk.strategy", strategy)]
    settings = load_settings(chosen, (), named).settings
    path = find(recording, sessions_folder(os.environ, settings.record.dir), boxes_folder(os.environ))
    if html is not None:
        from mm_tui.backtest.target import check_file  # noqa: PLC0415  # only where it is asked for

        check_file(html, "--html", [path])
    opened = open_recording(path, Changes(named=named, trusted=trusted), settings, salvage=salvage)
    if html is not None:
        from mm_tui.backtest.report.page import check, write  # noqa: PLC0415  # only where it is asked for

        check(html)
    with set_aside(as_json), progress(opened.path.name) as told:
        found = collect(opened, told)
    if as_json or html is not None:
        for note in found.notes:
            click.echo(note, err=True)
    if html is not None:
        size = write(html, found)
        click.echo(f"{html}: {size / 1000:,.0f} kB", err=as_json)
    if as_json:
        from mm_tui.backtest.report.document import document  # noqa: PLC0415  # only where it is asked for

        click.echo(msgspec.json.encode(document(found)).decode())
    elif html is None:
        from mm_tui.backtest.report.text import show  # noqa: PLC0415  # only for people

        show(found)
