"""`mm-tui run` and `mm-tui demo`: open the desk."""

import os
import sys
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mm_tui.cli.common import Globals, PlaceType, SpeedType, global_options, load_settings, set_option
from mm_tui.errors import UsageError

if TYPE_CHECKING:
    from mm_tui.settings.load import Loaded, Named
    from mm_tui.settings.options import RunOptions

F = TypeVar("F", bound=Callable[..., Any])

NO_TERMINAL = (
    "mm-tui: not a terminal; open the desk in one, or run it without: mm-tui run --headless --duration 30 --json"
)


def _desk_options(command: F) -> F:
    """Options of every command that opens a desk; the help lists them in this order."""
    options = (
        click.option("--symbol", metavar="BASE/QUOTE", help="The pair, for example BTC/USDT."),
        click.option("--strategy", metavar="NAME", help="A strategy by name, or /absolute/file.py:Class."),
        set_option,
        click.option("--theme", metavar="NAME", help="Colours of the screen."),
        click.option(
            "--session-dir",
            type=PlaceType(file_okay=False),
            metavar="DIR",
            help="Record under this folder; one desk at a time may.",
        ),
        click.option("--no-record", is_flag=True, help="Leave no recording on disk."),
        click.option("--headless", is_flag=True, help="Without a screen; ends at --duration or a signal."),
        click.option(
            "--duration",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="End by itself after this.",
        ),
        click.option("--speed", type=SpeedType(), metavar="X|max", help="Pace of a capture or the demo market."),
        click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output at the end."),
        click.option(
            "--serve",
            is_flag=False,
            flag_value="",
            default=None,
            metavar="[HOST:PORT]",
            help="Show the desk in a browser too; on this machine alone unless an address is named.",
        ),
        global_options,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.option(
    "--venue",
    metavar="VENUE",
    help="auto, demo, binance, ccxt:ID or file:PATH. auto: Binance, else the embedded exchange.",
)
@_desk_options
@click.pass_obj
def run(chosen: Globals, /, venue: str | None, **options: Any) -> int:
    """Open the desk, on paper."""
    from mm_tui.settings.load import Named  # noqa: PLC0415  # the command line starts without it

    named = [] if venue is None else [Named("--venue", "desk.venue", venue)]
    return _open("run", chosen, named, **options)


@click.command()
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the market; the same seed gives the same market.")
@_desk_options
@click.pass_obj
def demo(chosen: Globals, /, seed: int | None, **options: Any) -> int:
    """Open the desk on the embedded exchange."""
    from mm_tui.settings.load import Named  # noqa: PLC0415  # the command line starts without it

    named = [Named("demo", "desk.venue", "demo")]
    if seed is not None:
        named.append(Named("--seed", "demo.seed", seed))
    return _open("demo", chosen, named, **options)


def _open(
    command: str,
    chosen: Globals,
    named: "list[Named]",
    *,
    overrides: tuple[str, ...],
    session_dir: Path | None,
    no_record: bool,
    headless: bool,
    duration: float | None,
    speed: float | str | None,
    as_json: bool,
    serve: str | None,
    **keyed: str | None,
) -> int:
    """Bring options and settings together and hand over to the runtime."""
    from mm_tui.settings.load import Named  # noqa: PLC0415  # the command line starts without it
    from mm_tui.settings.options import RunOptions  # noqa: PLC0415  # likewise
    from mm_tui.settings.places import sessions_folder, state_folder  # noqa: PLC0415  # likewise

    keys = {"symbol": "desk.symbol", "strategy": "desk.strategy", "theme": "ui.theme"}
    named += [Named(f"--{option}", keys[option], value) for option, value in keyed.items() if value is not None]
    if session_dir is not None:
        named.append(Named("--session-dir", "record.dir", str(session_dir)))
    if no_record:
        named.append(Named("--no-record", "record.enabled", value=False))
    loaded = load_settings(chosen, overrides, named)
    if duration is not None and not isfinite(duration):
        raise UsageError(f"--duration takes a number of seconds, not {duration}")
    if not headless and not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(NO_TERMINAL)
    settings = loaded.settings
    options = RunOptions(
        command=command,
        venue=settings.desk.venue,
        symbol=settings.desk.symbol,
        strategy=settings.desk.strategy,
        theme=settings.ui.theme,
        sessions=sessions_folder(os.environ, settings.record.dir),
        exclusive=session_dir is not None,
        record=settings.record.enabled,
        headless=headless,
        duration=duration,
        speed=speed,  # type: ignore[arg-type]  # SpeedType lets no other word than max through
        json=as_json,
        log_level=chosen.log_level,
        state=state_folder(os.environ),
    )
    if serve is None:
        return start(options, loaded)
    from msgspec.structs import replace  # noqa: PLC0415  # the command line starts without it

    from mm_tui.app.browser import serve as web  # noqa: PLC0415  # an extra, and only where it is asked for

    act = settings.serve.control
    shown = web.serving(serve or web.DEFAULT, may_act=act, config=chosen.config, theme=options.theme)
    with shown as (path, url):
        host = web.address(serve or web.DEFAULT)[0]
        click.echo(f"in a browser: {url}" + ("" if act else ", to look and not to touch"), err=True)
        if not web.is_loopback(host):
            click.echo(
                f"note: whoever reaches {host} may look{' and act' if act else ''}; there is no password", err=True
            )
        more = {"show_at": path, "viewers_act": act}
        return start(replace(options, **more), loaded)


def start(options: "RunOptions", loaded: "Loaded") -> int:
    """Load the desk, which takes longest and comes once everything else is known to be well, and run it."""
    if options.headless:
        from mm_tui.runtime.headless import run_headless  # noqa: PLC0415  # a headless run never loads the screen

        return run_headless(options, loaded)
    from mm_tui.app.run import run_desk  # noqa: PLC0415  # the heaviest import, once everything is known to be well

    return run_desk(options, loaded)
