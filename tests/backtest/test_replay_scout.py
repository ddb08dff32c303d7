"""The run ahead: how far it goes in a turn, and what it leaves."""

from pathlib import Path

from small_session import capture, loaded

from mm_tui.backtest.recording import Changes, open_recording
from mm_tui.backtest.replay.checkpoints import Checkpoints
from mm_tui.backtest.replay.scout import LOOK_EVERY, Scout


class Clock:
    """Moves by one with each look."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        self.now += 1
        return self.now


def test_it_goes_on_until_the_clock_the_number_or_the_end_says_so(tmp_path: Path) -> None:
    recording = open_recording(capture(tmp_path), Changes(), loaded().settings)
    inputs = len(list(recording.inputs()))
    clock = Clock()
    scout = Scout(recording, clock, Checkpoints(every=100), None)
    assert scout.look(3, 1 << 62)
    assert (len(scout.timeline), scout.done) == (2 * LOOK_EVERY, False)
    assert not scout.look(clock.now, 1 << 62)
    assert scout.look(1 << 62, 3 * LOOK_EVERY)
    assert len(scout.timeline) == 3 * LOOK_EVERY
    assert not scout.look(1 << 62, 3 * LOOK_EVERY)
    assert scout.look(1 << 62, 1 << 62)
    assert (scout.done, scout.timeline.done) == (True, True)
    assert len(scout.timeline) == inputs
    assert {mark.kind for mark in scout.marks.all} == {"fill"}
    assert len(scout.checkpoints) >= 3
    assert not scout.look(1 << 62, 1 << 62)
    scout.close()
