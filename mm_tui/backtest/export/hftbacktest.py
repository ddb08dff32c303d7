"""The market of a recording as hftbacktest's event array, `events.npz`.

The array is numpy's, under the key `data`; a row is a level or a trade. The rules are those of `sim.twoclocks`, which
are hftbacktest's own of `correct_local_timestamp` and `correct_event_order`:

- What the events are, and where the book starts: `events`.
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
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

from mm_tui.backtest.export.events import Burst, Events, Rows
from mm_tui.backtest.recording import Recording
from mm_tui.errors import DataError
from mm_tui.model.instrument import Instrument

EXCHANGE, LOCAL = 1 << 31, 1 << 30
"""Whose events they are."""
BASE_LATENCY_NS: Final = 1_000_000
"""The smallest feed latency where the two clocks do not agree."""
LOOK_EVERY: Final = 4096
"""Frames between two looks at the progress."""

_ROW: Final = Struct("<QqqddQqd")
_FIELDS: Final = (
    ("ev", "<u8"), ("exch_ts", "<i8"), ("local_ts", "<i8"), ("px", "<f8"), ("qty", "<f8"), ("order_id", "<u8"),
    ("ival", "<i8"), ("fval", "<f8"),
)  # fmt: skip
_COPIED: Final = 1 << 20

Progress = Callable[[float], None]
Placed = tuple[int, int, int, Rows]
"""Flags, exchange time, local time, rows."""


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
        self._exchange: list[tuple[int, int, int, Rows]] = []
        self._local: deque[tuple[int, int, int, Rows]] = deque()

    def take(self, burst: Burst) -> Iterator[Placed]:
        """Flags, exchange time, local time and rows of what has its place now."""
        exch_ts = burst.local_ts - self._smallest if burst.exch_ts is None else burst.exch_ts
        one = (exch_ts, self._count, burst.local_ts + self._shift, burst.rows)
        self._count += 1
        heappush(self._exchange, one)
        self._local.append(one)
        self._latest = exch_ts if self._latest is None else max(self._latest, exch_ts)
        return self._placed(self._latest - self._spread)

    def finish(self) -> Iterator[Placed]:
        """The rest."""
        yield from self._placed(None)
        for exch_ts, _, local_ts, rows in self._local:
            yield LOCAL, exch_ts, local_ts, rows

    def _placed(self, until: int | None) -> Iterator[Placed]:
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

    def add(self, flags: int, exch_ts: int, local_ts: int, rows: Rows) -> None:
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


def _head(rows: int) -> bytes:
    """The head of an `.npy` file, version 1.0, as numpy writes it."""
    words = f"{{'descr': {list(_FIELDS)!r}, 'fortran_order': False, 'shape': ({rows},), }}"
    padded = words + " " * (-(len(words) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded.encode()
