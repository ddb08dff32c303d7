"""The inputs of a recording by their number."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pure_desk import START
from small_session import capture, loaded

from mm_tui.backtest.recording import Changes, open_recording
from mm_tui.backtest.replay import timeline as module
from mm_tui.backtest.replay.timeline import Timeline
from mm_tui.errors import DataError
from mm_tui.model.events import AnyEvent, LinkUp, WatchdogTripped
from mm_tui.runtime.stopwatch import RecordedStopwatch


class Told:
    """A recording whose stopwatch dropped the decision made of its third input; it breaks off if asked to."""

    note = "ends early"
    share = 0.25

    def __init__(self, error: DataError | None = None) -> None:
        self.stopwatch: RecordedStopwatch | None = RecordedStopwatch()
        self._error = error

    def inputs(self, *, operator: bool = True) -> Iterator[AnyEvent]:
        for number in range(5):
            if number == 2 and self.stopwatch is not None:
                self.stopwatch.learn(trip())
            yield LinkUp(ts=START + number, venue="demo")
        if self._error is not None:
            raise self._error


def trip() -> WatchdogTripped:
    return WatchdogTripped(ts=START, rule="strategy_budget", value="60.0 ms", limit="50 ms", decision=4)


def read_all(recording: Any, **options: Any) -> Timeline:
    timeline = Timeline(recording, **options)
    while timeline.read():
        pass
    return timeline


def test_blocks_that_were_packed_come_back_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 40)
    recording = open_recording(capture(tmp_path), Changes(), loaded().settings)
    timeline = read_all(recording, blocks_in_memory=2)
    expected = list(recording.inputs())
    assert len(timeline) == len(expected) > 200
    for number in [*range(len(expected)), *range(len(expected) - 1, -1, -7), 0]:
        assert timeline.at(number) == expected[number]
    assert list(timeline.times) == [event.ts for event in expected]
    timeline.close()
    timeline.close()


def test_it_grows_as_it_is_read(tmp_path: Path) -> None:
    timeline = Timeline(open_recording(capture(tmp_path), Changes(), loaded().settings))
    assert (len(timeline), timeline.done) == (0, False)
    assert timeline.read()
    assert len(timeline) == 1
    with pytest.raises(IndexError, match="was not read yet"):
        timeline.at(5000)
    while timeline.read():
        pass
    assert (timeline.done, timeline.share, timeline.read()) == (True, 1.0, False)


def test_what_the_stopwatch_said_stands_at_its_input() -> None:
    timeline = read_all(Told())
    assert [timeline.trips(number) for number in range(5)] == [[], [], [trip()], [], []]
    assert timeline.note == "ends early"


def test_damage_ends_the_recording_there() -> None:
    timeline = read_all(Told(DataError("line 6 is broken")))
    assert (len(timeline), timeline.done, timeline.note) == (5, True, "line 6 is broken")


def test_the_share_is_the_recordings_until_it_is_done() -> None:
    timeline = Timeline(Told())  # type: ignore[arg-type]  # as much of a recording as is asked for
    assert timeline.share == 0.25
