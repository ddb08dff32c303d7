"""When a black box is written, and what of."""

from pathlib import Path
from typing import Any

import pytest

from mm_tui.journal.blackbox import Moment
from mm_tui.model.facts import RiskTripped, StateChanged
from mm_tui.runtime.keeping import boxes as module
from mm_tui.runtime.keeping.boxes import APART_NS, Boxes

S = 1_000_000_000


class At:
    ts = 0
    added = 0

    def add_now(self) -> None:
        self.added += 1


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Moment]:
    found: list[Moment] = []

    def keep(_session: Path, root: Path, moment: Moment, _now: int) -> Path:
        if moment.rule == "full":
            raise OSError(28, "No space left on device")
        if moment.rule == "odd":
            raise KeyError(moment.rule)
        found.append(moment)
        return root / "box"

    monkeypatch.setattr(module, "keep", keep)
    return found


def trip(ts: int, rule: str = "max_daily_loss", limit: str = "50", action: str = "pull") -> RiskTripped:
    return RiskTripped(ts=ts, rule=rule, value="60", limit=limit, action=action)


def test_a_trip_waits_for_what_comes_after_it_and_takes_its_followers_along(tmp_path: Path, kept: list[Moment]) -> None:
    at: Any = At()
    boxes = Boxes(tmp_path / "s", tmp_path, at)
    boxes.finish()
    boxes.hear(StateChanged(ts=1 * S, state="halted", reason="closing: quit"))
    at.ts = 1 << 62
    assert not boxes.due, "an orderly end is no accident"
    boxes.hear(trip(10 * S))
    boxes.hear(trip(10 * S, "kill"))
    at.ts = 14 * S
    assert not boxes.due
    at.ts = 15 * S
    assert boxes.due
    boxes.prepare()
    assert at.added == 1
    boxes.finish()
    assert not boxes.due
    assert kept == [Moment(10 * S, "max_daily_loss", "max_daily_loss 60 over 50, pull")]
    assert boxes.said == "black box box"
    boxes.hear(trip(10 * S + APART_NS - 1))
    at.ts = 1 << 62
    assert not boxes.due, "not one after the other"
    boxes.hear(trip(20 * S, "kill", "", "halt"))
    assert boxes.due, "a halt always"
    boxes.finish()
    boxes.hear(trip(20 * S + APART_NS))
    boxes.finish()
    assert [one.words for one in kept[1:]] == ["kill 60, halt", "max_daily_loss 60 over 50, pull"]


def test_a_full_disk_is_said_and_the_next_box_tried(tmp_path: Path, kept: list[Moment]) -> None:
    at: Any = At()
    boxes = Boxes(tmp_path / "s", tmp_path, at)
    boxes.hear(trip(10 * S, "full"))
    boxes.finish()
    assert boxes.said == "no black box: No space left on device"
    boxes.hear(trip(100 * S, "odd"))
    boxes.finish()
    assert boxes.said == "no black box: KeyError"
    boxes.hear(trip(200 * S))
    boxes.finish()
    assert len(kept) == 1


def test_a_market_that_is_silent_is_not_waited_for(
    tmp_path: Path, kept: list[Moment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENT_S", 0.0)
    boxes = Boxes(tmp_path / "s", tmp_path, At())  # type: ignore[arg-type]
    boxes.hear(trip(10 * S))
    assert boxes.due
    boxes.finish()
    assert len(kept) == 1
