"""How the local book follows the exchange's stream.

Binance, "How to manage a local order book correctly" (web-socket-streams.md): buffer the diffs, fetch a snapshot,
drop what it already contains, and from then on every diff continues the one before it:

    waiting ──snapshot that the buffer continues──▶ live
    live    ──U > last + 1, crossed, empty side──▶ waiting, and a fresh snapshot is asked for

A diff with `u` ≤ last is old and ignored; one whose `U` … `u` reaches over the last id is applied (quantities are
absolute). Partial streams (`depth20`) carry whole small books: each replaces the one before it.
"""

from collections import deque
from enum import Enum

from mm_tui.book.book import Book
from mm_tui.model.events import BookDelta, BookSnapshot


class Outcome(Enum):
    """What a frame did to the book."""

    APPLIED = "applied"
    IGNORED = "ignored"
    """Old, or a duplicate."""
    BUFFERED = "buffered"
    """Kept until a snapshot comes."""
    LIVE = "live"
    """The book has just become whole."""
    GAP = "gap"
    """Updates are missing."""
    CROSSED = "crossed"
    EMPTY = "empty"
    STALE_SNAPSHOT = "stale snapshot"
    """Older than the first buffered diff: another is needed."""


BUFFER_LIMIT = 5000
"""Diffs kept while waiting; the oldest goes first, and the snapshot must then be newer."""

OLD_LIMIT = 20
"""Old diffs in a row that may be duplicates; more, and the stream has begun to count anew."""
LEAP_LIMIT = 10_000_000_000
"""Updates that one diff may hold; more is no diff: its id would make every later one look old, and a resync that kept
it would never end."""


class BookSync:
    """Applies snapshots and diffs to a book by the exchange's rules."""

    __slots__ = ("_buffer", "_old", "asked", "book", "live")

    def __init__(self, book: Book) -> None:
        self.book = book
        self.live = False
        """Whether diffs are applied as they come."""
        self.asked = False
        """Whether a snapshot was asked for and has not come."""
        self._buffer: deque[BookDelta] = deque(maxlen=BUFFER_LIMIT)
        self._old = 0
        """Old diffs in a row."""

    def reset(self) -> None:
        """Frames may have been missed: distrust the book and start again."""
        self.live = False
        self.asked = False
        self.book.valid = False
        self._buffer.clear()

    def on_delta(self, delta: BookDelta) -> Outcome:
        """Take a diff."""
        book = self.book
        if not self.live:
            self._keep(delta)
            return Outcome.BUFFERED
        last = book.last_update_id
        if delta.final_id <= last:
            self._old += 1
            if self._old <= OLD_LIMIT:
                return Outcome.IGNORED
        self._old = 0
        if delta.first_id > last + 1 or not last < delta.final_id <= last + LEAP_LIMIT:
            self.reset()
            self._keep(delta)
            return Outcome.GAP
        book.bids.apply(delta.bids)
        book.asks.apply(delta.asks)
        book.last_update_id = delta.final_id
        return self._checked(Outcome.APPLIED)

    def on_snapshot(self, snapshot: BookSnapshot) -> Outcome:
        """Take a snapshot, asked for or not."""
        book = self.book
        if snapshot.partial:
            if book.valid and snapshot.last_update_id < book.last_update_id:
                return Outcome.IGNORED
            was_valid = book.valid
            self._take(snapshot)
            return self._checked(Outcome.APPLIED if was_valid else Outcome.LIVE)
        self.asked = False
        if self.live and snapshot.last_update_id < book.last_update_id:
            return Outcome.IGNORED
        kept = [delta for delta in self._buffer if delta.final_id > snapshot.last_update_id]
        if kept and kept[0].first_id > snapshot.last_update_id + 1:
            return Outcome.STALE_SNAPSHOT
        self._take(snapshot)
        self._buffer.clear()
        for delta in kept:
            if self.on_delta(delta) in (Outcome.GAP, Outcome.CROSSED, Outcome.EMPTY):
                return Outcome.GAP
        return self._checked(Outcome.LIVE)

    def _keep(self, delta: BookDelta) -> None:
        if delta.final_id - delta.first_id <= LEAP_LIMIT:
            self._buffer.append(delta)

    def _take(self, snapshot: BookSnapshot) -> None:
        book = self.book
        book.bids.replace(snapshot.bids)
        book.asks.replace(snapshot.asks)
        book.last_update_id = snapshot.last_update_id
        self.live = book.valid = True

    def _checked(self, good: Outcome) -> Outcome:
        book = self.book
        bids, asks = book.bids.keys, book.asks.keys
        if bids and asks:
            if bids[-1] < -asks[-1]:
                return good
            self.reset()
            return Outcome.CROSSED
        self.reset()
        return Outcome.EMPTY
