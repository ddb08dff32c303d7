"""Session folders: their names, their making, the list of them, and the end of old ones."""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from mm_tui.errors import DataError, UsageError
from mm_tui.journal import lock, meta

_NAME = re.compile(r"(\d{8}T\d{6}Z)-[A-Za-z0-9_.+]+-[^/\s]+")
_DAY_NS = 86_400_000_000_000
KILLED = "killed"
"""The note of a session that no desk records and none has sealed."""


class SessionFolder:
    """A fresh folder of this process, locked until `release`."""

    def __init__(self, path: Path, held: lock.Lock) -> None:
        self.path = path
        self._held = held

    def release(self) -> None:
        """Let others open the session."""
        self._held.release()


class SessionEntry(msgspec.Struct, frozen=True):
    """One session of the list."""

    path: Path
    meta: meta.SessionMeta | None
    """None where `session.json` cannot be read."""
    pid: int | None
    """Of the desk that is recording it."""
    size: int
    """Bytes on disk."""
    note: str = ""
    """What is wrong with it, or `killed` where no desk runs and none has sealed it."""


def name(ts: int, venue: str, symbol: str) -> str:
    """`20240808T235413Z-binance-BTCUSDT`; `ts` in ns since 1970."""
    moment = datetime.fromtimestamp(ts // 1_000_000_000, UTC)
    kind = "file" if venue.startswith("file:") else re.sub(r"[^A-Za-z0-9_.+]+", "_", venue)
    pair = re.sub(r"[^\w.+-]+", "_", symbol.replace("/", "", 1))
    return f"{moment:%Y%m%dT%H%M%SZ}-{kind}-{pair}"


def create(root: Path, ts: int, venue: str, symbol: str) -> SessionFolder:
    """Make and lock a new folder under the root, for its owner alone; a second one in the same second gets a number."""
    base = name(ts, venue, symbol)
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(1, 1000):
            path = root / (base if number == 1 else f"{base}-{number}")
            try:
                path.mkdir(mode=0o700)
            except FileExistsError:
                continue
            return SessionFolder(path, lock.acquire(path / lock.FILE, f"{path} is being recorded"))
    except OSError as error:
        words = error.strerror or str(error)
        raise DataError(
            f"no session can be recorded under {root}: {words} (choose a folder with --session-dir, or --no-record)"
        ) from error
    raise DataError(f"no session can be recorded under {root}: the name {base} is taken a thousand times")


def claim(root: Path) -> lock.Lock:
    """Take a folder of sessions for this process alone; raises UsageError with the pid of the desk that has it."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return lock.acquire(root / lock.FILE, f"{root} is in use, give this desk its own --session-dir")
    except OSError as error:
        raise UsageError(f"{root} cannot be used: {error.strerror or error}; choose another --session-dir") from error


def sessions(root: Path, boxes: Path | None = None) -> list[SessionEntry]:
    """Every session under the root, and the black boxes of such ones; the newest first. An absent root has none."""
    found = [_entry(path) for path in named(root)]
    if boxes is not None:
        found += [one for one in map(_entry, named(boxes)) if _is_of(one, root)]
    return sorted(found, key=lambda one: one.path.name, reverse=True)


def latest(root: Path) -> SessionEntry | None:
    """The newest session under the root; the others are not looked into."""
    newest = max(named(root), key=lambda path: path.name, default=None)
    return None if newest is None else _entry(newest)


def _is_of(box: SessionEntry, root: Path) -> bool:
    """Whether a black box was cut out of a session under the root; one that cannot be read may be."""
    if box.meta is None or box.meta.black_box_of is None:
        return True
    return Path(box.meta.black_box_of.session).parent == root.resolve()


def expired(root: Path, now: int, days: int) -> list[Path]:
    """Sessions that started more than so many days before `now` (ns); 0 days keeps all. Running ones are spared."""
    if days == 0:
        return []
    oldest = f"{datetime.fromtimestamp((now - days * _DAY_NS) // 1_000_000_000, UTC):%Y%m%dT%H%M%SZ}"
    return [
        path
        for path in sorted(named(root))
        if path.name[: len(oldest)] < oldest and lock.holder(path / lock.FILE) is None
    ]


def remove(path: Path) -> str:
    """Delete one session folder; empty, or why it could not be."""
    try:
        shutil.rmtree(path)
    except OSError as error:
        return f"{path} cannot be removed: {error.strerror or error}"
    return ""


def named(root: Path) -> Iterator[Path]:
    """Folders that have a session's name and a session in them; nothing else is ever listed or removed."""
    try:
        entries = list(os.scandir(root))
    except OSError:
        return
    for entry in entries:
        path = Path(entry.path)
        if _NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False) and (path / meta.FILE).is_file():
            yield path


def _entry(path: Path) -> SessionEntry:
    pid = lock.holder(path / lock.FILE)
    size = sum(file.stat().st_size for file in path.iterdir() if file.is_file())
    try:
        found = meta.read_meta(path)
    except DataError as error:
        return SessionEntry(path, None, pid, size, str(error))
    return SessionEntry(path, found, pid, size, KILLED if pid is None and found.end is None else "")
