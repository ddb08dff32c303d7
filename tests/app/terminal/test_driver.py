"""The terminal driver in a real pseudo-terminal, and what it leans on inside Textual."""

import fcntl
import inspect
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import textual
from textual.app import App
from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread

from mm_tui.app.terminal.driver import DeskDriver
from mm_tui.app.terminal.writer import BoundedWriter

SUPPORT = Path(__file__).resolve().parents[2] / "support"
LIMIT = 15.0
"""Seconds in which a step must be done, on a busy machine."""


class Terminal:
    """A child process on a pseudo-terminal of 200x55."""

    def __init__(self, report: Path, frames_per_s: int = 20) -> None:
        self.report = report
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 55, 200, 0, 0))
        self.before = termios.tcgetattr(slave)
        environment = {
            **os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(SUPPORT),
        }  # fmt: skip
        self.process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, str(SUPPORT / "desk_in_terminal.py"), str(report), str(frames_per_s)],
            stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True,
        )  # fmt: skip
        self.slave = slave
        self.seen = b""

    def read_until(self, word: bytes) -> bytes:
        """Read until a word has come; everything read."""
        deadline = time.monotonic() + LIMIT
        fresh = b""
        while word not in fresh:
            assert time.monotonic() < deadline, f"{word!r} did not come; the last was {(self.seen + fresh)[-2000:]!r}"
            if select.select([self.master], [], [], 0.2)[0]:
                fresh += os.read(self.master, 65_536)
        self.seen += fresh
        return fresh

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(LIMIT)
        for descriptor in (self.slave, self.master):
            if descriptor >= 0:
                os.close(descriptor)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path / "report.json")
    yield made
    made.close()


def finish(terminal: Terminal) -> dict[str, object]:
    terminal.type(b"qy")
    terminal.read_until(b"\x1b[?1049l")
    while terminal.process.poll() is None:
        if select.select([terminal.master], [], [], 0.1)[0]:
            terminal.seen += os.read(terminal.master, 65_536)
    found: dict[str, object] = json.loads(terminal.report.read_text())
    return found


def test_it_asks_for_buttons_and_drags_only_and_restores_the_terminal(terminal: Terminal) -> None:
    terminal.read_until(b"flatten")
    report = finish(terminal)
    assert report["code"] == 0
    assert b"\x1b[?1000h" in terminal.seen
    assert b"\x1b[?1006h" in terminal.seen
    for motion in (b"\x1b[?1003h", b"\x1b[?1016h"):
        assert motion not in terminal.seen
    for mode in (b"1000", b"1002", b"1006"):
        assert terminal.seen.rindex(b"\x1b[?" + mode + b"l") > terminal.seen.rindex(b"\x1b[?" + mode + b"h")
    assert terminal.seen.rindex(b"\x1b[?25h") > terminal.seen.rindex(b"\x1b[?25l")
    assert termios.tcgetattr(terminal.slave) == terminal.before


def test_a_terminal_that_is_not_read_does_not_hold_the_screens_loop(terminal: Terminal) -> None:
    terminal.read_until(b"flatten")
    time.sleep(3)
    terminal.type(b"K")
    terminal.read_until(b"killed")
    report = finish(terminal)
    assert report["kills"] == 1
    assert float(str(report["longest"])) < 1.0


def test_a_terminal_that_is_closed_ends_the_screen(terminal: Terminal) -> None:
    terminal.read_until(b"flatten")
    os.close(terminal.slave)
    os.close(terminal.master)
    terminal.slave = terminal.master = -1
    assert terminal.process.wait(LIMIT) == 129
    assert json.loads(terminal.report.read_text())["acts"] == [["pull", "the terminal is gone"]]


def test_quotes_are_pulled_when_the_process_is_stopped(terminal: Terminal) -> None:
    terminal.read_until(b"flatten")
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.read_until(b"\x1b[?1049l")
    os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.read_until(b"\x1b[?1049h")
    terminal.read_until(b"Ladder")  # it is in a frame that nothing else draws again
    assert finish(terminal)["acts"] == [["pull", "the process stops"]]


def test_a_process_that_was_stopped_unasked_draws_everything_again(terminal: Terminal) -> None:
    terminal.read_until(b"flatten")
    terminal.process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.read_until(b"\x1b[?1049h")
    terminal.read_until(b"Ladder")
    assert finish(terminal)["code"] == 0


def test_textual_is_the_version_this_was_written_for() -> None:
    assert textual.__version__ == "8.2.8"


def test_textual_sets_its_writer_thread_as_we_expect() -> None:
    start = inspect.getsource(linux_driver.LinuxDriver.start_application_mode)
    assert "self._writer_thread = WriterThread(self._file)" in start
    assert "self._writer_thread.start()" in start
    assert "self._writer_thread.write(data)" in inspect.getsource(linux_driver.LinuxDriver.write)
    assert "self._writer_thread.stop()" in inspect.getsource(linux_driver.LinuxDriver.close)


def test_our_writer_has_the_face_of_textuals() -> None:
    face = {name for name in vars(WriterThread) if not name.startswith("_")}
    assert face <= {name for name in dir(BoundedWriter) if not name.startswith("_")}


@pytest.mark.parametrize("name", [
    "_enable_mouse_support", "_enable_mouse_pixels", "_sigtstp_application", "_run_input_thread", "run_input_thread",
])  # fmt: skip
def test_what_is_overridden_exists(name: str) -> None:
    assert callable(getattr(linux_driver.LinuxDriver, name))
    assert callable(getattr(DeskDriver, name))


@pytest.mark.parametrize("name", ["_display", "_handle_exception", "_fatal_error", "_close_messages_no_wait"])
def test_private_pieces_of_the_app_exist(name: str) -> None:
    assert callable(getattr(App, name))


def test_the_app_displays_by_driver_writes_alone() -> None:
    assert list(inspect.signature(App._display).parameters) == ["self", "screen", "renderable"]
    assert "self._driver.write(terminal_sequence)" in inspect.getsource(App._display)
