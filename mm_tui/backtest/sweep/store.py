"""Finished runs on disk, one JSON file each under its key: what is there whole was run, and is not run again."""

import os
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Any, Final

import msgspec

from mm_tui.errors import OutputError

FOLDER: Final = "runs"
ABANDONED_S: Final = 3600
"""After which nobody is still writing a file."""


class Store:
    """`DIR/runs/<key>.json`."""

    def __init__(self, out: Path) -> None:
        """Raises OutputError where the folder cannot be written."""
        self.folder = out / FOLDER
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.tidy()
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def tidy(self) -> None:
        """Remove what was half written: by this process, or by one that is long gone."""
        for part in self.folder.glob("*.part"):
            with suppress(FileNotFoundError):
                if part.name.endswith(f".{os.getpid()}.part") or time() - part.stat().st_mtime > ABANDONED_S:
                    part.unlink()

    def path(self, key: str) -> Path:
        """Where the run is kept."""
        return self.folder / f"{key}.json"

    def read(self, key: str) -> dict[str, Any] | None:
        """The record; None where there is none, or none that is whole."""
        try:
            record = msgspec.json.decode(self.path(key).read_bytes(), type=dict[str, Any])
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return record if record.get("key") == key and "summary" in record else None

    def write(self, key: str, record: bytes) -> None:
        """Keep it: the whole file appears, or none; raises OutputError where it cannot."""
        temporary = self.folder / f"{key}.{os.getpid()}.part"
        try:
            temporary.write_bytes(record)
            temporary.replace(self.path(key))
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise _unwritable(self.folder, error) from error


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError(f"{folder} cannot be written: {error.strerror or error}; name another folder with --out")
