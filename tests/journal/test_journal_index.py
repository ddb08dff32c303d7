"""The index of a session: what was written comes back, and what is not whole or not of these logs is never believed."""

import os
import zlib
from pathlib import Path

import msgspec
import pytest

from mm_tui.journal import index as module
from mm_tui.journal.index import (
    FILE,
    MAGIC,
    WHOLE_EVERY,
    Body,
    IndexWriter,
    Levels,
    Mark,
    MarketIndex,
    Milestone,
    Sample,
    read_index,
)
from mm_tui.journal.meta import SessionMeta, write_meta
from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import Entry, MarketLine
from mm_tui.journal.seal import MARKET, rotated, seal_log, seal_logs
from mm_tui.journal.writer import JOURNAL, SessionWriter
from mm_tui.model.events import BUY, Timer

COUNT = WHOLE_EVERY + 5
SECOND = 1_000_000_000


def book_at(number: int) -> tuple[Levels, Levels]:
    """Levels that come, change and go."""
    bids = {100 - step: 5 + (number * step) % 3 for step in range(20) if (number + step) % 4}
    return bids, {110 + step: number + 1 for step in range(3)}


def made(folder: Path, meta: SessionMeta, *, sealed: bool = False) -> None:
    """A session of some lines a milestone, rotated in the middle of it."""
    write_meta(folder, meta)
    writer, index = SessionWriter(folder), IndexWriter(folder)
    for number in range(COUNT):
        ts = (number + 1) * 10 * SECOND
        for step in range(3):
            writer.market(ts - 3 + step, b'{"n":%d}' % number)
            writer.record(Timer(ts=ts - 3 + step, name=f"{number}.{step}"))
        if number == 7:
            closed = writer.rotate()
            assert closed is not None
            if sealed:
                seal_log(closed)
            writer.market(ts - 1, b"{}")
        writer.flush()
        market_sum, journal_sum = writer.sums()
        marks = (Mark(ts, "fill", BUY, 100),) if number % 2 else (Mark(ts, "gap"),)
        samples = b"".join(value.to_bytes(8, "little") for value in (ts, 210, 0, 220))
        head = Milestone(ts, writer.place, market_sum, journal_sum, True, marks, samples)
        body = Body(True, number, (), (), None, b"shown %d" % number, {"mm-1": ts})
        index.add(head, body, *book_at(number))
    index.close()
    index.close()
    writer.close()
    if sealed:
        seal_logs(folder)


@pytest.fixture(params=[False, True], ids=["open", "sealed"])
def folder(tmp_path: Path, meta: SessionMeta, request: pytest.FixtureRequest) -> Path:
    made(tmp_path, meta, sealed=request.param)
    return tmp_path


def read(folder: Path) -> MarketIndex:
    found = read_index(folder)
    assert found is not None
    return found


def test_every_milestone_comes_back_with_its_book(folder: Path) -> None:
    found = read(folder)
    assert len(found.milestones) == len(found.times) == COUNT
    for number in (0, 1, 8, WHOLE_EVERY - 1, WHOLE_EVERY, COUNT - 1):
        body, bids, asks = found.book(number) or pytest.fail("no book")
        assert (bids, asks) == book_at(number)
        assert (body.update_id, body.shown, body.created) == (
            number,
            b"shown %d" % number,
            {"mm-1": found.times[number]},
        )
        assert list(found.samples(number)) == [Sample(found.times[number], 210, 0, 220)]
    assert (found.before(5), found.before(10 * SECOND), found.before(1 << 60)) == (-1, 0, COUNT - 1)
    assert [mark.kind for mark in found.marks] == ["gap", "fill"] * (COUNT // 2) + ["gap"] * (COUNT % 2)
    assert found.marks_between(10 * SECOND, 20 * SECOND) == [Mark(20 * SECOND, "fill", BUY, 100)]
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600


def test_every_milestone_is_of_these_logs_and_reading_begins_there(folder: Path) -> None:
    found = read(folder)
    everything = list(SessionReader(folder).records())
    for number in range(COUNT):
        assert found.matches(number)
        place = found.milestones[number].place
        rest = [
            item
            for item in everything
            if (item.number > place.lines if isinstance(item, MarketLine) else item.seq >= place.seq)
        ]
        assert list(SessionReader(folder).records(place)) == rest
    assert isinstance(everything[1], Entry)


@pytest.mark.parametrize("name", [MARKET, rotated(1), JOURNAL])
def test_an_index_of_other_logs_is_not_believed(tmp_path: Path, meta: SessionMeta, name: str) -> None:
    made(tmp_path, meta)
    path = tmp_path / name
    data = bytearray(path.read_bytes())
    data[12] ^= 1
    path.write_bytes(bytes(data))
    found = read(tmp_path)
    wrong = 7 if name == MARKET else 0
    assert not found.matches(wrong)
    assert found.matches(wrong + 9)
    path.write_bytes(b"")
    assert not found.matches(wrong + 1)
    (tmp_path / rotated(1)).unlink()
    assert not found.matches(COUNT - 1)


def test_cut_anywhere_it_is_read_up_to_there(tmp_path: Path, meta: SessionMeta) -> None:
    made(tmp_path, meta)
    path = tmp_path / FILE
    data = path.read_bytes()
    counts = []
    for size in range(0, len(data), 97):
        path.write_bytes(data[:size])
        found = read_index(tmp_path)
        counts.append(0 if found is None else len(found.milestones))
        if found is not None:
            assert found.book(counts[-1] - 1) is not None
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, COUNT - 1)
    path.unlink()
    assert read_index(tmp_path) is None
    path.mkdir()
    assert read_index(tmp_path) is None


def test_damage_ends_it_or_costs_the_bodies_that_need_it(tmp_path: Path, meta: SessionMeta) -> None:
    made(tmp_path, meta)
    path = tmp_path / FILE
    data = path.read_bytes()
    for place in range(len(MAGIC), len(data), 61):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        found = read_index(tmp_path)
        if found is None:
            continue
        for number in (0, len(found.milestones) - 1):
            known = found.book(number)
            assert known is None or known[1:] == book_at(number)
    path.write_bytes(b"mm-tui market index 2\n" + data[len(MAGIC) :])
    assert read_index(tmp_path) is None


def planted(folder: Path, *milestones: tuple[Milestone, Body]) -> MarketIndex | None:
    """An index whose checksums are right and whose contents are not."""
    data = MAGIC
    for head, body in milestones:
        packed, packed_body = msgspec.msgpack.encode(head), zlib.compress(msgspec.msgpack.encode(body))
        sizes = (len(packed), len(packed_body), zlib.crc32(packed), zlib.crc32(packed_body))
        data += module._SIZES.pack(*sizes) + packed + packed_body
    (folder / FILE).write_bytes(data)
    return read_index(folder)


def test_what_somebody_planted_is_bounded(tmp_path: Path, meta: SessionMeta) -> None:
    made(tmp_path, meta)
    first = read(tmp_path).milestones[0]
    body = Body(True, 1, (1, 1, 2), ())
    found = planted(tmp_path, (first, body))
    assert found is not None
    assert found.book(0) is None
    far = msgspec.structs.replace(first, place=first.place._replace(offset=1 << 50, journal=1 << 50))
    found = planted(tmp_path, (far, body))
    assert found is not None
    assert not found.matches(0)
    below = msgspec.structs.replace(first, place=first.place._replace(offset=-5))
    assert planted(tmp_path, (below, body)) is None
    later = msgspec.structs.replace(first, place=first.place._replace(part=40))
    assert planted(tmp_path, (later, body)).matches(0) is False  # type: ignore[union-attr]
    back = msgspec.structs.replace(first, ts=first.ts - 1)
    found = planted(tmp_path, (first, body), (back, body))
    assert found is not None
    assert len(found.milestones) == 1
    never = msgspec.structs.replace(first, whole=False)
    fine = Body(True, 1, (1, 1), ())
    found = planted(tmp_path, *[(never, fine)] * (WHOLE_EVERY + 2))
    assert found is not None
    assert found.book(0) is None
    assert found.book(WHOLE_EVERY + 1) is None


def test_a_bomb_is_not_unpacked(tmp_path: Path, meta: SessionMeta, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, meta)
    monkeypatch.setattr(module, "LARGEST", 40)
    assert read_index(tmp_path) is None
    monkeypatch.undo()
    found = read(tmp_path)
    monkeypatch.setattr(module, "LARGEST", 40)
    assert found.body(0) is None


def test_a_disk_that_refuses_ends_the_index_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = IndexWriter(tmp_path)
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:20]))
    head = Milestone(1, SessionWriter(tmp_path).place, 0, 0, True)
    index.add(head, Body(True, 1, (), ()), {1: 1}, {2: 1})
    assert index.failed == "market.index ends here: the disk took a part"
    index.add(head, Body(True, 1, (), ()), {1: 1}, {2: 1})
    assert read_index(tmp_path) is None
    assert IndexWriter(tmp_path / "nowhere").failed == "market.index ends here: No such file or directory"
