import os
from pathlib import Path

import msgspec
import pytest

from mm_tui.errors import DataError, UsageError
from mm_tui.journal import folder, lock
from mm_tui.journal.meta import FILE, SessionMeta, write_meta

START = 1_723_161_253_999_999_999
DAY = 86_400_000_000_000


@pytest.mark.parametrize(
    ("venue", "symbol", "expected"),
    [
        ("binance", "BTC/USDT", "20240808T235413Z-binance-BTCUSDT"),
        ("ccxt:kraken", "BTC/USDT:USDT", "20240808T235413Z-ccxt_kraken-BTCUSDT_USDT"),
        ("file:/a b/../c.gz", "../..", "20240808T235413Z-file-...."),
        ("demo", "币安/USDT", "20240808T235413Z-demo-币安USDT"),
    ],
)
def test_names(venue: str, symbol: str, expected: str) -> None:
    assert folder.name(START, venue, symbol) == expected


def test_a_folder_is_its_owners_alone_and_locked(tmp_path: Path) -> None:
    made = folder.create(tmp_path / "a" / "b", START, "demo", "BTC/USDT")
    assert made.path == tmp_path / "a" / "b" / "20240808T235413Z-demo-BTCUSDT"
    if os.name != "nt":
        assert made.path.stat().st_mode & 0o777 == 0o700
        assert made.path.parent.stat().st_mode & 0o777 == 0o700
        assert lock.holder(made.path / lock.FILE) == os.getpid()
    made.release()
    assert list(made.path.iterdir()) == []


def test_two_sessions_of_one_second_do_not_meet(tmp_path: Path) -> None:
    names = [folder.create(tmp_path, START, "demo", "BTC/USDT").path.name for _ in range(3)]
    assert names == [f"20240808T235413Z-demo-BTCUSDT{tail}" for tail in ("", "-2", "-3")]


def test_where_nothing_can_be_made_it_is_said_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"no session can be recorded under .*--session-dir, or --no-record"):
        folder.create(tmp_path / "file" / "sessions", START, "demo", "BTC/USDT")
    with pytest.raises(UsageError, match=r"cannot be used: .*choose another --session-dir"):
        folder.claim(tmp_path / "file")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no flock")
def test_a_claimed_folder_is_refused_to_another_desk(tmp_path: Path) -> None:
    held = folder.claim(tmp_path / "mine")
    with pytest.raises(UsageError, match=f"its own --session-dir: held by the desk with pid {os.getpid()}"):
        folder.claim(tmp_path / "mine")
    held.release()
    folder.claim(tmp_path / "mine").release()


def make(root: Path, meta: SessionMeta, start: int, *, ended: bool) -> Path:
    made = folder.create(root, start, "demo", "BTC/USDT")
    made.release()
    write_meta(made.path, msgspec.structs.replace(meta, start=start, end=start + 1 if ended else None))
    return made.path


def test_the_list_says_how_each_session_stands(tmp_path: Path, meta: SessionMeta) -> None:
    ended = make(tmp_path, meta, START, ended=True)
    killed = make(tmp_path, meta, START + DAY, ended=False)
    damaged = make(tmp_path, meta, START + 2 * DAY, ended=True)
    (damaged / FILE).write_text("{")
    running = folder.create(tmp_path, START + 3 * DAY, "demo", "BTC/USDT")
    write_meta(running.path, meta)
    (tmp_path / "20240808T235413Z-demo-NOTHING").mkdir()
    (tmp_path / "other").mkdir()
    found = folder.sessions(tmp_path)
    assert [entry.path for entry in found] == [running.path, damaged, killed, ended]
    assert [entry.pid for entry in found] == [os.getpid() if os.name != "nt" else None, None, None, None]
    assert found[1].meta is None
    assert "is damaged" in found[1].note
    assert [found[2].note, found[3].note] == ["killed", ""]
    assert found[3].size == (ended / FILE).stat().st_size
    assert folder.sessions(tmp_path / "absent") == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no flock")
def test_old_sessions_go_and_nothing_else(tmp_path: Path, meta: SessionMeta) -> None:
    old = make(tmp_path, meta, START, ended=True)
    young = make(tmp_path, meta, START + 5 * DAY, ended=True)
    running = folder.create(tmp_path, START + 1, "demo", "ETH/USDT")
    write_meta(running.path, meta)
    (tmp_path / "20200101T000000Z-demo-BTCUSDT").mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    write_meta(outside, meta)
    (tmp_path / "20200101T000000Z-demo-LINK").symlink_to(outside)
    now = START + 8 * DAY
    assert folder.expired(tmp_path, now, 0) == []
    assert folder.expired(tmp_path, now, 9) == []
    assert folder.expired(tmp_path, now, 7) == [old]
    assert folder.remove(old) == ""
    assert not old.exists()
    assert young.exists()
    assert "cannot be removed" in folder.remove(old)
