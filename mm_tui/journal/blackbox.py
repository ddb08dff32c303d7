"""The black box: the last minute before a trip, cut out of a session that still runs, as a folder of its own.

It is a session folder for a replay "as it was recorded": the market log from the last milestone at least a minute
before the moment, begun by a snapshot line of the book there; the journal's records of that stretch, numbered anew; and
the milestones of `market.index` that belong to them. What came before is missing, so no desk can be run through it.
The logs are read as files, on whatever thread, while the session is written; nothing of the session is touched.
"""

import os
import re
import shutil
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from mm_tui.errors import DataError
from mm_tui.journal import folder, meta
from mm_tui.journal.index import Body, IndexWriter, Levels, Mark, MarketIndex, Milestone, read_index
from mm_tui.journal.lines import lines, unsaid
from mm_tui.journal.record import Place, market_line
from mm_tui.journal.seal import MARKET, market_parts, seal_logs
from mm_tui.journal.writer import JOURNAL
from mm_tui.model.clock import SECOND
from mm_tui.model.instrument import Instrument
from mm_tui.model.words import written
from mm_tui.settings.places import BOXES

BEFORE_NS: Final = 60 * SECOND
"""What is kept at least before the moment."""
AFTER_NS: Final = 5 * SECOND
"""And after it, where the session goes on."""
MOST: Final = 20
"""Boxes of this user; the oldest goes."""
LARGEST: Final = 256_000_000
"""Bytes of a market log; of a busier minute the later part is kept."""
CHART_NS: Final = 15 * 60 * SECOND
"""Samples of the chart that go along."""
_HEAD: Final = re.compile(rb'\{"seq":(\d+),"after":(\d+),')


class Moment(NamedTuple):
    """What the box is kept for."""

    ts: int
    rule: str
    """The rule that tripped; `kill` for the kill switch."""
    words: str


def keep(session: Path, state: Path, moment: Moment, now: int) -> Path:
    """Write the box under the folder of state, named by the time that it is now (ns); its path.

    Raises OSError, DataError.
    """
    index = read_index(session)
    if index is None:
        raise DataError(f"{session} has no milestones yet")
    first, last = _stretch(index, moment.ts)
    found = meta.read_meta(session)
    boxes = state / BOXES
    boxes.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{folder.name(now, found.venue, found.symbol)}-{re.sub(r'[^a-z0-9_]+', '_', moment.rule.lower())}"
    part = boxes / f".{name}.{os.getpid()}"
    try:
        part.mkdir(mode=0o700)
        _fill(part, _Cut(session, index, first, last), found, moment)
        path = _placed(part, boxes / name)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _prune(boxes)
    return path


class _Cut(NamedTuple):
    """A stretch of a session, from one of its milestones to another."""

    session: Path
    milestones: MarketIndex
    first: int
    last: int

    @property
    def heads(self) -> Sequence[Milestone]:
        """Its milestones."""
        return self.milestones.milestones[self.first : self.last + 1]


def _stretch(index: MarketIndex, ts: int) -> tuple[int, int]:
    """Numbers of the first and the last milestone."""
    times, milestones = index.times, index.milestones
    last = next((at for at, time in enumerate(times) if time >= ts + AFTER_NS), len(times) - 1)
    first = min(max(0, index.before(ts - BEFORE_NS)), last)
    end = milestones[last].place
    while first < last and milestones[first].place.part == end.part:
        if end.offset - milestones[first].place.offset <= LARGEST:
            break
        first += 1
    return first, last


def _fill(part: Path, cut: _Cut, found: meta.SessionMeta, moment: Moment) -> None:
    """The files of a box."""
    began = cut.heads[0]
    body, bids, asks = _book(cut.milestones, cut.first)
    opening = _snapshot(body, bids, asks, found.instrument, found.venue) if body.valid else b""
    head = market_line(began.ts, opening) if opening else b""
    own = 1 if head else 0
    counts = [one.place.lines - began.place.lines + own for one in cut.heads]
    market = _copied(part / MARKET, head, _market(cut), counts)
    shift = began.place.seq, began.place.lines - own
    counts = [one.place.seq - began.place.seq for one in cut.heads]
    journal = _copied(part / JOURNAL, b"", _journal(cut, *shift), counts)
    _write_index(part, cut, market, journal, moment)
    meta.write_meta(
        part,
        msgspec.structs.replace(
            found,
            start=began.ts,
            end=cut.heads[-1].ts,
            desk_end=cut.heads[-1].ts,
            ended=f"black box: {moment.words}",
            market_lines=market[-1].lines,
            records=journal[-1].lines,
            result=None,
            digest=None,
            measured=None,
            black_box_of=meta.BlackBox(session=written(str(cut.session.resolve())), ts=moment.ts, rule=moment.rule),
        ),
    )
    seal_logs(part)


class _Reached(NamedTuple):
    """A milestone's place in a file that was written: lines before it, its byte, CRC-32 since the one before."""

    lines: int
    offset: int
    checksum: int


def _copied(path: Path, head: bytes, found: Iterator[bytes], counts: Iterable[int]) -> list[_Reached]:
    """Write the lines; where each count was reached. Raises DataError where there are fewer."""
    reached: list[_Reached] = []
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as sink:
        sink.write(head)
        count, offset, checksum = 1 if head else 0, len(head), zlib.crc32(head)
        for wanted in counts:
            while count < wanted:
                line = next(found, None)
                if line is None:
                    raise DataError(f"{path.name} of the session ends too early")
                sink.write(line)
                count, offset, checksum = count + 1, offset + len(line), zlib.crc32(line, checksum)
            reached.append(_Reached(count, offset, checksum))
            checksum = 0
    return reached


def _market(cut: _Cut) -> Iterator[bytes]:
    place = cut.heads[0].place
    for number, path in enumerate(market_parts(cut.session)[place.part :]):
        for line in lines(path, unsaid, 0 if number else place.offset):
            yield line.data + b"\n"


def _journal(cut: _Cut, seq: int, after: int) -> Iterator[bytes]:
    """The records, counted from the box's own beginning."""
    for line in lines(cut.session / JOURNAL, unsaid, cut.heads[0].place.journal):
        head = _HEAD.match(line.data)
        if head is None:
            raise DataError(f"{JOURNAL} of the session holds a record without a number")
        numbers = b'{"seq":%d,"after":%d,' % (int(head[1]) - seq, max(0, int(head[2]) - after))
        yield numbers + line.data[head.end() :] + b"\n"


def _write_index(part: Path, cut: _Cut, market: list[_Reached], journal: list[_Reached], moment: Moment) -> None:
    index, writer = cut.milestones, IndexWriter(part)
    try:
        for at, one in enumerate(cut.heads):
            body, bids, asks = _book(index, cut.first + at)
            place = Place(market[at].lines, 0, market[at].offset, journal[at].lines, journal[at].offset)
            head = msgspec.structs.replace(
                one,
                place=place,
                market_sum=market[at].checksum,
                journal_sum=journal[at].checksum,
                marks=_marks(cut, at, moment),
                samples=one.samples if at else _earlier(index, cut.first),
            )
            writer.add(head, body, bids, asks)
        if writer.failed:
            raise OSError(0, writer.failed)
    finally:
        writer.close()


def _marks(cut: _Cut, at: int, moment: Moment) -> tuple[Mark, ...]:
    """What is to be jumped to since the milestone before; the moment itself is among it."""
    if not at:
        return (Mark(moment.ts, "trip"),) if moment.ts <= cut.heads[0].ts else ()
    marks = cut.heads[at].marks
    last = at == len(cut.heads) - 1
    if cut.heads[at - 1].ts < moment.ts and (moment.ts <= cut.heads[at].ts or last):
        known = any(mark.kind == "trip" and mark.ts == moment.ts for mark in marks)
        return marks if known else tuple(sorted([*marks, Mark(moment.ts, "trip")], key=lambda mark: mark.ts))
    return marks


def _earlier(index: MarketIndex, number: int) -> bytes:
    """The chart of a quarter of an hour up to a milestone."""
    first = max(0, index.before(index.times[number] - CHART_NS))
    return b"".join(one.samples for one in index.milestones[first : number + 1])


def _book(index: MarketIndex, number: int) -> tuple[Body, Levels, Levels]:
    found = index.book(number)
    if found is None:
        raise DataError("market.index of the session is damaged")
    return found


def _snapshot(body: Body, bids: Levels, asks: Levels, instrument: Instrument, venue: str) -> bytes:
    """The book as a frame of the venue's own, so that who reads the log alone knows it too; empty for half a one."""
    if not bids or not asks:
        return b""
    sides = {
        name: [(f"{instrument.price(price):f}", f"{instrument.quantity(levels[price]):f}") for price in prices]
        for name, levels, prices in (("bids", bids, sorted(bids, reverse=True)), ("asks", asks, sorted(asks)))
    }
    if not venue.startswith("ccxt:"):
        return msgspec.json.encode({"lastUpdateId": body.update_id, **sides})
    numbers = {name: [(float(price), float(quantity)) for price, quantity in rows] for name, rows in sides.items()}
    data = {"timestamp": None, **numbers}
    return msgspec.json.encode({"stream": f"{venue}@book", "id": body.update_id, "data": data})


def _placed(part: Path, target: Path) -> Path:
    """Give the whole folder its name; a second one of the same second gets a number."""
    for number in range(1, 1000):
        path = target if number == 1 else target.with_name(f"{target.name}-{number}")
        if not path.exists():
            part.rename(path)
            return path
    raise DataError(f"the name {target} is taken a thousand times")


def _prune(boxes: Path) -> None:
    """The newest ones stay."""
    with suppress(OSError):
        for path in sorted(folder.named(boxes), key=lambda one: one.name, reverse=True)[MOST:]:
            folder.remove(path)
