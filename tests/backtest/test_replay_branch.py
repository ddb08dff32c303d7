"""A session that goes on from a moment of a recording."""

import json
from pathlib import Path
from typing import Any

import pytest
from small_session import capture, loaded, options, record

from mm_tui.backtest.recording import Changes, RecordedSession, Recording, open_recording
from mm_tui.backtest.replay.branch import Branch, Retold, chosen, problem
from mm_tui.backtest.replay.player import Replay
from mm_tui.backtest.runner import Job, run
from mm_tui.backtest.verify import verify
from mm_tui.errors import DataError
from mm_tui.journal.meta import read_meta
from mm_tui.model.events import WatchdogTripped
from mm_tui.runtime.control import Control
from mm_tui.runtime.outcome import Outcome
from mm_tui.runtime.session import run_session
from mm_tui.views.frames import Viewport

SPREAD = "strategy.passive.min_spread_bps=4"


def moment(recording: Recording, text: str) -> Replay:
    """A replay that stands there."""
    replay = Replay(recording, lambda: 0)
    replay.begin(text)
    replay.act("play")
    while replay.work(1):
        replay.frame(Viewport())
    return replay


async def branched(tmp_path: Path, path: Path, text: str, *assignments: str) -> tuple[Outcome, Replay]:
    """Goes on from there as fast as it goes, to the end."""
    settings = loaded().settings
    replay = moment(open_recording(path, Changes(), settings), text)
    shown = replay.shown
    branch = Branch(path=path, heard=shown.heard, ts=shown.ts, assignments=assignments)
    wanted = options(tmp_path, "branch", sessions=tmp_path / "branches")
    given = chosen(open_recording(path, Changes(), settings), branch, None)
    return await run_session(wanted, loaded(), Control(), screen=False, given=given), replay


def journal(outcome: Outcome) -> list[dict[str, Any]]:
    assert outcome.folder is not None
    return [json.loads(line) for line in (outcome.folder / "journal.jsonl").read_text().splitlines()]


def fills(records: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(one["ts"], one["price"], one["quantity"], one["side"]) for one in records if one["type"] == "Filled"]


async def test_with_nothing_changed_a_branch_comes_to_the_same_end(tmp_path: Path) -> None:
    original = await record(tmp_path)
    assert original.folder is not None
    outcome, _ = await branched(tmp_path, original.folder, "50%")
    assert outcome.summary["digest"] == original.summary["digest"]
    assert outcome.summary["pnl"] == original.summary["pnl"]


async def test_a_changed_branch_is_the_recording_up_to_its_moment_and_verifies(tmp_path: Path) -> None:
    original = await record(tmp_path)
    assert original.folder is not None
    outcome, replay = await branched(tmp_path, original.folder, "50%", SPREAD, "risk.max_position=0.5")
    before = [fill for fill in fills(journal(original)) if fill[0] <= replay.shown.ts]
    after = [fill for fill in fills(journal(original)) if fill[0] > replay.shown.ts]
    found = fills(journal(outcome))
    assert found[: len(before)] == before
    assert len(before) > 3
    assert found[len(before) :] != after
    acted = [(one["action"], one.get("argument")) for one in journal(outcome) if one["type"] == "OperatorAction"]
    assert acted == [("set", SPREAD), ("loosen", "risk.max_position=0.5"), ("close", "closing: end of file")]
    assert outcome.folder is not None
    assert verify(outcome.folder).difference is None
    again = run(RecordedSession(outcome.folder, Changes()), Job())
    assert again["digest"] == outcome.summary["digest"]


async def test_a_branch_says_where_it_comes_from(tmp_path: Path) -> None:
    path = capture(tmp_path)
    outcome, replay = await branched(tmp_path, path, "+5s")
    assert outcome.folder is not None
    meta = read_meta(outcome.folder)
    assert meta.venue == "branch"
    assert meta.branch_of is not None
    assert (meta.branch_of.recording, meta.branch_of.ts, meta.branch_of.venue) == (str(path), replay.shown.ts, "file")
    assert verify(outcome.folder).difference is None


async def test_what_the_recorded_operator_did_later_is_left_out(tmp_path: Path) -> None:
    """A branch of a branch: the assignment of the first is heard or not, as its moment lies."""
    first, _ = await branched(tmp_path, capture(tmp_path), "50%", SPREAD)
    assert first.folder is not None
    early, _ = await branched(tmp_path, first.folder, "25%")
    late, _ = await branched(tmp_path, first.folder, "75%")
    plain = await record(tmp_path)
    assert fills(journal(early)) == fills(journal(plain))
    assert late.summary["digest"] == first.summary["digest"]
    assert first.summary["digest"] != plain.summary["digest"]


async def test_a_moment_behind_the_end_is_refused(tmp_path: Path) -> None:
    path = capture(tmp_path)
    recording = open_recording(path, Changes(), loaded().settings)
    given = chosen(recording, Branch(path=path, heard=10_000, ts=1), None)
    with pytest.raises(DataError, match="before the moment of the branch"):
        await run_session(options(tmp_path, "branch"), loaded(), Control(), screen=False, given=given)


def test_assignments_are_looked_at_before_the_replay_is_left(tmp_path: Path) -> None:
    run_here = moment(open_recording(capture(tmp_path), Changes(), loaded().settings), "+5s").shown
    before = run_here.desk.core.parameters.params
    assert problem(run_here, [SPREAD, "risk.max_position=0.5"]) == ""
    assert run_here.desk.core.parameters.params is before
    assert "unknown key" in problem(run_here, ["strategy.passive.spread=4"])
    assert "can be set while the desk runs" in problem(run_here, ["desk.strategy=glft"])
    assert "max_position" in problem(run_here, [SPREAD, "risk.max_position=-1"])


class Written:
    """As much of a desk as the stopwatch writes to."""

    def __init__(self) -> None:
        self.journal = self
        self.records: list[WatchdogTripped] = []

    def record(self, message: WatchdogTripped) -> None:
        self.records.append(message)


def test_a_dropped_decision_is_dropped_again_and_written_again() -> None:
    desk, stopwatch = Written(), Retold()
    stopwatch.attached(desk)  # type: ignore[arg-type]  # it needs a journal only
    trips = [
        WatchdogTripped(ts=1, rule="strategy_budget", value="60.0 ms", limit="50 ms", decision=number)
        for number in (2, 3)
    ]
    stopwatch.learn(trips[0])
    stopwatch.listening = False
    stopwatch.learn(trips[1])
    words = []
    for _ in range(3):
        stopwatch.start()
        words.append(stopwatch.over())
    assert words == ["", "took 60.0 ms, its budget is 50 ms", ""]
    assert desk.records == trips[:1]
    alone = Retold()
    alone.learn(trips[0])
    alone.decisions = 2
    assert alone.over() != ""
