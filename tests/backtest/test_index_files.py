"""The index on disk: beside the recording or in the cache, made anew where it does not match, never half."""

from pathlib import Path

import pytest
from pure_desk import BTC
from small_session import capture, record
from small_sweep import planner

from mm_tui.backtest.index import file
from mm_tui.backtest.index.file import key_of, load, stored
from mm_tui.backtest.index.lookup import Lookup
from mm_tui.backtest.index.run import run_by_index
from mm_tui.backtest.index.use import KEPT, Indexes
from mm_tui.backtest.recording import Changes, RecordedCapture, RecordedSession
from mm_tui.backtest.runner import Job, run
from mm_tui.backtest.sweep.decoded import DecodedInputs
from mm_tui.backtest.sweep.execute import execute
from mm_tui.backtest.sweep.grid import points
from mm_tui.errors import DataError
from mm_tui.settings.load import load as load_settings
from mm_tui.settings.sections import Settings


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mm-tui" / "index"


def settings() -> Settings:
    return load_settings(None, ["simulator.band=false"], {}, Path("/nowhere")).settings


def test_it_is_made_once_and_found_beside_the_recording(tmp_path: Path, cache: Path) -> None:
    recording = RecordedCapture(capture(tmp_path), settings())
    first = stored(recording)
    assert first.path == tmp_path / "capture.log.index"
    written = first.path.stat().st_mtime_ns
    again = stored(recording)
    assert again.path == first.path
    assert again.path.stat().st_mtime_ns == written
    assert run_by_index(recording, Job(), Lookup(again)) == run(recording, Job())
    assert not cache.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["capture.log", "capture.log.index"]


def test_another_recording_version_or_instrument_makes_it_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = capture(tmp_path)
    recording = RecordedCapture(path, settings())
    keys = {
        key_of(recording),
        key_of(recording, salvage=True),
        key_of(RecordedCapture(path, settings(), instrument=BTC)),
    }
    with monkeypatch.context() as patch:
        patch.setattr(file, "FORMAT", file.FORMAT + 1)
        keys.add(key_of(recording))
    assert len(keys) == 4
    before = stored(recording).head
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    shorter = RecordedCapture(path, settings())
    after = stored(shorter).head
    assert after.key not in {before.key, *keys}
    assert after.totals.frames == before.totals.frames - 1
    assert run_by_index(shorter, Job(), Lookup(stored(shorter))) == run(shorter, Job())


@pytest.mark.parametrize("cut", [0, 5, 40, 2000, -8])
def test_what_is_no_whole_index_is_made_anew(tmp_path: Path, cut: int) -> None:
    recording = RecordedCapture(capture(tmp_path), settings())
    whole = stored(recording)
    assert whole.path is not None
    content = whole.path.read_bytes()
    other = whole.path.with_name("other")
    other.write_bytes(content[:cut])
    assert load(other, whole.head.key) is None
    other.write_bytes(b"something else" + content)
    assert load(other, whole.head.key) is None
    other.write_bytes(content)
    assert load(other, "another key") is None
    found = load(other, whole.head.key)
    assert found is not None
    assert found.head == whole.head


def test_a_folder_that_takes_none_has_it_in_the_cache(tmp_path: Path, cache: Path) -> None:
    path = capture(tmp_path)
    (tmp_path / "capture.log.index").mkdir()
    recording = RecordedCapture(path, settings())
    made = stored(recording)
    assert made.path == cache / f"{made.head.key}.index"
    assert stored(recording).path == made.path
    assert not [name for name in tmp_path.iterdir() if name.name.startswith(".")]


def test_where_no_folder_takes_it_it_is_in_memory(tmp_path: Path, cache: Path) -> None:
    path = capture(tmp_path)
    (tmp_path / "capture.log.index").mkdir()
    cache.parent.mkdir(parents=True)
    cache.write_text("a file")
    recording = RecordedCapture(path, settings())
    made = stored(recording)
    assert made.path is None
    assert run_by_index(recording, Job(), Lookup(made)) == run(recording, Job())


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = capture(tmp_path)
    recording = RecordedCapture(path, settings())
    path.unlink()
    with pytest.raises(DataError, match="cannot be read: no such file"):
        stored(recording)


async def test_a_session_s_index_stands_in_its_folder(tmp_path: Path) -> None:
    folder = (await record(tmp_path)).folder
    assert folder is not None
    changed = RecordedSession(folder, Changes(["risk.max_position=0.004", "simulator.band=false"]))
    made = stored(changed)
    assert made.path == folder / "backtest.index"
    assert run_by_index(changed, Job(), Lookup(made)) == run(changed, Job())
    own = RecordedSession(folder, Changes())
    assert Indexes().serving(own, Job()) == "it is the session's own desk"


def test_a_process_opens_an_index_once_and_knows_when_the_files_change(tmp_path: Path) -> None:
    indexes, path = Indexes(), capture(tmp_path)
    recording = RecordedCapture(path, settings())
    first = indexes.serving(recording, Job())
    assert first is indexes.serving(recording, Job())
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    other = indexes.serving(recording, Job())
    assert isinstance(other, Lookup)
    assert other is not first
    for number in range(KEPT):
        folder = tmp_path / str(number)
        folder.mkdir()
        indexes.serving(RecordedCapture(capture(folder), settings()), Job())
    assert indexes.serving(recording, Job()) is not other


def test_a_sweep_s_run_says_which_ran_it_and_gives_the_same(tmp_path: Path) -> None:
    path = capture(tmp_path)
    for grid, ran_by in ((("risk.max_position=0.004",), "index"), (("strategy.passive.reference='ema'",), "core")):
        made = planner(path, grid=grid)
        (spec,) = made.plan(points(made.axes))[1].values()
        shares: list[float] = []
        found = execute(spec, path, DecodedInputs(), shares.append, Indexes())
        assert f'"ran_by": "{ran_by}"'.encode() in found
        alone = execute(spec, path, DecodedInputs())
        assert found.replace(b'"ran_by": "index"', b'"ran_by": "core"') == alone
        assert shares[-1] == 1.0
