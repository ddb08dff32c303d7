"""`mm-tui sessions` and `mm-tui kill`: what is on disk, and who runs."""

import os
import sys
import typing
from pathlib import Path

import msgspec
import pytest

from mm_tui.cli import main
from mm_tui.journal import desks, folder
from mm_tui.journal.meta import Result, SessionMeta, write_meta

pytestmark = pytest.mark.usefixtures("home")
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def session_meta() -> SessionMeta:
    instrument = {"symbol": "BTC/USDT", "base": "BTC", "quote": "USDT", "tick_size": "0.01", "step_size": "0.00001"}
    plain: dict[str, typing.Any] = {
        "version": "0.1.0",
        "venue": "demo",
        "symbol": "BTC/USDT",
        "strategy": "passive",
        "instrument": instrument,
        "settings": {},
        "start": 1_723_161_253_000_000_000,
    }
    return msgspec.convert(plain, SessionMeta)


def test_sessions(capsys: Capture, home: Path, session_meta: SessionMeta) -> None:
    assert main(["sessions"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no sessions under" in captured.err
    root = home / "state" / "mm-tui" / "sessions"
    start = session_meta.start
    made = folder.create(root, start, "demo", "BTC/USDT")
    write_meta(made.path, msgspec.structs.replace(session_meta, end=start + 3_725_000_000_000, ended="quit"))
    damaged = folder.create(root, start + 1_000_000_000, "demo", "BTC/USDT")
    (damaged.path / "session.json").write_text("{")
    if os.name != "nt":
        assert main(["sessions"]) == 0
        assert f"running, pid {os.getpid()}" in capsys.readouterr().out
    made.release()
    damaged.release()
    assert main(["sessions"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert "is damaged" in rows[0]
    assert rows[1].split() == ["20240808T235413Z-demo-BTCUSDT", "1:02:05", "0.0", "MB", "passive", "–", "quit"]
    assert main(["sessions", "--json", "--session-dir", str(root)]) == 0
    listed = msgspec.json.decode(capsys.readouterr().out)
    assert [one["ended"] for one in listed] == [None, "quit"]
    assert listed[1]["ended_ns"] == start + 3_725_000_000_000
    if sys.platform == "linux":  # where a name is any bytes
        odd = root / "20200101T000000Z-demo-\udcff"
        odd.mkdir()
        (odd / "session.json").write_text("{")
        assert main(["sessions", "--json", "--session-dir", str(root)]) == 0
        listed = msgspec.json.decode(capsys.readouterr().out)
        assert "20200101T000000Z-demo-\\udcff" in [one["session"] for one in listed]
    assert main(["sessions", "--json", "--session-dir", "absent"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out) == []


def test_the_list_of_sessions_says_what_came_of_each(capsys: Capture, home: Path, session_meta: SessionMeta) -> None:
    root = home / "state" / "mm-tui" / "sessions"
    pnls = ("-1234.5670001", None, "a lot")
    for at, pnl in enumerate(pnls):
        made = folder.create(root, session_meta.start + at * 10**9, "demo", "BTC/USDT")
        result = Result(placed=70, fills=1001, pnl=pnl, position="-0.01")
        write_meta(made.path, msgspec.structs.replace(session_meta, strategy="/home/me/mine.py:Mine", result=result))
        made.release()
    assert main(["sessions"]) == 0
    rows = [row.split()[3:] for row in capsys.readouterr().out.splitlines()]
    unknown = ["mine.py:Mine", "1,001", "fills", "–", "USDT", "killed"]
    assert rows == [unknown, unknown, ["mine.py:Mine", "1,001", "fills", "\u22121,234.57", "USDT", "killed"]]
    assert main(["sessions", "--json"]) == 0
    results = [one["result"] for one in msgspec.json.decode(capsys.readouterr().out)]
    assert results[2] == {"placed": 70, "fills": 1001, "pnl": "-1234.5670001", "position": "-0.01"}
    long = folder.create(root, session_meta.start, "demo", "BTC/USDT-with-a-name-longer-than-others")
    one = Result(placed=1, fills=1, pnl="0", position="0")
    write_meta(long.path, msgspec.structs.replace(session_meta, result=one))
    long.release()
    main(["sessions"])
    rows = capsys.readouterr().out.splitlines()
    assert len({row.index(" MB") for row in rows}) == 1
    assert any(" 1 fill +0.00 " in row for row in rows)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no user signals")
def test_kill(capsys: Capture, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []

    def kill(desk: desks.Desk) -> str:
        killed.append(desk.pid)
        return ""

    monkeypatch.setattr(desks, "kill", kill)
    assert main(["kill"]) == 0
    assert "no desk of yours is running" in capsys.readouterr().err
    session = folder.create(home / "sessions", 0, "demo", "BTC/USDT")
    entry = desks.register(home / "state" / "mm-tui", session.path, "demo", "BTC/USDT")
    pid = os.getpid()
    for arguments in (
        ["kill"],
        ["kill", "--session", str(session.path)],
        ["kill", "--session", str(home / "sessions")],
    ):
        assert main(arguments) == 0
        assert capsys.readouterr().out == f"killed: pid {pid}, demo BTC/USDT, {session.path}\n"
    assert main(["kill", "--session", str(home / "here")]) == 64
    assert "no desk is recording in" in capsys.readouterr().err
    entry.withdraw()
    assert main(["kill", "--session", str(session.path)]) == 0
    assert capsys.readouterr().out == f"killed: pid {pid}, {session.path}\n"
    assert killed == [pid] * 4
    monkeypatch.setattr(desks, "kill", lambda desk: f"pid {desk.pid}: gone")
    assert main(["kill", "--session", str(session.path)]) == 70
    assert f"not killed: pid {pid}: gone" in capsys.readouterr().err
    session.release()
