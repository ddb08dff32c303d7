"""The run that goes through a recording ahead of what is shown, as fast as it may.

It reads the inputs, finds what is worth jumping to, and leaves states to go back to. What it found is kept for the next
time, with the index that the session should have had; what an earlier one has kept spares it the way.
"""

from collections.abc import Callable
from typing import BinaryIO, Final

from mm_tui.backtest.recording import Recording
from mm_tui.backtest.replay.checkpoints import Checkpoints
from mm_tui.backtest.replay.index import indexing_of
from mm_tui.backtest.replay.marks import Marks
from mm_tui.backtest.replay.run import Run
from mm_tui.backtest.replay.store import Store
from mm_tui.backtest.replay.timeline import Timeline

LOOK_EVERY: Final = 32
"""Inputs between two looks at the clock."""


class Scout:
    """`look`, until `done`."""

    def __init__(
        self,
        recording: Recording,
        clock: Callable[[], int],
        checkpoints: Checkpoints,
        store: Store | None,
        *,
        indexed: bool = False,
    ) -> None:
        """`indexed`: the session has an index that fits, so that none is to be made."""
        self.timeline = Timeline(recording)
        self.checkpoints = checkpoints
        self.marks = Marks()
        self._clock = clock
        self._store = store
        self.done = store is not None and store.load(self.timeline, checkpoints, self.marks)
        """Whether there is nothing left to look through."""
        if store is not None and not self.done:
            self._keep_in(store, recording)
        self._run = Run(recording)
        self._run.marking = True
        self._indexing = None if self.done or indexed else indexing_of(recording, self._run)

    def look(self, end: int, wanted: int) -> bool:
        """Go on until a time of the clock, or until so many inputs were heard; whether anything is new."""
        run, timeline, first = self._run, self.timeline, self._run.heard
        while not self.done and run.heard < wanted and self._clock() < end:
            for _ in range(LOOK_EVERY):
                if run.heard >= len(timeline) and not timeline.read():
                    self._finish()
                    break
                number = run.heard
                run.hear(timeline.at(number), timeline.trips(number))
                if self._indexing is not None:
                    self._indexing.look(run)
                self.marks.take(run)
            else:
                run.settle()
                self.checkpoints.look(run)
        return run.heard > first

    def close(self) -> None:
        """Give the files back."""
        self.timeline.close()
        if self._indexing is not None:
            self._indexing.abandon()
        if self._store is not None:
            self._store.close()

    def _keep_in(self, store: Store, recording: Recording) -> None:
        inputs: BinaryIO | None = None
        states: BinaryIO | None = None
        try:
            inputs, states = store.begin()
        except OSError:
            self._store = None
        self.timeline = Timeline(recording, stream=inputs)
        self.checkpoints = Checkpoints(self.checkpoints.every, stream=states)

    def _finish(self) -> None:
        self.done = True
        if self._indexing is not None:
            self._indexing.finish(self._run)
        if self._store is not None:
            self._store.keep(self.timeline, self.checkpoints, self.marks)
