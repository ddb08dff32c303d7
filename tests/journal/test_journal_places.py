"""Where the logs stand, found from the logs: what the writer said when it wrote them."""

from pathlib import Path

import pytest

from mm_tui.errors import DataError
from mm_tui.journal.meta import SessionMeta, write_meta
from mm_tui.journal.places import Places
from mm_tui.journal.seal import seal_logs
from mm_tui.journal.writer import JOURNAL, SessionWriter
from mm_tui.model.events import Timer


@pytest.mark.parametrize("sealed", [False, True])
def test_they_are_those_of_the_writer(tmp_path: Path, meta: SessionMeta, *, sealed: bool) -> None:
    write_meta(tmp_path, meta)
    writer, said = SessionWriter(tmp_path), []
    for number in range(1, 13):
        writer.market(10 * number, b'{"n":%d}' % number)
        writer.record(Timer(ts=10 * number, name="at once"))
        writer.record(Timer(ts=10 * number + 5, name="later"))
        writer.flush()
        if number % 3 == 0:
            said.append((number, writer.place, writer.sums()))
        if number == 7:
            writer.rotate()
    writer.close()
    if sealed:
        seal_logs(tmp_path)
    places = Places(tmp_path)
    for number, place, sums in said:
        places.go(number, 10 * number + 5)
        assert (places.place, places.sums()) == (place, sums)
    early = Places(tmp_path)
    early.go(3, 30)
    assert early.place.seq == said[0][1].seq - 1
    early.go(100, 1000)
    assert early.place == said[-1][1]


def test_a_journal_that_is_none_is_said(tmp_path: Path, meta: SessionMeta) -> None:
    write_meta(tmp_path, meta)
    SessionWriter(tmp_path).close()
    (tmp_path / JOURNAL).write_bytes(b"no record\n")
    with pytest.raises(DataError):
        Places(tmp_path).go(1, 1)
