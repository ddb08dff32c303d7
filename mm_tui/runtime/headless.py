"""A desk without a screen: the same loop, on the main thread."""

import asyncio
import os
import shlex
import signal
import sys
from contextlib import redirect_stdout
from functools import partial

import msgspec

from mm_tui.journal.desks import KILL_SIGNAL
from mm_tui.runtime.control import Control
from mm_tui.runtime.outcome import Outcome, resting_error
from mm_tui.runtime.screen.viewers import shown
from mm_tui.runtime.session import run_session
from mm_tui.runtime.stopping import StopDesk
from mm_tui.settings.load import Loaded
from mm_tui.settings.options import RunOptions
from mm_tui.settings.places import sessions_folder

ENDING = ("SIGINT", "SIGTERM", "SIGHUP")


def exit_code(ended: str) -> int:
    """What the process returns for how the session ended: 128 + the signal's number, or 0."""
    return 128 + signal.Signals[ended] if ended in ENDING else 0


def listen(control: Control) -> None:
    """Signals end the desk in order; the kill signal kills. For the running loop."""
    loop = asyncio.get_running_loop()
    for name in ENDING:
        if hasattr(signal, name):
            loop.add_signal_handler(signal.Signals[name], partial(control.stop, name))
    if hasattr(signal, KILL_SIGNAL):
        loop.add_signal_handler(signal.Signals[KILL_SIGNAL], partial(control.kill, "by another terminal"))


def run_headless(options: RunOptions, loaded: Loaded) -> int:
    """Run until the duration is over, the file has ended or a signal comes; the process's exit code."""
    control = Control()

    async def main() -> Outcome:
        if sys.platform != "win32":
            listen(control)
        async with shown(control, options, alone=True):
            return await run_session(options, loaded, control, screen=False)

    try:
        with redirect_stdout(sys.stderr if options.json else sys.stdout):
            outcome = asyncio.run(main())
    except StopDesk:
        code = exit_code(control.stopping)
        if options.json:
            told = {"error": f"ended by {control.stopping} before the desk was open", "exit_code": code}
            sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        return code
    if options.json:
        sys.stdout.write(msgspec.json.encode(outcome.summary).decode() + "\n")
    else:
        sys.stdout.write(closing_lines(outcome))
    for words in (outcome.recording_failed, outcome.note):
        if words:
            sys.stderr.write(words + "\n")
    resting = resting_error(outcome)
    if resting is not None:
        raise resting
    return exit_code(outcome.ended)


def closing_lines(outcome: Outcome) -> str:
    """A few lines: how long, what came of it, where it lies, what next."""
    summary = outcome.summary
    started, ended = summary["started_ns"], summary["ended_ns"]
    seconds = 0 if started is None else (ended - started) // 1_000_000_000
    base, _, quote = summary["symbol"].rpartition("/")
    total = summary["pnl"]["total"]
    fills = summary["fills"]["count"]
    pnl = "–" if total is None else f"{float(total):+,.2f} {quote}".replace("-", "\u2212")
    held = f"{summary['position']['base']} {base}".rstrip().replace("-", "\u2212")
    lines = [
        (
            f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02} on {summary['venue']} {summary['symbol']}, "
            f"ended by {outcome.ended}"
        ),
        f"{fills} {'fill' if fills == 1 else 'fills'}, PnL {pnl} net of fees, position {held}",
    ]
    if outcome.folder is None:
        lines += ["Nothing was recorded.", "Next: mm-tui --help"]
    else:
        which = shlex.quote(str(outcome.folder))
        if outcome.folder.parent == sessions_folder(os.environ):
            which = outcome.folder.name
        lines += [
            f"Session: {outcome.folder}",
            f"Show it again: mm-tui replay {which}",
            f"What it came to: mm-tui report {which}   All there are: mm-tui sessions",
        ]
    return "\n".join(lines) + "\n"
