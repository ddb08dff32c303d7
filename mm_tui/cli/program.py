"""The command `mm-tui`: its group, its global options, and how it ends.

Exit codes: 0 well, 64 usage, 65 bad data file, 69 venue unreachable, 70 internal error, 74 results cannot be
written, 75 orders may still rest, 78 bad settings, 130, 143 and 129 after SIGINT, SIGTERM and SIGHUP.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mm_tui.cli import ending, streams
from mm_tui.cli.backtest import backtest, replay
from mm_tui.cli.common import Globals, global_options
from mm_tui.cli.config import config
from mm_tui.cli.doctor import doctor
from mm_tui.cli.export import export
from mm_tui.cli.report import report
from mm_tui.cli.run import demo, run
from mm_tui.cli.sessions import kill, sessions
from mm_tui.cli.sweep import sweep
from mm_tui.cli.view import view
from mm_tui.errors import MmTuiError, OrdersMayRest

PROGRAM = "mm-tui"
DEFAULT_COMMAND = "run"
_USAGE = 64
_LONGEST = 4000
"""Characters of an error that are shown; all problems of a settings file fit."""
_INTERNAL = 70
_WITH_VALUE = ("--config", "--log-level")
_ENDING = ("--help", "-h", "--version")

_EPILOG = """\b
Shell completion:
  bash  eval "$(_MM_TUI_COMPLETE=bash_source mm-tui)"   in ~/.bashrc
  zsh   eval "$(_MM_TUI_COMPLETE=zsh_source mm-tui)"    in ~/.zshrc
  fish  _MM_TUI_COMPLETE=fish_source mm-tui | source    in ~/.config/fish/completions/mm-tui.fish
"""


class DeskGroup(click.Group):
    """A group in which a command that is not named is `run`: `mm-tui --venue demo` opens the desk."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command where a command should stand and none does."""
        at = 0
        while at < len(args) and args[at].startswith(_WITH_VALUE):
            at += 1 if "=" in args[at] else 2
        names_command = at < len(args) and (args[at] in _ENDING or not args[at].startswith("-"))
        if not names_command and not ctx.resilient_parsing:
            args = [*args[:at], DEFAULT_COMMAND, *args[at:]]
        return super().parse_args(ctx, args)


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  # click's callback
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version  # noqa: PLC0415  # only where it is asked for

        click.echo(f"{PROGRAM} {version(PROGRAM)}")
        ctx.exit()


@click.group(cls=DeskGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@global_options
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Show it, and exit."
)
def cli() -> None:
    """The terminal desk of a passive market maker. Without a command: run."""


for command in (run, demo, replay, backtest, sweep, report, export, sessions, kill, config, doctor, view):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and say how it ended; errors go to standard error, without a traceback.

    With `--json` standard output has its one document then too: what went wrong, and the exit code.
    What the process writes is its owner's alone: positions and orders are nobody else's business.
    """
    chosen = Globals()
    os.umask(os.umask(0o077) | 0o077)
    streams.prepare()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        with ending.signals():
            result = cli.main(args=arguments, prog_name=PROGRAM, standalone_mode=False, obj=chosen)
        code = result if isinstance(result, int) else 0
    except (click.Abort, KeyboardInterrupt):
        code = ending.INTERRUPTED
        _document(given, "interrupted", code)
    except ending.Stopped as stop:
        code = stop.exit_code
        _document(given, stop.words, code)
    except Exception as error:  # noqa: BLE001  # the last place where it can be told in words
        cause = _alone(error)
        code, words = _told(cause, chosen)
        if not isinstance(cause, OrdersMayRest):  # those are told beside the summary of the desk that left them
            _document(given, words, code)
    return streams.flush(code)


def _told(error: Exception, chosen: Globals) -> tuple[int, str]:
    """Put an error into words on standard error; its exit code and the words."""
    if isinstance(error, click.ClickException):
        error.show()
        return _USAGE, error.format_message()
    if isinstance(error, MmTuiError):
        words = _printable(str(error))
        click.echo(words, err=True)
        return error.exit_code, words
    return _INTERNAL, _tell(error, chosen)


def _document(arguments: Sequence[str], words: str, code: int) -> None:
    """For a program that reads standard output, an error as the document that it was promised."""
    if "--json" in arguments:
        import json  # noqa: PLC0415  # only when something broke

        sys.stdout.write(json.dumps({"error": words, "exit_code": code}, ensure_ascii=False) + "\n")


def _printable(text: str) -> str:
    """The words without what would steer the terminal, and not without end: a venue may have said them."""
    shown = "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]} …"


def _alone(error: Exception) -> Exception:
    """The error itself, where groups of tasks have wrapped a single one."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        (error,) = error.exceptions
    return error


def _tell(error: Exception, chosen: Globals) -> str:
    """Say one line about a fault of ours, and where its traceback is; the line."""
    import traceback  # noqa: PLC0415  # only when something broke

    lines = "".join(traceback.format_exception(error))
    if chosen.log_level == "debug":
        click.echo(lines, err=True, nl=False)
    notes = getattr(error, "__notes__", None) or [_kept(lines)]
    words = _printable(f"{PROGRAM}: internal error: {type(error).__name__}: {error} ({'; '.join(notes)})")
    click.echo(words, err=True)
    return words


def _kept(lines: str) -> str:
    """Put a traceback that no session's log holds into the application's own."""
    from mm_tui.settings.places import state_folder  # noqa: PLC0415  # only when something broke

    log: Path = state_folder(os.environ) / "app.log"
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as stream:
            stream.write(lines)
    except OSError:
        return "--log-level debug shows the traceback"
    return f"details in {log}"
