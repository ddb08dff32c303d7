"""Decoded inputs kept from one run to the next in a process, so that many runs over a recording decode it once.

Bounded by the rows that are held (an input, or a level of a book); a recording that does not fit is decoded each time.
"""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from mm_tui.backtest.recording import Heard
from mm_tui.backtest.runner import LOOK_EVERY
from mm_tui.model.events import AnyEvent, BookDelta, BookSnapshot
from mm_tui.runtime.assembly import Terms
from mm_tui.runtime.stopwatch import RecordedStopwatch

ROWS: Final = 1_500_000
"""Held at most; measured at 160 bytes each."""

Key = tuple[str, ...]
"""What the decoded inputs depend on."""


class Kept(NamedTuple):
    """The inputs of a recording, and what else a run is told of it."""

    path: Path
    venue: str
    note: str
    events: list[AnyEvent]
    rows: int


class Decoded:
    """A recording whose inputs are in memory, for a desk on terms of its own."""

    unchanged = False
    ended: int | None = None
    stopwatch: RecordedStopwatch | None = None

    def __init__(self, kept: Kept, terms: Terms) -> None:
        self.path = kept.path
        self.venue = kept.venue
        self.note = kept.note
        self.terms = terms
        self._events = kept.events
        self._read = 0

    @property
    def share(self) -> float:
        """By inputs."""
        return self._read / len(self._events) if self._events else 1.0

    def inputs(self, *, operator: bool = True) -> Iterator[AnyEvent]:
        """As they were decoded; whether the operator is among them was decided then."""
        del operator
        for count, event in enumerate(self._events):
            if count % LOOK_EVERY == 0:
                self._read = count
            yield event


class DecodedInputs:
    """The recordings last run, newest last; the oldest make room. For several threads."""

    def __init__(self, rows: int = ROWS) -> None:
        self._limit = rows
        self._held: dict[Key, Kept] = {}
        self._lock = Lock()

    @property
    def rows(self) -> int:
        """Held now."""
        return sum(kept.rows for kept in self._held.values())

    def get(self, key: Key, terms: Terms) -> Decoded | None:
        """The recording from memory; None where it is not there."""
        with self._lock:
            kept = self._held.pop(key, None)
            if kept is None:
                return None
            self._held[key] = kept
        return Decoded(kept, terms)

    def put(self, key: Key, kept: Kept) -> None:
        """Hold these inputs."""
        with self._lock:
            self._held.pop(key, None)
            while self._held and self.rows + kept.rows > self._limit:
                del self._held[next(iter(self._held))]
            self._held[key] = kept

    def fits(self, rows: int) -> bool:
        """Whether so many can be held at all."""
        return rows <= self._limit


class Keeping:
    """A recording that is decoded, and whose inputs are kept when the last one has passed."""

    unchanged = False
    ended: int | None = None
    stopwatch: RecordedStopwatch | None = None

    def __init__(self, inputs: DecodedInputs, key: Key, recording: Heard) -> None:
        self._inputs = inputs
        self._key = key
        self._recording = recording
        self.path = recording.path
        self.venue = recording.venue
        self.terms = recording.terms

    @property
    def note(self) -> str:
        """The recording's own."""
        return self._recording.note

    @property
    def share(self) -> float:
        """The recording's own."""
        return self._recording.share

    def inputs(self, *, operator: bool = True) -> Iterator[AnyEvent]:
        """The recording's own, kept while they fit."""
        events: list[AnyEvent] = []
        rows, fits = 0, True
        for event in self._recording.inputs(operator=operator):
            if fits:
                rows += len(event.bids) + len(event.asks) + 1 if isinstance(event, BookDelta | BookSnapshot) else 1
                events.append(event)
                if not self._inputs.fits(rows):
                    fits, events = False, []
            yield event
        if fits:
            self._inputs.put(self._key, Kept(self.path, self.venue, self.note, events, rows))
