import os
import subprocess
import sys
from pathlib import Path

import pytest

from mm_tui.errors import UsageError
from mm_tui.journal import lock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock")

HOLDER = """
import sys
from pathlib import Path
from mm_tui.journal import lock
held = lock.acquire(Path(sys.argv[1]), "x")
print("held", flush=True)
sys.stdin.read()
"""


def start_holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603  # our own interpreter and words
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_told_the_holders_pid(tmp_path: Path) -> None:
    path = tmp_path / lock.FILE
    with start_holder(path) as process:
        assert lock.holder(path) == process.pid
        with pytest.raises(UsageError, match=f"in use: held by the desk with pid {process.pid}"):
            lock.acquire(path, "in use")
        process.kill()
    assert lock.holder(path) is None
    held = lock.acquire(path, "in use")
    assert lock.holder(path) == os.getpid()
    held.release()
    held.release()
    assert not path.exists()


def test_a_lock_taken_twice_in_one_process_is_refused(tmp_path: Path) -> None:
    held = lock.acquire(tmp_path / lock.FILE, "in use")
    with pytest.raises(UsageError, match=f"pid {os.getpid()}"):
        lock.acquire(tmp_path / lock.FILE, "in use")
    held.release()


def test_a_file_removed_by_its_holder_meanwhile_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / lock.FILE
    opened = os.open
    calls = []

    def open_and_lose(*arguments: object, **named: object) -> int:
        fd = opened(*arguments, **named)  # type: ignore[arg-type]
        if not calls:
            path.unlink()
        calls.append(fd)
        return fd

    monkeypatch.setattr(lock.os, "open", open_and_lose)
    held = lock.acquire(path, "in use")
    assert len(calls) == 2
    assert path.read_text() == f"{os.getpid()}\n"
    held.release()


def test_nobody_holds_what_is_not_there(tmp_path: Path) -> None:
    assert lock.holder(tmp_path / "absent") is None
    (tmp_path / "stale").write_text("123\n")
    assert lock.holder(tmp_path / "stale") is None
