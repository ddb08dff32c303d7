"""A lock file with its holder's pid: the system frees it when the holder dies, however it dies."""

import os
import sys
from pathlib import Path
from time import sleep

from mm_tui.errors import UsageError

FILE = "desk.lock"
_TRIES = 5
_PAUSE_S = 0.01
"""A look at who holds the lock takes it for some microseconds; a desk that starts just then tries again."""


class Lock:
    """An exclusive lock, held until `release` or the process ends."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self._fd = fd

    def release(self) -> None:
        """Give the lock up and remove its file; a second call does nothing."""
        if self._fd >= 0:
            self.path.unlink(missing_ok=True)
            os.close(self._fd)
            self._fd = -1


def acquire(path: Path, words: str) -> Lock:
    """Take the lock; raises UsageError, which says `words` and the holder's pid, where another process has it."""
    for attempt in range(_TRIES):
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if _try_lock(fd) and _still_there(path, fd):
            os.ftruncate(fd, 0)
            os.pwrite(fd, b"%d\n" % os.getpid(), 0)
            return Lock(path, fd)
        pid = _pid(fd)
        os.close(fd)
        if attempt < _TRIES - 1:
            sleep(_PAUSE_S)
    raise UsageError(f"{words}: held by the desk with pid {pid or 'unknown'}")


def holder(path: Path) -> int | None:
    """The pid of the process that holds the lock; None where nobody does."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return None if _try_lock(fd) else _pid(fd)
    finally:
        os.close(fd)


def _pid(fd: int) -> int | None:
    text = os.pread(fd, 20, 0).strip()
    return int(text) if text.isdigit() else None


def _still_there(path: Path, fd: int) -> bool:
    """Whether the file that was locked is the one at the path, and not one that its holder has just removed."""
    try:
        return os.path.samestat(path.stat(), os.fstat(fd))
    except FileNotFoundError:
        return False


def _try_lock(fd: int) -> bool:
    if sys.platform == "win32":
        return True
    from fcntl import LOCK_EX, LOCK_NB, flock  # noqa: PLC0415  # absent on Windows

    try:
        flock(fd, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True
