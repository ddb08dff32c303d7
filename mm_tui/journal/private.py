"""Files that are their owner's alone, written whole or not at all."""

import os
from pathlib import Path
from typing import Final

from mm_tui.journal.lines import regular

PART: Final = ".part"
"""What the name of a file ends with until it is whole."""
LARGEST: Final = 1 << 20
"""Bytes of a file that is read as a whole."""


def opened(path: str, flags: int) -> int:
    """An opener for `open`: for the owner alone, whatever was there before; no link is followed, no pipe waited for."""
    descriptor = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o600)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, 0o600)
    return descriptor


def read(path: Path) -> bytes:
    """A small file as a whole; raises OSError, also where it is a large one or no file."""
    with regular(path) as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(0, f"it is larger than {LARGEST:,} bytes")
    return data


def write(path: Path, data: bytes, *, sync: bool = True) -> None:
    """The old file or the new one, never a piece of it; on the disk itself where `sync`. Raises OSError."""
    temporary = path.with_name(path.name + PART)
    with open(temporary, "wb", opener=opened) as stream:  # Path.open takes no opener
        stream.write(data)
        if sync:
            stream.flush()
            os.fsync(stream.fileno())
    temporary.replace(path)
