"""`mm-tui doctor`: what a desk needs of this machine, looked at; a tick or a cross and one line of what to do."""

import os
import sys
from typing import Final

import click

from mm_tui.cli.common import Globals, global_options, load_settings, set_option
from mm_tui.errors import SettingsError

MARKS: Final = {True: "✓", False: "✗", None: "–"}
PLAIN_MARKS: Final = {True: "ok", False: "no", None: "-"}
COLOURS: Final = {True: "green", False: "red", None: None}


@click.command()
@set_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@global_options
@click.pass_obj
def doctor(chosen: Globals, overrides: tuple[str, ...], *, as_json: bool) -> int:
    """Look at terminal, settings, folders, disk, clock, venue and versions; say what to do.

    Ends with 0 where a desk can open, else with what it would end with.
    """
    import asyncio  # noqa: PLC0415  # the command line starts without it

    import msgspec  # noqa: PLC0415  # likewise

    from mm_tui.cli import checks  # noqa: PLC0415  # likewise
    from mm_tui.settings.places import config_file, sessions_folder, state_folder  # noqa: PLC0415  # likewise
    from mm_tui.settings.sections import Settings  # noqa: PLC0415  # likewise

    try:
        loaded = load_settings(chosen, overrides)
        settings = loaded.settings
    except SettingsError as error:
        loaded, settings = error, Settings()  # type: ignore[assignment]  # what is wrong is told; the rest is looked at
    state, recorded = state_folder(os.environ), sessions_folder(os.environ, settings.record.dir)

    found = [
        checks.versions(),
        *checks.terminal(),
        checks.settings(loaded),
        *checks.own_files(settings),
        checks.folder("config", config_file(os.environ).parent),
        checks.folder("state", state),
        checks.folder("sessions", recorded),
        checks.disk(recorded),
        checks.desks_running(state),
        *asyncio.run(checks.asked(settings)),
    ]
    code = next((check.code for check in found if check.code), 0)
    if as_json:
        document = {"well": all(check.ok is not False for check in found), "exit_code": code, "checks": found}
        click.echo(msgspec.json.format(msgspec.json.encode(document)).decode())
        return code
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    for check in found:
        mark = (MARKS if unicode else PLAIN_MARKS)[check.ok]
        first, *more = check.found.splitlines()
        click.echo(f"{click.style(f'{mark:<2}', fg=COLOURS[check.ok])} {check.name:<9} {first}")
        for line in more:
            click.echo(f"   {'':<9} {line}")
        if check.advice:
            click.echo(f"   {'':<9} {'→' if unicode else '>'} {check.advice}")
    return code
