"""What becomes of output that cannot be written, and of errors where a program reads along."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from mm_tui.cli import main, streams
from mm_tui.cli import run as run_module
from mm_tui.errors import OrdersMayRest, OutputError

pytestmark = pytest.mark.usefixtures("home")

COMMAND = f"{sys.executable} -m mm_tui"
posix = pytest.mark.skipif(sys.platform == "win32", reason="shells of its own")


def shell(command: str) -> tuple[int, str]:
    """A command line under a shell that minds every part of a pipe: exit code and standard error."""
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)  # noqa: S603, S607  # ours
    return done.returncode, done.stderr


@posix
def test_a_reader_that_leaves_is_no_error() -> None:
    assert shell(f"{COMMAND} config show | head -1 && {COMMAND} config show | true") == (0, "")


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_a_full_disk_behind_standard_output_is_told_and_one_behind_standard_error_is_not() -> None:
    words = "standard output cannot be written: No space left on device\n"
    assert shell(f"{COMMAND} --version > /dev/full") == (74, words)
    assert shell(f"{COMMAND} backtest nothing --json > /dev/full 2> /dev/full") == (65, "")


@posix
def test_streams_that_are_closed_are_done_without() -> None:
    assert shell(f"{COMMAND} config validate <&- >&- && {COMMAND} run <&- >&- 2>&-") == (64, "")


def test_an_outlet_tells_a_failure_once_and_a_reader_that_left_never(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    outlet = streams._Outlet(writing)
    assert outlet.write(b"abc") == 3
    os.close(reading)
    assert outlet.write(b"abc") == 3
    assert os.fstat(writing).st_rdev == os.stat(os.devnull).st_rdev  # noqa: PTH116  # beside fstat
    full = streams._Outlet(os.open(os.devnull, os.O_RDONLY))
    assert full.write(b"abc") == 3  # not standard output: lost
    full = streams._Outlet(os.open(os.devnull, os.O_RDONLY))
    monkeypatch.setattr(streams, "_OUTPUT", full.fileno())
    with pytest.raises(OutputError, match=os.strerror(errno.EBADF)):
        full.write(b"abc")
    assert full.write(b"abc") == 3


def test_streams_in_the_place_of_others_stay_and_take_every_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    own = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", own)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(sys, "stdin", None)
    streams.prepare()
    assert sys.stdout is own
    sys.stdout.write("\u22125.49, 2 \u2264 3 \u2026 \u20bf\n")
    sys.stdout.flush()
    assert own.buffer.getvalue() == b"-5.49, 2 <= 3 ... ?\n", "a loss is told as one whatever the terminal can write"  # type: ignore[attr-defined]
    assert sys.stdin.read() == ""
    sys.stdin.close()


def test_what_cannot_be_read_is_no_business_of_it() -> None:
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", streams.NEAREST)


def test_the_process_s_own_streams_get_an_outlet() -> None:
    opened = streams._prepared(None, None, 2)
    assert (opened.encoding, opened.errors, opened.fileno()) == ("utf-8", streams.NEAREST, 2)
    with open(os.devnull, "w", encoding="latin-1") as own:  # noqa: PTH123  # a stream as the interpreter makes it
        opened = streams._prepared(own, own, 1)
    assert (opened.encoding, opened.errors, opened.fileno()) == ("latin-1", streams.NEAREST, 1)


class Unwritable(io.StringIO):
    """A standard output whose disk is full."""

    def flush(self) -> None:
        raise OutputError("standard output cannot be written")


def test_what_cannot_be_flushed_ends_badly_only_what_ended_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Unwritable())
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    assert streams.flush(0) == 74
    assert streams.flush(75) == 75
    assert said.getvalue() == "standard output cannot be written\n" * 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["backtest", "--json"], 64, "Missing argument"),
        (["run", "--json"], 64, "not a terminal"),
        (["demo", "--json", "--headless", "--set", "risk.max_daily_loss=-5"], 78, "got -5, must be > 0"),
        (["report", "--json", "nothing"], 65, "no session under"),
    ],
)
def test_with_json_an_error_is_a_document_as_well(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    told = capsys.readouterr()
    document = msgspec.json.decode(told.out)
    assert document["exit_code"] == code
    assert words in document["error"]
    assert words in told.err


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("by 0"), 70, "internal error: ZeroDivisionError: by 0"),
        (OrdersMayRest("mm-7 may still rest"), 75, None),
    ],
)
def test_an_end_in_the_midst_is_a_document_but_after_the_summary(
    error: BaseException,
    code: int,
    words: str | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def start(*_: object) -> int:
        raise error

    monkeypatch.setattr(run_module, "start", start)
    assert main(["run", "--headless", "--json"]) == code
    out = capsys.readouterr().out
    assert (words in msgspec.json.decode(out)["error"]) if words else (out == "")
