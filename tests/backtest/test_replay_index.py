"""The index of a session that has none that fits: the scout makes the one that the session would have left."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from small_session import record

from mm_tui.backtest.recording import Changes, RecordedSession
from mm_tui.backtest.replay.index import PART, fitting
from mm_tui.backtest.replay.player import Replay
from mm_tui.journal import meta
from mm_tui.journal.index import FILE, Body, MarketIndex, read_index
from mm_tui.runtime.keeping.milestones import decode_shown


@pytest.fixture(scope="module")
async def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outcome = await record(tmp_path_factory.mktemp("index"), seconds=25)
    assert outcome.folder is not None
    return outcome.folder


@pytest.fixture
def folder(recorded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(recorded, tmp_path / "session"))


def looked_through(folder: Path) -> None:
    replay = Replay(RecordedSession(folder, Changes()), lambda: 0)
    replay.begin()
    replay.act("play")
    for _ in range(10_000):
        if not replay.work(1 << 40):
            break
    replay.close()


def bodies(index: MarketIndex) -> list[Body]:
    found = [index.body(number) for number in range(len(index.times))]
    return [body for body in found if body is not None]


def gone(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:3000])


def foreign(path: Path) -> None:
    """Whole, and of another session: one byte of its journal's checksum says so."""
    index = read_index(path.parent)
    assert index is not None
    data = path.read_bytes()
    packed = msgspec.msgpack.encode(index.milestones[0].journal_sum)
    path.write_bytes(data.replace(packed, packed[:-1] + bytes([packed[-1] ^ 1]), 1))


@pytest.mark.parametrize("spoil", [gone, cut, foreign])
def test_it_is_the_one_that_the_session_would_have_left(folder: Path, spoil: Callable[[Path], None]) -> None:
    own = fitting(RecordedSession(folder, Changes()))
    assert own is not None
    wanted = bodies(own)
    spoil(folder / FILE)
    assert fitting(RecordedSession(folder, Changes())) is None
    looked_through(folder)
    made = fitting(RecordedSession(folder, Changes()))
    assert made is not None
    assert made.times[:-1] == own.times[:-1]
    assert [one.place for one in made.milestones[:-1]] == [one.place for one in own.milestones[:-1]]
    assert made.milestones[1:-1] == own.milestones[1:-1]
    assert made.marks == own.marks[: len(made.marks)]
    assert len(own.marks) - len(made.marks) <= 1  # a fill while the desk was closing
    for one, other in zip(bodies(made)[:-1], wanted[:-1], strict=True):
        assert msgspec.structs.replace(one, shown=b"") == msgspec.structs.replace(other, shown=b"")
        there, then = decode_shown(one.shown), decode_shown(other.shown)
        assert (there.orders, there.risk, there.position.total) == (then.orders, then.risk, then.position.total)
    assert all(made.matches(number) for number in range(len(made.times)))
    assert not (folder / PART).exists()


def test_one_that_was_left_half_way_leaves_nothing(folder: Path) -> None:
    (folder / FILE).unlink()
    replay = Replay(RecordedSession(folder, Changes()), lambda: 0)
    replay.begin()
    assert (folder / PART).exists()
    replay.close()
    assert not (folder / PART).exists()
    assert read_index(folder) is None


def test_a_folder_that_takes_no_file_and_a_session_that_was_killed_stay_without(folder: Path) -> None:
    (folder / FILE).unlink()
    (folder / PART).mkdir()
    looked_through(folder)
    (folder / PART).rmdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / PART)  # to write into it would be waited for
        looked_through(folder)
        (folder / PART).unlink()
    known = meta.read_meta(folder)
    meta.write_meta(folder, msgspec.structs.replace(known, end=None, market_lines=None))
    looked_through(folder)
    assert read_index(folder) is None
