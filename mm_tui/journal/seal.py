"""Market logs of a session: their names, their order, and their compression once they are closed.

A sealed log is a row of gzip members that stand for themselves, each of about ten seconds or a megabyte of whole
lines: any reader of gzip reads it, and one that seeks goes by the members' heads (`members`) and unpacks but one. The
same lines give the same bytes.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from mm_tui.journal.members import member

MARKET = "market.log"
_PART = re.compile(r"market(?:\.(\d{4,}))?\.log(\.gz)?")
_MEMBER_BYTES = 1_000_000
_MEMBER_NS = 10_000_000_000
_LEVEL = 6
"""Of zlib."""


def rotated(number: int) -> str:
    """`market.0001.log`."""
    return f"market.{number:04d}.log"


def market_parts(folder: Path) -> list[Path]:
    """Market logs in the order they were written. Of a log that is there twice, the open one is whole."""
    found: dict[int, Path] = {}
    for path in folder.iterdir():
        match = _PART.fullmatch(path.name)
        if match:
            number = int(match[1]) if match[1] else 1 << 62
            if match[2] is None or number not in found:
                found[number] = path
    return [found[number] for number in sorted(found)]


def seal_log(path: Path) -> Path:
    """Compress one closed log and remove it; runs in any thread. Killed half way, the log is still there."""
    target = path.with_name(path.name + ".gz")
    temporary = path.with_name(path.name + ".gz.part")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with path.open("rb") as source, os.fdopen(fd, "wb") as sink:
        for data in _cut(source):
            sink.write(member(data, _LEVEL))
        sink.flush()
        os.fsync(sink.fileno())
    temporary.replace(target)
    path.unlink()
    return target


def seal_logs(folder: Path) -> list[Path]:
    """Compress every log that is still open; only once nobody writes any more."""
    return [seal_log(path) for path in market_parts(folder) if path.suffix == ".log"]


def _cut(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Whole lines, gathered until a member is full; a log without lines is one empty member."""
    gathered: list[bytes] = []
    size, due = 0, 0
    for line in lines:
        ts = _time(line)
        if gathered and (size >= _MEMBER_BYTES or ts >= due):
            yield b"".join(gathered)
            gathered, size = [], 0
        if not gathered:
            due = ts + _MEMBER_NS
        gathered.append(line)
        size += len(line)
    yield b"".join(gathered)


def _time(line: bytes) -> int:
    """The line's time, 0 where it has none: sealing keeps what it cannot read."""
    head = line[:20].partition(b" ")[0]
    return int(head) if head.isdigit() else 0
