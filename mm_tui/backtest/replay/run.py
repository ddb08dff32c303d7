"""A desk on its way through a recording, with everything that a frame of it is made from, as one graph.

It holds nothing of the replay around it, so that it can be kept as it stands and made again (`freeze`).
"""

from collections.abc import Sequence

from mm_tui.backtest.recording import Recording
from mm_tui.bus import EventBus
from mm_tui.journal.index import Mark
from mm_tui.model.events import AnyEvent, SessionStarted, WatchdogTripped
from mm_tui.model.facts import Fact, Filled, OrderChanged
from mm_tui.runtime.assembly import Terms, build_desk, opening
from mm_tui.runtime.followers.band import Band
from mm_tui.runtime.keeping.milestones import MARKED, mark_of
from mm_tui.runtime.stopwatch import RecordedStopwatch
from mm_tui.views.frames import DeskFrame, Viewport
from mm_tui.views.log import EventLog
from mm_tui.views.present import Presenter, Vitals


class Run:
    """Desk, band, event log and presenter, and how many inputs they have heard."""

    def __init__(self, recording: Recording) -> None:
        terms: Terms = recording.terms
        bus = EventBus(_no_time)
        self.desk = build_desk(terms, bus)
        self.band = Band(self.desk, terms) if terms.settings.simulator.band else None
        self.heard = 0
        """Inputs."""
        self.ts = 0
        """How far it has come: the last input's time, or a moment behind it."""
        self.marks: list[Mark] = []
        """What happened with the inputs heard since they were looked at, where `marking`."""
        self.marking = False
        self._terms = terms
        self._unchanged = recording.unchanged
        self._stopwatch = RecordedStopwatch() if recording.stopwatch is not None else None
        self.desk.core.quoter.stopwatch = self._stopwatch
        self._log = EventLog(self.desk.core.instrument)
        bus.subscribe("event log", (Fact,), self._log.hear)
        bus.subscribe("marks", MARKED, self._mark)
        desk, fee_bps = self.desk, self.desk.core.view.maker_fee_bps
        self._presenter = Presenter(desk.core, desk.scores, desk.venue.queue_ahead, self._log, fee_bps)
        bus.subscribe("order history", (OrderChanged, Filled), self._presenter.history.hear)

    def hear(self, event: AnyEvent, trips: Sequence[WatchdogTripped] = ()) -> None:
        """The next input, with what the recorded stopwatch said of it."""
        desk, band = self.desk, self.band
        if trips and self._stopwatch is not None:
            for trip in trips:
                self._stopwatch.learn(trip)
        started = type(event) is SessionStarted
        if not desk.first_ts:
            first = event if started and self._unchanged else opening(self._terms, event.ts)
            desk.step(first)
            if band is not None:
                band.take(first)
        if not started:
            desk.step(event)
            if band is not None:
                band.take(event)
        self.heard += 1
        self.ts = ts = event.ts
        self._presenter.sample(ts)

    def advance(self, until: int) -> None:
        """Let time pass to a moment before the next input."""
        if until > self.ts:
            self.desk.advance(until)
            self.ts = until

    def finish(self) -> None:
        """Behind the last input: a desk that was closing hears what its cancels came to, as it did."""
        desk = self.desk
        while desk.core.conduct.closing and desk.core.orders.open_count and (due := desk.due) is not None:
            self.advance(due)

    def settle(self) -> None:
        """Bring the band up to the desk's own time."""
        if self.band is not None:
            self.band.catch_up(self.desk.ts)

    def present(self, vitals: Vitals, view: Viewport) -> DeskFrame:
        """The moment as the screen sees it."""
        self.settle()
        if self.band is not None:
            vitals.band = self.band.figures()
        return self._presenter.present(self.ts, vitals, view)

    def _mark(self, fact: Fact) -> None:
        mark = mark_of(fact) if self.marking else None
        if mark is not None:
            self.marks.append(mark)


def _no_time() -> int:
    """How long subscribers take is nobody's question here."""
    return 0
