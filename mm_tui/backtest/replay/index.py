"""`market.index` for a session that has none that fits: made by the scout on its way, to be there the next time.

It is what the session would have left itself. The scout's desk is the session's, and the places are found by going
through the logs beside it.
"""

from contextlib import suppress

from mm_tui.backtest.recording import RecordedSession, Recording
from mm_tui.backtest.replay.run import Run
from mm_tui.errors import DataError
from mm_tui.journal import private
from mm_tui.journal.index import FILE, MAGIC, IndexWriter, MarketIndex, read_index
from mm_tui.journal.places import Places
from mm_tui.runtime.keeping.milestones import Milestones

PART = FILE + private.PART


def fitting(recording: Recording) -> MarketIndex | None:
    """The index of a session that runs as it was recorded; None where it has none, or not one of all of these logs."""
    if not isinstance(recording, RecordedSession) or not recording.unchanged:
        return None
    index = read_index(recording.path)
    if index is None:
        return None
    lines = recording.meta.market_lines
    whole = lines is None or index.milestones[-1].place.lines == lines
    return index if whole and index.matches(0) and index.matches(len(index.times) - 1) else None


class Indexing:
    """Follows a scout from its first input to its last."""

    def __init__(self, session: RecordedSession, scout: Run) -> None:
        """Raises OSError where the folder takes no file, DataError where the logs cannot be read."""
        self._session = session
        self._part = session.path / PART
        self._places = Places(session.path)
        with open(self._part, "wb", opener=private.opened):
            pass  # what another one left is gone
        index = IndexWriter(session.path, PART)
        self._milestones = Milestones(scout.desk, self._places, index, scout.band, session.venue)

    def look(self, scout: Run) -> None:
        """The scout has heard an input; its marks are still its own."""
        milestones = self._milestones
        milestones.marks += scout.marks
        if scout.desk.ts >= milestones.due and self._places.failed is None:
            scout.settle()
            self._go(scout)
            milestones.look()

    def finish(self, scout: Run) -> None:
        """The scout has come to the end: the index takes its name, where all of it could be written."""
        self._go(scout)
        self._milestones.close()
        with suppress(OSError):
            if self._places.failed is None and self._part.stat().st_size > len(MAGIC):
                self._part.replace(self._session.path / FILE)
        self.abandon()

    def abandon(self) -> None:
        """The scout goes no further."""
        self._places.failed = "the scout went no further"
        self._milestones.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _go(self, scout: Run) -> None:
        try:
            self._places.go(self._session.lines, scout.desk.ts)
        except DataError as error:
            self._places.failed = str(error)


def indexing_of(recording: Recording, scout: Run) -> Indexing | None:
    """For a session that is over and has none that fits; None for any other, and where its folder takes no file."""
    if not isinstance(recording, RecordedSession) or not recording.unchanged or recording.meta.end is None:
        return None
    try:
        return Indexing(recording, scout)
    except (OSError, DataError):
        return None
