"""`mm-tui report` as a user types it."""

import json
from pathlib import Path

import pytest
from small_session import capture, record

from mm_tui.cli import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_tables_a_document_and_a_page_of_one_session(home: Path, capsys: Capture) -> None:
    outcome = await record(home, sessions=home / "state" / "mm-tui" / "sessions")
    assert main(["report", "last"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("BTC/USDT · passive · file")
    assert max(map(len, out.splitlines())) <= 80
    assert main(["report", "last", "--json", "--html", "out.html"]) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["pnl"] == outcome.summary["pnl"]
    assert document["report"]["identical"] is True
    assert err.startswith("out.html: ")
    assert (home / "out.html").read_text().startswith("<!doctype html>")
    assert main(["report", "last", "--html", "out.html"]) == 0
    assert capsys.readouterr().out.startswith("out.html: ")


async def test_a_recording_that_differs_is_said_on_standard_error(home: Path, capsys: Capture) -> None:
    folder = (await record(home)).folder
    assert folder is not None
    path = folder / "session.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "digest": "0"}))
    assert main(["report", str(folder), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["report"]["identical"] is False
    assert "not the session's own figures" in err


async def test_a_damaged_session_can_be_reported_on_with_what_can_be_read(home: Path, capsys: Capture) -> None:
    folder = (await record(home)).folder
    assert folder is not None
    path = folder / "session.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "digest": None}))
    journal = folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'{"seq":40,', b'{"seq":forty,', 1))
    assert main(["report", str(folder)]) == 65
    assert "journal.jsonl" in capsys.readouterr().err
    assert main(["report", str(folder), "--salvage", "--json"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)["report"]
    assert report["identical"] is None
    assert report["proof"].startswith("not compared: ")
    assert "could not be read and were passed over" in err


async def test_a_session_with_hostile_words_in_its_files(home: Path, capsys: Capture) -> None:
    folder = (await record(home)).folder
    assert folder is not None
    path = folder / "session.json"
    meta = json.loads(path.read_text())
    meta["instrument"]["symbol"] = meta["symbol"] = "<script>alert(1)</script>\x1b[2J"
    path.write_text(json.dumps({**meta, "venue": "[red]<img src=x>"}))
    assert main(["report", str(folder), "--html", "out.html"]) == 0
    page = (home / "out.html").read_text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert ("<script" in page, "<img" in page, "\x1b" in page) == (False, False, False)
    assert main(["report", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[red]<img src=x>" in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["report"], 64, "Missing argument"),
        (["report", "last"], 65, "no session was recorded yet"),
        (["report", "nowhere"], 65, "no file, no folder, and no session under"),
        (["report", "capture.log", "--html", "capture.log/out.html"], 74, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], code: int, words: str, home: Path, capsys: Capture) -> None:
    capture(home)
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
