"""Makes a frame so many times a second, between two steps, and hands it over by reference."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from mm_tui.bus import EventBus
from mm_tui.model.facts import Fact, Filled, Noted, OrderChanged
from mm_tui.runtime.clock import EventClock, LiveClock
from mm_tui.runtime.control import Control
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.feeds import Chosen
from mm_tui.runtime.followers.band import Band
from mm_tui.runtime.followers.leaderboard import Leaderboard
from mm_tui.runtime.gauges import Gauges
from mm_tui.runtime.screen.latencies import Latencies
from mm_tui.runtime.screen.previewing import Previews
from mm_tui.views.frames import DeskFrame, Viewport
from mm_tui.views.log import EventLog
from mm_tui.views.present import Presenter, Vitals

_TURNS = 3
"""Of the loop, from a frame of the market at the socket to the strategy's answer."""


async def _let_pass() -> None:
    """Let what has come go first: a frame of the screen may wait, a step of the desk may not."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


class PresenterWorker:
    """Shows the desk to the screen."""

    def __init__(  # noqa: PLR0917 - handed over once, by the session
        self,
        desk: Desk,
        bus: EventBus,
        control: Control,
        gauges: Gauges,
        chosen: Chosen,
        workers: Sequence[Any],
        clock: LiveClock | EventClock,
        frames_per_s: int,
        band: Band | None = None,
        leaderboard: Leaderboard | None = None,
    ) -> None:
        self._band = band
        self._leaderboard = leaderboard
        self._desk = desk
        self._control = control
        self._gauges = gauges
        self._latencies = Latencies(gauges)
        self._chosen = chosen
        self._workers = workers
        self._clock = clock
        self._period = 1 / frames_per_s
        log = EventLog(desk.core.instrument)
        bus.subscribe("event log", (Fact,), log.hear)
        if chosen.demo_cause:
            words = f"{chosen.demo_cause}; this is the embedded exchange instead"
            log.hear(Noted(ts=clock.now(), kind="warn", text=words))
        self._presenter = Presenter(desk.core, desk.scores, desk.venue.queue_ahead, log, desk.core.view.maker_fee_bps)
        bus.subscribe("order history", (OrderChanged, Filled), self._presenter.history.hear)
        self._previews = Previews(desk.core)
        self._vitals = Vitals(venue=chosen.feed.name, demo_cause=chosen.demo_cause)

    async def run(self) -> None:
        """A frame each period; what could not be in time is skipped, not made up for."""
        while True:
            await _let_pass()
            self._presenter.prepare(self._clock.now(), self._look())
            await _let_pass()
            self._control.show(self._frame(self._clock.now(), self._control.viewport))
            await asyncio.sleep(self._period)

    def _frame(self, ts: int, view: Viewport) -> DeskFrame:
        preview = self._previews.look(max(ts, self._desk.ts), view.draft)
        return self._presenter.present(ts, self._vitals, view, preview)

    def _look(self) -> Vitals:
        vitals, gauges, feed = self._vitals, self._gauges, self._chosen.feed
        vitals.venue_words = feed.words
        vitals.link = feed.status.link
        age = gauges.age_ns()
        vitals.age_ms = None if age is None else age // 1_000_000
        latency = gauges.latency.last
        vitals.latency_ms = None if latency is None else latency / 1e6
        vitals.latency = self._latencies.look(time.monotonic_ns())
        lag = gauges.worst_lag
        vitals.loop_ms = None if lag is None else lag / 1e6
        rows = tuple((worker.look() if hasattr(worker, "look") else worker.state).row() for worker in self._workers)
        vitals.workers = rows
        if self._band is not None:
            vitals.band = self._band.figures()
        if self._leaderboard is not None:
            vitals.shadows = self._leaderboard.frame(self._clock.now())
        vitals.problem = next((row.detail for row in rows if row.state == "failed"), "")
        return vitals
