"""Goes on from a moment of a recording as a session of its own: other parameters, another operator, the same market.

What the desk hears up to the moment is the recording's, to the last action and the last dropped decision, so it stands
there as the recorded one did. From there on it hears the market alone, the new assignments first, then whatever the
person at the keys does. All of it goes through the inbox and into a journal like any session's: it verifies, and runs
again, without the recording it came from.
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from mm_tui.backtest.recording import Recording
from mm_tui.backtest.replay.run import Run
from mm_tui.core.operator import Parameters
from mm_tui.errors import DataError, SettingsError
from mm_tui.journal.meta import Origin
from mm_tui.model.events import OperatorAction, SessionStarted, WatchdogTripped
from mm_tui.model.instrument import Instrument
from mm_tui.risk.limits import PREFIX, assign
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.feeds import Chosen
from mm_tui.runtime.stopwatch import RecordedStopwatch, in_words
from mm_tui.venues.api import FeedStatus, Frame, Inbox
from mm_tui.views.fmt import clock

VENUE: Final = "branch"
"""What such a session calls its venue."""
NS_PER_S: Final = 1_000_000_000
YIELD_EVERY: Final = 64
"""Frames after which others on the loop have their turn, where there is no pace to keep."""
SHORTEST_NAP_S: Final = 0.001


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """Where a recording is left, and how it goes on."""

    path: Path
    heard: int
    """Inputs of the recording that are heard as they were."""
    ts: int
    """The moment, ns since 1970."""
    assignments: tuple[str, ...] = ()
    """`KEY=VALUE` of the strategy's parameters and of the limits."""


def problem(run: Run, assignments: Sequence[str]) -> str:
    """Why the assignments cannot be made where the run stands, in one line; empty where they can."""
    core = run.desk.core
    parameters = Parameters(core.parameters.strategy, core.parameters.params)
    limits = core.limits
    try:
        for text in assignments:
            if text.startswith(PREFIX):
                limits = assign(limits, text).limits
            else:
                parameters.set(text, run.ts)
    except SettingsError as error:
        return str(error)
    return ""


def chosen(recording: Recording, branch: Branch, speed: float | None = 1.0) -> Chosen:
    """What a session needs to run on a branch; raises DataError where the recording has no such moment."""
    terms = recording.terms
    stopwatch = None if recording.stopwatch is None else Retold()
    feed = BranchFeed(recording, branch, speed, stopwatch)
    return Chosen(
        feed,
        terms.maker_bps,
        terms.taker_bps,
        terms.stale_after_ms,
        live=False,
        opening=_opening(recording),
        stopwatch=None if stopwatch is None else stopwatch.attached,
        origin=Origin(recording=str(branch.path), ts=branch.ts, venue=recording.venue),
    )


def _opening(recording: Recording) -> SessionStarted | None:
    """The recorded session's own first event; None where it has none, or runs on other settings."""
    first = next(iter(recording.inputs()), None) if recording.unchanged else None
    return first if isinstance(first, SessionStarted) else None


class Retold(RecordedStopwatch):
    """Drops the decisions that were dropped when the recording was made, and writes so into the new journal."""

    __slots__ = ("_desk", "listening")

    def __init__(self) -> None:
        super().__init__()
        self.listening = True
        """Up to the moment of the branch."""
        self._desk: Desk | None = None

    def attached(self, desk: Desk) -> "Retold":
        """Itself, with the desk in whose journal it writes."""
        self._desk = desk
        return self

    def learn(self, trip: WatchdogTripped) -> None:
        """A record of the recording."""
        if self.listening:
            super().learn(trip)

    def over(self) -> str:
        """As recorded; the record goes into the journal anew."""
        trip = self._trips.pop(self.decisions, None)
        if trip is None:
            return ""
        if self._desk is not None:
            self._desk.journal.record(trip)
        return in_words(trip)


class BranchFeed:
    """A `venues.api.Feed`: the recording's inputs at once up to the moment, then its market at a pace."""

    name = VENUE

    def __init__(
        self, recording: Recording, branch: Branch, speed: float | None, stopwatch: Retold | None = None
    ) -> None:
        """`speed` in recorded seconds a second from the moment on, None for as fast as it goes."""
        self.status = FeedStatus()
        self.words = f"branch of {branch.path.name} at {clock(branch.ts)}Z"
        self._recording = recording
        self._branch = branch
        self._speed = speed
        self._stopwatch = stopwatch

    @property
    def note(self) -> str:
        """What was found at the end of the recording, where it is not whole."""
        return self._recording.note

    async def instrument(self) -> Instrument:
        """The recording's."""
        return self._recording.terms.instrument

    def request_snapshot(self) -> None:
        """A recording holds the snapshots that it holds."""

    async def run(self, inbox: Inbox) -> None:
        """Feed to the end of the recording; raises DataError where it cannot be read on."""
        recording, branch, stopwatch = self._recording, self._branch, self._stopwatch
        recording.stopwatch = stopwatch
        frames = recording.frames()
        for heard in range(branch.heard):
            frame = next(frames, None)
            if frame is None:
                raise DataError(f"{branch.path} ends after {heard:,} inputs, before the moment of the branch")
            if heard % YIELD_EVERY == 0:
                self.status.link = f"catching up {heard / branch.heard:.0%}"
                await asyncio.sleep(0)
            if type(frame.event) is not SessionStarted:
                await inbox.put(frame)
        if stopwatch is not None:
            stopwatch.listening = False
        for text in branch.assignments:
            action = "loosen" if text.startswith(PREFIX) else "set"
            await inbox.put(Frame(OperatorAction(ts=branch.ts, action=action, argument=text)))
        self.status.link = "up"
        await self._play(inbox, frames)

    async def _play(self, inbox: Inbox, frames: Iterator[Frame]) -> None:
        loop = asyncio.get_running_loop()
        begun, first = loop.time(), self._branch.ts
        for count, frame in enumerate(frames):
            if count % YIELD_EVERY == 0:
                await asyncio.sleep(0)
            if type(frame.event) in (OperatorAction, SessionStarted):
                continue
            if self._speed is not None:
                nap = begun + (frame.event.ts - first) / NS_PER_S / self._speed - loop.time()
                if nap > SHORTEST_NAP_S:
                    await asyncio.sleep(nap)
            await inbox.put(frame)
        self.status.link = "ended"
        self.status.detail = self.note
