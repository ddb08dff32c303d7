"""`mm-tui sweep` as a user types it, stops it, kills it, and goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest
from small_session import capture, record
from small_sweep import kept

from mm_tui.cli import main
from mm_tui.cli.sweep import _Bar, _verdict

Capture = pytest.CaptureFixture[str]
Typed = Callable[..., tuple[int, str, str]]
MANY = ("--grid", "strategy.passive.min_spread_bps=2:6:0.2", "--grid", "risk.max_position=0.004,0.1")
WITHIN_S = 60.0


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Typed:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(["sweep", *(str(argument) for argument in arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def begun(tmp_path: Path, *arguments: object) -> subprocess.Popen[str]:
    """The command in a process group of its own, as a shell starts it."""
    environ = {
        **os.environ,
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    command = [sys.executable, "-m", "mm_tui", "sweep", *(str(argument) for argument in arguments)]
    return subprocess.Popen(  # noqa: S603  # our own words
        command,
        env=environ,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(out: Path, count: int) -> list[Path]:
    """Runs that are there, once there are so many."""
    until = time.monotonic() + WITHIN_S
    while len(found := sorted((out / "runs").glob("*.json"))) < count:
        assert time.monotonic() < until, "no run ended"
        time.sleep(0.01)
    return found


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def lives(pid: int) -> bool:
    """Whether it still runs; one that has ended and that nobody asked about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_people_get_a_table_best_first(tmp_path: Path, typed: Typed) -> None:
    asked = (capture(tmp_path), *MANY[2:], "--grid", "simulator.queue_model=optimistic,risk_averse", "--jobs", 1)
    code, out, err = typed(*asked, "--out", "out")
    assert code == 0
    head, *rows = out.splitlines()
    assert head.split()[:4] == ["max_position", "queue_model", "PnL", "fills"]
    assert head.split()[-2:] == ["ran", "by"]
    figures = [float(row.split()[2].replace("−", "-")) for row in rows]
    assert len(figures) == 4
    assert figures == sorted(figures, reverse=True)
    assert "every run: out/sweep.csv" in err
    code, again, err = typed(*asked, "--out", "out")
    assert (code, again) == (0, out)
    assert "4 runs were there already" in err


async def test_one_document_and_a_folder_that_is_found_again(tmp_path: Path, typed: Typed) -> None:
    await record(tmp_path, sessions=tmp_path / "state" / "mm-tui" / "sessions")
    asked = ("last", capture(tmp_path), *MANY[2:], "--strategy", "glft", "--without-operator", "--json")
    code, out, err = typed(*asked)
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    assert [run["values"] for run in found["runs"]] == [
        {"risk.max_position": "0.004"},
        {"risk.max_position": "0.1"},
    ] * 2
    assert [point["runs"] for point in found["points"]] == [2, 2]
    folder = Path(found["out"])
    assert folder.parent == tmp_path / "state" / "mm-tui" / "sweeps"
    assert json.loads((folder / "sweep.json").read_text()) == found
    times = [path.stat().st_mtime_ns for path in sorted((folder / "runs").iterdir())]
    code, out, err = typed(*asked)
    assert json.loads(out) == found
    assert err == "4 runs were there already\n"
    assert [path.stat().st_mtime_ns for path in sorted((folder / "runs").iterdir())] == times


def test_a_search_by_the_command(tmp_path: Path, typed: Typed) -> None:
    pytest.importorskip("optuna")
    ranges = ("--grid", "strategy.passive.min_spread_bps=1:6", "--search", 12)
    code, out, _ = typed(capture(tmp_path), *ranges, "--objective", "fills", "--jobs", 1, "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["objective"], found["search"]) == ("fills", 12)
    assert found["best"]["fills"] == max(point["fills"] for point in found["points"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 64, "Missing argument"),
        (["nowhere"], 65, "no file, no folder, and no session under"),
        (["capture.log", "--grid", "risk.max_positon=1"], 78, "did you mean max_position?"),
        (["capture.log", "--grid", "risk.max_position=0,1"], 78, "--grid risk.max_position: got 0, must be > 0"),
        (["capture.log", "--grid", "risk.max_position"], 64, "must be KEY=V1,V2"),
        (["capture.log", "--search", "3"], 64, "--search needs to know what it may change"),
        (["capture.log", "--objective", "sharpe"], 64, "must be one of pnl"),
        (["capture.log", "--strategy", "pasive"], 64, "did you mean passive?"),
        (["capture.log", "--jobs", "0"], 64, "--jobs"),
        (["capture.log", "--dask", "tcp://127.0.0.1:9", "--jobs", "2"], 64, "--jobs is for this machine"),
        (["capture.log", "--out", "capture.log"], 64, "--out"),
        (["capture.log", "--dask", "nowhere"], 64, "must be the scheduler's address, for example tcp://host:8786"),
        (["capture.log", "--dask", "tcp://host:99999"], 64, "must be the scheduler's address"),
        (["capture.log", "--set", "instrument.tick_size=1e-300"], 78, "instrument.tick_size: got 1e-300, must be >="),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], code: int, words: str, tmp_path: Path, typed: Typed) -> None:
    capture(tmp_path)
    ended, out, err = typed(*arguments)
    assert (ended, out) == (code, "")
    assert words in err


async def test_runs_that_fail_are_told_and_all_of_them_are_an_error(tmp_path: Path, typed: Typed) -> None:
    bad = (await record(tmp_path)).folder
    assert bad is not None
    (bad / "market.log.gz").unlink()
    (bad / "market.log").write_text("nonsense\n" * 3)
    code, out, err = typed(bad, capture(tmp_path), "--grid", "simulator.seed=1", "--jobs", 1)
    assert code == 0
    assert "error" in out.splitlines()[0]
    assert "failed: " in err
    assert "warning: 1 of 2 runs failed" in err
    code, _, err = typed(bad, "--grid", "simulator.seed=1,2", "--jobs", 1)
    assert code == 65
    assert "warning: 2 of 2 runs failed" in err


def test_what_changes_nothing_and_what_broke_off_is_told(tmp_path: Path, typed: Typed) -> None:
    path = capture(tmp_path)
    path.write_bytes(path.read_bytes()[:-30])
    code, _, err = typed(path, "--grid", "ui.theme=paper,graphite", "--jobs", 1)
    assert code == 0
    assert "ui.theme changed no run: nothing that ran reads it" in err
    assert err.count("breaks off; read up to there") == 1
    assert err.count("capture.log: ") == 1


@pytest.mark.parametrize(("codes", "code"), [({65}, 65), ({70}, 70), ({65, 70}, 70), ({0}, 70), ({0, 65}, 70)])
def test_where_all_fail_alike_the_sweep_fails_so(codes: set[int], code: int, capsys: Capture) -> None:
    runs = [{"recording": "x", "note": None, "error": f"failed with {one}"} for one in sorted(codes)]
    assert _verdict(runs, codes) == code
    assert capsys.readouterr().err.endswith(f"warning: {len(codes)} of {len(codes)} runs failed\n")
    assert _verdict([*runs, {"recording": "x", "note": None, "error": None}], codes) == 0
    assert _verdict([], set()) == 0


def test_a_bad_line_in_all_recordings_is_bad_data(tmp_path: Path, typed: Typed) -> None:
    path = capture(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:200], b"1723161260000000000 " + b'{"a":' * 5000 + b"}\n", *lines[200:]]))
    for jobs in (1, 2):
        code, _, err = typed(path, *MANY[2:], "--jobs", jobs, "--out", f"out{jobs}")
        assert code == 65
        assert "line 201, byte" in err
    assert typed(path, *MANY[2:], "--jobs", 1, "--salvage", "--out", "out")[0] == 0


def test_a_search_ends_where_every_point_was_tried(tmp_path: Path, typed: Typed) -> None:
    pytest.importorskip("optuna")
    asked = (capture(tmp_path), *MANY[2:], "--jobs", 1, "--json")
    code, out, err = typed(*asked, "--search", 1_000_000_000)
    assert code == 0
    assert "all 2 points of the grid were tried" in err
    assert len(json.loads(out)["points"]) == 2
    code, out, err = typed(*asked, "--search", 2, "--out", "two")
    assert (code, "were tried" in err, len(json.loads(out)["points"])) == (0, False, 2)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_is_not_waited_for(tmp_path: Path, typed: Typed) -> None:
    os.mkfifo(tmp_path / "pipe")
    code, _, err = typed("pipe", *MANY[2:], "--jobs", 1)
    assert code == 65
    assert "pipe cannot be read: it is no regular file" in err


def test_how_far_it_is_without_a_terminal(capsys: Capture) -> None:
    now = [0.0]
    with _Bar(lambda: now[0]) as bar:
        bar.begin(100)
        bar.kept(20)
        for second, done in ((10, 21), (30, 30), (40, 35), (60, 40.5), (90, 20)):
            now[0] = second
            bar.at(done)
    assert capsys.readouterr().err.splitlines() == [
        "30 of 100 runs, about 0:03:30 left",
        "40 of 100 runs, about 0:02:54 left",
        "20 runs were there already",
    ]


def test_how_far_it_is_on_a_terminal(tmp_path: Path) -> None:
    asked = ["-m", "mm_tui", "sweep", str(capture(tmp_path)), *MANY[2:], "--jobs", "1", "--out", str(tmp_path / "out")]
    environ = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "TERM": "xterm"}
    with pexpect.spawn(sys.executable, asked, env=environ, dimensions=(24, 120), timeout=WITHIN_S) as child:
        child.expect("2 runs")
        child.expect("100%")
        child.expect("every run: ")
        child.expect(pexpect.EOF)


@pytest.mark.skipif(not Path("/proc").exists(), reason="children are found through /proc")
def test_a_killed_sweep_goes_on_where_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = (capture(tmp_path, 40), *MANY, "--jobs", 2, "--out", out)
    process = begun(tmp_path, *asked)
    finished(out, 5)
    offspring = children(process.pid)
    assert len(offspring) >= 2
    process.kill()
    process.communicate()
    before = kept(out)
    done = {path: path.stat().st_mtime_ns for path in finished(out, 5)}
    assert len(done) < 42
    until = time.monotonic() + WITHIN_S
    while any(map(lives, offspring)):
        assert time.monotonic() < until, "a process outlived the sweep"
        time.sleep(0.01)
    again = begun(tmp_path, *asked)
    _, err = again.communicate(timeout=WITHIN_S)
    assert again.returncode == 0, err
    assert f"{len(done)} runs were there already" in err
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert len([name for name in kept(out) if name.endswith(".json")]) == 42
    assert {name: kept(out)[name] for name in before if name.endswith(".json")} == {
        name: content for name, content in before.items() if name.endswith(".json")
    }
    assert len((out / "sweep.csv").read_text().splitlines()) == 43


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_sweep_that_is_stopped_ends_in_order(tmp_path: Path, number: int, code: int) -> None:
    out = tmp_path / "out"
    process = begun(tmp_path, capture(tmp_path, 40), *MANY, "--jobs", 2, "--out", out)
    finished(out, 3)
    os.killpg(process.pid, number)
    words, err = process.communicate(timeout=WITHIN_S)
    assert process.returncode == code
    assert words == ""
    assert err == f"stopped; what is done is kept in {out}, and the same command goes on from there\n"
    assert not list((out / "runs").glob("*.part"))
