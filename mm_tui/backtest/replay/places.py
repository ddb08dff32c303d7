"""Where things are in a recording: its two ends, what a goal means, and the run that is nearest to a place."""

from bisect import bisect_right

from mm_tui.backtest.recording import Recording
from mm_tui.backtest.replay.film import Film
from mm_tui.backtest.replay.freeze import FreezeError
from mm_tui.backtest.replay.goal import Goal, Place
from mm_tui.backtest.replay.moments import moment
from mm_tui.backtest.replay.run import Run
from mm_tui.backtest.replay.scout import Scout


class Places:
    """What is known so far: the scout reads on, and a film knows the ends before it has."""

    def __init__(self, recording: Recording, scout: Scout, film: Film | None, *, cut: bool) -> None:
        """`cut` where the recording is a black box: the film is all there is."""
        self._recording = recording
        self._timeline, self._marks, self._checkpoints = scout.timeline, scout.marks, scout.checkpoints
        self._cut = cut
        self.film = film
        """The session as it was recorded, where that can be shown."""

    @property
    def start(self) -> int:
        """The first input's time; 0 before it was read."""
        if self._cut and self.film is not None:
            return self.film.start
        return self._timeline.times[0] if self._timeline.times else 0

    @property
    def end(self) -> int:
        """The last input's time; as long as that is not read, what the share that is read lets expect."""
        times, share = self._timeline.times, self._timeline.share
        if self._cut and self.film is not None:
            return self.film.end
        if not times:
            return 0
        if self._timeline.done or (not share and self.film is None):
            return times[-1]
        if self.film is not None:
            return max(times[-1], self.film.end)
        return times[0] + round((times[-1] - times[0]) / share)

    def find(self, goal: Goal, heard: int, *, filming: bool = False) -> Place | None:
        """Where a goal is, of which so many inputs were heard; None where it is not known yet, and where there is none.

        Marks are counted by inputs heard: of a film that is shown there are none.
        """
        times, done = self._timeline.times, self._timeline.done
        if goal.share:
            return self.find(Goal("", ts=moment(goal.share, 0, self.start, self.end)), heard) if done else None
        if goal.ts is not None:
            before = bisect_right(times, goal.ts)
            if before < len(times) or done:
                before = max(1, before)
                return Place(before, max(goal.ts, times[0]) if before < len(times) else times[-1]) if times else None
            return None
        if goal.kind and filming:
            return None
        wanted = self._marks.after(goal.kind, heard) if goal.kind else goal.heard
        if wanted is None or wanted > len(times):
            return None
        return Place(wanted, times[wanted - 1])

    def nearest(self, place: Place, shown: Run) -> Run:
        """The run to take there: the one that is shown, one from a state that was kept, or one from the beginning."""
        kept = self._checkpoints.before(place.heard)
        if shown.heard <= place.heard and shown.ts <= place.ts and shown.heard >= kept:
            return shown
        try:
            return self._checkpoints.thaw(kept) if kept else Run(self._recording)
        except FreezeError as error:
            self._checkpoints.drop()
            self._checkpoints.problem = str(error)
            return Run(self._recording)
