"""Goals found in a recording that is read through, and in one that is not."""

from pathlib import Path

import pytest
from pure_desk import SECOND
from small_session import capture, loaded

from mm_tui.backtest.recording import Changes, Recording, open_recording
from mm_tui.backtest.replay.checkpoints import Checkpoints
from mm_tui.backtest.replay.freeze import FreezeError
from mm_tui.backtest.replay.goal import Goal, Place
from mm_tui.backtest.replay.places import Places
from mm_tui.backtest.replay.run import Run
from mm_tui.backtest.replay.scout import Scout

FOR_EVER = 1 << 62


def places(path: Path, inputs: int) -> tuple[Recording, Scout, Places]:
    """After so many inputs of a captured market."""
    recording = open_recording(capture(path), Changes(), loaded().settings)
    scout = Scout(recording, lambda: 0, Checkpoints(every=50), None, indexed=False)
    while len(scout.timeline) < inputs and not scout.done:
        scout.look(FOR_EVER, inputs)
    return recording, scout, Places(recording, scout, None, cut=False)


def test_goals_of_a_recording_that_was_read_through(tmp_path: Path) -> None:
    _, scout, found = places(tmp_path, FOR_EVER)
    times = scout.timeline.times
    assert (found.start, found.end) == (times[0], times[-1])
    assert found.find(Goal("", heard=7), 0) == Place(7, times[6])
    assert found.find(Goal("", heard=len(times) + 1), 0) is None
    assert found.find(Goal("", ts=0), 0) == Place(1, times[0])
    assert found.find(Goal("", ts=FOR_EVER), 0) == Place(len(times), times[-1])
    half = found.find(Goal("", share="50%"), 0)
    assert half is not None
    assert abs(half.ts - (times[0] + times[-1]) // 2) <= SECOND
    first = found.find(Goal("", kind="fill"), 0)
    assert first is not None
    later = found.find(Goal("", kind="fill"), first.heard)
    assert later is None or later.heard > first.heard
    assert found.find(Goal("", kind="fill"), 0, filming=True) is None


def test_what_is_not_read_yet_is_not_known(tmp_path: Path) -> None:
    _, scout, found = places(tmp_path, 40)
    times = scout.timeline.times
    assert not scout.done
    assert found.start == times[0]
    assert found.end >= times[-1]
    assert found.find(Goal("", ts=FOR_EVER), 0) is None
    assert found.find(Goal("", share="50%"), 0) is None
    assert found.find(Goal("", heard=40), 0) == Place(40, times[39])


def test_a_run_is_taken_from_the_nearest_state_or_from_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording, scout, found = places(tmp_path, FOR_EVER)
    shown, place = Run(recording), Place(120, scout.timeline.times[119])
    kept = found.nearest(place, shown)
    assert kept is not shown
    assert 50 <= kept.heard <= 120
    assert found.nearest(place, kept) is kept

    def spoiled(_: int) -> Run:
        raise FreezeError("a generator")

    monkeypatch.setattr(scout.checkpoints, "thaw", spoiled)
    anew = found.nearest(place, shown)
    assert (anew.heard, anew is shown) == (0, False)
    assert (len(scout.checkpoints), scout.checkpoints.problem) == (0, "a generator")
    assert found.nearest(place, shown) is shown


def test_nothing_read_has_no_ends(tmp_path: Path) -> None:
    _, _, found = places(tmp_path, 0)
    assert (found.start, found.end) == (0, 0)
    assert found.find(Goal("", ts=5), 0) is None
