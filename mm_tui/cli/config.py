"""`mm-tui config`: show, check, find and write settings."""

import os
from pathlib import Path

import click

from mm_tui.cli.common import Globals, global_options, load_settings, set_option
from mm_tui.errors import SettingsError, UsageError


@click.group()
@global_options
def config() -> None:
    """Show, check, find and write settings."""


@config.command()
@set_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@global_options
@click.pass_obj
def show(chosen: Globals, overrides: tuple[str, ...], *, as_json: bool) -> None:
    """Every setting with the source of its value, secrets hidden."""
    from mm_tui.settings import show as shown  # noqa: PLC0415  # the command line starts without it

    loaded = load_settings(chosen, overrides)
    click.echo(shown.as_json(loaded) if as_json else shown.as_toml(loaded), nl=as_json)


@config.command()
@set_option
@global_options
@click.pass_obj
def validate(chosen: Globals, overrides: tuple[str, ...]) -> None:
    """Check all sources; every problem is listed with its place, exit 78."""
    loaded = load_settings(chosen, overrides)
    for note in loaded.notes:
        click.echo(f"note: {note}", err=True)
    from mm_tui.cli.screen import themes  # noqa: PLC0415  # the command line starts without it

    broken = themes(loaded.file)[1]
    if broken:
        raise SettingsError([f"{file}: {words}" for file, words in broken.items()])
    click.echo(f"{loaded.file or 'no settings file, the defaults hold'}: well")


@config.command()
@global_options
@click.pass_obj
def path(chosen: Globals) -> None:
    """The settings file that is read, or where it would be."""
    from mm_tui.settings.load import find_file  # noqa: PLC0415  # the command line starts without it
    from mm_tui.settings.places import config_file  # noqa: PLC0415  # likewise

    file = find_file(chosen.config, os.environ, Path.cwd()) or config_file(os.environ)
    click.echo(str(file))
    if not file.exists():
        click.echo("no such file yet; `mm-tui config init` writes it", err=True)


@config.command()
@click.option("--force", is_flag=True, help="Overwrite the file that is there.")
@global_options
@click.pass_obj
def init(chosen: Globals, *, force: bool) -> None:
    """Write the documented defaults, to --config or the user's own settings file."""
    from mm_tui.settings.packaged import packaged  # noqa: PLC0415  # the command line starts without it
    from mm_tui.settings.places import config_file  # noqa: PLC0415  # likewise

    file = chosen.config or config_file(os.environ)
    defaults = packaged("settings.toml").read_bytes()
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    if file.exists() and not force:
        raise UsageError(f"{file} exists; --force overwrites it")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(file, flags, 0o600), "wb") as stream:
            stream.write(defaults)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}; name another with --config") from error
    click.echo(str(file))
    here = Path.cwd() / "settings.toml"
    if chosen.config is None and here.exists() and here != file:
        click.echo(f"note: in this folder {here} is read instead; --config {file} reads the new one", err=True)
