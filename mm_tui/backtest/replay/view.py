"""A moment of a replay as the screen sees it: the desk's own frame, the state of a replay, and the scrubber's part."""

import msgspec

from mm_tui.backtest.recording import Recording
from mm_tui.backtest.replay.film import Film
from mm_tui.backtest.replay.run import Run
from mm_tui.backtest.replay.timeline import Timeline
from mm_tui.views.frames import DeskFrame, HeaderFrame, ReplayFrame, Viewport, WorkerRow
from mm_tui.views.present import Vitals


class ReplayView:
    """Puts frames together; what did not change stays the same object."""

    def __init__(self, recording: Recording) -> None:
        self._header: tuple[HeaderFrame, bool, HeaderFrame] | None = None
        self._filmed: tuple[HeaderFrame, HeaderFrame] | None = None
        self._vitals = Vitals(
            venue=recording.venue,
            venue_words=f"recording {recording.path.name}",
            badge="REPLAY nothing is sent",
            link="up",
        )

    def frame(self, run: Run, timeline: Timeline, scrubber: ReplayFrame, view: Viewport, problem: str) -> DeskFrame:
        """The run where it stands; `problem` says what is wrong with going back, empty where nothing is."""
        frame = run.present(self._look(run, timeline, problem, playing=scrubber.playing), view)
        return msgspec.structs.replace(frame, header=self._head(frame.header, scrubber.playing), replay=scrubber)

    def filmed(self, film: Film, timeline: Timeline, scrubber: ReplayFrame, view: Viewport, problem: str) -> DeskFrame:
        """The session as it was recorded."""
        frame = film.frame(view)
        return msgspec.structs.replace(
            frame,
            header=self._head(self._own(frame.header), scrubber.playing),
            workers=self._workers(timeline, problem, playing=scrubber.playing),
            replay=scrubber,
        )

    def _look(self, run: Run, timeline: Timeline, problem: str, *, playing: bool) -> Vitals:
        vitals, heard = self._vitals, run.heard
        vitals.age_ms = (run.ts - timeline.times[heard - 1]) // 1_000_000 if heard else None
        vitals.workers = self._workers(timeline, problem, playing=playing)
        return vitals

    def _workers(self, timeline: Timeline, problem: str, *, playing: bool) -> tuple[WorkerRow, ...]:
        read = f"{timeline.share:.0%} is read" if timeline.share else f"{len(timeline):,} inputs are read"
        return (
            WorkerRow(name="replay", state="running" if playing else "paused"),
            WorkerRow(name="reader", state="stopped" if timeline.done else "running", detail=problem or read),
        )

    def _own(self, header: HeaderFrame) -> HeaderFrame:
        """The recorded desk's header, but for what it said of its venue and its money."""
        if self._filmed is None or self._filmed[0] is not header:
            own = self._vitals
            made = msgspec.structs.replace(
                header, venue=own.venue, venue_words=own.venue_words, badge=own.badge, demo_cause=""
            )
            self._filmed = (header, made)
        return self._filmed[1]

    def _head(self, header: HeaderFrame, playing: bool) -> HeaderFrame:  # noqa: FBT001 - one thing that is or is not
        """The state is that of a replay, the reason that of the desk that is shown."""
        known = self._header
        if known is not None and known[0] is header and known[1] is playing:
            return known[2]
        reason = f"the desk: {header.state}" + (f", {header.reason}" if header.reason else "")
        hint = "space pause" if playing else "space play"
        shown = msgspec.structs.replace(header, state="replay", reason=reason, hint=hint)
        self._header = (header, playing, shown)
        return shown
