"""Runs on a real scheduler with two workers on loopback: every run once, the same bytes, a worker killed amid it."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Self

import msgspec
import pytest
from small_session import capture, record
from small_sweep import kept, planner, sweep

from mm_tui.backtest.sweep import remote
from mm_tui.backtest.sweep.cluster import Cluster, check_address
from mm_tui.backtest.sweep.conduct import Quiet
from mm_tui.backtest.sweep.grid import points
from mm_tui.backtest.sweep.local import Done, Told
from mm_tui.backtest.sweep.spec import Spec, source_of
from mm_tui.cli import main
from mm_tui.errors import DataError, UsageError, VenueError

pytestmark = pytest.mark.skipif(
    find_spec("distributed") is None, reason="distributed is not installed: pip install 'mm-tui[dask]'"
)
MANY = ("strategy.passive.min_spread_bps=2:6:0.4", "risk.max_position=0.004,0.1")
LETHAL = """
import os
from mm_tui.strategy.passive import Passive

class Mine(Passive):
    def __init__(self, params, seed=1):
        super().__init__(params, seed)
        if os.getpid() != {pid}:
            os.kill(os.getpid(), 9)
"""
STARTED_WITHIN_S = 60.0


class Workers:
    """A scheduler and its workers, each a process of its own in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self._file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self.address: str = json.loads(_awaited(self._written))["address"]

    def _written(self) -> str | None:
        return self._file.read_text() if self._file.exists() and self._file.stat().st_size else None

    def worker(self) -> subprocess.Popen[bytes]:
        return self._start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")

    def _start(self, what: str, *more: str) -> subprocess.Popen[bytes]:
        home = self.folder / f"{what}{len(self.processes)}"
        home.mkdir()
        command = [sys.executable, "-m", "dask", what, "--scheduler-file", str(self._file), *more]
        environ = {**os.environ, "XDG_CACHE_HOME": str(home / "cache")}
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=home, env=environ, stdout=log, stderr=log)  # noqa: S603  # our own words
        self.processes.append(process)
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *cause: object) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


def _awaited(ready: Callable[[], str | None]) -> str:
    until = time.monotonic() + STARTED_WITHIN_S
    while (found := ready()) is None:
        assert time.monotonic() < until, "the scheduler did not start"
        time.sleep(0.05)
    return found


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Workers]:
    (tmp_path / "cluster").mkdir()
    with Workers(tmp_path / "cluster") as started:
        yield started


def connected(address: str, workers: int) -> Cluster:
    """An executor once so many workers are there."""

    def ready() -> str | None:
        try:
            executor = Cluster(address)
        except VenueError:
            return None
        found.append(executor)
        if executor.jobs >= workers:
            return "ready"
        executor.__exit__()
        return None

    found: list[Cluster] = []
    _awaited(ready)
    return found[-1]


class Killing:
    """Keeps what ended, and kills a worker when so many have."""

    def __init__(self, inner: Cluster, victim: subprocess.Popen[bytes], after: int) -> None:
        self.jobs = inner.jobs
        self.ended: list[Done] = []
        self._inner, self._victim, self._after = inner, victim, after

    def run(self, specs: Sequence[Spec], told: Told) -> Iterator[Done]:
        for done in self._inner.run(specs, told):
            self.ended.append(done)
            if len(self.ended) == self._after:
                self._victim.kill()
                self._victim.wait()
            yield done

    def __enter__(self) -> Self:
        self._inner.__enter__()
        return self

    def __exit__(self, *cause: object) -> None:
        self._inner.__exit__(*cause)


async def test_every_run_once_and_the_same_bytes_though_a_worker_is_killed(
    tmp_path: Path, cluster: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = (await record(tmp_path)).folder
    assert folder is not None
    monkeypatch.chdir(tmp_path)
    made = planner(capture(tmp_path).relative_to(tmp_path), folder.relative_to(tmp_path), grid=MANY)
    alone = sweep(tmp_path / "alone", made)
    found = alone.run(points(made.axes))
    victim, _ = cluster.worker(), cluster.worker()
    with Killing(connected(cluster.address, 2), victim, after=10) as executor:
        assert sweep(tmp_path / "dask", made, executor).run(points(made.axes)) == found
    assert victim.returncode == -9
    counted = Counter(done.key for done in executor.ended)
    assert set(counted.values()) == {1}
    assert len(counted) == len(found) * 2 == 44
    assert [done.error for done in executor.ended if done.error] == []
    assert kept(tmp_path / "dask") == kept(tmp_path / "alone")
    sent = [path for path in (tmp_path / "cluster").glob("worker*/cache/mm-tui/inputs/*") if path.is_dir()]
    assert {path.name for path in sent} == {source.sha256 for source in made.sources}
    assert [path.name for path in sent].count(made.sources[0].sha256) == 2


def test_the_command_sends_its_runs(
    tmp_path: Path, cluster: Workers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    asked = ["sweep", str(capture(tmp_path)), "--grid", "simulator.seed=1,2", "--out", str(tmp_path / "out")]
    assert main([*asked, "--dask", cluster.address]) == 69
    assert "has no worker; start one: dask worker tcp://" in capsys.readouterr().err
    cluster.worker()
    connected(cluster.address, 1).__exit__()
    assert main([*asked, "--dask", cluster.address, "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert [run["error"] for run in out["runs"]] == [None, None]
    assert main([*asked, "--dask", cluster.address, "--jobs", "2"]) == 64
    assert "--jobs is for this machine" in capsys.readouterr().err


def test_a_scheduler_that_goes_away_ends_the_sweep(tmp_path: Path, cluster: Workers) -> None:
    made = planner(capture(tmp_path), grid=MANY)
    cluster.worker()
    with Killing(connected(cluster.address, 1), cluster.scheduler, after=3) as executor:
        whole = sweep(tmp_path / "out", made, executor)
        with pytest.raises(VenueError, match="is gone; what is done is kept"):
            whole.run(points(made.axes))
    assert len(kept(tmp_path / "out")) >= 3


def test_a_cluster_without_workers_ends_the_sweep(
    tmp_path: Path, cluster: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mm_tui.backtest.sweep.cluster.LONGEST_WITHOUT_WORKERS_S", 0.5)
    made = planner(capture(tmp_path), grid=MANY)
    victim = cluster.worker()
    with Killing(connected(cluster.address, 1), victim, after=3) as executor:
        whole = sweep(tmp_path / "out", made, executor)
        with pytest.raises(VenueError, match="has had no worker for a minute; what is done is kept"):
            whole.run(points(made.axes))
    assert len(kept(tmp_path / "out")) >= 3


def test_a_run_that_kills_its_workers_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    own = tmp_path / "mine.py"
    own.write_text(LETHAL.format(pid=os.getpid()))
    own.chmod(0o600)
    made = planner(capture(tmp_path), grid=("simulator.seed=1", f"desk.strategy={own}:Mine,passive"))
    (tmp_path / "cluster").mkdir()
    with Workers(tmp_path / "cluster") as cluster:
        cluster.worker(), cluster.worker()
        with connected(cluster.address, 2) as executor:
            lethal, good = sweep(tmp_path / "out", made, executor).run(points(made.axes))
    assert lethal["error"].startswith("KilledWorker: Attempted to run task")
    assert good["error"] is None
    assert good["fills"] > 5


class Removing(Quiet):
    """Takes the recording away once the sweep is planned."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, runs: int) -> None:
        self._path.unlink()


def test_a_recording_that_cannot_be_sent_is_a_row(tmp_path: Path, cluster: Workers) -> None:
    path = capture(tmp_path)
    made = planner(path, grid=("simulator.seed=1,2",))
    cluster.worker()
    with connected(cluster.address, 1) as executor:
        whole = sweep(tmp_path / "out", made, executor, Removing(path))
        whole.run(points(made.axes))
    assert {run["error"] for run in whole.runs} == {f"{path} cannot be read: no such file or directory"}
    assert not list((tmp_path / "cluster").glob("worker*/cache/mm-tui/inputs/coming-*"))


def test_other_code_on_a_worker_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = planner(capture(tmp_path), grid=("simulator.seed=1",))
    ((key, spec),) = made.plan(points(made.axes))[1].items()
    there = remote.work(msgspec.json.encode(spec))
    assert isinstance(there, Done)
    assert json.loads(there.record)["key"] == key
    monkeypatch.setattr(remote, "code", lambda: "0.0.9+other")
    found = remote.work(msgspec.json.encode(spec))
    assert found == Done(
        key, b"", f"a worker runs mm-tui 0.0.9+other and not {spec.code}; install the same version on all workers"
    )


def test_what_was_sent_is_kept_only_where_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = capture(tmp_path)
    content = path.read_bytes()
    source = source_of(path)
    cache = remote.cache_folder(os.environ)
    assert remote.located(source, cache) == path
    path.write_bytes(content[:-1] + b" ")
    assert remote.located(source, cache) is None
    path.unlink()
    folder = remote.begin()
    remote.piece(folder, path.name, 0, content[:1000])
    with pytest.raises(DataError, match="did not arrive whole"):
        remote.finish(folder, source)
    for _ in range(2):
        folder = remote.begin()
        remote.piece(folder, path.name, 0, content[:1000])
        remote.piece(folder, path.name, 1000, content[1000:])
        remote.finish(folder, source)
    found = remote.located(source, cache)
    assert found is not None
    assert found.read_bytes() == content
    assert [path.name for path in cache.iterdir()] == [source.sha256]


def test_the_cache_is_where_the_system_keeps_such() -> None:
    assert remote.cache_folder({"XDG_CACHE_HOME": "/c"}) == Path("/c/mm-tui/inputs")
    assert remote.cache_folder({"XDG_CACHE_HOME": "relative"}).parts[-2:] == ("mm-tui", "inputs")


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mm_tui.backtest.sweep.cluster.CONNECT_S", 1)
    with pytest.raises(VenueError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        Cluster("tcp://127.0.0.1:9")
    for nonsense in ("nonsense://x:1", "tcp://x", "foo", "", "tcp://x:0", "tcp://x:65536", "tcp://x y:1"):
        with pytest.raises(UsageError, match="must be the scheduler's address, for example tcp://host:8786"):
            Cluster(nonsense)
    for address in ("tcp://host:8786", "host:8786", "tls://[::1]:65535", "ws://10.0.0.1:80/"):
        check_address(address)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'mm-tui\[dask\]'"):
        Cluster("tcp://127.0.0.1:9")
