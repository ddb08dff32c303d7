import os
import signal
import subprocess
import sys
import typing
from pathlib import Path

import pytest

from mm_tui.journal.meta import SessionMeta, write_meta
from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import Entry, MarketLine
from mm_tui.journal.seal import MARKET, market_parts, seal_log
from mm_tui.journal.writer import _ORDERS, JOURNAL, SessionWriter
from mm_tui.model.commands import CancelAll, OrderCommand, RequestSnapshot
from mm_tui.model.events import Timer

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")


def timer(ts: int) -> Timer:
    return Timer(ts=ts, name="t")


def test_frames_are_on_disk_at_once_and_records_with_the_flush(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path)
    writer.market(5, b'{"a":1}')
    assert (tmp_path / MARKET).read_bytes() == b'5 {"a":1}\n'
    writer.record(timer(1))
    writer.market(6, b"{}")
    writer.record(timer(2))
    assert (tmp_path / JOURNAL).read_bytes() == b""
    writer.flush()
    assert (tmp_path / JOURNAL).read_bytes() == (
        b'{"seq":0,"after":1,"type":"Timer","ts":1,"name":"t"}\n{"seq":1,"after":2,"type":"Timer","ts":2,"name":"t"}\n'
    )
    assert (writer.lines, writer.seq, writer.market_bytes, writer.failed) == (2, 2, 15, None)
    writer.close()


def test_one_write_a_flush(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = SessionWriter(tmp_path)
    sizes: list[int] = []
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: (sizes.append(len(data)), write(fd, data))[1])
    for ts in range(5):
        writer.record(timer(ts))
    writer.flush()
    writer.flush()
    assert len(sizes) == 1
    writer.close()


def test_a_write_that_takes_a_part_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = SessionWriter(tmp_path)
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:3]))
    writer.market(1, b'{"a":1}')
    writer.record(timer(7))
    writer.flush()
    assert (tmp_path / MARKET).read_bytes() == b'1 {"a":1}\n'
    assert (tmp_path / JOURNAL).read_bytes().endswith(b'"name":"t"}\n')
    assert writer.failed is None
    writer.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode bits")
def test_logs_are_their_owners_alone(tmp_path: Path) -> None:
    SessionWriter(tmp_path).close()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_rotation_begins_a_new_log_and_loses_nothing(tmp_path: Path, meta: SessionMeta) -> None:
    write_meta(tmp_path, meta)
    writer = SessionWriter(tmp_path, rotate_bytes=20)
    for ts in range(1, 9):
        writer.market(ts, b'{"a":1}')
        writer.record(timer(ts))
        writer.flush()
        if writer.rotation_due:
            closed = writer.rotate()
            assert closed is not None
            if writer.parts % 2:
                seal_log(closed)
    writer.close()
    assert [path.name for path in market_parts(tmp_path)] == [
        "market.0001.log.gz",
        "market.0002.log",
        "market.0003.log.gz",
        "market.0004.log",
        "market.log",
    ]
    expected: list[MarketLine | Entry] = []
    for ts in range(1, 9):
        expected += [MarketLine(ts, ts, b'{"a":1}'), Entry(ts - 1, ts, timer(ts))]
    assert list(SessionReader(tmp_path).records()) == expected


@needs_full
@pytest.mark.parametrize("full", [MARKET, JOURNAL])
def test_a_full_disk_ends_the_recording_and_not_the_desk(tmp_path: Path, full: str) -> None:
    (tmp_path / full).symlink_to("/dev/full")
    writer = SessionWriter(tmp_path)
    writer.market(1, b"{}")
    writer.record(timer(1))
    writer.flush()
    assert writer.failed is not None
    assert "No space left on device" in writer.failed
    assert full in writer.failed
    writer.market(2, b"{}")
    writer.record(timer(2))
    writer.flush()
    assert writer.rotate() is None
    assert not writer.rotation_due
    other = MARKET if full == JOURNAL else JOURNAL
    assert (tmp_path / other).read_bytes() == (b"1 {}\n" if other == MARKET else b"")
    writer.close()


def test_a_folder_that_is_gone_is_told_in_words(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path / "absent")
    assert writer.failed is not None
    assert "No such file" in writer.failed
    writer.market(1, b"{}")
    writer.close()


def test_a_rotation_that_fails_ends_the_recording(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path)
    (tmp_path / MARKET).unlink()
    assert writer.rotate() is None
    assert writer.failed is not None
    writer.close()
    writer.close()


def test_a_closed_session_takes_nothing_more(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path)
    writer.record(timer(1))
    writer.close()
    assert writer.failed == "the session is closed"
    writer.record(timer(2))
    writer.market(1, b"{}")
    writer.flush()
    assert (tmp_path / JOURNAL).read_bytes().count(b"\n") == 1
    assert (tmp_path / MARKET).read_bytes() == b""


def test_in_live_trading_an_order_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    writer = SessionWriter(tmp_path, sync_orders=True)
    writer.record(RequestSnapshot(ts=1, reason="gap"))
    writer.flush()
    assert synced == []
    writer.record(CancelAll(ts=1))
    writer.record(timer(1))
    writer.flush()
    assert len(synced) == 1
    writer.close()


def test_every_order_command_counts_as_one() -> None:
    assert set(typing.get_args(_ORDERS)) == set(typing.get_args(OrderCommand))


KILLED = """
import os, signal, sys
from pathlib import Path
from mm_tui.journal.writer import SessionWriter
from mm_tui.model.events import Timer
writer = SessionWriter(Path(sys.argv[1]))
for ts in range(100):
    writer.market(ts, b'{"a":1}')
    writer.record(Timer(ts=ts, name="t"))
    writer.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""

LIMITED = """
import resource, sys
from pathlib import Path
from mm_tui.journal.writer import SessionWriter
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
writer = SessionWriter(Path(sys.argv[1]))
for ts in range(200):
    writer.market(ts, b'{"a":1}')
writer.close()
print(writer.failed)
"""


def child(words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run it without coverage's own files, which a killed process leaves broken."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    arguments = [sys.executable, "-c", words, str(folder)]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False, env=environ)  # noqa: S603  # our own interpreter


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_process_loses_nothing_that_it_acted_on(tmp_path: Path, meta: SessionMeta) -> None:
    write_meta(tmp_path, meta)
    assert child(KILLED, tmp_path).returncode == -signal.SIGKILL
    reader = SessionReader(tmp_path)
    found = list(reader.records())
    assert len(found) == 200
    assert reader.note is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file size limit")
def test_a_file_size_limit_ends_the_recording_readably(tmp_path: Path, meta: SessionMeta) -> None:
    write_meta(tmp_path, meta)
    done = child(LIMITED, tmp_path)
    assert done.returncode == 0
    assert "recording stopped after 91 frames" in done.stdout
    assert "File too large" in done.stdout
    reader = SessionReader(tmp_path)
    assert [line.ts for line in reader.records() if isinstance(line, MarketLine)] == list(range(91))
    assert reader.note == "market.log ends within line 92 at byte 991; read up to there"
