"""A replay with its screen, on the main thread; and the desk that a branch goes on with."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter_ns
from types import FrameType

import msgspec

from mm_tui.app.layout.saved import FILE as LAYOUTS
from mm_tui.app.layout.saved import SavedLayouts
from mm_tui.app.replay.app import ReplayApp
from mm_tui.app.replay.link import ReplayLink
from mm_tui.app.run import SWITCH_INTERVAL, run_desk
from mm_tui.backtest.recording import Recording
from mm_tui.backtest.replay.branch import VENUE, Branch, chosen, problem
from mm_tui.backtest.replay.player import Replay
from mm_tui.backtest.replay.store import store_of
from mm_tui.errors import MmTuiError, UsageError
from mm_tui.runtime.headless import ENDING, exit_code
from mm_tui.settings.load import Loaded
from mm_tui.settings.options import RunOptions
from mm_tui.settings.places import config_file, sessions_folder, state_folder
from mm_tui.settings.sections import Settings


class ReplayOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks of a replay."""

    speed: float | None = 1.0
    """Recorded seconds a second, None for as fast as it goes."""
    begin: str = ""
    """Where to begin, as people write it; empty for the recording's beginning."""
    log_level: str = "info"


def run_replay(open_it: Callable[[], Recording], options: ReplayOptions, loaded: Loaded) -> int:
    """Show a recording until it is left; the process's exit code. `open_it` gives a fresh one each time."""
    if os.environ.get("TERM") == "dumb":
        raise UsageError("a replay needs a terminal that can move its cursor; mm-tui backtest gives its figures")
    sys.setswitchinterval(SWITCH_INTERVAL)
    recording = open_it()
    replay = Replay(recording, perf_counter_ns, speed=options.speed, store=store_of(recording))
    replay.begin(options.begin)
    ui = loaded.settings.ui
    link = ReplayLink(replay, ui.frames_per_s)
    app = ReplayApp(
        link,
        ui,
        check=lambda assignments: replay.absent or problem(replay.shown, assignments),
        themes_dir=(loaded.file or config_file(os.environ)).parent / "themes",
        layouts=SavedLayouts(state_folder(os.environ) / LAYOUTS),
    )
    stopping = asyncio.run(_show(app, link))
    raise_fault(link.error)
    if stopping or app.branched is None:
        return exit_code(stopping) if stopping else app.return_code or 0
    shown = replay.shown
    branch = Branch(path=recording.path, heard=shown.heard, ts=shown.ts, assignments=app.branched)
    return run_branch(open_it(), branch, options, loaded)


def raise_fault(error: BaseException | None) -> None:
    """What ended the replay's thread, as the user is told."""
    if isinstance(error, MmTuiError):
        raise error
    if error is not None:
        raise RuntimeError(f"the replay failed: {type(error).__name__}: {error}") from error


def run_branch(recording: Recording, branch: Branch, options: ReplayOptions, loaded: Loaded) -> int:
    """Go on from a moment with a desk on the screen, recorded as any, at the market's own pace."""
    own, recorded = loaded.settings, recording.terms.settings
    settings: Settings = msgspec.structs.replace(recorded, ui=own.ui, alerts=own.alerts, record=own.record)
    run = RunOptions(
        command="replay",
        venue=VENUE,
        symbol=recording.terms.instrument.symbol,
        strategy=recording.terms.strategy,
        theme=own.ui.theme,
        sessions=sessions_folder(os.environ, own.record.dir),
        record=own.record.enabled,
        log_level=options.log_level,
        state=state_folder(os.environ),
    )
    return run_desk(run, msgspec.structs.replace(loaded, settings=settings), chosen(recording, branch))


async def _show(app: ReplayApp, link: ReplayLink) -> str:
    """The screen, until it is left; the signal that ended it, if one did."""
    loop = asyncio.get_running_loop()
    ended: list[str] = []

    def leave() -> None:
        with suppress(RuntimeError):  # it was left just now
            loop.call_soon_threadsafe(app.exit)

    def end(number: int, _frame: FrameType | None) -> None:
        ended.append(signal.Signals(number).name)
        leave()

    names = [name for name in ENDING if hasattr(signal, name)]
    before = {name: signal.signal(signal.Signals[name], end) for name in names}
    link.when_failed(leave)
    link.start()
    try:
        await app.run_async()
    finally:
        link.stop()
        for name, handler in before.items():
            signal.signal(signal.Signals[name], handler)
    return ended[0] if ended else ""
