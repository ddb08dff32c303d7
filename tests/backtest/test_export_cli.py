"""`mm-tui export` as a user types it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from small_session import capture, record

from mm_tui.backtest.export.files import FORMATS
from mm_tui.backtest.export.shape import NAMES
from mm_tui.cli import export as command
from mm_tui.cli import main

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_the_command_offers_what_there_is() -> None:
    assert command._FORMATS == FORMATS
    assert command._TABLES == NAMES


async def test_the_last_session_is_exported_and_what_was_written_is_said(tmp_path: Path, typed: Typed) -> None:
    folder = (await record(tmp_path, sessions=tmp_path / "state" / "mm-tui" / "sessions")).folder
    assert folder is not None
    code, out, err = typed("export", "last", "--to", "csv", "--out", "there")
    assert (code, err) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines()] == [str(Path("there") / f"{name}.csv") for name in NAMES]
    assert out.startswith(
        f"there/fills.csv: {len((tmp_path / 'there' / 'fills.csv').read_text().splitlines()) - 1} rows, "
    )
    code, out, err = typed("export", folder.name, "--to", "csv", "--out", "fewer", "--table", "book", "--json")
    document = json.loads(out)
    assert (code, err, document["symbol"], document["tick_size"]) == (0, "", "BTC/USDT", "0.01")
    assert [file["name"] for file in document["files"]] == ["book.csv"]
    assert [path.name for path in (tmp_path / "fewer").iterdir()] == ["book.csv"]


def test_a_capture_as_an_event_array_comes_with_tick_and_lot(tmp_path: Path, typed: Typed) -> None:
    code, out, err = typed("export", capture(tmp_path), "--to", "hftbacktest", "--out", "there")
    assert (code, err) == (0, "")
    first, second = out.splitlines()
    assert first.startswith("there/events.npz: 518 rows, ")
    assert second == "tick size 0.01, lot size 0.001"
    set_tick = ("--set", "instrument.tick_size=0.005")
    code, out, _ = typed("export", capture(tmp_path), "--to", "hftbacktest", "--out", "there", *set_tick)
    assert (code, out.splitlines()[1]) == (0, "tick size 0.005, lot size 0.001")


def test_a_file_that_breaks_off_is_read_up_to_there_and_said(tmp_path: Path, typed: Typed) -> None:
    path = capture(tmp_path)
    path.write_bytes(path.read_bytes()[:-10])
    code, _, err = typed("export", path, "--to", "csv", "--out", "there")
    assert code == 0
    assert "capture.log: line 399 at byte" in err
    assert "breaks off; read up to there" in err


def test_a_broken_line_is_named_and_can_be_passed_over(tmp_path: Path, typed: Typed) -> None:
    path = capture(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:9], b"nonsense\n", *lines[9:]]))
    for form in ("csv", "hftbacktest"):
        code, out, err = typed("export", path, "--to", form, "--out", "there")
        assert (code, out) == (65, "")
        assert f"line 10, byte {len(b''.join(lines[:9]))}: not a time in ns and a JSON object" in err
        assert not (tmp_path / "there" / "events.npz").exists()
        assert not list((tmp_path / "there").glob("*.csv"))
        code, _, err = typed("export", path, "--to", form, "--out", "there", "--salvage")
        assert code == 0
        assert "1 lines could not be read and were passed over, first" in err
        for made in (tmp_path / "there").iterdir():
            made.unlink()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["capture.log"], 64, "Missing option '--to'"),
        (["capture.log", "--to", "csv"], 64, "Missing option '--out'"),
        (["capture.log", "--to", "xlsx", "--out", "x"], 64, "'xlsx' is not one of"),
        (["capture.log", "--to", "csv", "--out", "x", "--table", "fills"], 64, "has no table fills"),
        (["capture.log", "--to", "hftbacktest", "--out", "x", "--table", "book"], 64, "--table does not go with"),
        (["capture.log", "--to", "csv", "--out", "capture.log"], 64, "is a file"),
        (["nowhere", "--to", "csv", "--out", "x"], 65, "no file, no folder, and no session under"),
        (["last", "--to", "csv", "--out", "x"], 65, "no session was recorded yet"),
        (["capture.log", "--to", "csv", "--out", "x", "--set", "instrument.tick=1"], 78, "unknown key"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], code: int, words: str, tmp_path: Path, typed: Typed) -> None:
    capture(tmp_path)
    ended, out, err = typed("export", *arguments)
    assert (ended, out) == (code, "")
    assert words in err
