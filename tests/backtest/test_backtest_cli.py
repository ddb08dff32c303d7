"""`mm-tui backtest` and `mm-tui replay` as a user types them."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from small_session import capture, record

from mm_tui.cli import main

Capture = pytest.CaptureFixture[str]
Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Typed:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


async def session(tmp_path: Path) -> Path:
    folder = (await record(tmp_path, sessions=tmp_path / "state" / "mm-tui" / "sessions")).folder
    assert folder is not None
    return folder


async def test_verify_says_identical_or_where_it_differs(tmp_path: Path, typed: Typed) -> None:
    folder = await session(tmp_path)
    for name in ("last", folder, folder.name):
        code, out, err = typed("replay", name, "--headless", "--verify")
        assert (code, out) == (0, "identical\n")
        assert re.fullmatch(r"[\d,]+ inputs, [\d,]+ outputs\n", err)
    journal = folder / "journal.jsonl"
    journal.write_text(journal.read_text().replace('"reason":"mid', '"reason":"mud', 1))
    code, out, _ = typed("replay", "last", "--headless", "--verify")
    assert code == 65
    assert "first difference at record" in out
    code, out, _ = typed("replay", "last", "--headless", "--verify", "--json")
    document = json.loads(out)
    assert (code, document["identical"]) == (65, False)
    assert document["difference"]["recorded"]["reason"].startswith("mud")


def test_the_table_ends_with_the_sums_and_a_book_that_is_never_known_is_told_apart(
    tmp_path: Path, typed: Typed
) -> None:
    whole, without = capture(tmp_path), tmp_path / "without.log"
    without.write_text("".join(whole.read_text().splitlines(keepends=True)[1:]))
    terms = ("--set", "instrument.tick_size=0.01", "--set", "instrument.step_size=0.00001")
    code, out, err = typed("backtest", whole, whole, *terms)
    assert (code, err) == (0, "")
    *_, first, second, sums = [line.split() for line in out.splitlines()]
    assert first == second
    assert sums[:2] == ["total", "USDT"]
    assert [int(cell) for cell in sums[2:5]] == [2 * int(cell) for cell in first[3:6]]
    amounts = [[Decimal(cell.replace("\u2212", "-")) for cell in cells] for cells in (sums[5:10], first[6:11])]
    assert amounts[0] == pytest.approx([2 * amount for amount in amounts[1]], abs=Decimal("0.0001"))
    code, out, err = typed("backtest", without, *terms)
    assert (code, err.startswith("without.log: the book is never known")) == (0, True)
    assert "total" not in out


async def test_one_document_a_recording_and_a_total(tmp_path: Path, typed: Typed) -> None:
    folder = await session(tmp_path)
    code, out, err = typed("backtest", folder, "--json")
    assert (code, err) == (0, "")
    one: dict[str, Any] = json.loads(out)
    assert one["session"] == str(folder)
    code, out, _ = typed("backtest", "last", capture(tmp_path), "--strategy", "glft", "--out", "results", "--json")
    document = json.loads(out)
    assert [run["strategy"] for run in document["files"]] == ["glft", "glft"]
    assert document["total"]["runs"] == 2
    assert json.loads((tmp_path / "results" / "summary.json").read_text()) == document
    names = sorted(path.name for path in (tmp_path / "results").iterdir())
    assert names == [f"1-{folder.name}", "2-capture.log", "summary.json"]
    assert (tmp_path / "results" / "2-capture.log" / "fills.csv").exists()


def test_people_get_a_table(tmp_path: Path, typed: Typed) -> None:
    code, out, _ = typed("backtest", capture(tmp_path), "--out", "results")
    assert code == 0
    head, row = out.splitlines()
    assert head.split()[:4] == ["recording", "strategy", "time", "frames"]
    assert row.split()[:3] == ["capture.log", "passive", "0:00:19"]
    assert (tmp_path / "results" / "equity.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["backtest"], 64, "Missing argument"),
        (["backtest", "nowhere"], 65, "no file, no folder, and no session under"),
        (["backtest", "last"], 65, "no session was recorded yet"),
        (["backtest", "capture.log", "--set", "risk.max_positon=1"], 78, "did you mean max_position?"),
        (["backtest", "capture.log", "--strategy", "pasive"], 64, "did you mean passive?"),
        (["replay", "last"], 64, "--headless --verify"),
        (["replay", ".", "--headless", "--verify"], 65, "is no session"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], code: int, words: str, tmp_path: Path, typed: Typed) -> None:
    capture(tmp_path)
    ended, out, err = typed(*arguments)
    assert (ended, out) == (code, "")
    assert words in err


def test_a_broken_line_is_named_and_can_be_passed_over(tmp_path: Path, typed: Typed) -> None:
    path = capture(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"17231612631", b"x", 1))
    code, _, err = typed("backtest", path)
    assert code == 65
    assert "line 203, byte" in err or "line" in err
    code, out, err = typed("backtest", path, "--salvage", "--json")
    assert code == 0
    assert json.loads(out)["fills"]["count"] > 0
    assert "1 lines could not be read and were passed over" in err


TALKER = """
import msgspec
from mm_tui.strategy.api import NO_QUOTES

class Params(msgspec.Struct, frozen=True):
    pass

class Talker:
    name, Params, reference_window = "talker", Params, 1.0
    def __init__(self, params=None, seed=1):
        self.params = params or Params()
    def quote(self, view):
        print("asked")
        return NO_QUOTES
    def describe(self):
        return "talker"
    def nearest_bps(self):
        return 1.0
"""


@pytest.mark.parametrize(
    "command",
    [
        ("backtest", "{session}"),
        ("replay", "{session}", "--headless", "--verify"),
        ("report", "{session}"),
        ("sweep", "{session}", "--grid", "risk.max_open_orders=3,4", "--jobs", "1"),
        ("sweep", "{session}", "--grid", "risk.max_open_orders=3,4", "--jobs", "2"),
    ],
)
async def test_the_document_stands_alone_though_a_strategy_prints(
    command: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    plugin = tmp_path / "talker.py"
    plugin.write_text(TALKER)
    plugin.chmod(0o600)
    strategy = f"{plugin}:Talker"
    folder = (await record(tmp_path, seconds=3, strategy=strategy)).folder
    capfd.readouterr()
    arguments = [part.format(session=folder) for part in command]
    code = main([*arguments, "--strategy", strategy, "--json"])
    out, err = capfd.readouterr()
    assert code == 0, err
    assert isinstance(json.loads(out), dict)
    assert "asked" in err
