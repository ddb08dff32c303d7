"""One session after the other in the same process: the operator changes the market, and the screen stays.

A session ends here as it ends anywhere: gate closed, all cancelled and that proved, sealed. Only then is the next
market opened, as a session of its own with its own folder. One that cannot be opened leaves no desk; the operator goes
back, chooses another, or leaves.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from msgspec.structs import replace

from mm_tui.errors import DataError, MmTuiError
from mm_tui.journal import desks
from mm_tui.runtime.control import Control, Refusal
from mm_tui.runtime.feeds import Chosen
from mm_tui.runtime.outcome import Outcome
from mm_tui.runtime.screen.viewers import shown
from mm_tui.runtime.session import run_session
from mm_tui.runtime.stopping import StopDesk
from mm_tui.settings.load import Loaded
from mm_tui.settings.market import Market
from mm_tui.settings.options import RunOptions

_LEAST_S: Final = 0.001
"""What is left to a run whose duration is over."""


async def run_in_turn(
    options: RunOptions, loaded: Loaded, control: Control, ended: list[Outcome], given: Chosen | None = None
) -> None:
    """Run sessions until the desk is told to stop; each that ended is put into `ended`. Raises MmTuiError, StopDesk.

    Where orders of a session may still rest, none follows it.
    """
    async with shown(control, options, alone=False):
        await _run(options, loaded, control, ended, given)


async def _run(
    options: RunOptions, loaded: Loaded, control: Control, ended: list[Outcome], given: Chosen | None
) -> None:
    began = time.monotonic()
    back = Market(options.venue, options.symbol)
    run, settings = options, loaded
    with _listed(options) as registration:
        while True:
            try:
                outcome = await run_session(run, settings, control, screen=True, given=given, registration=registration)
            except StopDesk:
                if control.stopping:
                    raise
            except MmTuiError as error:
                if control.attached or not control.changed:
                    raise
                control.refuse(Refusal(Market(run.venue, run.symbol), str(error), back))
                await _told(control)
            else:
                ended.append(outcome)
                if outcome.resting:
                    return
                back = Market(run.venue, run.symbol)
            market = control.take_next()
            if market is None:
                return
            _say(registration, market)
            run = _run_on(market, options, time.monotonic() - began)
            settings = _settings_on(market, loaded, quoting=not (ended and ended[-1].held))
            gc.unfreeze()
            gc.collect()  # what the session before left; nothing is quoted now


@contextmanager
def _listed(options: RunOptions) -> Iterator[desks.Registration | None]:
    """The process in the list that a kill from another terminal goes by; None where that cannot be written.

    Each session tries by itself then, and says what came of it.
    """
    registration = None
    with suppress(DataError):
        registration = desks.register(options.state, None, options.venue, options.symbol)
    try:
        yield registration
    finally:
        if registration is not None:
            registration.withdraw()


def _say(registration: desks.Registration | None, market: Market) -> None:
    """The market that is opened now, in the list; the session that follows says where it cannot be written."""
    if registration is not None:
        with suppress(DataError):
            registration.say(None, market.venue, market.symbol)


async def _told(control: Control) -> None:
    """Until the operator has said how to go on."""
    stopped = control.begin()
    try:
        await stopped.wait()
    finally:
        control.detach()


def _run_on(market: Market, options: RunOptions, seconds: float) -> RunOptions:
    """The options of a session that begins so long after the first; a pace is of the venue that it was named for."""
    return replace(
        options,
        venue=market.venue,
        symbol=market.symbol,
        speed=options.speed if market.venue == options.venue else None,
        duration=None if options.duration is None else max(_LEAST_S, options.duration - seconds),
    )


def _settings_on(market: Market, loaded: Loaded, *, quoting: bool) -> Loaded:
    """The settings the process was started with; a desk that wanted no quotes opens the next market paused."""
    desk = loaded.settings.desk
    desk = replace(desk, venue=market.venue, symbol=market.symbol, quoting_on_start=desk.quoting_on_start and quoting)
    return replace(loaded, settings=replace(loaded.settings, desk=desk))
