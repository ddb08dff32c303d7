"""What the commands share: the global options, and the settings as the command line sees them."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mm_tui.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from mm_tui.settings.load import Loaded, Named

F = TypeVar("F", bound=Callable[..., Any])

LEVELS = ("debug", "info", "warning", "error")
_WIDTH = 40
"""Of a name beside a progress bar."""


@dataclass
class Globals:
    """Options that stand before the command or behind it; behind it wins."""

    config: Path | None = None
    log_level: str = "info"


class SpeedType(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """A positive factor, or `max`."""

    name = "speed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        """The factor as a number."""
        if value == "max":
            return "max"
        try:
            factor = float(value)
        except ValueError:
            factor = 0.0
        if not 0 < factor < float("inf"):
            self.fail(f"{value!r} is neither a factor over 0 nor max", param, ctx)
        return factor


class PlaceType(click.Path):
    """A path with a name: an empty one is a variable that was never set, and would mean the folder one stands in."""

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(file_okay=file_okay, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path."""
        if value == "":
            self.fail("it is empty; is a variable not set? (. is this folder)", param, ctx)
        return super().convert(value, param, ctx)


def global_options(command: F) -> F:
    """`--config` and `--log-level`; kept in the context's object, not handed to the command."""
    command = click.option(
        "--log-level",
        type=click.Choice(LEVELS),
        expose_value=False,
        callback=_keep,
        help="How much app.log says (info).",
    )(command)
    return click.option(
        "--config",
        type=PlaceType(),
        metavar="FILE",
        expose_value=False,
        callback=_keep,
        help="Settings file, instead of ./settings.toml and the user's own.",
    )(command)


def set_option(command: F) -> F:
    """`--set KEY=VALUE`, as often as wanted."""
    return click.option(
        "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a setting: --set risk.max_position=0.5"
    )(command)


def trust_option(command: F) -> F:
    """`--trust /absolute/file.py:Class`, as often as wanted."""
    return click.option(
        "--trust", "trusted", multiple=True, metavar="FILE.py:CLASS",
        help="A strategy file that the session goes over to while it runs: so it may run.",
    )(command)  # fmt: skip


def salvage_option(command: F) -> F:
    """`--salvage`, wherever a recording is read."""
    return click.option(
        "--salvage", is_flag=True, help="Pass over lines that cannot be read, instead of stopping there."
    )(command)


def without_operator_option(command: F) -> F:
    """`--without-operator`, wherever a recording is run again."""
    return click.option("--without-operator", is_flag=True, help="Leave out what the operator did.")(command)


def json_option(command: F) -> F:
    """`--json`, as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")(command)


def load_settings(chosen: Globals, overrides: Sequence[str], named: Sequence["Named"] = ()) -> "Loaded":
    """Settings of all sources; raises SettingsError, or UsageError where only options were wrong."""
    from mm_tui.cli import screen  # noqa: PLC0415  # the command line starts without it
    from mm_tui.settings.load import load  # noqa: PLC0415  # likewise

    try:
        return load(chosen.config, overrides, os.environ, Path.cwd(), named, judge=screen.problems)
    except SettingsError as error:
        options = tuple(f"{one.option} " for one in named)
        if options and all(problem.startswith(options) for problem in error.problems):
            raise UsageError("\n".join(error.problems)) from error
        raise


@contextmanager
def set_aside(as_json: bool) -> Iterator[None]:  # noqa: FBT001  # the option itself
    """With `--json`, what a strategy prints goes to standard error: standard output is for the document alone."""
    with redirect_stdout(sys.stderr if as_json else sys.stdout):
        yield


@contextmanager
def progress(name: str) -> Iterator[Callable[[float], None]]:
    """A bar with an estimate on standard error; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=1000, label=name[:_WIDTH], file=sys.stderr) as bar:
        yield lambda share: bar.update(round(share * 1000) - bar.pos)


def _keep(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    if value is not None and option.name is not None:
        setattr(ctx.ensure_object(Globals), option.name, value)
