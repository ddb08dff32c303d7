"""Recordings that were cut or made by others, and places where results must not go, as a user meets them."""

import gzip
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small_session import capture, record

from mm_tui.backtest import target
from mm_tui.cli import main

Typed = Callable[..., tuple[int, str, str]]
OUTPUTS = ["equity.csv", "fills.csv", "obligation.csv", "orders.csv", "summary.json"]
OWN = """
from pathlib import Path
from mm_tui.strategy.passive import Passive

class Mine(Passive):
    def __init__(self, params, seed=1):
        super().__init__(params, seed)
        Path(__file__).with_name("ran").touch()
"""


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


async def session(tmp_path: Path, **more: str) -> Path:
    folder = (await record(tmp_path, **more)).folder
    assert folder is not None
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


async def test_a_sealed_session_that_was_cut_is_not_identical(tmp_path: Path, typed: Typed) -> None:
    folder = await session(tmp_path)
    asked = ("replay", folder, "--headless", "--verify")
    journal, market = folder / "journal.jsonl", folder / "market.log.gz"
    lines, frames = journal.read_bytes().splitlines(True), gzip.decompress(market.read_bytes()).splitlines(True)
    at = next(number for number, line in enumerate(lines) if number > 200 and b'"type":"Timer"' in line)
    journal.write_bytes(b"".join(lines[:at]))
    market.write_bytes(gzip.compress(b"".join(frames[: json.loads(lines[at])["after"]])))
    code, out, _ = typed(*asked)
    assert code == 65
    assert f"not whole: session.json says {len(lines):,} records, {at:,} were found" in out
    assert f"session.json says {len(frames):,} market lines, " in out
    assert "another digest: " in out
    code, out, _ = typed(*asked, "--json")
    document = json.loads(out)
    assert (code, document["identical"]) == (65, False)
    assert [one["what"] for one in document["missing"]] == ["records", "market lines", "digest"]
    journal.write_bytes(b"".join([*lines[:at], lines[at].replace(b'"after":', b'"after":9', 1), *lines[at + 1 :]]))
    market.write_bytes(gzip.compress(b"".join(frames)))
    assert typed(*asked)[0] == 65
    market.unlink()
    assert typed(*asked)[0] == 65
    meta = json.loads((folder / "session.json").read_text())
    market.write_bytes(gzip.compress(b"".join(frames)))
    journal.write_bytes(b"".join(lines))
    assert typed(*asked)[0] == 0
    (folder / "session.json").write_text(json.dumps({**meta, "digest": "0" * 64}))
    code, out, _ = typed(*asked)
    assert (code, out.count("\n")) == (65, 1)
    assert out.startswith(f"another digest: session.json says {'0' * 64}, ")


def test_a_capture_holds_nothing_to_compare_with(tmp_path: Path, typed: Typed) -> None:
    code, _, err = typed("replay", capture(tmp_path), "--headless", "--verify")
    assert code == 65
    assert "capture.log is a capture: it holds nothing that was decided, to compare with; name a session" in err


@pytest.mark.parametrize(
    "command",
    [("backtest",), ("export", "--to", "csv"), ("sweep", "--grid", "simulator.seed=1,2", "--jobs", "1")],
    ids=lambda command: command[0],
)
async def test_a_recordings_folder_takes_no_results(tmp_path: Path, typed: Typed, command: tuple[str, ...]) -> None:
    folder, logs = await session(tmp_path), tmp_path / "logs"
    logs.mkdir()
    shutil.copy(tmp_path / "capture.log", logs / "market.log")
    for place in (folder, logs):
        before = contents(place)
        code, out, err = typed(*command, tmp_path / "capture.log", "--out", place)
        assert (code, out) == (64, "")
        assert f"--out {place}: holds a recording, which must stay as it is" in err
        assert contents(place) == before


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("backtest",), "fills.csv"),
        (("backtest",), "summary.json"),
        (("backtest",), "orders.csv.part"),
        (("export", "--to", "csv"), "book.csv"),
        (("export", "--to", "hftbacktest"), "events.npz"),
        (("sweep", "--grid", "simulator.seed=1,2", "--jobs", "1"), "sweep.csv"),
    ],
)
def test_no_recording_is_written_over(tmp_path: Path, typed: Typed, command: tuple[str, ...], name: str) -> None:
    (tmp_path / "out").mkdir()
    path = capture(tmp_path).rename(tmp_path / "out" / name)
    before = path.read_bytes()
    code, out, err = typed(*command, path, "--out", "out")
    assert (code, out) == (64, "")
    assert f"--out out: {name} would be written over the recording {path}" in err
    assert path.read_bytes() == before
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_folder_of_one_of_several_is_looked_at_too(tmp_path: Path, typed: Typed) -> None:
    first = capture(tmp_path)
    (tmp_path / "out" / "2-other.log").mkdir(parents=True)
    other = shutil.copy(first, tmp_path / "other.log")
    os.link(first, tmp_path / "out" / "2-other.log" / "orders.csv")
    code, _, err = typed("backtest", first, other, "--out", "out")
    assert code == 64
    assert "orders.csv would be written over the recording" in err


async def test_a_page_replaces_no_recording_and_no_device(tmp_path: Path, typed: Typed) -> None:
    folder = await session(tmp_path)
    path, before = tmp_path / "capture.log", contents(folder)
    code, _, err = typed("report", path, "--html", path)
    assert code == 64
    assert f"--html {path} would be written over the recording" in err
    for name in (
        "session.json",
        "journal.jsonl",
        "market.log.gz",
        "market.0001.log",
        "obligation.csv",
        "market.index",
        "app.log",
    ):
        code, _, err = typed("report", path, "--html", folder / name)
        assert code == 64
        assert f"is a file of the recording in {folder}" in err
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        code, _, err = typed("report", path, "--html", "pipe")
        assert code == 64
        assert "--html pipe is no regular file and is not replaced" in err
        assert (tmp_path / "pipe").is_fifo()
    assert contents(folder) == before
    assert typed("report", path, "--html", folder / "report.html")[0] == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("name", [name for name in OUTPUTS if name != "summary.json"])
def test_a_full_disk_leaves_nothing_that_looks_finished(tmp_path: Path, typed: Typed, name: str) -> None:
    path, out = capture(tmp_path), tmp_path / "out"
    out.mkdir()
    (out / f"{name}.part").symlink_to("/dev/full")
    code, words, err = typed("backtest", path, "--out", out)
    assert (code, words) == (74, "")
    assert f"{out} cannot be written: No space left on device" in err
    assert not list(out.iterdir())
    assert typed("backtest", path, "--out", out)[0] == 0
    assert sorted(found.name for found in out.iterdir()) == OUTPUTS


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_page_or_a_summary_that_finds_no_room_leaves_nothing(
    tmp_path: Path, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, made = capture(tmp_path), target.beside

    def full(path: Path) -> Path:
        part = made(path)
        part.unlink(missing_ok=True)
        part.symlink_to("/dev/full")
        return part

    monkeypatch.setattr(target, "beside", full)
    before = set(tmp_path.iterdir())
    code, _, err = typed("report", path, "--html", "out.html")
    assert code == 74
    assert "out.html cannot be written: No space left on device" in err
    assert set(tmp_path.iterdir()) == before
    code, _, err = typed("backtest", path, "--out", "out")
    assert code == 74
    assert "summary.json cannot be written: No space left on device" in err
    assert sorted(found.name for found in (tmp_path / "out").iterdir()) == OUTPUTS[:-1]


async def test_a_strategy_file_of_a_session_runs_only_when_it_is_named(tmp_path: Path, typed: Typed) -> None:
    file = tmp_path / "mine.py"
    file.write_text(OWN)
    file.chmod(0o600)
    own, ran = f"{file}:Mine", tmp_path / "ran"
    folder = await session(tmp_path, strategy=own)
    assert ran.exists()
    ran.unlink()
    commands = (
        ("backtest", folder),
        ("report", folder),
        ("replay", folder, "--headless", "--verify"),
        ("sweep", folder, "--grid", "simulator.seed=1", "--jobs", 1),
    )
    for command in commands:
        code, out, err = typed(*command)
        assert (code, out) == (64, "")
        assert f"was recorded with a strategy from a file, {own}, which would run with your rights" in err
        assert f"if it is to run: --strategy {own}" in err
        assert not ran.exists()
        assert typed(*command, "--strategy", own)[0] == 0
        assert ran.exists()
        ran.unlink()
    code, out, _ = typed("replay", folder, "--headless", "--verify", "--strategy", own)
    assert out == "identical\n"
    digest = json.loads((folder / "session.json").read_text())["digest"]
    code, out, _ = typed("backtest", folder, "--strategy", own, "--json")
    assert json.loads(out)["digest"] == digest
    code, out, _ = typed("report", folder, "--strategy", own, "--json")
    assert json.loads(out)["report"]["identical"] is True
    ran.unlink()
    assert typed("export", folder, "--to", "csv", "--out", "there")[0] == 0
    assert typed("backtest", folder, "--strategy", "passive")[0] == 0
    assert not ran.exists()
    code, _, err = typed("replay", folder, "--headless", "--verify", "--strategy", "passive")
    assert code == 64
    assert "a session is compared with its own strategy" in err
    code, out, _ = typed("report", folder, "--strategy", "passive", "--json")
    assert json.loads(out)["report"]["identical"] is None


async def test_settings_of_another_version_are_the_recordings_fault(tmp_path: Path, typed: Typed) -> None:
    folder = await session(tmp_path)
    path = folder / "session.json"
    meta = json.loads(path.read_text())
    meta["settings"]["risk"]["max_positon"] = 1
    path.write_text(json.dumps(meta))
    code, _, err = typed("backtest", folder)
    assert code == 65
    assert "the recording comes from another version of mm-tui (" in err
    assert "risk.max_positon: unknown key (did you mean max_position?)" in err


@pytest.mark.parametrize(("name", "value"), [("tick_size", "0"), ("step_size", "1e-300"), ("max_notional", "NaN")])
async def test_an_impossible_instrument_is_damage(tmp_path: Path, typed: Typed, name: str, value: str) -> None:
    folder = await session(tmp_path)
    path = folder / "session.json"
    meta = json.loads(path.read_text())
    meta["instrument"][name] = value
    path.write_text(json.dumps(meta))
    market = folder / "market.log.gz"
    for command in (("backtest", folder), ("export", folder, "--to", "csv", "--out", "there"), ("backtest", market)):
        code, _, err = typed(*command)
        assert code == 65
        assert f"session.json is damaged: its instrument's {name} is " in err


async def test_a_journal_with_a_time_that_never_comes_is_refused_at_once(tmp_path: Path, typed: Typed) -> None:
    folder = await session(tmp_path)
    journal = folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(True)
    fields = json.loads(lines[50])
    for ts in (10**40, (1 << 63) - 1):
        bad = json.dumps({**fields, "ts": ts}).encode() + b"\n"
        journal.write_bytes(b"".join([*lines[:50], bad, *lines[51:]]))
        code, _, err = typed("export", folder, "--to", "csv", "--out", "there")
        assert code == 65
        assert "journal.jsonl: record 50" in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
@pytest.mark.parametrize("name", ["session.json", "journal.jsonl", "market.log"])
async def test_a_pipe_in_a_session_is_not_waited_for(tmp_path: Path, typed: Typed, name: str) -> None:
    folder = await session(tmp_path)
    for path in folder.glob(f"{name}*"):
        path.unlink()
    os.mkfifo(folder / name)
    for command in (
        ("backtest", folder),
        ("replay", folder, "--headless", "--verify"),
        ("export", folder, "--to", "csv", "--out", "there"),
        ("report", folder),
        ("sweep", folder, "--grid", "simulator.seed=1", "--jobs", 1),
    ):
        code, _, err = typed(*command)
        assert code == 65, command
        assert f"{name} cannot be read: it is no regular file" in err


@pytest.mark.parametrize("key", ["p", "q"])
@pytest.mark.parametrize("number", [f"0.{'0' * 400}1", f"1e-{'9' * 20}", "1e-300"])
def test_a_number_that_no_exchange_sends_decides_nothing(tmp_path: Path, typed: Typed, key: str, number: str) -> None:
    path = capture(tmp_path)
    lines = path.read_text().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if number > 100 and "@trade" in line)
    ts, _, raw = lines[at].partition(" ")
    frame = json.loads(raw)
    frame["data"][key] = number
    lines[at] = f"{ts} {json.dumps(frame)}\n"
    path.write_text("".join(lines))
    code, out, err = typed("backtest", path, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["market"]["bad_frames"] == 1


@pytest.mark.parametrize("value", ["1e-300", "1e-19", "1e13"])
def test_a_tick_that_no_exchange_has_is_a_wrong_setting(tmp_path: Path, typed: Typed, value: str) -> None:
    code, _, err = typed("backtest", capture(tmp_path), "--set", f"instrument.tick_size={value}")
    assert code == 78
    assert "instrument.tick_size: got " in err
    assert typed("backtest", "capture.log", "--set", "instrument.step_size=1e-18", "--json")[0] == 0


async def test_a_session_that_lost_its_journal_runs_and_says_what_is_not_known(tmp_path: Path, typed: Typed) -> None:
    folder = (await record(tmp_path)).folder
    assert folder is not None
    journal = folder / "journal.jsonl"
    journal.write_bytes(b"")
    words = f"{journal} is empty: what the operator did is not known"
    code, _, err = typed("backtest", folder, "--json")
    assert (code, words in err) == (0, True)
    assert words in typed("export", folder, "--to", "csv", "--out", "there", "--table", "trades")[2]
    journal.unlink()
    words = f"{folder} holds no journal.jsonl: read as a capture, on your settings, without its operator"
    code, out, err = typed("backtest", folder, "--json")
    assert (code, words in err) == (0, True)
    assert json.loads(out)["venue"] == "file"
