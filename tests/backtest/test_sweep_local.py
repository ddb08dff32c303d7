"""Runs on this machine: the same bytes from one process as from two, and what happens when one of them dies."""

import gzip
import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import pytest
from small_session import capture, record
from small_sweep import kept, planner, sweep

from mm_tui.backtest.sweep.grid import points
from mm_tui.backtest.sweep.local import Done, InProcess, Processes, Told, _ending
from mm_tui.backtest.sweep.spec import Spec
from mm_tui.backtest.sweep.store import Store
from mm_tui.backtest.target import write_whole
from mm_tui.errors import OutputError

LETHAL = """
import os
from mm_tui.strategy.passive import Passive, PassiveParams

class Mine(Passive):
    def __init__(self, params, seed=1):
        super().__init__(params, seed)
        if os.getpid() != {pid}:
            os.kill(os.getpid(), 9)
"""


class Counting:
    """An executor that keeps what ended."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.jobs: int = inner.jobs
        self.ended: list[Done] = []

    def run(self, specs: Sequence[Spec], told: Told) -> Iterator[Done]:
        for done in self.inner.run(specs, told):
            self.ended.append(done)
            yield done

    def __enter__(self) -> Self:
        self.inner.__enter__()
        return self

    def __exit__(self, *cause: object) -> None:
        self.inner.__exit__(*cause)


class Words:
    """What progress was told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, float]] = []

    def begin(self, runs: int) -> None:
        self.said.append(("begin", runs))

    def kept(self, runs: int) -> None:
        self.said.append(("kept", runs))

    def at(self, done: float) -> None:
        self.said.append(("at", done))


def test_two_processes_give_the_bytes_of_one(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    made = planner(capture(tmp_path), capture(tmp_path / "b", 10))
    alone = sweep(tmp_path / "alone", made)
    found = alone.run(points(made.axes))
    with Processes(2) as executor:
        words = Words()
        two = sweep(tmp_path / "two", made, executor, words)
        assert two.run(points(made.axes)) == found
        assert two.runs == alone.runs
        again = [*two.run([(3, 0.004)]), *two.run([(6, 0.004)])]
    assert kept(tmp_path / "two") | kept(tmp_path / "alone") == kept(tmp_path / "two")
    assert len(kept(tmp_path / "alone")) == 12
    assert len(kept(tmp_path / "two")) == 14
    assert again[0] == found[0]
    assert two.points() == [*found, again[1]]
    assert words.said[0] == ("begin", 12)
    assert max(value for what, value in words.said if what == "at") == 14


def test_what_is_kept_is_not_run_again(tmp_path: Path) -> None:
    made = planner(capture(tmp_path))
    first = sweep(tmp_path / "out", made).run(points(made.axes))
    files = sorted((tmp_path / "out" / "runs").iterdir())
    files[0].unlink()
    files[1].write_text("{")
    files[2].write_text('{"key": "another", "summary": {}}')
    files[3].write_text("[]")
    counting, words = Counting(InProcess()), Words()
    again = sweep(tmp_path / "out", made, counting, words).run(points(made.axes))
    assert again == first
    assert {done.key for done in counting.ended} == {path.stem for path in files[:4]}
    assert words.said[:2] == [("begin", 6), ("kept", 2)]
    assert words.said[-1] == ("at", 6)


def test_a_process_that_dies_fails_its_own_run_alone(tmp_path: Path) -> None:
    own = tmp_path / "mine.py"
    own.write_text(LETHAL.format(pid=os.getpid()))
    own.chmod(0o600)
    made = planner(capture(tmp_path), grid=(f"desk.strategy={own}:Mine,passive", "risk.max_position=0.004,0.1"))
    with Processes(2) as executor:
        counting = Counting(executor)
        whole = sweep(tmp_path / "out", made, counting)
        found = whole.run(points(made.axes))
    assert set(Counter(done.key for done in counting.ended).values()) == {1}
    assert [point["error"] for point in found] == ["its process died (SIGKILL)"] * 2 + [None] * 2
    assert [point["pnl"] is None for point in found] == [True, True, False, False]
    assert len(kept(tmp_path / "out")) == 2


async def test_a_run_that_fails_is_a_row_and_is_tried_again(tmp_path: Path) -> None:
    bad = (await record(tmp_path)).folder
    assert bad is not None
    lines = gzip.decompress((bad / "market.log.gz").read_bytes()).splitlines(keepends=True)
    (bad / "market.log.gz").unlink()
    (bad / "market.log").write_bytes(b"".join([*lines[:99], b"nonsense\n", *lines[99:]]))
    made = planner(capture(tmp_path), bad, grid=("simulator.seed=1,2",))
    for executor in (InProcess(), Processes(1)):
        with executor:
            counting = Counting(executor)
            whole = sweep(tmp_path / "out", made, counting)
            found = whole.run(points(made.axes))
        failed = [run["error"] for run in whole.runs if run["error"]]
        assert len(failed) == 2
        assert all("line 100 of the session" in error for error in failed)
        assert [(point["runs"], point["failed"], point["pnl"]) for point in found] == [(2, 1, None)] * 2
    assert {bool(done.error) for done in counting.ended} == {True}


class Broken:
    """A venue nobody thought of."""

    def __init__(self, *_: object) -> None:
        raise ZeroDivisionError("in the middle")


def test_a_fault_of_our_own_is_a_row_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = planner(capture(tmp_path), grid=("simulator.seed=1",))
    monkeypatch.setattr("mm_tui.backtest.sweep.execute.Peaks", Broken)
    (found,) = sweep(tmp_path / "out", made).run(points(made.axes))
    assert found["error"].startswith("ZeroDivisionError: in the middle (test_sweep_local.py:")


def test_processes_end_with_their_executor(tmp_path: Path) -> None:
    made = planner(capture(tmp_path))
    executor = Processes(2)
    whole = sweep(tmp_path / "out", made, executor, Stopping())
    with pytest.raises(KeyboardInterrupt), executor:
        whole.run(points(made.axes))
    assert 1 <= len(kept(tmp_path / "out")) < 6
    assert not any(name.endswith(".part") for name in kept(tmp_path / "out"))


class Stopping(Words):
    """A person who has seen enough after the first run."""

    def at(self, done: float) -> None:
        if isinstance(done, int) and done >= 1:
            raise KeyboardInterrupt


def test_how_a_process_ended_is_said() -> None:
    assert _ending(-signal.SIGSEGV) == "SIGSEGV"
    assert _ending(-999) == "signal 999"
    assert _ending(3) == "exit code 3"
    assert _ending(None) == "exit code None"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="name another folder with --out"):
        Store(tmp_path / "out")
    store = Store(tmp_path / "other")
    store.folder.rmdir()
    with pytest.raises(OutputError, match="cannot be written"):
        store.write("key", b"{}")
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "nowhere" / "sweep.csv", b"")


def test_what_was_half_written_is_removed_where_nobody_writes_it_any_more(tmp_path: Path) -> None:
    store = Store(tmp_path)
    own, old, foreign = (store.folder / f"key.{pid}.part" for pid in (os.getpid(), 1, 2))
    for piece in (own, old, foreign):
        piece.write_text("half")
    os.utime(old, (0, 0))
    Store(tmp_path)
    assert [piece.exists() for piece in (own, old, foreign)] == [False, False, True]
