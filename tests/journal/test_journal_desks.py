import os
import signal
import sys
from pathlib import Path

import pytest

from mm_tui.errors import DataError
from mm_tui.journal import desks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither flock nor user signals")


def test_a_desk_is_listed_while_it_runs(tmp_path: Path) -> None:
    session = tmp_path / "s"
    entry = desks.register(tmp_path, session, "demo", "BTC/USDT")
    assert desks.running(tmp_path) == [desks.Desk(os.getpid(), str(session), "demo", "BTC/USDT")]
    entry.withdraw()
    assert desks.running(tmp_path) == []
    assert list((tmp_path / desks.FOLDER).iterdir()) == []


def test_dead_and_damaged_entries_are_passed_over(tmp_path: Path) -> None:
    entry = desks.register(tmp_path, None, "demo", "BTC/USDT")
    folder = tmp_path / desks.FOLDER
    (folder / "1.json").write_text('{"pid":1,"session":null,"venue":"demo","symbol":"X/Y"}')
    (folder / "1.lock").write_text("1\n")
    assert [desk.pid for desk in desks.running(tmp_path)] == [os.getpid()]
    assert not (folder / "1.json").exists()
    (folder / f"{os.getpid()}.json").write_text("{")
    assert desks.running(tmp_path) == []
    for damaged in (b'{"pid":1,"session":"\xff"}', b"[" * 100_000):
        (folder / f"{os.getpid()}.json").write_bytes(damaged)
        assert desks.running(tmp_path) == []
    (folder / f"{os.getpid()}.json").unlink()
    os.mkfifo(folder / f"{os.getpid()}.json")  # would be waited for
    assert desks.running(tmp_path) == []
    entry.withdraw()
    assert desks.running(tmp_path / "absent") == []


def test_a_session_folder_in_another_encoding_is_listed(tmp_path: Path) -> None:
    entry = desks.register(tmp_path, tmp_path / "s\udcff", "demo", "BTC/USDT")
    assert [desk.session for desk in desks.running(tmp_path)] == [f"{tmp_path}/s\\udcff"]
    entry.withdraw()


def test_where_the_list_cannot_be_written_it_is_said(tmp_path: Path) -> None:
    (tmp_path / desks.FOLDER).touch()
    with pytest.raises(DataError, match="`mm-tui kill` will not find this desk"):
        desks.register(tmp_path, None, "demo", "BTC/USDT")


def test_the_kill_switch_is_a_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    before = signal.signal(signal.Signals[desks.KILL_SIGNAL], lambda number, _frame: heard.append(number))
    try:
        assert desks.kill(desks.Desk(os.getpid(), None, "demo", "BTC/USDT")) == ""
        assert heard == [signal.SIGUSR1]
    finally:
        signal.signal(signal.Signals[desks.KILL_SIGNAL], before)


def test_a_desk_that_is_gone_is_said_to_be() -> None:
    assert "pid 4194305" in desks.kill(desks.Desk(4_194_305, None, "demo", "BTC/USDT"))
