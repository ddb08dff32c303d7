"""What a sweep runs: every point on every recording as a spec, every setting checked before anything starts."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mm_tui.backtest.recording import Changes, RecordedCapture, RecordedSession
from mm_tui.backtest.sweep.grid import Axis, Point, named
from mm_tui.backtest.sweep.spec import Source, Spec, source_of, spec_of
from mm_tui.errors import SettingsError, UsageError
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.assembly import build_core
from mm_tui.settings.load import Loaded, Named
from mm_tui.settings.sections import Settings

NO_BAND = Named("sweep", "simulator.band", value=False)
"""A sweep compares settings; three queue models for each of them would take three times as long."""

Load = Callable[[Sequence[str], Sequence[Named]], Loaded]
"""Settings of all sources for a capture, with these on top."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says beside the grid."""

    changes: Changes
    operator: bool = True
    salvage: bool = False


class Row(msgspec.Struct, frozen=True):
    """A point on a recording; several may be one and the same run."""

    point: Point
    source: Source
    key: str


class Planner:
    """Makes specs of points; recordings are hashed once, and their instruments looked for once."""

    def __init__(self, paths: Iterable[Path], axes: Sequence[Axis], order: Order, load: Load) -> None:
        """Raises DataError where a recording cannot be read, UsageError where a key is set and varied at once."""
        self.axes = list(axes)
        self._order = order
        self._load = load
        for one in self.axes:
            if order.changes.touch(one.key):
                raise UsageError(f"{one.key} is set and varied at once; leave it to --grid, or fix it")
        by_content: dict[str, Source] = {}
        for source in map(source_of, paths):
            by_content.setdefault(source.sha256, source)
        self.sources = list(by_content.values())
        """Each content once."""
        self._instruments: dict[tuple[str, Any], Instrument] = {}
        self._strategies: set[str] = set()
        band_said = order.changes.touch(NO_BAND.key) or any(one.key == NO_BAND.key for one in self.axes)
        self._first = [] if band_said else [NO_BAND]

    def plan(self, points: Iterable[Point]) -> tuple[list[Row], dict[str, Spec]]:
        """Rows in the order of recordings and points, and each run once by its key.

        Raises SettingsError with the problems of all points, UsageError where a strategy cannot be had.
        """
        rows: list[Row] = []
        specs: dict[str, Spec] = {}
        problems: dict[str, None] = {}
        points = list(points)
        for source in self.sources:
            for point in points:
                try:
                    spec = self._spec(source, point)
                except SettingsError as error:
                    problems.update(dict.fromkeys(error.problems))
                    continue
                rows.append(Row(point, source, spec.key))
                specs.setdefault(spec.key, spec)
        if problems:
            raise SettingsError(list(problems))
        return rows, specs

    def _spec(self, source: Source, point: Point) -> Spec:
        order = self._order
        extra = [*self._first, *order.changes.named, *named(self.axes, point)]
        changes = Changes(order.changes.overrides, extra)
        path = Path(source.path)
        if source.kind == "session":
            terms = RecordedSession(path, changes).terms
        else:
            settings = self._load(changes.overrides, extra).settings
            instrument = self._instruments.get(self._asked(source, settings))
            capture = RecordedCapture(path, settings, salvage=order.salvage, instrument=instrument)
            terms = capture.terms
            self._instruments[self._asked(source, settings)] = terms.instrument
        if terms.strategy not in self._strategies:
            build_core(terms)
            self._strategies.add(terms.strategy)
        return spec_of(source, terms, operator=order.operator, salvage=order.salvage)

    def _asked(self, source: Source, settings: Settings) -> tuple[str, Any]:
        return source.sha256, (settings.desk.symbol, settings.instrument)


def idle_keys(axes: Sequence[Axis], rows: Sequence[Row]) -> list[str]:
    """Keys of the grid that change no run: those of a strategy that does not run, or of the screen."""
    found: list[str] = []
    for at, one in enumerate(axes):
        groups: dict[Any, list[str]] = {}
        for row in rows:
            rest = (row.source.sha256, row.point[:at], row.point[at + 1 :])
            groups.setdefault(rest, []).append(row.key)
        compared = [keys for keys in groups.values() if len(keys) > 1]
        if compared and all(len(set(keys)) == 1 for keys in compared):
            found.append(one.key)
    return found
