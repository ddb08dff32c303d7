"""The desk with its screen: the desk's loop on a thread of its own, the screen on the main one.

Whatever ends the screen ends the desk in order; whatever ends the desk ends the screen. Signals are taken by plain
handlers, which run even while the screen's loop is stuck.
"""

import asyncio
import gc
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from mm_tui.app.app import DeskApp
from mm_tui.app.coach import FILE as HINTS
from mm_tui.app.coach import Coach
from mm_tui.app.intents.markets import Markets
from mm_tui.app.layout.saved import FILE as LAYOUTS
from mm_tui.app.layout.saved import SavedLayouts
from mm_tui.errors import MmTuiError, OutputError
from mm_tui.journal.desks import KILL_SIGNAL
from mm_tui.runtime.control import Control
from mm_tui.runtime.feeds import Chosen
from mm_tui.runtime.headless import ENDING, closing_lines, exit_code
from mm_tui.runtime.in_turn import run_in_turn
from mm_tui.runtime.outcome import Outcome, resting_error
from mm_tui.runtime.stopping import StopDesk
from mm_tui.settings.load import Loaded
from mm_tui.settings.market import Market
from mm_tui.settings.options import RunOptions
from mm_tui.settings.places import config_file

SWITCH_INTERVAL = 0.0005
"""Seconds a thread may keep the interpreter while the other waits."""
SETTLED_S = (0.5, 2.0, 10.0)
"""Seconds after the start at which what lives by then is taken out of the collector's sight: behind the first paint
almost all of it stays for good, and a full collection would stop both threads for 30 ms."""
STOP_WAIT_S = 1.0
"""How long ctrl+z waits for the cancels."""
STUCK_SCREEN_S = 5.0
"""How long a screen, and the last words, may take after the desk has ended; then the process goes without them."""


class DeskThread:
    """The desk on its own thread and loop, whatever markets it goes through."""

    def __init__(self, options: RunOptions, loaded: Loaded, control: Control, given: Chosen | None = None) -> None:
        self.outcomes: list[Outcome] = []
        """Of its sessions, one a market."""
        self.error: BaseException | None = None
        self.control = control
        self._options = options
        self._loaded = loaded
        self._given = given
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self) -> None:
        """Wait until the desk has ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(run_in_turn(self._options, self._loaded, self.control, self.outcomes, self._given))
        except StopDesk:
            pass
        except BaseException as error:  # noqa: BLE001 - told to the user by the main thread
            self.error = error
        finally:
            self.control.ended.set()


def run_desk(options: RunOptions, loaded: Loaded, given: Chosen | None = None) -> int:
    """Show the desk until it ends, on its venue or the one given; the process's exit code. Runs on the main thread."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    control = Control(None if given is not None else Market(options.venue, options.symbol))
    desk = DeskThread(options, loaded, control, given)
    if os.environ.get("TERM") == "dumb":
        return _run_plain(desk, control)
    app = DeskApp(
        control,
        loaded.settings.ui,
        alerts=loaded.settings.alerts,
        themes_dir=(loaded.file or config_file(os.environ)).parent / "themes",
        before_stop=lambda: _pull_and_wait(control),
        layouts=SavedLayouts(options.state / LAYOUTS),
        coach=Coach(options.state / HINTS),
        markets=None if given is not None else Markets(control, loaded.settings),
    )
    restore = _take_signals(control)
    desk.start()
    gc.freeze()
    done = threading.Event()
    try:
        asyncio.run(_show(app, control, done))
    finally:
        control.stop("quit")
        desk.join()
        _give_back(restore)
    try:
        return _tell(desk, app.return_code or 0)
    finally:
        done.set()


def _pull_and_wait(control: Control) -> None:
    """Before the process is stopped: cancel all, and wait a moment for the proof."""
    control.act("pull", "the process stops")
    deadline = time.monotonic() + STOP_WAIT_S
    while control.frame.orders and time.monotonic() < deadline:
        time.sleep(0.01)


def _run_plain(desk: DeskThread, control: Control) -> int:
    """Lines, on a terminal that cannot move its cursor."""
    from mm_tui.app.terminal.plain import run_lines, typed_line  # noqa: PLC0415 - only where nothing else can be shown

    def read(seconds: float) -> str | None:
        return "" if control.stopping or control.ended.is_set() else typed_line(seconds)

    restore = _take_signals(control)
    desk.start()
    try:
        code = run_lines(control, read, sys.stdout)
    finally:
        control.stop("quit")
        desk.join()
        _give_back(restore)
    return _tell(desk, code)


async def _show(app: DeskApp, control: Control, done: threading.Event) -> None:
    """The screen, until it is left or the desk has ended; `done` is set once everything is told."""
    left = threading.Event()
    loop = asyncio.get_running_loop()

    def follow() -> None:
        control.ended.wait()
        if not left.is_set():
            with suppress(RuntimeError):  # it was left just now
                loop.call_soon_threadsafe(app.exit)
        if not done.wait(STUCK_SCREEN_S):
            _restore_terminal()
            os._exit(exit_code(control.stopping))

    threading.Thread(target=follow, name="follow", daemon=True).start()
    for delay in SETTLED_S:
        loop.call_later(delay, gc.freeze)
    try:
        await app.run_async()
    finally:
        left.set()


def _take_signals(control: Control) -> dict[str, "signal._HANDLER"]:
    """Plain handlers, which a stuck loop does not delay; what was there before."""

    def end(number: int, _frame: FrameType | None) -> None:
        control.stop(signal.Signals(number).name)

    def kill(_number: int, _frame: FrameType | None) -> None:
        control.kill("by another terminal")

    taken: dict[str, signal._HANDLER] = {}
    for name in (*ENDING, KILL_SIGNAL):
        if hasattr(signal, name):
            taken[name] = signal.signal(signal.Signals[name], kill if name == KILL_SIGNAL else end)
    return taken


def _give_back(handlers: dict[str, "signal._HANDLER"]) -> None:
    for name, handler in handlers.items():
        signal.signal(signal.Signals[name], handler)


def _restore_terminal() -> None:
    """Leave the alternate screen, show the cursor, stop mouse reports, without any loop's help."""
    os.set_blocking(2, False)
    with suppress(OSError):
        os.write(2, b"\x1b[?1000l\x1b[?1006l\x1b[?2004l\x1b[?1049l\x1b[?25h\x1b[0m\r\n")


def _tell(desk: DeskThread, code: int) -> int:
    """What the user is told when the screen is gone: of every session, in order."""
    try:
        for outcome in desk.outcomes:
            sys.stdout.write(closing_lines(outcome))
            for words in (outcome.recording_failed, outcome.note):
                if words:
                    sys.stderr.write(words + "\n")
        sys.stdout.flush()
    except (OSError, OutputError):
        sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for the rest of the process: the terminal is gone
    if desk.error is not None:
        if isinstance(desk.error, MmTuiError):
            raise desk.error
        raise RuntimeError(f"the desk failed: {type(desk.error).__name__}: {desk.error}") from desk.error
    for outcome in desk.outcomes:
        resting = resting_error(outcome)
        if resting is not None:
            raise resting
    ended = desk.control.stopping or (desk.outcomes[-1].ended if desk.outcomes else "")
    return code or exit_code(ended)
