"""`market.index` of a session: places in its two logs, and the market and the desk as they stood there.

Written while the session is recorded, a milestone every ten seconds of market, each with one write; `docs/replay.md`
has the format. It serves to look at a moment before everything that led to it was run again, and nothing else: a
session without one, or with one that is cut or of another log, is whole. So it is never believed: each part has its
checksum, and before a milestone is used the logs' own bytes that lead up to it are held against theirs (`matches`).
"""

import os
import struct
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from mm_tui.errors import DataError
from mm_tui.journal.lines import lines, regular, unsaid
from mm_tui.journal.record import Place
from mm_tui.journal.seal import market_parts
from mm_tui.journal.writer import JOURNAL
from mm_tui.model.clock import SECOND
from mm_tui.model.events import Side

FILE: Final = "market.index"
MAGIC: Final = b"mm-tui market index 1\n"
"""The number is another one whenever the format is."""
EVERY_NS: Final = 10 * SECOND
"""Of market, between two milestones."""
WHOLE_EVERY: Final = 30
"""Milestones from one with all levels of the book to the next; those between hold the levels that changed."""
LARGEST: Final = 1 << 23
"""Bytes of one part, packed or unpacked; none is a hundredth of that."""
HEADS: Final = 1 << 26
"""Bytes of heads that are read; a day has a twentieth of that."""
STRETCH: Final = 1 << 28
"""Bytes of a log that are held against a checksum; ten seconds have a hundredth of that."""
_SIZES: Final = struct.Struct("<IIII")
"""Bytes of head and body, and the checksums of both."""
_LEVEL: Final = 3
_APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
Levels = dict[int, int]
"""Price to quantity."""


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """Something to jump to."""

    ts: int
    kind: Literal["fill", "trip", "gap"]
    side: Side | None = None
    """Of a fill."""
    price: int = 0
    """Of a fill, ticks."""


class Milestone(msgspec.Struct, frozen=True, array_like=True):
    """A moment: what is read of it at once."""

    ts: int
    """The desk's own time, ns."""
    place: Place
    """Of what comes next."""
    market_sum: int
    """CRC-32 of the market log from the milestone before, or the log's beginning, to this place."""
    journal_sum: int
    """The same of the journal."""
    whole: bool
    """Whether its body holds all levels."""
    marks: tuple[Mark, ...] = ()
    """Since the milestone before."""
    samples: bytes = b""
    """Of the chart, one a second since then: four little-endian int64 each, `Sample`."""


class Body(msgspec.Struct, frozen=True, array_like=True):
    """The market and the desk at a milestone."""

    valid: bool
    """Whether the book could be trusted."""
    update_id: int
    """The last update that it contains."""
    bids: tuple[int, ...]
    """Price, quantity, price, quantity, … by price, each price as its distance from the one before.

    Where the milestone is not whole, the levels that changed, with 0 for those that went.
    """
    asks: tuple[int, ...]
    ticker: tuple[int, int, int, int, int] | None = None
    """Update id, bid and its quantity, ask and its quantity of the ticker, where that is ahead of the book."""
    shown: bytes = b""
    """What the desk showed of itself, as whoever made the index encodes it."""
    created: dict[str, int] = {}
    """When each open order was sent, ns, by its id."""
    account: dict[str, int] = {}
    """Of `model.account.Account`, by attribute."""


class Sample(NamedTuple):
    """The mid and the own quotes at a moment, half ticks; 0 where there was none."""

    ts: int
    mid2: int
    bid2: int
    ask2: int


class IndexWriter:
    """Appends milestones. A disk that refuses ends the index, never the recording."""

    def __init__(self, folder: Path, name: str = "") -> None:
        """Into the index's own file, unless one is named that is to become it."""
        self.failed = ""
        self._fd = -1
        self._count = 0
        self._bids: Levels = {}
        self._asks: Levels = {}
        try:
            self._fd = os.open(folder / (name or FILE), _APPEND, 0o600)
            os.write(self._fd, MAGIC)
        except OSError as error:
            self._fail(error)

    def add(self, head: Milestone, body: Body, bids: Levels, asks: Levels) -> None:
        """Write a milestone; its levels come from `bids` and `asks`, and whether it is whole is decided here."""
        if self._fd < 0:
            return
        whole = self._count % WHOLE_EVERY == 0
        known = ({}, {}) if whole else (self._bids, self._asks)
        body = msgspec.structs.replace(body, bids=_changes(known[0], bids), asks=_changes(known[1], asks))
        self._bids, self._asks = dict(bids), dict(asks)
        self._count += 1
        packed = zlib.compress(msgspec.msgpack.encode(body), _LEVEL)
        packed_head = msgspec.msgpack.encode(msgspec.structs.replace(head, whole=whole))
        sizes = _SIZES.pack(len(packed_head), len(packed), zlib.crc32(packed_head), zlib.crc32(packed))
        record = sizes + packed_head + packed
        try:
            if os.write(self._fd, record) != len(record):
                raise OSError(0, "the disk took a part")  # noqa: TRY301 - what is cut there is read up to there
        except OSError as error:
            self._fail(error)

    def close(self) -> None:
        """A second call does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _fail(self, error: OSError) -> None:
        self.failed = f"{FILE} ends here: {error.strerror or error}"
        self.close()


class MarketIndex:
    """The milestones of a session; bodies are read when they are asked for."""

    def __init__(self, folder: Path, milestones: list[Milestone], bodies: list[tuple[int, int, int]]) -> None:
        """`bodies` are place, size and checksum of each."""
        self.milestones = milestones
        self.times = [milestone.ts for milestone in milestones]
        self.marks = [mark for milestone in milestones for mark in milestone.marks]
        self._mark_times = [mark.ts for mark in self.marks]
        self._folder = folder
        self._bodies = bodies

    def before(self, ts: int) -> int:
        """Number of the last milestone that is not behind a time; -1 where there is none."""
        return bisect_right(self.times, ts) - 1

    def marks_between(self, after: int, until: int) -> list[Mark]:
        """Marks of a stretch of time, in order."""
        return self.marks[bisect_right(self._mark_times, after) : bisect_right(self._mark_times, until)]

    def body(self, number: int) -> Body | None:
        """The body as it was written; None where it is damaged."""
        offset, size, checksum = self._bodies[number]
        try:
            with regular(self._folder / FILE) as stream:
                stream.seek(offset)
                packed = stream.read(size)
            if zlib.crc32(packed) != checksum:
                return None
            unpacker = zlib.decompressobj()
            plain = unpacker.decompress(packed, LARGEST)
            return msgspec.msgpack.decode(plain, type=Body) if unpacker.eof else None
        except (OSError, zlib.error, msgspec.MsgspecError, ValueError, RecursionError):
            return None

    def book(self, number: int) -> tuple[Body, Levels, Levels] | None:
        """The body, and all levels of the book there; None where one of the bodies that say so is damaged."""
        first = next((at for at in range(number, -1, -1) if self.milestones[at].whole), number)
        if number - first >= WHOLE_EVERY:
            return None
        bids: Levels = {}
        asks: Levels = {}
        body = None
        for at in range(first, number + 1):
            body = self.body(at)
            if body is None or not _apply(bids, body.bids) or not _apply(asks, body.asks):
                return None
        return None if body is None or not self.milestones[first].whole else (body, bids, asks)

    def matches(self, number: int) -> bool:
        """Whether the logs' bytes up to this milestone, from the one before, are those that it was made beside."""
        milestone = self.milestones[number]
        place = milestone.place
        before = self.milestones[number - 1].place if number else Place()
        parts = market_parts(self._folder)
        if place.part >= len(parts):
            return False
        first = before.offset if before.part == place.part else 0
        return (
            _sum(parts[place.part], first, place.offset) == milestone.market_sum
            and _sum(self._folder / JOURNAL, before.journal, place.journal) == milestone.journal_sum
        )

    def samples(self, number: int) -> Iterator[Sample]:
        """Those that were taken up to a milestone since the one before."""
        values = array("q")
        packed = self.milestones[number].samples
        values.frombytes(packed[: len(packed) - len(packed) % (4 * values.itemsize)])
        return (Sample(*values[at : at + 4]) for at in range(0, len(values), 4))


def read_index(folder: Path) -> MarketIndex | None:
    """The index of a session, up to where it is whole; None where there is none that this version reads."""
    milestones: list[Milestone] = []
    bodies: list[tuple[int, int, int]] = []
    decode = msgspec.msgpack.Decoder(Milestone).decode
    try:
        with regular(folder / FILE) as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                return None
            fd, place, end = stream.fileno(), len(MAGIC), os.fstat(stream.fileno()).st_size
            last = Milestone(0, Place(), 0, 0, whole=True)
            taken = 0
            while taken < HEADS and place + _SIZES.size <= end:
                head_size, size, head_sum, checksum = _SIZES.unpack(os.pread(fd, _SIZES.size, place))
                place += _SIZES.size
                if max(head_size, size) > LARGEST or place + head_size + size > end:
                    break
                packed = os.pread(fd, head_size, place)
                if zlib.crc32(packed) != head_sum:
                    break
                milestone = decode(packed)
                if not _follows(milestone, last):
                    break
                milestones.append(milestone)
                bodies.append((place + head_size, size, checksum))
                place += head_size + size
                taken += head_size
                last = milestone
    except (OSError, struct.error, msgspec.MsgspecError, ValueError, RecursionError):
        pass
    return MarketIndex(folder, milestones, bodies) if milestones else None


def _follows(one: Milestone, before: Milestone) -> bool:
    """Whether a milestone may stand behind the other."""
    at, was = one.place, before.place
    forward = at.lines >= was.lines and at.seq >= was.seq and at.journal >= was.journal and at.part >= was.part
    return forward and one.ts >= before.ts and at.offset >= (was.offset if at.part == was.part else 0)


def _changes(known: Levels, levels: Levels) -> tuple[int, ...]:
    """What turns the one into the other."""
    changed = levels.items() - known.items()
    changed |= {(price, 0) for price in known.keys() - levels.keys()}
    flat: list[int] = []
    last = 0
    for price, quantity in sorted(changed):
        flat += price - last, quantity
        last = price
    return tuple(flat)


def _apply(levels: Levels, changes: tuple[int, ...]) -> bool:
    """Take the changes; False where they are none."""
    if len(changes) % 2:
        return False
    price = 0
    for at in range(0, len(changes), 2):
        price += changes[at]
        if changes[at + 1] > 0:
            levels[price] = changes[at + 1]
        else:
            levels.pop(price, None)
    return True


def _sum(path: Path, first: int, end: int) -> int | None:
    """CRC-32 of whole lines of the unpacked file between two bytes; None where no line ends there."""
    checksum, at = 0, first
    if first == end:
        return 0
    if end - first > STRETCH:
        return None
    try:
        for line in lines(path, unsaid, first):
            checksum = zlib.crc32(line.data + b"\n", checksum)
            at = line.offset + len(line.data) + 1
            if at >= end:
                break
    except DataError:
        return None
    return checksum if at == end else None
