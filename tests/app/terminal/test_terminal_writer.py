"""The writer to the terminal, over real pipes."""

import io
import os
import threading
from collections.abc import Iterator

import pytest

from mm_tui.app.terminal import writer as module
from mm_tui.app.terminal.writer import FRAME_BYTES, TOTAL_BYTES, BoundedWriter

STEP = 5.0
"""Seconds in which anything must have happened."""


class Pipe:
    """A pipe that stands for a terminal: full after 64 KiB where nobody reads."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.read_end, write_end = os.pipe()
        self.file = io.TextIOWrapper(io.FileIO(write_end, "w"), encoding=encoding)
        self.drained = threading.Event()
        self.gone = threading.Event()
        self.writer = BoundedWriter(self.file, self.drained.set, self.gone.set)

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += os.read(self.read_end, size - len(data))
        return data

    def close(self) -> None:
        self.file.close()
        os.close(self.read_end)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


def test_everything_is_written_in_order(pipe: Pipe) -> None:
    pipe.writer.start()
    for number in range(100):
        pipe.writer.write(f"{number:04d}")
    assert pipe.read(400) == b"".join(b"%04d" % number for number in range(100))
    pipe.writer.stop()
    assert not pipe.writer.is_alive()
    assert pipe.writer.pending == 0


def test_it_looks_like_a_terminal(pipe: Pipe) -> None:
    assert pipe.writer.isatty()
    assert pipe.writer.fileno() == pipe.file.fileno()
    pipe.writer.flush()


def test_what_the_encoding_lacks_is_replaced() -> None:
    pipe = Pipe("ascii")
    pipe.writer.start()
    pipe.writer.write("▊x")
    assert pipe.read(2) == b"?x"
    pipe.writer.stop()
    pipe.close()


def test_a_terminal_that_is_not_read_congests_it_without_blocking(pipe: Pipe) -> None:
    pipe.writer.start()
    size = 0
    while not pipe.writer.congested or size < 4 * FRAME_BYTES:
        pipe.writer.write("x" * 8192)
        size += 8192
    pipe.writer.missed = True
    assert not pipe.drained.is_set()
    pipe.read(size)
    assert pipe.drained.wait(STEP)
    assert not pipe.writer.congested
    assert not pipe.writer.missed
    pipe.writer.stop()


def test_memory_is_bounded_whatever_comes(pipe: Pipe) -> None:
    pipe.writer.start()
    for _ in range(3 * TOTAL_BYTES // 65_536):
        pipe.writer.write("x" * 65_536)
    assert pipe.writer.pending <= TOTAL_BYTES
    assert pipe.writer.missed
    os.close(pipe.read_end)
    pipe.read_end = os.open(os.devnull, os.O_RDONLY)
    pipe.writer.stop()
    assert not pipe.writer.is_alive()


def test_stopping_drops_frames_and_writes_what_restores_the_terminal(pipe: Pipe) -> None:
    pipe.writer.in_frame = True
    pipe.writer.write("frame")
    pipe.writer.in_frame = False
    pipe.writer.write("restore")
    stopping = threading.Thread(target=pipe.writer.stop)
    with pytest.raises(RuntimeError, match="before it is started"):
        pipe.writer.stop()
    pipe.writer.start()
    stopping.start()
    assert pipe.read(7) == b"restore"
    stopping.join(STEP)
    assert not pipe.writer.is_alive()


def test_a_closed_terminal_is_told_once_and_the_rest_is_dropped(pipe: Pipe) -> None:
    os.close(pipe.read_end)
    pipe.read_end = os.open(os.devnull, os.O_RDONLY)
    pipe.writer.start()
    pipe.writer.write("x")
    assert pipe.gone.wait(STEP)
    pipe.writer.write("y" * 100)
    pipe.writer.stop()
    assert pipe.writer.pending == 0


def test_stopping_before_a_dead_reader_takes_bounded_time(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSE_SECONDS", 0.2)
    pipe.writer.start()
    pipe.writer.in_frame = True
    for _ in range(40):
        pipe.writer.write("x" * 8192)
    pipe.writer.stop()
    pipe.writer.join(STEP)
    assert not pipe.writer.is_alive()
