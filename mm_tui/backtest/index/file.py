"""The index on disk: beside the recording, or in the user's cache where that folder is not writable.

A file is a line of magic, the head's length, the head (msgpack), and the columns, each at a multiple of eight bytes in
this machine's byte order. It is mapped, not read: processes on the same recording share its pages, and what no run asks
for stays on disk. What an index was made from stands in its key (the files' bytes, the instrument, this format), so
one that does not match is made again.
"""

import mmap
import os
import sys
import tempfile
from array import array
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from mm_tui.backtest.index.build import Builder, Columns
from mm_tui.backtest.index.shape import COLUMNS, Column, Head
from mm_tui.backtest.recording import Recording
from mm_tui.errors import DataError
from mm_tui.journal.writer import JOURNAL
from mm_tui.settings.places import APPLICATION
from mm_tui.venues.capture_file import parts_of

FORMAT: Final = 2
"""Another number whenever columns or what is written into them change."""
MAGIC: Final = b"mm-tui index\n"
SUFFIX: Final = ".index"
_EIGHT: Final = 8
_CHUNK: Final = 1 << 20


class Stored:
    """An index that can be looked up."""

    def __init__(self, head: Head, columns: dict[str, Column], path: Path | None) -> None:
        self.head = head
        self.columns = columns
        self.path = path
        """Where it is kept; None where no folder would have it."""


def stored(recording: Recording, *, salvage: bool = False) -> Stored:
    """The recording's index, made if there is none that matches; raises DataError where the recording cannot be read.

    Reading the whole recording is what making it takes; a match is found by hashing the files.
    """
    key = key_of(recording, salvage=salvage)
    places = _places(recording.path, key)
    for path in places:
        found = load(path, key)
        if found is not None:
            return found
    head, columns = _made(recording, key)
    for path in places:
        if _write(path, head, columns):
            found = load(path, key)
            if found is not None:
                return found
    return Stored(head, dict(columns), None)


def key_of(recording: Recording, *, salvage: bool = False) -> str:
    """What an index of it is made from, as a hash; `salvage` where lines that cannot be read are passed over.

    Raises DataError where the files cannot be read.
    """
    digest = sha256(f"{FORMAT} {sys.byteorder} ".encode())
    digest.update(msgspec.json.encode([recording.terms.instrument, recording.venue, salvage]))
    for part in files_of(recording.path):
        digest.update(f"\n{part.name}\n".encode())
        try:
            with part.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise DataError(f"{part} cannot be read: {(error.strerror or str(error)).lower()}") from error
    return digest.hexdigest()


def files_of(path: Path) -> list[Path]:
    """What a recording is read from."""
    journal = path / JOURNAL
    return [*parts_of(path), *([journal] if journal.is_file() else [])]


def load(path: Path, key: str) -> Stored | None:
    """The index of a file; None where there is none, or not of this key."""
    try:
        with path.open("rb") as stream:
            mapped = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
        begin = len(MAGIC) + _EIGHT
        if bytes(mapped[: len(MAGIC)]) != MAGIC:
            return None
        size = int.from_bytes(mapped[len(MAGIC) : begin], "little")
        head = msgspec.msgpack.decode(mapped[begin : begin + size], type=Head)
        if (head.format, head.key) != (FORMAT, key):
            return None
        base = _aligned(begin + size)
        columns = {}
        for name, letter in COLUMNS.items():
            offset, length = head.columns[name]
            column = mapped[base + offset : base + offset + length]
            if len(column) != length:
                return None
            columns[name] = column.cast(letter)  # type: ignore[call-overload]  # letters of integers, all of them
    except (OSError, ValueError, TypeError, KeyError, msgspec.MsgspecError):
        return None
    return Stored(head, columns, path)


def _made(recording: Recording, key: str) -> tuple[Head, Columns]:
    builder = Builder(recording.terms.instrument)
    first_ts = 0
    for event in recording.inputs():
        first_ts = first_ts or event.ts
        builder.take(event)
    totals = builder.finish()
    places, offset = {}, 0
    for name, column in builder.columns.items():
        length = len(column) * column.itemsize
        places[name] = (offset, length)
        offset += _aligned(length)
    head = Head(FORMAT, key, first_ts, recording.note, tuple(builder.specials), totals, places)
    return head, builder.columns


def _write(path: Path, head: Head, columns: Columns) -> bool:
    """Whether it is on disk now; written aside first, so that nobody ever maps half of one."""
    packed = msgspec.msgpack.encode(head)
    aside = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as stream:
            aside = stream.name
            start = MAGIC + len(packed).to_bytes(_EIGHT, "little") + packed
            stream.write(start.ljust(_aligned(len(start)), b"\0"))
            for column in columns.values():
                _pour(column, stream.file)
        Path(aside).replace(path)
    except OSError:
        if aside:
            Path(aside).unlink(missing_ok=True)
        return False
    return True


def _pour(column: "array[int]", stream: object) -> None:
    column.tofile(stream)  # type: ignore[arg-type]  # a binary file
    length = len(column) * column.itemsize
    stream.write(b"\0" * (_aligned(length) - length))  # type: ignore[attr-defined]  # likewise


def _places(path: Path, key: str) -> list[Path]:
    """Where it may be kept, the best first."""
    beside = path / f"backtest{SUFFIX}" if path.is_dir() else path.with_name(path.name + SUFFIX)
    from platformdirs import user_cache_path  # noqa: PLC0415 - only where a backtest asks

    cache = user_cache_path(APPLICATION, appauthor=False) / "index" / f"{key}{SUFFIX}"
    return [beside, cache] if os.access(beside.parent, os.W_OK) or beside.exists() else [cache]


def _aligned(size: int) -> int:
    return -(-size // _EIGHT) * _EIGHT
