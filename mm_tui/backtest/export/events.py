"""The market of a recording in bursts of hftbacktest's events, in the order of the recording.

The book starts with the first snapshot, at the exchange time of the first diff behind it. Where diffs are missing it
starts again with the next snapshot, behind events that clear what that snapshot replaces; diffs in between are left
out, since nobody knows the book there. A later snapshot of a book that is known changes nothing.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

from mm_tui.model.events import BUY, AnyEvent, BookDelta, BookSnapshot, LinkDown, LinkUp, Trade

DEPTH, TRADE, CLEAR, SNAPSHOT = 1, 2, 3, 4
"""Kinds of events."""
BOUGHT, SOLD = 1 << 29, 1 << 28
"""The side: of the book, or of the aggressor."""
BUFFER_LIMIT: Final = 5000
"""Frames kept while the book is not known, as `book.sync` has it."""

Rows = list[tuple[int, int, int]]
"""What each is and its side, price in ticks, quantity in lots."""


class Burst(NamedTuple):
    """Rows of one moment."""

    exch_ts: int | None
    """ns; None where the venue does not say."""
    local_ts: int
    rows: Rows


class Events:
    """Frames in the order of the recording to bursts, from where the book is known."""

    def __init__(self) -> None:
        self.gaps = 0
        """How often diffs were missing."""
        self.unknown = 0
        """Diffs that were left out because the book was not known."""
        self._last: int | None = None
        self._begun = False
        self._snapshot: BookSnapshot | None = None
        self._pending: deque[BookDelta | Trade] = deque()
        self._whole: dict[int, dict[int, int]] = {}

    def take(self, event: AnyEvent) -> Iterator[Burst]:
        """Bursts that are known by this event."""
        if type(event) is BookDelta:
            yield from self._on_delta(event)
        elif type(event) is Trade:
            if self._last is None and self._snapshot is None and not self._whole:
                if self._begun:
                    yield from self._keep(event)
            elif self._snapshot is not None:
                self._pending.append(event)
            else:
                yield _trade(event)
        elif type(event) is BookSnapshot:
            yield from self._on_partial(event) if event.partial else self._on_snapshot(event)
        elif type(event) is LinkDown or (type(event) is LinkUp and event.resync):
            yield from self._lose()

    def finish(self) -> Iterator[Burst]:
        """What still waited for a diff."""
        if self._snapshot is not None:
            yield from self._start(self._snapshot, None)
        yield from self._lose()

    def _on_delta(self, event: BookDelta) -> Iterator[Burst]:
        snapshot = self._snapshot
        if snapshot is not None:
            if event.final_id <= snapshot.last_update_id:
                return
            if event.first_id <= snapshot.last_update_id + 1:
                yield from self._start(snapshot, event)
                return
            yield from self._start(snapshot, None)
        last = self._last
        if last is None:
            yield from self._keep(event)
        elif event.first_id > last + 1:
            self.gaps += 1
            self._last = None
            yield from self._keep(event)
        elif event.final_id > last:
            self._last = event.final_id
            yield _diff(event)

    def _on_snapshot(self, event: BookSnapshot) -> Iterator[Burst]:
        """A first one, or one behind a gap; another changes nothing."""
        if self._last is not None or self._snapshot is not None:
            return
        later = [one for one in self._pending if type(one) is BookDelta and one.final_id > event.last_update_id]
        if later and later[0].first_id > event.last_update_id + 1:
            return
        self._snapshot = event
        pending, self._pending = self._pending, deque()
        for one in pending:
            if type(one) is Trade and self._snapshot is not None:
                yield _trade(one)
            else:
                yield from self.take(one)

    def _start(self, snapshot: BookSnapshot, first: BookDelta | None) -> Iterator[Burst]:
        """The book, the trades that came while its first diff was waited for, and that diff."""
        exch_ts = None if first is None else first.exch_ts
        local_ts = snapshot.ts if first is None else min(snapshot.ts, first.ts)
        rows = [(SNAPSHOT | BOUGHT, *level) for level in snapshot.bids]
        rows += [(SNAPSHOT | SOLD, *level) for level in snapshot.asks]
        if self._begun:
            worst = (CLEAR | BOUGHT, min(snapshot.bids)[0], 0), (CLEAR | SOLD, max(snapshot.asks)[0], 0)
            rows = [*worst, *rows]
        yield Burst(exch_ts, local_ts, rows)
        self._begun, self._snapshot = True, None
        self._last = snapshot.last_update_id
        while self._pending:
            yield _trade(self._pending.popleft())  # type: ignore[arg-type]  # diffs do not wait behind a snapshot
        if first is not None:
            self._last = first.final_id
            yield _diff(first)

    def _on_partial(self, event: BookSnapshot) -> Iterator[Burst]:
        """A whole small book: what it changes of the one before."""
        rows = []
        for side, levels in ((BOUGHT, event.bids), (SOLD, event.asks)):
            now, before = dict(levels), self._whole.get(side, {})
            rows += [(DEPTH | side, price, 0) for price in before if price not in now]
            rows += [(DEPTH | side, price, size) for price, size in levels if before.get(price) != size]
            self._whole[side] = now
        if rows:
            yield Burst(event.exch_ts, event.ts, rows)

    def _keep(self, event: BookDelta | Trade) -> Iterator[Burst]:
        """Until a snapshot comes; the oldest goes first, and of those the trades were there all the same."""
        self._pending.append(event)
        if len(self._pending) > BUFFER_LIMIT:
            yield from self._drop(self._pending.popleft())

    def _lose(self) -> Iterator[Burst]:
        """The book is not known from here on."""
        self._last = self._snapshot = None
        while self._pending:
            yield from self._drop(self._pending.popleft())

    def _drop(self, event: BookDelta | Trade) -> Iterator[Burst]:
        if type(event) is Trade:
            yield _trade(event)
        else:
            self.unknown += 1


def _diff(event: BookDelta) -> Burst:
    rows = [(DEPTH | BOUGHT, *level) for level in event.bids]
    return Burst(event.exch_ts, event.ts, rows + [(DEPTH | SOLD, *level) for level in event.asks])


def _trade(event: Trade) -> Burst:
    what = TRADE | (BOUGHT if event.side is BUY else SOLD)
    return Burst(event.exch_ts, event.ts, [(what, event.price, event.quantity)])
