import os
import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mm_tui.errors import DataError
from mm_tui.journal.meta import SessionMeta, write_meta
from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import LAST_TIME, LONGEST_PAUSE, AnyMessage, Entry, MarketLine
from mm_tui.journal.seal import MARKET, market_parts, rotated, seal_log, seal_logs
from mm_tui.journal.writer import JOURNAL, SessionWriter
from mm_tui.model.commands import CancelOrder, PlaceOrder
from mm_tui.model.events import BUY, LinkDown, OperatorAction, Timer
from mm_tui.model.facts import Noted

CAPTURE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "btcusdt_20240808.gz"

text = st.text(max_size=6)
stamps = st.integers(1_723_161_253_000_000_000, 1_723_161_253_000_000_000 + LONGEST_PAUSE)
messages: st.SearchStrategy[AnyMessage] = st.one_of(
    st.builds(Timer, ts=stamps, name=text),
    st.builds(LinkDown, ts=stamps, venue=text, reason=text),
    st.builds(OperatorAction, ts=stamps, action=text, argument=text),
    st.builds(CancelOrder, ts=stamps, order_id=text),
    st.builds(PlaceOrder, ts=stamps, order_id=text, side=st.just(BUY), price=stamps, quantity=stamps),
    st.builds(Noted, ts=stamps, kind=text, text=text),
)
frames = st.sampled_from([b"{}", b'{"a":[1,2]}', b'[{"b":" }"}]', b'{"a":\n1}'])
steps = st.lists(
    st.one_of(st.tuples(stamps, frames), messages, st.sampled_from(["flush", "rotate", "seal"])), max_size=30
)


def write(folder: Path, meta: SessionMeta, taken: Sequence[object]) -> list[MarketLine | Entry]:
    """Write the steps, and say what they should read back as."""
    write_meta(folder, meta)
    writer = SessionWriter(folder)
    expected: list[MarketLine | Entry] = []
    for step in taken:
        if isinstance(step, tuple):
            ts, raw = step
            writer.market(ts, raw)
            expected.append(MarketLine(writer.lines, ts, raw.replace(b"\n", b" ")))
        elif step == "flush":
            writer.flush()
        elif step in ("rotate", "seal"):
            closed = writer.rotate()
            assert closed is not None
            if step == "seal":
                seal_log(closed)
        else:
            expected.append(Entry(writer.seq, writer.lines, step))  # type: ignore[arg-type]  # all else are messages
            writer.record(step)  # type: ignore[arg-type]  # likewise
    writer.close()
    return expected


@given(taken=steps, sealed=st.booleans())
def test_what_is_written_is_read_back_in_the_same_order(
    meta: SessionMeta, *, taken: list[object], sealed: bool
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        expected = write(folder, meta, taken)
        if sealed:
            seal_logs(folder)
        reader = SessionReader(folder)
        assert list(reader.records()) == expected
        assert reader.note is None


@given(taken=steps, journal=st.booleans(), share=st.floats(0, 1))
def test_cut_at_any_byte_it_reads_up_to_the_last_whole_record(
    meta: SessionMeta, *, taken: list[object], journal: bool, share: float
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        expected = write(folder, meta, taken)
        path = folder / (JOURNAL if journal else MARKET)
        data = path.read_bytes()
        kept = data[: int(share * len(data))]
        path.write_bytes(kept)
        reader = SessionReader(folder)
        found = list(reader.records())
        kind = Entry if journal else MarketLine
        before = [one for one in expected if isinstance(one, kind)]
        after = [one for one in found if isinstance(one, kind)]
        assert after == before[: len(after)]
        lost = data[len(kept) :].count(b"\n")
        assert len(before) - len(after) in (lost, lost - 1)
        if lost == len(before) - len(after) and kept and not kept.endswith(b"\n"):
            assert reader.note is not None
        if not journal:
            assert found == expected[: len(found)]


def session(folder: Path, meta: SessionMeta, market: bytes, journal: bytes) -> SessionReader:
    write_meta(folder, meta)
    (folder / MARKET).write_bytes(market)
    (folder / JOURNAL).write_bytes(journal)
    return SessionReader(folder)


def record(seq: int, after: int) -> bytes:
    return b'{"seq":%d,"after":%d,"type":"Timer","ts":1,"name":"t"}\n' % (seq, after)


def test_records_stand_between_the_lines_they_follow(tmp_path: Path, meta: SessionMeta) -> None:
    reader = session(tmp_path, meta, b"1 {}\n2 {}\n", record(0, 0) + record(1, 1) + record(2, 1) + record(3, 2))
    assert [one.number if isinstance(one, MarketLine) else -one.seq for one in reader.records()] == [
        0,
        1,
        -1,
        -2,
        2,
        -3,
    ]
    assert reader.note is None


def test_a_journal_that_goes_on_beyond_the_market_log_is_read_up_to_it(tmp_path: Path, meta: SessionMeta) -> None:
    reader = session(tmp_path, meta, b"1 {}\n2 {", record(0, 1) + record(1, 2))
    assert len(list(reader.records())) == 2
    assert reader.note == (
        "market.log ends within line 2 at byte 5; read up to there; "
        "the market log ends after 1 lines; the journal from record 1 on follows later ones and was not read"
    )


def test_a_last_record_that_lacks_only_its_newline_is_read(tmp_path: Path, meta: SessionMeta) -> None:
    reader = session(tmp_path, meta, b"1 {}", record(0, 1)[:-1])
    assert len(list(reader.records())) == 2
    assert reader.note is None


@pytest.mark.parametrize(
    ("market", "journal", "words"),
    [
        (b"1 {}\nx {}\n3 {}\n", b"", "market.log: line 2 of the session, byte 5: does not begin with a time"),
        (b"1 {}\n2 {\n3 {}\n", b"", "market.log: line 2 of the session, byte 5: holds no JSON"),
        (b"", record(0, 0) + b"{}\n" + record(2, 0), f"journal.jsonl: record 1, byte {len(record(0, 0))}: "),
        (b"", record(0, 0) + record(2, 0), "record 1, byte .*: numbered 2 after market line 0; records are missing"),
        (
            b"1 {}\n",
            record(0, 1) + record(1, 0),
            "record 1, byte .*: numbered 1 after market line 0; records are missing",
        ),
        (b"", b"\0" * 40 + b"\n", "journal.jsonl: record 0, byte 0: "),
    ],
)
def test_damage_before_the_end_is_refused_with_its_place(
    tmp_path: Path, meta: SessionMeta, market: bytes, journal: bytes, words: str
) -> None:
    with pytest.raises(DataError, match=words):
        list(session(tmp_path, meta, market, journal).records())


def test_only_the_last_log_may_end_early(tmp_path: Path, meta: SessionMeta) -> None:
    reader = session(tmp_path, meta, b"2 {}\n", b"")
    (tmp_path / rotated(1)).write_bytes(b"1 {")
    with pytest.raises(DataError, match=re.escape("market.0001.log: line 1 of the session, byte 0: holds no JSON")):
        list(reader.records())
    (tmp_path / rotated(1)).write_bytes(b"1 {}\n" * 1000)
    packed = seal_log(tmp_path / rotated(1))
    packed.write_bytes(packed.read_bytes()[:-12])
    with pytest.raises(DataError, match="and yet another log follows it"):
        list(reader.records())


def test_a_session_without_a_journal_is_refused(tmp_path: Path, meta: SessionMeta) -> None:
    reader = session(tmp_path, meta, b"1 {}\n", b"")
    (tmp_path / JOURNAL).unlink()
    with pytest.raises(DataError, match=r"journal\.jsonl cannot be read: No such file"):
        list(reader.records())


@pytest.mark.untraced
@pytest.mark.skipif(not CAPTURE.exists(), reason="the captured data is not at ../shared/data")
def test_a_real_capture_goes_through_whole(tmp_path: Path, meta: SessionMeta) -> None:
    import gzip  # noqa: PLC0415  # only here

    write_meta(tmp_path, meta)
    writer = SessionWriter(tmp_path, rotate_bytes=4_000_000)
    with gzip.open(CAPTURE) as stream:
        for line in stream:
            ts, _, raw = line.rstrip(b"\n").partition(b" ")
            writer.market(int(ts), raw)
            if writer.rotation_due:
                writer.rotate()
    writer.close()
    seal_logs(tmp_path)
    assert len(market_parts(tmp_path)) == 3
    with gzip.open(CAPTURE) as stream:
        for line, found in zip(stream, SessionReader(tmp_path).records(), strict=True):
            assert isinstance(found, MarketLine)
            assert line == b"%d %b\n" % (found.ts, found.raw)
    assert found.number == 41_249


def test_the_place_of_a_line_read_last_is_known_and_of_one_long_ago_only_its_folder(
    tmp_path: Path, meta: SessionMeta
) -> None:
    write_meta(tmp_path, meta)
    writer = SessionWriter(tmp_path, rotate_bytes=4_000_000)
    for ts in range(9):
        writer.market(ts, b'{"a":1}')
    writer.close()
    reader = SessionReader(tmp_path)
    assert len(list(reader.records())) == 9
    assert reader.place(8) == f"{tmp_path / MARKET}: line 8 of the session, byte 70"
    assert reader.place(2) == f"{tmp_path}: line 2 of the session"


def at(seq: int, after: int, ts: int) -> bytes:
    return b'{"seq":%d,"after":%d,"type":"Timer","ts":%d,"name":"t"}\n' % (seq, after, ts)


def test_a_time_that_leaps_is_named_and_can_be_passed_over(tmp_path: Path, meta: SessionMeta) -> None:
    market = b"5 {}\n%d {}\n7 {}\n" % (LONGEST_PAUSE + 6)
    journal = at(0, 0, 5) + at(1, 1, LAST_TIME) + at(2, 3, LONGEST_PAUSE)
    with pytest.raises(DataError, match=r"journal.jsonl: record 1: its time is over a week after"):
        list(session(tmp_path, meta, b"5 {}\n", journal).records())
    with pytest.raises(DataError, match=r"market.log: line 2 of the session, byte 5: its time is over a week after"):
        list(session(tmp_path, meta, market, b"").records())
    reader = session(tmp_path, meta, market, journal)
    reader = SessionReader(reader.folder, salvage=True)
    assert [one.seq if isinstance(one, Entry) else -one.number for one in reader.records()] == [0, -1, -3, 2]
    assert (reader.note or "").startswith("2 lines could not be read and were passed over, first ")


def test_a_market_line_of_a_time_that_no_machine_has_is_refused(tmp_path: Path, meta: SessionMeta) -> None:
    with pytest.raises(DataError, match="does not begin with a time"):
        list(session(tmp_path, meta, b"%d {}\n2 {}\n" % (LAST_TIME + 1), b"").records())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
@pytest.mark.parametrize("name", ["session.json", JOURNAL, MARKET])
def test_a_pipe_is_not_waited_for(tmp_path: Path, meta: SessionMeta, name: str) -> None:
    session(tmp_path, meta, b"1 {}\n", record(0, 0))
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(DataError, match=f"{name} cannot be read: it is no regular file"):
        list(SessionReader(tmp_path).records())
