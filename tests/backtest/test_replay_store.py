"""What a look through a recording leaves in the cache: found again whole by whoever opens the same, by nobody else."""

import os
import shutil
import time
from array import array
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from small_session import capture, loaded

from mm_tui.backtest.recording import Changes, Recording, open_recording
from mm_tui.backtest.replay import store as module
from mm_tui.backtest.replay.checkpoints import Checkpoints
from mm_tui.backtest.replay.freeze import LOST
from mm_tui.backtest.replay.marks import Marks
from mm_tui.backtest.replay.player import Replay
from mm_tui.backtest.replay.store import PART, Head, Store, key_of, store_of, tidy
from mm_tui.backtest.replay.timeline import Timeline
from mm_tui.views.frames import DeskFrame, Viewport

VIEW = Viewport()


OPEN: list[Replay] = []


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Short recordings are kept too; every replay gives its files back."""
    monkeypatch.setattr(module, "_SMALLEST", 100)
    yield
    while OPEN:
        OPEN.pop().close()


def recording(path: Path, *overrides: str) -> Recording:
    return open_recording(path, Changes(), loaded(*overrides).settings)


def opened(path: Path, cache: Path) -> Replay:
    found = recording(path)
    replay = Replay(found, lambda: 0, checkpoints=Checkpoints(every=50), store=Store(cache, key_of(found)))
    OPEN.append(replay)
    replay.begin()
    return replay


def settled(replay: Replay) -> DeskFrame:
    for _ in range(10_000):
        if not replay.work(1 << 40):
            return replay.frame(VIEW)
    raise AssertionError("the replay does not come to rest")


def at(replay: Replay, moment: str) -> DeskFrame:
    replay.act("goto", moment)
    if replay.playing:
        replay.act("play")
    return settled(replay)


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, Replay]]:
    """A capture, a cache, and the replay that looked through it."""
    folder = tmp_path_factory.mktemp("looked")
    path, cache = capture(folder), folder / "cache"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "_SMALLEST", 100)
        replay = opened(path, cache)
        OPEN.clear()
        at(replay, "50%")
    yield path, cache, replay
    replay.close()


@pytest.fixture
def kept(looked: tuple[Path, Path, Replay], tmp_path: Path) -> tuple[Path, Path, Replay]:
    """The same with a copy of the cache, to be spoiled."""
    path, cache, replay = looked
    return path, Path(shutil.copytree(cache, tmp_path / "cache")), replay


def test_the_next_one_has_nothing_to_look_through(kept: tuple[Path, Path, Replay]) -> None:
    path, cache, first = kept
    second = opened(path, cache)
    assert second.timeline.done
    assert second.end == first.end
    for moment in ("70%", "20%", "+3s", "99%"):
        assert at(second, moment) == at(first, moment)
    assert len(second.checkpoints) == len(first.checkpoints) > 3
    assert second.checkpoints.every == first.checkpoints.every
    for action in ("first", "next_fill", "next_fill", "previous_fill", "next_gap"):
        first.act(action)
        second.act(action)
        assert settled(second) == settled(first)
    second.close()
    assert [one.name for one in cache.iterdir()] == [key_of(recording(path))]
    assert cache.stat().st_mode & 0o777 == 0o700
    assert {one.name: one.stat().st_mode & 0o777 for one in next(cache.iterdir()).iterdir()} == dict.fromkeys(
        ("head", "inputs", "states", "times"), 0o600
    )


def test_a_digest_of_a_process_that_is_gone_is_lost(
    kept: tuple[Path, Path, Replay], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, cache, first = kept
    at(first, "100%")
    monkeypatch.setattr("mm_tui.backtest.replay.freeze._shelves", {})
    second = opened(path, cache)
    assert at(second, "100%") == first.frame(VIEW)
    assert second.shown.desk.digest.hex() == LOST
    assert first.shown.desk.digest.hex() != LOST


@pytest.mark.parametrize(
    ("name", "how"), [("head", "cut"), ("inputs", "changed"), ("states", "cut"), ("times", "changed"), ("head", "gone")]
)
def test_what_is_not_whole_is_looked_through_again(kept: tuple[Path, Path, Replay], name: str, how: str) -> None:
    path, cache, first = kept
    file = next(cache.iterdir()) / name
    data = file.read_bytes()
    if how == "gone":
        file.unlink()
    elif how == "cut":
        file.write_bytes(data[: len(data) // 2])
    else:
        file.write_bytes(data[:-9] + bytes(9 for _ in range(9)))
    second = opened(path, cache)
    assert at(second, "30%") == at(first, "30%")
    assert opened(path, cache).timeline.done


def test_a_state_that_is_no_good_later_costs_the_way_from_the_beginning(kept: tuple[Path, Path, Replay]) -> None:
    path, cache, first = kept
    folder = next(cache.iterdir())
    states = msgspec.msgpack.decode((folder / "head").read_bytes(), type=Head).states
    with (folder / "states").open("r+b") as stream:
        stream.seek(states[0][1] + 4)
        stream.write(b"\0" * 200)
    second = opened(path, cache)
    assert second.timeline.done
    there = at(second, "20%")
    assert msgspec.structs.replace(there, workers=()) == msgspec.structs.replace(at(first, "20%"), workers=())
    assert "cannot be made again" in there.workers[1].detail


def test_the_key_is_of_the_files_the_terms_and_the_code(tmp_path: Path) -> None:
    path = capture(tmp_path)
    keys = [key_of(recording(path)), key_of(recording(path)), key_of(recording(path, "risk.max_position=0.01"))]
    os.utime(path, (1, 1))
    keys.append(key_of(recording(path)))
    path.write_text(path.read_text().replace("1.00000", "2.00000", 1))
    keys.append(key_of(recording(path)))
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


def test_short_ones_and_those_that_break_off_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache = capture(tmp_path), tmp_path / "cache"
    left = opened(path, cache)
    assert any(one.name.endswith(PART) for one in cache.iterdir())
    left.close()
    monkeypatch.setattr(module, "_SMALLEST", 100_000)
    replay = opened(path, cache)
    at(replay, "50%")
    replay.close()
    assert list(cache.iterdir()) == []


def test_only_a_folder_of_ones_own_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.mkdir()
    link.symlink_to(target)
    with pytest.raises(OSError, match="not this user's own"):
        Store(link, "key")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
    found = recording(capture(tmp_path))
    store = store_of(found)
    assert store is not None
    assert not store.load(Timeline(found), Checkpoints(), Marks())
    store.close()
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "taken"))
    assert store_of(found) is None


def test_a_cache_that_cannot_be_written_costs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = capture(tmp_path)

    def full(_store: Store) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(Store, "begin", full)
    replay = opened(path, tmp_path / "cache")
    assert at(replay, "50%").position.fills > 0
    replay.close()


def test_room_is_made_by_what_was_used_longest_ago(tmp_path: Path) -> None:
    now = time.time()
    for age, name in enumerate(("spared", "new", "old", f"killed{PART}", f"running{PART}")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "inputs").write_bytes(array("B", bytes(100)).tobytes())
        at_time = now - (200_000 if name.startswith("killed") else age * 10)
        os.utime(folder, (at_time, at_time))
    tidy(tmp_path, tmp_path / "spared", now, limit=310)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["new", "old", "spared"]
    tidy(tmp_path / "nowhere", tmp_path / "spared", now)
