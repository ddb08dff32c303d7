"""What holds for the whole suite: how many run at once, and which tests are not measured where coverage is."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import coverage
import pytest
from hypothesis import settings
from xdist.plugin import pytest_xdist_auto_num_workers as cores

WORKERS = "PYTEST_XDIST_AUTO_NUM_WORKERS"
CHILDREN = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
"""Variables by which a process that a test starts measures itself."""

if "CI" not in os.environ:  # where it is, hypothesis has a profile of its own: without a deadline and without chance
    settings.register_profile("unhurried", deadline=None)  # an example says nothing about time: a machine may be busy
    settings.load_profile("unhurried")


@pytest.hookimpl(optionalhook=True)  # xdist may be switched off
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores, unless said: tests of terminals, sockets and a live minute mostly wait."""
    return int(cores(config)) + (WORKERS not in os.environ)


@contextmanager
def unmeasured() -> Iterator[None]:
    """Coverage stands still in here, and in the processes that are started."""
    running = coverage.Coverage.current()
    kept = {name: os.environ.pop(name) for name in CHILDREN if name in os.environ}
    if running is not None:
        running.stop()
    try:
        yield
    finally:
        os.environ.update(kept)
        if running is not None:
            running.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test marked `untraced` runs the same lines very often: traced, it takes three times as long for nothing."""
    if item.get_closest_marker("untraced") is None:
        return (yield)
    with unmeasured():
        return (yield)


@pytest.fixture(autouse=True)
def own_mask() -> Iterator[None]:
    """A command line that runs in this process leaves its mask of rights behind; the next test finds its own."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without settings or sessions, standing in an empty folder."""
    for name in [name for name in os.environ if name.startswith("MM_TUI")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path
