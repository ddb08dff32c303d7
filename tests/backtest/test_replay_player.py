"""A recording played, stepped and sought in, on a clock that tests move."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from pure_desk import SECOND
from small_session import capture, loaded, record

from mm_tui.backtest.recording import Changes, RecordedSession, open_recording
from mm_tui.backtest.replay.checkpoints import Checkpoints
from mm_tui.backtest.replay.player import Replay
from mm_tui.backtest.replay.run import Run
from mm_tui.errors import DataError, UsageError
from mm_tui.model.events import WatchdogTripped
from mm_tui.views.frames import DeskFrame, Viewport

VIEW = Viewport()
LONG = 60 * SECOND


class Clock:
    """Stands still, or moves by `tick` with each look."""

    def __init__(self) -> None:
        self.now = 0
        self.tick = 0

    def __call__(self) -> int:
        self.now += self.tick
        return self.now


def opened(path: Path, clock: Clock, *overrides: str, **options: Any) -> Replay:
    return Replay(open_recording(path, Changes(), loaded(*overrides).settings), clock, **options)


def settled(replay: Replay) -> DeskFrame:
    """The frame when nothing is left to do at once."""
    for _ in range(10_000):
        if not replay.work(LONG):
            return replay.frame(VIEW)
    raise AssertionError("the replay does not come to rest")


def did(replay: Replay, *actions: str) -> DeskFrame:
    """One after the other, each to its end."""
    frame = replay.frame(VIEW)
    for action in actions:
        name, _, argument = action.partition(" ")
        replay.act(name, argument)
        frame = settled(replay)
    return frame


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def replay(tmp_path: Path, clock: Clock) -> Replay:
    """Looked through, with states every 50 inputs, at its first input, paused."""
    replay = opened(capture(tmp_path), clock, checkpoints=Checkpoints(every=50))
    replay.begin()
    replay.act("play")
    settled(replay)
    return replay


def test_it_begins_at_the_first_input_and_plays(tmp_path: Path, clock: Clock) -> None:
    replay = opened(capture(tmp_path), clock)
    replay.begin()
    frame = settled(replay)
    assert frame.replay is not None
    assert (frame.replay.ts, frame.replay.playing) == (replay.start, True)
    assert replay.end - replay.start == 199 * SECOND // 10
    assert frame.header.state == "replay"
    assert frame.header.hint == "space pause"


def test_it_plays_at_the_speed_asked_for(replay: Replay, clock: Clock) -> None:
    did(replay, "play")
    clock.now += 2 * SECOND
    assert settled(replay).ts == replay.start + 2 * SECOND
    did(replay, "faster")
    clock.now += SECOND
    assert settled(replay).ts == replay.start + 4 * SECOND
    did(replay, "slower", "slower")
    clock.now += SECOND
    frame = settled(replay)
    assert frame.ts == replay.start + 4 * SECOND + SECOND // 2
    assert frame.truth.age_ms == 0
    did(replay, "play")
    clock.now += SECOND
    assert settled(replay).ts == frame.ts


def test_time_between_two_inputs_passes(replay: Replay, clock: Clock) -> None:
    did(replay, "play")
    clock.now += SECOND + 70_000_000
    frame = settled(replay)
    assert frame.ts == replay.start + SECOND + 70_000_000
    assert frame.truth.age_ms == 70


def test_speeds_have_two_ends(replay: Replay) -> None:
    assert did(replay, *["slower"] * 20).replay.speed == 0.1  # type: ignore[union-attr]
    assert did(replay, *["faster"] * 12).replay.speed == 1000  # type: ignore[union-attr]
    assert did(replay, *["faster"] * 20).replay.speed is None  # type: ignore[union-attr]


def test_as_fast_as_it_goes_ends_with_the_recording_and_begins_anew(replay: Replay) -> None:
    replay.speed = None
    frame = did(replay, "play")
    assert frame.replay is not None
    assert (frame.ts, frame.replay.playing, frame.replay.word) == (replay.end, False, "end of the recording")
    replay.speed = 1.0
    frame = did(replay, "play")
    assert (frame.ts, replay.playing) == (replay.start, True)


def test_a_pace_that_cannot_be_kept_is_let_go(replay: Replay, clock: Clock) -> None:
    did(replay, "play")
    clock.now += 15 * SECOND
    clock.tick = 1000
    assert replay.work(1500)
    clock.tick = 0
    shown = replay.shown.ts
    assert shown < replay.start + 15 * SECOND
    settled(replay)
    assert shown <= replay.shown.ts < shown + 100_000


def test_playing_waits_for_the_scout_and_goes_on(tmp_path: Path, clock: Clock) -> None:
    replay = opened(capture(tmp_path), clock, speed=None)
    assert (replay.start, replay.end, replay.frame(VIEW).replay.word) == (0, 0, "")  # type: ignore[union-attr]
    replay.begin()
    clock.tick = 1
    seen = []
    for _ in range(10_000):
        if not replay.work(3):
            break
        seen.append(replay.shown.heard)
    assert seen == sorted(seen)
    assert replay.shown.heard == len(replay.timeline)
    assert replay.frame(VIEW).replay.word == "end of the recording"  # type: ignore[union-attr]


def test_a_step_is_one_input_and_pauses(replay: Replay) -> None:
    replay.act("play")
    before = replay.shown.heard
    did(replay, "step")
    assert (replay.shown.heard, replay.playing) == (before + 1, False)
    did(replay, "last")
    assert did(replay, "step").replay.word == "end of the recording"  # type: ignore[union-attr]


@pytest.mark.parametrize("to", ["+3s", "+7s", "40%", "+19s"])
def test_a_moment_is_the_same_however_it_was_reached(tmp_path: Path, replay: Replay, to: str) -> None:
    there = did(replay, f"goto {to}")
    far = did(replay, "last")
    back = did(replay, "goto 0%", f"goto {to}")
    assert back == there
    assert back is not there
    assert far.position.fills > there.position.fills

    direct = opened(capture(tmp_path), Clock(), checkpoints=Checkpoints(every=10**9))
    direct.begin(to)
    direct.act("play")
    assert settled(direct) == there


def test_seeking_goes_by_the_nearest_state(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    did(replay, "last")
    heard = 0
    hear = Run.hear

    def counting(run: Run, *arguments: Any) -> None:
        nonlocal heard
        heard += 1
        hear(run, *arguments)

    monkeypatch.setattr(Run, "hear", counting)
    did(replay, "goto 50%")
    assert 0 < heard <= 64
    assert len(replay.checkpoints) > 3
    assert replay.checkpoints.size > 1000


def test_seeking_is_done_in_slices_and_says_how_far_it_is(tmp_path: Path, clock: Clock) -> None:
    replay = opened(capture(tmp_path), clock)
    replay.begin()
    settled(replay)
    replay.checkpoints.problem = "none"
    did(replay, "first")
    clock.tick = 1
    replay.act("last")
    words = []
    while replay.seeking:
        replay.work(4)
        words.append(replay.frame(VIEW).replay.word)  # type: ignore[union-attr]
    assert len(words) >= 4
    assert words[0].startswith("to ")
    assert words[0].endswith(" %")
    assert words[-1] == "end of the recording"


def test_a_goal_ahead_of_what_was_read_is_waited_for(tmp_path: Path, clock: Clock) -> None:
    replay = opened(capture(tmp_path), clock)
    replay.begin()
    clock.tick = 1
    replay.work(3)
    replay.act("goto", "23:54:25")
    replay.work(3)
    assert "%" in replay.frame(VIEW).replay.word  # type: ignore[union-attr]
    replay.act("next_trip")
    replay.work(3)
    assert "looked through to" in replay.frame(VIEW).replay.word  # type: ignore[union-attr]
    clock.tick = 0
    assert settled(replay).replay.word == "no further trip"  # type: ignore[union-attr]


def test_arrows_add_up_and_stop_at_the_ends(replay: Replay) -> None:
    for action in ("forward", "goto", "rewind", "forward"):
        replay.act(action, "+2s")
    assert settled(replay).ts == replay.start + 12 * SECOND
    assert did(replay, "rewind_minute").ts == replay.start
    assert did(replay, "forward").ts == replay.start + 10 * SECOND
    assert did(replay, "rewind", "rewind").ts == replay.start
    assert did(replay, "forward_minute").ts == replay.end


def test_fills_are_found_in_both_directions(replay: Replay) -> None:
    first = did(replay, "next_fill")
    assert first.position.fills == 1
    seen = [first.position.fills, *(did(replay, "next_fill").position.fills for _ in range(3))]
    assert seen == sorted(set(seen))
    assert did(replay, "previous_fill").position.fills == seen[-2]
    assert did(replay, "first", "previous_fill").replay.word == "no fill before this"  # type: ignore[union-attr]
    assert did(replay, "last", "next_fill").replay.word == "no further fill"  # type: ignore[union-attr]


def test_marks_are_of_fills_trips_and_gaps(tmp_path: Path, clock: Clock) -> None:
    path = capture(tmp_path)
    lines = path.read_text().splitlines(keepends=True)
    del lines[201]
    path.write_text("".join(lines))
    replay = opened(path, clock, "risk.max_drawdown=0.01", "risk.max_daily_loss=0.02")
    replay.begin()
    frame = settled(replay)
    assert frame.replay is not None
    assert {mark.kind for mark in frame.replay.marks} == {"fill", "trip", "gap"}
    assert [mark.ts for mark in frame.replay.marks] == sorted(mark.ts for mark in frame.replay.marks)
    halted = did(replay, "next_trip")
    assert halted.header.state == "replay"
    assert "halted" in halted.header.reason
    gap = did(replay, "first", "next_gap")
    assert not gap.ladder.valid
    assert "invalid book" in gap.header.reason or "halted" in gap.header.reason


@pytest.mark.parametrize("action", ["kill", "pause", "flatten", "set risk.max_position=1", "pull"])
def test_what_only_a_desk_can_do_is_answered(replay: Replay, action: str) -> None:
    before = did(replay, "forward")
    after = did(replay, action)
    assert after.replay.word == "a replay sends nothing; B branches off"  # type: ignore[union-attr]
    assert after.orders == before.orders


def test_a_moment_that_is_none_is_said(replay: Replay) -> None:
    assert "is no moment" in did(replay, "goto noon").replay.word  # type: ignore[union-attr]
    with pytest.raises(UsageError, match="is no moment"):
        replay.begin("noon")


def test_nothing_new_is_the_same_frame(replay: Replay) -> None:
    frame = settled(replay)
    replay.work(LONG)
    assert replay.frame(VIEW) is frame
    other = replay.frame(Viewport(rows=10))
    assert other is not frame
    assert other.header is frame.header


async def test_a_session_ends_as_it_ended(tmp_path: Path, clock: Clock) -> None:
    outcome = await record(tmp_path)
    assert outcome.folder is not None
    replay = Replay(RecordedSession(outcome.folder, Changes()), clock, checkpoints=Checkpoints(every=30))
    replay.begin()
    did(replay, "last")
    assert replay.shown.desk.digest.hex() == outcome.summary["digest"]
    did(replay, "goto 30%", "last")
    assert replay.shown.desk.digest.hex() == outcome.summary["digest"]


async def test_a_dropped_decision_is_dropped_again_after_seeking_back(tmp_path: Path, clock: Clock) -> None:
    """The same record in the journal makes the run that is shown drop the decision, from wherever it comes."""
    outcome = await record(tmp_path)
    assert outcome.folder is not None
    trip = WatchdogTripped(ts=1, rule="strategy_budget", value="60.0 ms", limit="50 ms", decision=200)
    replay = Replay(RecordedSession(outcome.folder, Changes()), clock, checkpoints=Checkpoints(every=30))
    replay.timeline._trips[3] = [trip]
    replay.begin()
    settled(replay)
    for _ in range(2):
        did(replay, "last")
        dropped = [row.text for row in replay.frame(VIEW).events if "its budget is 50 ms" in row.text]
        assert len(dropped) >= 1
        did(replay, "goto 2%")


def test_a_strategy_that_cannot_be_kept_is_run_again_from_the_start(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "endless.py"
    file.write_text(
        "from mm_tui.strategy.passive import Passive\n\n\n"
        "class Endless(Passive):\n"
        '    """Holds a generator, which cannot be copied."""\n\n'
        "    def __init__(self, *arguments, **options):\n"
        "        super().__init__(*arguments, **options)\n"
        "        self.held = (number for number in range(3))\n"
    )
    replay = opened(capture(tmp_path), clock, f"desk.strategy={file}:Endless", checkpoints=Checkpoints(every=50))
    replay.begin("50%")
    there = settled(replay)
    assert "generator" in next(row.detail for row in there.workers if row.name == "reader")
    did(replay, "last")
    again = did(replay, "goto 50%")
    assert len(replay.checkpoints) == 0
    assert again.position == there.position


def test_an_empty_recording_is_refused(clock: Clock, tmp_path: Path) -> None:
    path = capture(tmp_path)
    recording = open_recording(path, Changes(), loaded().settings)
    recording.inputs = lambda *, operator=True: iter(())  # type: ignore[method-assign]
    with pytest.raises(DataError, match="there is nothing in it"):
        Replay(recording, clock).begin()


def test_states_are_thinned_when_there_are_many(tmp_path: Path, clock: Clock) -> None:
    checkpoints = Checkpoints(every=20, most=8)
    replay = opened(capture(tmp_path), clock, checkpoints=checkpoints)
    replay.begin()
    settled(replay)
    assert len(checkpoints) < 8
    assert checkpoints.every > 20
    there = did(replay, "goto 70%")
    did(replay, "last")
    back = did(replay, "goto 70%")
    assert msgspec.structs.replace(back, replay=None) == msgspec.structs.replace(there, replay=None)


def test_without_a_band_there_is_none(tmp_path: Path, clock: Clock) -> None:
    replay = opened(capture(tmp_path), clock, "simulator.band=false")
    replay.begin()
    assert did(replay, "last").position.band == (None, None, None)
