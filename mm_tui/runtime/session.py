"""A session: everything a desk needs is built, its workers run, and at the end nothing is left behind.

The end is always the same, whatever caused it: the gate closes, all is cancelled, that is verified, the session is
sealed. Only then does the process go.
"""

import asyncio
import gc
import logging
import sys
import time
from contextlib import AsyncExitStack
from typing import Any

import msgspec

from mm_tui.bus import EventBus
from mm_tui.errors import DataError, RegionRefused, VenueError
from mm_tui.journal import desks
from mm_tui.model.clock import SECOND
from mm_tui.model.events import OperatorAction, SessionStarted
from mm_tui.model.facts import Fact, Noted, StateChanged
from mm_tui.model.instrument import Instrument
from mm_tui.model.words import written
from mm_tui.runtime.alerts import AlertsWorker, Post, Wording, post_of
from mm_tui.runtime.assembly import Terms, build_desk, opening
from mm_tui.runtime.clock import EventClock, LiveClock
from mm_tui.runtime.control import Control
from mm_tui.runtime.drills import Drills
from mm_tui.runtime.feeds import Chosen, choose
from mm_tui.runtime.followers.band import NO_FIGURES, Band, Figures
from mm_tui.runtime.followers.followers import Followers
from mm_tui.runtime.followers.leaderboard import Leaderboard
from mm_tui.runtime.followers.shadows import Shadows
from mm_tui.runtime.gauges import Gauges
from mm_tui.runtime.inbox import DeskInbox
from mm_tui.runtime.keeping.kept import Kept
from mm_tui.runtime.keeping.latch import RiskFile
from mm_tui.runtime.keeping.logs import close_log, open_log
from mm_tui.runtime.outcome import Outcome
from mm_tui.runtime.screen.presenting import PresenterWorker
from mm_tui.runtime.stopping import StopDesk, unless
from mm_tui.runtime.stopwatch import LiveStopwatch
from mm_tui.runtime.summary import summarize
from mm_tui.runtime.workers import (
    FeedWorker,
    RecorderWorker,
    RiskWorker,
    SimulatorWorker,
    StrategyWorker,
    Watchdog,
)
from mm_tui.settings.load import Loaded
from mm_tui.settings.options import RunOptions
from mm_tui.settings.sections import Settings
from mm_tui.venues.api import Frame

CANCEL_TIMEOUT_S = 3.0
"""How long the end waits for proof that nothing rests."""
SHADOWS_END_WITHIN = SECOND
"""What shadows may take to hear the rest when a desk that runs on the clock ends, ns."""

log = logging.getLogger(__name__)


async def run_session(
    options: RunOptions,
    loaded: Loaded,
    control: Control,
    *,
    screen: bool,
    given: Chosen | None = None,
    registration: desks.Registration | None = None,
) -> Outcome:
    """Open the venue, or take the one given, run the desk until it is told to stop, end it well. Raises MmTuiError.

    `registration` is this process's entry in the list of desks, where it has one already.
    """
    stopped = control.begin()
    try:
        async with AsyncExitStack() as stack:
            chosen = given or await unless(stopped, choose(options, loaded.settings, stack))
            instrument = await unless(stopped, _instrument(chosen))
            session = Session(options, loaded, control, chosen, instrument, registration)
            stack.push_async_callback(session.close)
            session.open()
            return await session.run(stopped, screen=screen)
    finally:
        control.detach()


async def _instrument(chosen: Chosen) -> Instrument:
    """The pair's filters; where a venue cannot be reached the user is told of one that always can."""
    try:
        return await chosen.feed.instrument()
    except RegionRefused:
        raise
    except VenueError as error:
        raise VenueError(f"{error} (the embedded exchange needs no network: mm-tui demo)") from error


class Session:
    """One desk on one market, from its opening to its end."""

    def __init__(  # noqa: PLR0917 - handed over once
        self,
        options: RunOptions,
        loaded: Loaded,
        control: Control,
        chosen: Chosen,
        instrument: Instrument,
        listed: desks.Registration | None = None,
    ) -> None:
        self._options = options
        self._settings: Settings = loaded.settings
        self._control = control
        self._chosen = chosen
        self._instrument = instrument
        self._clock = LiveClock() if chosen.live else EventClock()
        self._gauges = Gauges(live=chosen.live)
        self._kept = Kept(options, loaded.settings, chosen, instrument)
        self._listed = listed
        """The entry in the list of desks that whoever opened the session made."""
        self._registration: desks.Registration | None = None
        self._unlisted = ""
        """Why a kill from another terminal does not find this desk; empty where it does."""
        self._log: logging.Handler | None = None
        self._risk_file: RiskFile | None = None
        self.alerts: AlertsWorker | None = None

    # -- opening

    def open(self) -> None:
        """Make the folder, the journal, core, venue and desk."""
        options, settings, chosen = self._options, self._settings, self._chosen
        started = LiveClock().now()
        post = post_of(settings.alerts) if chosen.live else None
        self._terms = terms = Terms(
            settings=settings,
            instrument=self._instrument,
            strategy=options.strategy,
            maker_bps=chosen.maker_bps,
            taker_bps=chosen.taker_bps,
            stale_after_ms=chosen.stale_after_ms,
        )
        self.bus = EventBus(time.perf_counter_ns)
        self.desk = build_desk(terms, self.bus, request_snapshot=chosen.feed.request_snapshot)
        self._kept.begin(started)
        self._log = open_log(self._kept.path, options.log_level)
        self.bus.subscribe("app.log", (Noted,), self._log_warning)
        if chosen.live and chosen.feed.name != "demo":
            self._risk_file = RiskFile(options.state, chosen.feed.name, self._instrument.symbol)
            self._risk_file.open()
            self._risk_file.watch(self.desk.core)
            self.bus.subscribe("risk file", (StateChanged,), self._risk_file.hear)
        if chosen.live:
            self.desk.core.quoter.stopwatch = LiveStopwatch(self.desk)
        elif chosen.stopwatch is not None:
            self.desk.core.quoter.stopwatch = chosen.stopwatch(self.desk)
        self.band: Band | None = None
        if settings.simulator.band:
            self.band = Band(self.desk, terms, timed=chosen.live)
        self.shadows = Shadows(self.desk, terms, self.bus, live=chosen.live)
        self.leaderboard = Leaderboard(self.desk, self.shadows, self._band_figures)
        self.followers: tuple[Followers, ...] = (self.shadows,) if self.band is None else (self.band, self.shadows)
        self._kept.follow(self.desk, self.bus, self.band)
        self.inbox = DeskInbox(self._clock.now, self._entered)
        self.desk.drill = Drills(chosen.feed, self.inbox, chosen.market).do
        self.alerts = None if post is None else self._alerts(post)
        log.info(
            "session venue=%s symbol=%s strategy=%s folder=%s",
            chosen.feed.name, self._instrument.symbol, options.strategy, self._kept.path,
        )  # fmt: skip

    def _alerts(self, post: Post) -> AlertsWorker:
        gate, title = self.desk.core.gate, f"mm-tui {self._chosen.feed.name} {self._instrument.symbol}"
        wording = Wording(self._instrument, lambda: gate.max_position)
        return AlertsWorker(post, self._settings.alerts, wording, self.bus, title, self._clock.now)

    def _band_figures(self) -> Figures:
        return NO_FIGURES if self.band is None else self.band.figures()

    def _log_warning(self, fact: Fact) -> None:
        if isinstance(fact, Noted) and fact.kind == "warn":
            error = self.desk.core.quoter.last_error if fact.text.startswith("strategy ") else None
            log.warning("%s", fact.text, exc_info=error)

    def _entered(self, frame: Frame) -> None:
        if isinstance(self._clock, EventClock):
            self._clock.move(frame.event.ts)
        self._gauges.entered(frame, self._clock.now())

    # -- running

    async def run(self, stopped: asyncio.Event, *, screen: bool) -> Outcome:
        """Run the workers until the desk is told to stop; then the end."""
        control, desk, inbox, chosen = self._control, self.desk, self.inbox, self._chosen
        strategy = StrategyWorker(
            desk, inbox, self._clock, self._gauges, self._opening, self.followers, self._kept.milestones
        )
        feed = FeedWorker(chosen.feed, inbox, lambda: self._file_ended(screen=screen))
        simulator = SimulatorWorker(desk, inbox, self._clock, strategy)
        risk = RiskWorker(desk, inbox, self._gauges, chosen.stale_after_ms, self._risk_file, punctual=chosen.punctual)
        recorder = RecorderWorker(self._kept.writer, self._kept.problem, self._kept.boxes)
        workers: list[Any] = [feed, strategy, risk, simulator, recorder, *([self.alerts] if self.alerts else [])]
        runs = [worker.run() for worker in workers]
        runs.append(self._kept.tidy())
        if screen or self._options.show_at is not None:
            presenter = PresenterWorker(
                desk,
                self.bus,
                control,
                self._gauges,
                chosen,
                workers,
                self._clock,
                self._settings.ui.frames_per_s,
                self.band,
                self.leaderboard,
            )
            runs.append(presenter.run())
        if self._options.duration is not None and chosen.live:
            runs.append(self._expire(self._options.duration))
        self._register()
        self._greet(screen=screen)
        control.attach(inbox)
        gc.freeze()
        watchdog = Watchdog(risk, inbox)
        watchdog.start()
        failure: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                for run in runs:
                    tasks.create_task(run)
                await stopped.wait()
                raise StopDesk  # noqa: TRY301 - the way out of a task group
        except* StopDesk:
            pass
        except* Exception as group:
            failure = _first(group)
            log.exception("worker failed", exc_info=failure)
        finally:
            watchdog.stop()
        reason, held = control.ending or f"error: {failure}", self._held()
        await self._cancel_everything(reason)
        await recorder.rest()
        outcome = msgspec.structs.replace(await self._end(reason), held=held)
        if failure is not None:
            raise failure
        return outcome

    def _register(self) -> None:
        """Enter the list that a kill from another terminal goes by; a paper desk that cannot goes on, and says so."""
        path = self._kept.path
        venue, symbol = self._chosen.feed.name, self._instrument.symbol
        try:
            if self._listed is None:
                self._registration = desks.register(self._options.state, path, venue, symbol)
            else:
                self._listed.say(path, venue, symbol)
        except DataError as error:
            self._unlisted = str(error)
            self.bus.publish(Noted(ts=self._clock.now(), kind="warn", text=self._unlisted))

    def _greet(self, *, screen: bool) -> None:
        """Tell what whoever starts a desk has to know: among the events, and in words where there is no screen."""
        if self._kept.found:
            self.bus.publish(Noted(ts=self._clock.now(), kind="warn", text=self._kept.found))
        if not screen:
            cause = self._chosen.demo_cause
            instead = f"{cause}: on the embedded exchange instead, no real market" if cause else ""
            sys.stderr.writelines(f"{words}\n" for words in (instead, self._kept.found) if words)

    def _opening(self, ts: int) -> SessionStarted:
        """The session's first event, with what the limits carry over."""
        event = opening(self._terms, ts) if self._chosen.opening is None else self._chosen.opening
        return event if self._risk_file is None else self._risk_file.opening(event)

    async def _expire(self, seconds: float) -> None:
        """End after so many seconds of the clock; a file minds its own time."""
        await asyncio.sleep(seconds)
        self._control.stop("duration")

    def _file_ended(self, *, screen: bool) -> None:
        """A file that lasted as long as it was to ends the desk; one that is over leaves its last picture."""
        if getattr(self._chosen.feed, "over", False):
            self._control.stop("duration")
        elif not screen:
            self._control.stop("end of file")

    # -- the end

    def _held(self) -> str:
        """Why no quotes are wanted, by a person or a limit; empty where they are."""
        core = self.desk.core
        sides = "" if any(core.conduct.side_on.values()) else "both sides are off"
        return core.gate.closed or core.conduct.paused or sides

    async def _cancel_everything(self, reason: str) -> None:
        """Close the gate, cancel all, wait for proof."""
        desk, clock = self.desk, self._clock
        if not desk.first_ts:
            return
        closing = OperatorAction(ts=max(desk.ts, clock.now()), action="close", argument=f"closing: {reason}")
        desk.step(closing)
        for one in self.followers:
            one.take(closing)
        deadline = asyncio.get_running_loop().time() + CANCEL_TIMEOUT_S
        while desk.core.orders.open_count and asyncio.get_running_loop().time() < deadline:
            due = desk.due
            if due is None:
                break
            if isinstance(clock, LiveClock):
                await asyncio.sleep(max(0.0, (due - clock.now()) / 1e9))
                desk.advance(clock.now())
            else:
                desk.advance(due)

    async def _end(self, reason: str) -> Outcome:
        desk, options, chosen = self.desk, self._options, self._chosen
        path = self._kept.path
        ended = max(desk.ts, self._clock.now())
        failed = self._kept.failed
        if self._risk_file is not None and desk.first_ts:
            self._risk_file.keep(ended, sync=True)
        if self.band is not None:
            self.band.finish(desk.ts)
        self.shadows.finish(desk.ts, SHADOWS_END_WITHIN)
        summary = summarize(
            desk,
            self._gauges,
            self.bus.figures(),
            band=self.band,
            venue=chosen.feed.name,
            strategy=options.strategy,
            session=written(str(path)) if path else None,
            ended_ns=ended,
        )
        if self.shadows.shadows:
            summary["shadows"] = self.leaderboard.summary()
        desk.scores.obligation.finish(ended)
        if self.alerts is not None:
            await asyncio.to_thread(self.alerts.close)
        log.info("ended reason=%s fills=%s digest=%s", reason, desk.core.account.fills, desk.digest.hex())
        await self._kept.seal(reason, ended, summary)
        resting = tuple(order.order_id for order in desk.core.orders.open)
        if resting:
            log.error("orders may rest ids=%s", ",".join(resting))
        notes = [
            getattr(chosen.feed, "note", ""),
            "" if self._risk_file is None else self._risk_file.note,
            self._unlisted,
        ]
        return Outcome(reason, summary, path, resting, failed, "\n".join(filter(None, notes)))

    async def close(self) -> None:
        """Give back what the session holds; safe after a failed opening."""
        if self._risk_file is not None:
            self._risk_file.close()
        self._kept.close()
        if self._registration is not None:
            self._registration.withdraw()
        self._kept.release()
        if self._log is not None:
            close_log(self._log)


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
