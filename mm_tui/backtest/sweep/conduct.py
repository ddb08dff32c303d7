"""A sweep from its plan to its results: what is kept is not run again, what ends is kept at once."""

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Any, Final, Protocol

from mm_tui.backtest.sweep.figures import Figures, of_points, of_run
from mm_tui.backtest.sweep.grid import Point
from mm_tui.backtest.sweep.local import Executor
from mm_tui.backtest.sweep.plan import Planner, Row
from mm_tui.backtest.sweep.store import Store

SHARES_EVERY: Final = 0.2
"""Seconds between two words on how far the runs under way are."""


class Progress(Protocol):
    """Told how far a sweep is."""

    def begin(self, runs: int, kept: int) -> None:
        """So many more runs, and how many of them were there already."""
        ...

    def at(self, done: float) -> None:
        """So many of the runs that were not there are done, parts counted."""
        ...


class Quiet:
    """Nobody listens."""

    def begin(self, runs: int, kept: int) -> None:
        """Forget it."""

    def at(self, done: float) -> None:
        """Forget it."""


class Sweep:
    """Runs points, and keeps what came of all of them in the order in which they were asked for."""

    def __init__(self, planner: Planner, store: Store, executor: Executor, progress: Progress | None = None) -> None:
        self.planner = planner
        self.rows: list[Row] = []
        self.runs: list[Figures] = []
        """One for each row."""
        self._store = store
        self._executor = executor
        self._progress = progress or Quiet()
        self._errors: dict[str, str] = {}
        self._clock: Callable[[], float] = monotonic

    def run(self, points: Iterable[Point]) -> list[Figures]:
        """All recordings at these points; the figures of each point over its recordings.

        Raises SettingsError and UsageError before anything runs, DataError where results cannot be kept.
        """
        rows, specs = self.planner.plan(points)
        missing = [spec for key, spec in specs.items() if self._store.read(key) is None]
        self._progress.begin(len(specs), len(specs) - len(missing))
        done, told = 0, self._clock()

        def shares(under_way: float) -> None:
            nonlocal told
            now = self._clock()
            if now - told >= SHARES_EVERY:
                told = now
                self._progress.at(done + under_way)

        for ended in self._executor.run(missing, shares):
            done += 1
            if ended.error:
                self._errors[ended.key] = ended.error
            else:
                self._store.write(ended.key, ended.record)
            self._progress.at(done)
        runs = [self._figures(row) for row in rows]
        self.rows += rows
        self.runs += runs
        return of_points(runs, rows, self.planner.axes)

    def points(self) -> list[Figures]:
        """Every point so far over its recordings, in the order in which they were asked for."""
        return of_points(self.runs, self.rows, self.planner.axes)

    @property
    def failed(self) -> list[Figures]:
        """Runs without a result."""
        return [run for run in self.runs if run["error"]]

    def _figures(self, row: Row) -> Figures:
        record: dict[str, Any] | None = self._store.read(row.key)
        error = "" if record is not None else self._errors.get(row.key, "was not run")
        return of_run(row, self.planner.axes, record, error)


def unique(rows: Sequence[Row]) -> int:
    """How many runs the rows are."""
    return len({row.key for row in rows})
