"""The last minute before a trip, cut out of a session: what it shows is what the session shows."""

import os
import shutil
from pathlib import Path

import msgspec
import pytest
from pure_desk import BTC, SECOND
from small_session import loaded, record

from mm_tui.backtest.named import find
from mm_tui.backtest.recording import Changes, RecordedSession, open_recording
from mm_tui.backtest.replay.film import Film, film_of
from mm_tui.backtest.replay.index import fitting
from mm_tui.backtest.replay.player import Replay
from mm_tui.errors import DataError, UsageError
from mm_tui.journal import blackbox, folder
from mm_tui.journal.blackbox import Moment, keep
from mm_tui.journal.index import Body, read_index
from mm_tui.journal.meta import read_meta
from mm_tui.journal.writer import JOURNAL
from mm_tui.settings.places import BOXES
from mm_tui.venues.codecs import codec_for
from mm_tui.views.frames import Viewport

LOOK = Viewport(rows=8)
NOW = 1_800_000_000 * SECOND


@pytest.fixture(scope="module")
async def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outcome = await record(tmp_path_factory.mktemp("box"), seconds=110)
    assert outcome.folder is not None
    return outcome.folder


def moment_of(session: Path, seconds: float) -> Moment:
    index = read_index(session)
    assert index is not None
    return Moment(index.times[0] + round(seconds * SECOND), "max_daily_loss", "max_daily_loss 60 over 50, halt")


def film(path: Path) -> Film:
    opened = open_recording(path, Changes(), loaded().settings, shows=True)
    found = film_of(opened, fitting(opened))
    assert found is not None, "it has an index that fits its logs"
    return found


def test_a_box_shows_what_its_session_shows(session: Path, tmp_path: Path) -> None:
    moment = moment_of(session, 85)
    path = keep(session, tmp_path, moment, NOW)
    assert path.parent == tmp_path / BOXES
    assert path.name.endswith("-file-BTCUSDT-max_daily_loss")
    assert {one.name for one in path.iterdir()} == {"session.json", "market.log.gz", JOURNAL, "market.index"}
    assert path.stat().st_mode & 0o77 == 0
    meta = read_meta(path)
    assert meta.black_box_of is not None
    assert (meta.black_box_of.session, meta.black_box_of.ts) == (str(session), moment.ts)
    assert (meta.ended, meta.digest) == ("black box: max_daily_loss 60 over 50, halt", None)
    box, whole = film(path), film(session)
    assert moment.ts - 71 * SECOND < box.start <= moment.ts - 60 * SECOND
    assert moment.ts + 5 * SECOND <= box.end < moment.ts + 16 * SECOND
    assert whole.marks != box.marks
    assert moment.ts in [mark.ts for mark in box.marks if mark.kind == "trip"]
    for seconds in (0, 1, 33.3, 60, 66):
        ts = box.start + round(seconds * SECOND)
        assert box.seek(ts)
        assert whole.seek(ts)
        ours, theirs = box.frame(LOOK), whole.frame(LOOK)
        for part in ("ladder", "orders", "position", "risk", "worth", "header"):
            assert getattr(ours, part) == getattr(theirs, part), f"{part} at {seconds} s"
        assert ours.chart.samples[-30:] == theirs.chart.samples[-30:]
    assert len(box.frame(LOOK).chart.samples) > 70, "the chart reaches back behind the box"


def test_the_log_of_a_box_is_a_capture_that_knows_its_book(session: Path, tmp_path: Path) -> None:
    path = keep(session, tmp_path, moment_of(session, 85), NOW)
    from mm_tui.journal.lines import lines  # noqa: PLC0415 - read as any program would

    first = next(iter(lines(path / "market.log.gz", str)))
    assert b'"lastUpdateId"' in first.data
    event = codec_for(first.data.partition(b" ")[2], BTC).decode(first.data.partition(b" ")[2], 0)
    assert event is not None


def test_a_book_of_ccxt_is_written_as_its_lines_are() -> None:
    body = Body(valid=True, update_id=9, bids=(), asks=())
    raw = blackbox._snapshot(body, {100: 5, 99: 1}, {101: 2}, BTC, "ccxt:kraken")
    event = codec_for(raw, BTC).decode(raw, 7)
    assert event is not None
    assert (event.bids, event.asks) == ([(100, 5), (99, 1)], [(101, 2)])  # type: ignore[union-attr]
    assert blackbox._snapshot(body, {}, {101: 2}, BTC, "binance") == b""


def test_a_young_session_is_kept_from_its_beginning(session: Path, tmp_path: Path) -> None:
    moment = moment_of(session, 4)
    path = keep(session, tmp_path, moment, NOW)
    box = film(path)
    index = read_index(session)
    assert index is not None
    assert box.start == index.times[0]
    assert moment.ts in [mark.ts for mark in box.marks]


def test_it_is_shown_listed_and_never_run(session: Path, tmp_path: Path) -> None:
    path = keep(session, tmp_path, moment_of(session, 85), NOW)
    root, boxes = session.parent, tmp_path / BOXES
    assert [one.path.name for one in folder.sessions(root, boxes)] == [path.name, session.name], "2027 and now"
    assert [one.path.name for one in folder.sessions(tmp_path / "other", boxes)] == []
    (boxes / "20240808T235413Z-demo-X-kill").mkdir()
    (boxes / "20240808T235413Z-demo-X-kill" / "session.json").write_text("{")
    assert [one.note != "" for one in folder.sessions(tmp_path / "other", boxes)] == [True], "whose, nobody knows"
    assert find("last", root, boxes).name == session.name
    assert find(path.name, root, boxes) == path
    assert boxes not in [one.parent for one in folder.expired(root, 1 << 62, 1)]
    with pytest.raises(UsageError, match="is a black box"):
        open_recording(path, Changes(), loaded().settings)
    opened = open_recording(path, Changes(), loaded().settings, shows=True)
    assert isinstance(opened, RecordedSession)
    now = [0]
    replay = Replay(opened, lambda: now[0], speed=None)
    replay.begin()
    while replay.ts < replay.end:
        replay.work(1 << 40)
    frame = replay.frame(LOOK)
    assert frame.replay is not None
    assert "black box: max_daily_loss at" in frame.replay.word
    assert frame.replay.known == replay.end
    assert replay.ts == replay.end
    assert replay.filming
    assert "branch off its session" in replay.absent
    replay.act("first")
    replay.work(1 << 40)
    assert replay.ts == replay.start
    trips = [mark.ts for mark in frame.replay.marks if mark.kind == "trip"]
    for ts in trips:
        replay.act("next_trip")
        replay.work(1 << 40)
        assert replay.ts == ts
    assert opened.meta.black_box_of is not None
    assert opened.meta.black_box_of.ts in trips
    replay.act("last")
    replay.work(1 << 40)
    assert replay.ts == replay.end
    replay.act("play")
    replay.work(1 << 40)
    assert replay.playing, "from the beginning again"
    replay.close()


def test_a_damaged_box_is_said(session: Path, tmp_path: Path) -> None:
    path = keep(session, tmp_path, moment_of(session, 85), NOW)
    (path / "market.index").write_bytes(b"nonsense")
    replay = Replay(open_recording(path, Changes(), loaded().settings, shows=True), lambda: 0)
    with pytest.raises(DataError, match="without milestones that fit"):
        replay.begin()
    replay.close()


def test_the_newest_stay_and_names_do_not_collide(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blackbox, "MOST", 2)
    kept = [keep(session, tmp_path, moment_of(session, at), NOW) for at in (20, 50, 50)]
    assert [one.name.partition("loss")[2] for one in kept] == ["", "-2", "-3"], "all of one second"
    assert sorted(one.name for one in (tmp_path / BOXES).iterdir()) == [kept[1].name, kept[2].name]


def test_of_a_minute_that_is_too_large_the_later_part_is_kept(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = moment_of(session, 85)
    monkeypatch.setattr(blackbox, "LARGEST", 40_000)
    path = keep(session, tmp_path, moment, NOW)
    assert film(path).start > moment.ts - 60 * SECOND


def test_a_disk_that_is_full_leaves_nothing_half(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patched:
        patched.setattr(blackbox, "seal_logs", full)
        with pytest.raises(OSError, match="No space"):
            keep(session, tmp_path, moment_of(session, 85), NOW)
    assert list((tmp_path / BOXES).iterdir()) == []
    with pytest.raises(DataError, match="no milestones"):
        keep(tmp_path, tmp_path, moment_of(session, 85), NOW)


def test_logs_that_do_not_hold_what_the_index_says_are_refused(session: Path, tmp_path: Path) -> None:
    torn = tmp_path / session.name
    shutil.copytree(session, torn)
    moment = moment_of(session, 85)
    whole = (torn / JOURNAL).read_bytes()
    (torn / JOURNAL).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="ends too early"):
        keep(torn, tmp_path, moment, NOW)
    (torn / JOURNAL).write_bytes(b'{"ts":1}\n' * (len(whole) // 9))
    with pytest.raises(DataError, match="without a number"):
        keep(torn, tmp_path, moment, NOW)
    index = (torn / "market.index").read_bytes()
    (torn / "market.index").write_bytes(index[:-200] + bytes(200))
    (torn / JOURNAL).write_bytes(whole)
    with pytest.raises(DataError, match="damaged"):
        keep(torn, tmp_path, moment_of(session, 500), NOW)
    assert msgspec.json.decode((torn / "session.json").read_bytes())["black_box_of"] is None
