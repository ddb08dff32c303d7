"""A sweep from its plan to its results: what is kept is not run again, what ends is kept at once."""

from collections.abc import Iterable
from time import monotonic
from typing import Any, Final, Protocol

from mm_tui.backtest.sweep.figures import Figures, of_points, of_run
from mm_tui.backtest.sweep.grid import Point
from mm_tui.backtest.sweep.local import Executor
from mm_tui.backtest.sweep.plan import Planner, Row
from mm_tui.backtest.sweep.spec import Spec
from mm_tui.backtest.sweep.store import Store

SHARES_EVERY: Final = 0.2
"""Seconds between two words on how far the runs under way are."""


class Progress(Protocol):
    """Told how far a sweep is."""

    def begin(self, runs: int) -> None:
        """So many runs are to be had."""
        ...

    def kept(self, runs: int) -> None:
        """So many of them were there already."""
        ...

    def at(self, done: float) -> None:
        """So many are had, parts counted."""
        ...


class Quiet:
    """Nobody listens."""

    def begin(self, runs: int) -> None:
        """Forget it."""

    def kept(self, runs: int) -> None:
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
        self._expected = False
        self._done = 0
        self._errors: dict[str, str] = {}
        self.codes: set[int] = set()
        """What processes would end with that failed as the runs did."""
        self._points: dict[Point, Figures] = {}

    def expect(self, runs: int) -> None:
        """How many runs will be asked for, where that is more than the first points need."""
        self._expected = True
        self._progress.begin(runs)

    def run(self, points: Iterable[Point]) -> list[Figures]:
        """All recordings at these points; the figures of each point over its recordings.

        Raises SettingsError and UsageError before anything runs, OutputError where results cannot be kept.
        """
        asked = list(points)
        fresh = [point for point in dict.fromkeys(asked) if point not in self._points]
        rows, specs = self.planner.plan(fresh)
        if not self._expected:
            self.expect(len(specs))
        self._have(specs)
        runs = [self._figures(row) for row in rows]
        self.rows += rows
        self.runs += runs
        self._points.update(zip(fresh, of_points(runs, rows, self.planner.axes), strict=True))
        return [self._points[point] for point in asked]

    def _have(self, specs: dict[str, Spec]) -> None:
        """Run what is not kept yet, and keep each as it ends."""
        missing = [spec for key, spec in specs.items() if self._store.read(key) is None]
        if len(missing) < len(specs):
            self._progress.kept(len(specs) - len(missing))
        self._done += len(specs) - len(missing)
        told = monotonic()

        def shares(under_way: float) -> None:
            nonlocal told
            if monotonic() - told >= SHARES_EVERY:
                told = monotonic()
                self._progress.at(self._done + under_way)

        for ended in self._executor.run(missing, shares):
            self._done += 1
            if ended.error:
                self._errors[ended.key] = ended.error
                self.codes.add(ended.code)
            else:
                self._store.write(ended.key, ended.record)
            self._progress.at(self._done)

    def points(self) -> list[Figures]:
        """Every point so far over its recordings, in the order in which they were asked for."""
        return list(self._points.values())

    def _figures(self, row: Row) -> Figures:
        record: dict[str, Any] | None = self._store.read(row.key)
        error = "" if record is not None else self._errors.get(row.key, "was not run")
        return of_run(row, self.planner.axes, record, error)
