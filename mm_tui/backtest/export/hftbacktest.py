"""The market of a recording as hftbacktest's event array, `events.npz`.

The array is numpy's, under the key `data`; a row is a level or a trade. The rules are those of `sim.twoclocks`, which
are hftbacktest's own of `correct_local_timestamp` and `correct_event_order`:

- The book starts with the first snapshot, at the exchange time of the first diff behind it. Where diffs are missing it
  starts again with the next snapshot, behind events that clear what that snapshot replaces; diffs in between are left
  out, since nobody knows the book there.
- Where a feed latency is negative, local times are shifted until the smallest latency is the base latency.
- An event that the exchange's order and ours have at the same place is one row for both, else a row for each.
- What comes without an exchange time (whole books of the top levels) is given the smallest latency of all.
- Best bid and ask of their own stream are left out: they carry no exchange time.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from pathlib import Path
from struct import Struct
from typing import Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from mm_tui.backtest.recording import Recording
from mm_tui.errors import DataError
from mm_tui.model.events import BUY, AnyEvent, BookDelta, BookSnapshot, LinkDown, LinkUp, Trade
from mm_tui.model.instrument import Instrument

DEPTH, TRADE, CLEAR, SNAPSHOT = 1, 2, 3, 4
"""Kinds of events."""
EXCHANGE, LOCAL = 1 << 31, 1 << 30
"""Whose events they are."""
BOUGHT, SOLD = 1 << 29, 1 << 28
"""The side: of the book, or of the aggressor."""
BASE_LATENCY_NS: Final = 1_000_000
"""The smallest feed latency where the two clocks do not agree."""
BUFFER_LIMIT: Final = 5000
"""Frames kept while the book is not known, as `book.sync` has it."""
LOOK_EVERY: Final = 4096
"""Frames between two looks at the progress."""

_ROW: Final = Struct("<QqqddQqd")
_FIELDS: Final = (
    ("ev", "<u8"), ("exch_ts", "<i8"), ("local_ts", "<i8"), ("px", "<f8"), ("qty", "<f8"), ("order_id", "<u8"),
    ("ival", "<i8"), ("fval", "<f8"),
)  # fmt: skip
_COPIED: Final = 1 << 20

Progress = Callable[[float], None]


class Burst(NamedTuple):
    """Rows of one moment."""

    exch_ts: int | None
    """ns; None where the venue does not say."""
    local_ts: int
    rows: list[tuple[int, int, int]]
    """What it is and its side, price in ticks, quantity in lots."""


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


class Merge:
    """Bursts in the order of the recording to one order for both clocks, keeping no more than it must.

    A burst may be placed once no later one can be earlier on the exchange's clock: feed latencies lie within `spread`
    of each other, so none is earlier than the latest exchange time seen less the spread.
    """

    def __init__(self, smallest: int, spread: int) -> None:
        """The smallest feed latency, and how much the largest is above it, ns."""
        self._smallest, self._spread = smallest, spread
        self._shift = BASE_LATENCY_NS - smallest if smallest < 0 else 0
        self._latest: int | None = None
        self._count = 0
        self._exchange: list[tuple[int, int, int, list[tuple[int, int, int]]]] = []
        self._local: deque[tuple[int, int, int, list[tuple[int, int, int]]]] = deque()

    def take(self, burst: Burst) -> Iterator[tuple[int, int, int, list[tuple[int, int, int]]]]:
        """Flags, exchange time, local time and rows of what has its place now."""
        exch_ts = burst.local_ts - self._smallest if burst.exch_ts is None else burst.exch_ts
        one = (exch_ts, self._count, burst.local_ts + self._shift, burst.rows)
        self._count += 1
        heappush(self._exchange, one)
        self._local.append(one)
        self._latest = exch_ts if self._latest is None else max(self._latest, exch_ts)
        return self._placed(self._latest - self._spread)

    def finish(self) -> Iterator[tuple[int, int, int, list[tuple[int, int, int]]]]:
        """The rest."""
        yield from self._placed(None)
        for exch_ts, _, local_ts, rows in self._local:
            yield LOCAL, exch_ts, local_ts, rows

    def _placed(self, until: int | None) -> Iterator[tuple[int, int, int, list[tuple[int, int, int]]]]:
        exchange, local = self._exchange, self._local
        while exchange and (until is None or exchange[0][0] <= until):
            first, ours = exchange[0], local[0]
            if first is ours:
                flags = EXCHANGE | LOCAL
                heappop(exchange)
                local.popleft()
            elif (ours[0], ours[2]) < (first[0], first[2]):
                flags, first = LOCAL, ours
                local.popleft()
            else:
                flags = EXCHANGE
                heappop(exchange)
            yield flags, first[0], first[2], first[3]


class Array:
    """Rows on their way into an `.npz`: first to a plain file, since its head says how many there are."""

    def __init__(self, path: Path, instrument: Instrument) -> None:
        self._path, self._plain = path, path.with_name(f"{path.name}.rows")
        self._stream = self._plain.open("w+b")
        self._tick, self._step = instrument.tick_size.as_integer_ratio(), instrument.step_size.as_integer_ratio()
        self.rows = 0

    def add(self, flags: int, exch_ts: int, local_ts: int, rows: list[tuple[int, int, int]]) -> None:
        """Rows of one moment; raises OSError."""
        (tick, ticks), (step, steps), pack = self._tick, self._step, _ROW.pack
        self._stream.write(
            b"".join(
                [
                    pack(flags | what, exch_ts, local_ts, price * tick / ticks, size * step / steps, 0, 0, 0.0)
                    for what, price, size in rows
                ]
            )
        )
        self.rows += len(rows)

    def finish(self) -> None:
        """Pack it."""
        self._stream.seek(0)
        with ZipFile(self._path, "w", ZIP_DEFLATED) as packed, packed.open("data.npy", "w", force_zip64=True) as out:
            out.write(_head(self.rows))
            while chunk := self._stream.read(_COPIED):
                out.write(chunk)
        self.abandon()

    def abandon(self) -> None:
        """Remove the plain file."""
        self._stream.close()
        self._plain.unlink(missing_ok=True)


def write(recording: Recording, array: Array, progress: Progress) -> str:
    """Fill the array; what there is to say of it, or nothing. Raises DataError where the book is never known."""
    smallest = largest = None
    events = Events()
    found = False
    for burst in _bursts(recording, events, lambda share: progress(share / 2)):
        found = True
        if burst.exch_ts is not None:
            latency = burst.local_ts - burst.exch_ts
            smallest = latency if smallest is None else min(smallest, latency)
            largest = latency if largest is None else max(largest, latency)
    if not found:
        raise DataError(
            f"{recording.path}: the book is never known, for want of a snapshot; hftbacktest cannot start without one"
        )
    merge = Merge(smallest or 0, (largest or 0) - (smallest or 0))
    for burst in _bursts(recording, Events(), lambda share: progress(0.5 + share / 2)):
        for placed in merge.take(burst):
            array.add(*placed)
    for placed in merge.finish():
        array.add(*placed)
    if not events.unknown:
        return ""
    return f"{events.unknown:,} diffs are left out: the book was not known there ({events.gaps:,} gaps)"


def _bursts(recording: Recording, events: Events, progress: Progress) -> Iterable[Burst]:
    for count, event in enumerate(recording.inputs()):
        yield from events.take(event)
        if count % LOOK_EVERY == 0:
            progress(recording.share)
    yield from events.finish()


def _diff(event: BookDelta) -> Burst:
    rows = [(DEPTH | BOUGHT, *level) for level in event.bids]
    return Burst(event.exch_ts, event.ts, rows + [(DEPTH | SOLD, *level) for level in event.asks])


def _trade(event: Trade) -> Burst:
    what = TRADE | (BOUGHT if event.side is BUY else SOLD)
    return Burst(event.exch_ts, event.ts, [(what, event.price, event.quantity)])


def _head(rows: int) -> bytes:
    """The head of an `.npy` file, version 1.0, as numpy writes it."""
    words = f"{{'descr': {list(_FIELDS)!r}, 'fortran_order': False, 'shape': ({rows},), }}"
    padded = words + " " * (-(len(words) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded.encode()
