"""Lines of a file, plain or gzip, each with its place; in bounded memory, whatever the file holds."""

import os
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from mm_tui.errors import DataError
from mm_tui.journal.members import go_to

LONGEST = 1 << 26
"""Bytes; no frame and no record is longer."""
_CHUNK = 1 << 20
_GZIP = 31
"""zlib's window bits for data with a gzip header."""


class Line(NamedTuple):
    """One line of a file."""

    offset: int
    """Of its first byte, in the unpacked file."""
    data: bytes
    """Without its newline."""
    whole: bool
    """Whether its newline was there; only the last line may lack it."""


def regular(path: Path) -> BinaryIO:
    """The file, open to be read; raises OSError as `open` does, and where it is none.

    A pipe would be waited for, and a device may have no end.
    """
    stream = open(path, "rb", opener=_at_once)  # noqa: SIM115 - the caller's; Path.open takes no opener
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError(0, "it is no regular file")
    return stream


def unsaid(_words: str) -> None:
    """What is told of a file that is cut: it is still being written, or somebody else who reads it says so."""


def lines(path: Path, cut: Callable[[str], None], offset: int = 0) -> Iterator[Line]:
    """Every line from a byte of the unpacked file on, where one begins.

    A gzip file that ends early is read up to there and `cut` is told; raises DataError for the rest.
    """
    rest = b""
    for chunk in _chunks(path, cut, offset):
        start = 0
        pieces = chunk.split(b"\n")
        pieces[0] = rest + pieces[0]
        rest = pieces.pop()
        for piece in pieces:
            yield Line(offset + start, piece, whole=True)
            start += len(piece) + 1
        offset += start
        if len(rest) > LONGEST:
            raise DataError(f"{path}: a line of over {LONGEST:,} bytes begins at byte {offset}")
    if rest:
        yield Line(offset, rest, whole=False)


def _at_once(path: str, flags: int) -> int:
    """Opens a pipe without waiting for whoever writes to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _chunks(path: Path, cut: Callable[[str], None], offset: int) -> Iterator[bytes]:
    try:
        with regular(path) as stream:
            if path.suffix == ".gz":
                begin = go_to(stream, offset)
                yield from _without(offset - begin, _unpacked(stream, path, cut))
            else:
                stream.seek(offset)
                while chunk := stream.read(_CHUNK):
                    yield chunk
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error


def _without(count: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """All but so many bytes of the beginning."""
    for chunk in chunks:
        if count < len(chunk):
            yield chunk[count:]
        count = max(0, count - len(chunk))


def _unpacked(stream: BinaryIO, path: Path, cut: Callable[[str], None]) -> Iterator[bytes]:
    """The unpacked bytes of all gzip members, at most a chunk at a time."""
    read = stream.tell()
    packed = b""
    unpacker = zlib.decompressobj(_GZIP)
    begun = False
    while True:
        if not packed:
            packed = stream.read(_CHUNK)
            read += len(packed)
            if not packed:
                break
        begun = True
        try:
            chunk = unpacker.decompress(packed, _CHUNK)
        except zlib.error as error:
            raise DataError(
                f"{path}: damaged at about byte {read - len(packed)} of the packed file: {error}"
            ) from error
        if unpacker.eof:
            packed = unpacker.unused_data
            unpacker = zlib.decompressobj(_GZIP)
            begun = False
        else:
            packed = unpacker.unconsumed_tail
        if chunk:
            yield chunk
    if begun:
        tail = unpacker.flush()
        if tail:
            yield tail
        cut(f"{path.name} ends within a packed block at byte {read}; read up to there")
