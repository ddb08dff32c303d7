"""What is worth jumping to in a recording, in the order in which it was found."""

from bisect import bisect_left, bisect_right

from mm_tui.backtest.replay.run import Run
from mm_tui.views.frames import ReplayMark


class Marks:
    """Marks with the numbers of inputs that had been heard when they were made."""

    def __init__(self) -> None:
        self._marks: list[ReplayMark] = []
        self._places: list[int] = []
        self._all: tuple[ReplayMark, ...] = ()

    @property
    def all(self) -> tuple[ReplayMark, ...]:
        """Every mark; the same object as long as none is new."""
        if len(self._all) != len(self._marks):
            self._all = tuple(self._marks)
        return self._all

    def take(self, run: Run) -> None:
        """What happened to the run with the input it heard last."""
        if run.marks:
            self._marks += [ReplayMark(ts=mark.ts, kind=mark.kind, side=mark.side) for mark in run.marks]
            self._places += [run.heard] * len(run.marks)
            run.marks.clear()

    @property
    def placed(self) -> list[tuple[ReplayMark, int]]:
        """Every mark with its place."""
        return list(zip(self._marks, self._places, strict=True))

    def restore(self, placed: list[tuple[ReplayMark, int]]) -> None:
        """What an earlier look through the recording found."""
        self._marks = [mark for mark, _ in placed]
        self._places = [place for _, place in placed]

    def after(self, kind: str, heard: int) -> int | None:
        """Place of the next mark of a kind."""
        first = bisect_right(self._places, heard)
        return next((self._places[at] for at in range(first, len(self._marks)) if self._marks[at].kind == kind), None)

    def before(self, kind: str, heard: int) -> int | None:
        """Place of the last mark of a kind before."""
        behind = reversed(range(bisect_left(self._places, heard)))
        return next((self._places[at] for at in behind if self._marks[at].kind == kind), None)
