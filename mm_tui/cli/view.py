"""`mm-tui view`: a screen over the desk of another process; what a browser's page starts."""

import os
from pathlib import Path

import click

from mm_tui.cli.common import Globals, PlaceType, global_options, load_settings


@click.command(hidden=True)
@click.argument("socket", type=PlaceType())
@click.option("--theme", metavar="NAME", help="Colours of the screen.")
@click.option("--act", is_flag=True, help="Hand actions to the desk, which does them where it allows that.")
@global_options
@click.pass_obj
def view(chosen: Globals, socket: Path, theme: str | None, *, act: bool) -> int:
    """Show the desk that listens at SOCKET; the desk starts this for each page that looks at it."""
    from mm_tui.app.browser.app import run_view  # noqa: PLC0415  # the command line starts without it
    from mm_tui.settings.load import Named  # noqa: PLC0415  # likewise

    os.environ.setdefault("LANG", "C.UTF-8")  # a browser shows every letter
    named = [] if theme is None else [Named("--theme", "ui.theme", theme)]
    return run_view(socket, load_settings(chosen, (), named), may_act=act)
