"""What looking through a recording took minutes to find, kept in the user's cache for the next time it is opened.

That is its inputs, the states to go back to, and the marks. States are pickles, and to load one is to run it: so they
are read from the cache folder of this user alone, never from beside a recording, which may be somebody else's. What is
kept is found by a key of all that it depends on: the files, the terms, the program and its Python.
"""

import os
import platform
import shutil
import stat
import time
import zlib
from array import array
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, Final

import msgspec

import mm_tui
from mm_tui.backtest.index.file import files_of
from mm_tui.backtest.recording import RecordedSession, Recording
from mm_tui.backtest.replay.checkpoints import Checkpoints
from mm_tui.backtest.replay.freeze import FreezeError
from mm_tui.backtest.replay.marks import Marks
from mm_tui.backtest.replay.timeline import Timeline
from mm_tui.backtest.sweep.spec import own_strategy
from mm_tui.errors import DataError
from mm_tui.journal import private
from mm_tui.journal.meta import FILE
from mm_tui.journal.private import PART
from mm_tui.model.events import WatchdogTripped
from mm_tui.settings.places import APPLICATION
from mm_tui.views.frames import ReplayMark

FORMAT: Final = 1
"""Another number whenever what is written changes and no module does."""
LIMIT: Final = 4 << 30
"""Bytes that all of it may take; what was used longest ago goes first."""
SAMPLE: Final = 1 << 16
"""Bytes of a file's beginning and end that its key is made from, beside its size and its time."""
_STALE_S: Final = 86_400
"""Age from which what another replay did not finish is removed."""
_SMALLEST: Final = 20_000
"""Inputs from which it is worth keeping; fewer are looked through in a second."""


class Head(msgspec.Struct, frozen=True):
    """What is known of the files beside it."""

    times: int
    """CRC-32 of `times`."""
    note: str
    blocks: list[tuple[int, int]]
    trips: dict[int, list[WatchdogTripped]]
    marks: list[tuple[ReplayMark, int]]
    every: int
    states: list[tuple[int, int, int]]


class Store:
    """A folder of the cache for one recording on one set of terms; a new one stays aside until it is whole."""

    def __init__(self, root: Path, key: str) -> None:
        """Raises OSError where the cache cannot be written."""
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = root.lstat()
        if not stat.S_ISDIR(status.st_mode) or (hasattr(os, "getuid") and status.st_uid != os.getuid()):
            raise OSError(0, f"{root} is not this user's own folder")
        root.chmod(0o700)
        self._path = root / key
        self._part: Path | None = None
        self._open: list[BinaryIO] = []

    # -- the next time

    def load(self, timeline: Timeline, checkpoints: Checkpoints, marks: Marks) -> bool:
        """Fill them with what is kept; whether there was anything, and all of it good."""
        path = self._path
        try:
            head = msgspec.msgpack.decode((path / "head").read_bytes(), type=Head)
            raw = (path / "times").read_bytes()
            times = array("q", raw)
            states, inputs = self._reading("states"), self._reading("inputs")
            if zlib.crc32(raw) != head.times or not times:
                return False
            checkpoints.take(states, head.states)
            if head.states:
                checkpoints.thaw(head.states[-1][0])
            timeline.take(inputs, times, head.blocks, head.trips, head.note)
            timeline.at(len(times) - 1)
            os.utime(path)
        except (OSError, ValueError, IndexError, zlib.error, msgspec.MsgspecError, FreezeError):
            checkpoints.drop()
            return False
        checkpoints.every = head.every
        marks.restore(head.marks)
        return True

    def _reading(self, name: str) -> BinaryIO:
        stream = (self._path / name).open("rb")
        self._open.append(stream)
        return stream

    # -- this time

    def begin(self) -> tuple[BinaryIO, BinaryIO]:
        """Files for the inputs and for the states; raises OSError."""
        self._part = part = self._path.with_name(f"{self._path.name}.{token_hex(4)}{PART}")
        part.mkdir(mode=0o700)
        return self._writing("inputs"), self._writing("passing")

    def _writing(self, name: str) -> BinaryIO:
        assert self._part is not None  # noqa: S101 - begun
        stream = open(self._part / name, "w+b", opener=private.opened)  # noqa: SIM115 - closed with the store
        self._open.append(stream)
        return stream

    def keep(self, timeline: Timeline, checkpoints: Checkpoints, marks: Marks) -> bool:
        """All of the recording was looked through: put it where it is found again; whether that could be done."""
        part = self._part
        if part is None or len(timeline) < _SMALLEST or checkpoints.problem:
            return False
        try:
            blocks, trips = timeline.put()
            with self._writing("states") as stream:
                states = checkpoints.put(stream)
            raw = timeline.times.tobytes()
            with self._writing("times") as stream:
                stream.write(raw)
            head = Head(zlib.crc32(raw), timeline.note, blocks, trips, marks.placed, checkpoints.every, states)
            with self._writing("head") as stream:
                stream.write(msgspec.msgpack.encode(head))
            shutil.rmtree(self._path, ignore_errors=True)
            part.rename(self._path)
            (self._path / "passing").unlink()
        except OSError:
            return False
        self._part = None
        return True

    def close(self) -> None:
        """Give the files back, and what is not whole with them."""
        for stream in self._open:
            stream.close()
        if self._part is not None:
            shutil.rmtree(self._part, ignore_errors=True)
        tidy(self._path.parent, self._path, time.time())


def store_of(recording: Recording) -> Store | None:
    """The store of a recording that does not grow any more; None where the cache has no room for one."""
    if isinstance(recording, RecordedSession) and recording.meta.end is None:
        return None
    from platformdirs import user_cache_path  # noqa: PLC0415 - only where a replay asks

    try:
        return Store(user_cache_path(APPLICATION, appauthor=False) / "replay", key_of(recording))
    except (OSError, DataError):
        return None


def key_of(recording: Recording) -> str:
    """A hash of all that a look through the recording depends on; raises OSError, DataError.

    Strategy files that may run are among it: what another look was allowed is not found without being allowed again.
    """
    digest = sha256(f"{FORMAT} {platform.python_version()} {msgspec.__version__} {platform.machine()}\n".encode())
    digest.update(msgspec.json.encode([recording.terms, recording.venue, recording.unchanged]))
    trusted = recording.changes.trusted if isinstance(recording, RecordedSession) else ()
    for name in (recording.terms.strategy, *sorted(trusted)):
        own = own_strategy(name)
        if own is not None:
            digest.update(f"\n{name}\n".encode() + own.content)
    files = files_of(recording.path)
    beside = recording.path / FILE
    for path in [*files, *([beside] if beside.is_file() else [])]:
        status = path.stat()
        digest.update(f"\n{path.resolve()} {status.st_size} {status.st_mtime_ns}\n".encode())
        with path.open("rb") as stream:
            digest.update(stream.read(SAMPLE))
            stream.seek(max(0, status.st_size - SAMPLE))
            digest.update(stream.read(SAMPLE))
    root = Path(mm_tui.__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def tidy(root: Path, spared: Path, now: float, limit: int = LIMIT) -> None:
    """Remove what was left unfinished, and the oldest where all of it takes too much room."""
    try:
        found = [(path.stat().st_mtime, path) for path in root.iterdir() if path.is_dir() and path != spared]
        taken = _size(spared)
    except OSError:
        return
    for at, path in sorted(found, reverse=True):
        taken += _size(path)
        if taken > limit or (path.name.endswith(PART) and now - at > _STALE_S):
            shutil.rmtree(path, ignore_errors=True)


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.iterdir()) if path.is_dir() else 0
