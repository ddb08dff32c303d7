"""Commands that somebody stops."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from small_session import capture

from mm_tui.cli import backtest as backtest_module
from mm_tui.cli import ending, main
from mm_tui.cli import run as run_module

pytestmark = [
    pytest.mark.usefixtures("home"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals of its own"),
]


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_backtest_that_is_stopped_leaves_nothing_half_written(
    name: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    @contextmanager
    def progress(_name: str) -> Iterator[Callable[[float], None]]:
        def told(_share: float) -> None:
            seen.extend(one.name for one in Path("out").iterdir())
            os.kill(os.getpid(), signal.Signals[name])

        yield told

    monkeypatch.setattr(backtest_module, "progress", progress)
    assert main(["backtest", str(capture(tmp_path)), "--out", "out", "--json"]) == code
    assert "fills.csv.part" in seen
    assert list(Path("out").iterdir()) == []
    assert msgspec.json.decode(capsys.readouterr().out) == {"error": f"stopped by {name}", "exit_code": code}
    assert signal.getsignal(signal.Signals[name]) is signal.SIG_DFL


def test_what_is_ignored_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*_: object) -> int:
        os.kill(os.getpid(), signal.SIGHUP)
        return 0

    monkeypatch.setattr(run_module, "start", start)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert main(["demo", "--headless"]) == 0
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_desk_may_take_the_signals_and_give_them_back(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []

    def start(*_: object) -> int:
        before = signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
        os.kill(os.getpid(), signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)
        return 5

    monkeypatch.setattr(run_module, "start", start)
    assert main(["demo", "--headless"]) == 5
    assert heard == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_stopped_is_an_exit_that_tasks_let_through() -> None:
    stopped = ending.Stopped(signal.SIGTERM)
    assert isinstance(stopped, SystemExit)
    assert (stopped.code, stopped.words) == (143, "stopped by SIGTERM")
