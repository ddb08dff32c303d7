"""A session as it was recorded, at any moment at once: the same as the desk that was run there, as far as it says."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pure_desk import SECOND
from small_session import record

from mm_tui.backtest.recording import Changes, RecordedSession
from mm_tui.backtest.replay.checkpoints import Checkpoints
from mm_tui.backtest.replay.film import Film, film_of
from mm_tui.backtest.replay.index import fitting
from mm_tui.backtest.replay.player import Replay
from mm_tui.journal.index import FILE, read_index
from mm_tui.journal.writer import JOURNAL
from mm_tui.views.frames import DeskFrame, OrderRow, Viewport

VIEW = Viewport()
LONG = 60 * SECOND


class Clock:
    """Moves by `tick` with each look."""

    def __init__(self) -> None:
        self.now = self.tick = 0

    def __call__(self) -> int:
        self.now += self.tick
        return self.now


@pytest.fixture(scope="module")
async def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outcome = await record(tmp_path_factory.mktemp("film"), seconds=45)
    assert outcome.folder is not None
    return outcome.folder


@pytest.fixture
def folder(recorded: Path, tmp_path: Path) -> Path:
    """A copy, to be spoiled."""
    return Path(shutil.copytree(recorded, tmp_path / "session"))


def film(folder: Path) -> Film:
    found = film_if_any(folder, Changes())
    assert found is not None
    return found


def film_if_any(folder: Path, changes: Changes) -> Film | None:
    session = RecordedSession(folder, changes)
    return film_of(session, fitting(session))


def opened(folder: Path, clock: Clock) -> Replay:
    return Replay(RecordedSession(folder, Changes()), clock, checkpoints=Checkpoints(every=100))


def settled(replay: Replay) -> DeskFrame:
    for _ in range(10_000):
        if not replay.work(LONG):
            return replay.frame(VIEW)
    raise AssertionError("the replay does not come to rest")


def comparable(rows: tuple[OrderRow, ...]) -> list[OrderRow]:
    """What the records say of orders."""
    gone: dict[str, Any] = {"queue_ahead": None, "queue_behind": None, "eta_s": None, "fate": "", "level": 0}
    return [msgspec.structs.replace(row, **gone) for row in rows]


@pytest.fixture(scope="module")
def exact(recorded: Path) -> Iterator[Replay]:
    """The same session, looked through."""
    replay = opened(recorded, Clock())
    replay.begin()
    replay.act("play")
    settled(replay)
    yield replay
    replay.timeline.close()


def test_milestones_stand_every_ten_seconds(recorded: Path) -> None:
    index = read_index(recorded)
    assert index is not None
    assert len(index.times) == 6
    assert [time // SECOND % 10 for time in index.times[1:-1]] == [0, 0, 0, 0]
    assert all(index.matches(number) for number in range(6))


@pytest.mark.parametrize("seconds", [0.0, 3.05, 17.0, 29.95, 30.0, 44.0, 12.3])
def test_it_shows_what_the_desk_shows(recorded: Path, exact: Replay, seconds: float) -> None:
    """Each from a fresh film, so that none depends on the way."""
    shown = film(recorded)
    ts = shown.start + round(seconds * SECOND)
    assert shown.seek(ts)
    exact.seek(ts)
    there, frame = settled(exact), shown.frame(VIEW)
    assert frame.ts == there.ts == ts
    assert frame.ladder.mid2 == there.ladder.mid2
    assert (frame.ladder.valid, frame.ladder.last_price) == (there.ladder.valid, there.ladder.last_price)
    assert comparable(frame.orders) == comparable(there.orders)
    assert frame.tape.trades[:20] == there.tape.trades[:20]
    if seconds:  # at the first milestone the book was not known yet
        assert there.history[0].moves[0].what == "placed"
        for name in ("base", "fills", "average", "mid", "total", "realized"):
            assert getattr(frame.position, name) == getattr(there.position, name)
    assert f"the desk: {frame.header.state}" == there.header.reason.partition(",")[0]
    assert frame.chart.fills == there.chart.fills
    assert frame.events[:3] == there.events[:3]
    assert frame.position.unrealized in (there.position.unrealized, None)


def test_played_it_comes_to_the_same_as_sought(recorded: Path) -> None:
    sought, played = film(recorded), film(recorded)
    assert played.seek(played.start)
    for step in range(1, 27):
        played.advance(played.start + step * SECOND)
    assert sought.seek(sought.start + 26 * SECOND)
    one, other = played.frame(VIEW), sought.frame(VIEW)
    assert (one.orders, one.position, one.header) == (other.orders, other.position, other.header)
    assert one.ladder.rows == other.ladder.rows
    assert one.chart == other.chart
    assert played.next_ts is not None
    assert played.next_ts > played.ts
    played.seek(played.end)
    assert played.next_ts is None


def test_at_a_milestone_it_says_all_that_the_desk_says_of_itself(recorded: Path, exact: Replay) -> None:
    """From a fill to the next milestone the split of the PnL is unknown."""
    shown = film(recorded)
    ts = shown.index.times[3]
    assert shown.seek(ts)
    exact.seek(ts)
    there, frame = settled(exact), shown.frame(VIEW)
    unbanded = {"band": (None, None, None)}
    assert msgspec.structs.replace(frame.position, **unbanded) == msgspec.structs.replace(there.position, **unbanded)
    assert (frame.risk, frame.parameters, frame.held) == (there.risk, there.parameters, there.held)
    assert frame.obligation == there.obligation
    fill = shown.after("fill", ts)
    assert fill is not None
    shown.advance(fill)
    position = shown.frame(VIEW).position
    assert (position.unrealized, position.fees, position.spread_captured) == (None, None, None)
    assert position.total is not None
    assert shown.before("fill", fill + 1) == fill
    assert shown.before("trip", fill) is None


def begun(folder: Path, clock: Clock, moment: str) -> Replay:
    """At a moment that the scout has not reached: the clock gives it a handful of inputs a turn."""
    replay = opened(folder, clock)
    clock.tick = 1
    replay.begin(moment)
    for _ in range(5):
        replay.work(3)
    return replay


def test_a_replay_opens_on_the_film_and_the_desk_takes_over(recorded: Path) -> None:
    clock = Clock()
    replay = begun(recorded, clock, "+40s")
    frame = replay.frame(VIEW)
    assert frame.replay is not None
    assert (replay.filming, replay.seeking) == (True, False)
    assert replay.ts >= replay.start + 40 * SECOND
    assert frame.ts == frame.replay.ts == replay.ts
    assert "as recorded, figures of" in frame.replay.word
    assert frame.header.venue_words.startswith("recording ")
    assert frame.header.badge == "REPLAY nothing is sent"
    assert frame.replay.end - replay.start >= 44 * SECOND
    assert {mark.kind for mark in frame.replay.marks} >= {"fill"}
    replay.act("play")
    clock.tick = 0
    there = settled(replay)
    assert not replay.filming
    assert there.ts == frame.ts
    assert there.position.base == frame.position.base
    assert there.replay is not None
    assert there.replay.word == ""


def test_the_film_is_played_stepped_and_sought_in(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    replay = begun(recorded, clock, "60%")
    first = replay.ts
    clock.tick, clock.now = 0, clock.now + 2 * SECOND
    monkeypatch.setattr(replay, "_look_ahead", lambda *_: None)
    replay.work(LONG)
    assert replay.ts > first + SECOND
    replay.act("step")
    replay.work(LONG)
    assert (replay.filming, replay.playing) == (True, False)
    stepped = replay.ts
    for action, forward in (("next_fill", True), ("previous_fill", False), ("forward", True), ("rewind", False)):
        before = replay.ts
        replay.act(action)
        replay.work(LONG)
        assert (replay.ts > before) is forward
    assert replay.ts != stepped
    replay.act("next_trip")
    replay.work(LONG)
    assert "no further trip; as recorded, figures of" in replay.frame(VIEW).replay.word  # type: ignore[union-attr]
    replay.act("goto", "90%")
    replay.work(LONG)
    replay.speed = None
    replay.act("play")
    while replay.playing:
        replay.work(LONG)
    assert replay.ts == replay.end
    assert "end of the recording; as recorded, figures of" in replay.frame(VIEW).replay.word  # type: ignore[union-attr]
    monkeypatch.undo()
    assert settled(replay).ts >= replay.end


def test_a_session_with_another_strategy_or_without_an_index_has_none(folder: Path) -> None:
    assert film_if_any(folder, Changes(overrides=("desk.strategy=pure",))) is None
    (folder / FILE).unlink()
    assert film_if_any(folder, Changes()) is None


def test_an_index_of_another_session_is_passed_over(folder: Path) -> None:
    path = folder / JOURNAL
    path.write_bytes(path.read_bytes().replace(b"live", b"evil"))
    clock = Clock()
    replay = begun(folder, clock, "+40s")
    assert (replay.filming, replay.seeking) == (False, True)
    clock.tick = 0
    settled(replay)
    assert not replay.seeking


def test_nothing_that_moves_a_cursor_comes_from_an_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = film(folder)
    index = shown.index
    body = index.body(2)
    assert body is not None
    evil = msgspec.structs.replace(body, shown=body.shown.replace(b"passive", b"pass\\u001b[2J"))
    monkeypatch.setattr(index, "body", lambda _: evil)
    assert not shown.seek(shown.start + 25 * SECOND)
    assert "not of these logs" in shown.failed
    assert not shown.seek(shown.start + 25 * SECOND)


def test_numbers_that_no_desk_has_written_end_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checksums are no signature: whoever sends a session may have made them fit."""
    shown = film(folder)
    body = shown.index.body(2)
    assert body is not None
    for name, value in (
        ("bids", (1, 10**30, 5)),
        ("account", dict.fromkeys(body.account, -(10**4000))),
        ("account", {}),
        ("created", {}),
        ("ticker", (1 << 80, -5, 0, 10**30, 1)),
        ("bids", (10**200, 1)),
    ):
        planted = msgspec.structs.replace(body, **{name: value})
        index = read_index(folder)
        assert index is not None
        monkeypatch.setattr(index, "body", lambda _, planted=planted: planted)
        shown = Film(RecordedSession(folder, Changes()), index)
        shown.seek(shown.start + 25 * SECOND)
        frame = shown.frame(VIEW)
        shown.advance(shown.end)
        assert frame.ts == shown.start + 25 * SECOND or shown.failed


def test_damage_in_the_logs_ends_it_there(folder: Path) -> None:
    path, index = folder / JOURNAL, read_index(folder)
    assert index is not None
    data, at = bytearray(path.read_bytes()), index.milestones[3].place.journal + 100
    data[at : at + 10] = b"##########"
    path.write_bytes(bytes(data))
    shown = film(folder)
    assert shown.seek(shown.start + 20 * SECOND)
    shown.advance(shown.end)
    assert "journal.jsonl" in shown.failed
    assert not shown.seek(shown.start)
