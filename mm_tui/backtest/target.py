"""Where results may go, and how they get there: never over a recording, and whole or not at all."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from mm_tui.errors import OutputError, UsageError
from mm_tui.journal import index, lock, meta
from mm_tui.journal.proof import PROOF
from mm_tui.journal.writer import JOURNAL

PART: Final = ".part"
"""What the name of a file ends with that is not complete."""
_MARKET: Final = re.compile(r"market(\.\d+)?\.log(\.gz)?(\.part|\.index)?", re.IGNORECASE)
_OWN: Final = frozenset({meta.FILE, JOURNAL, PROOF, lock.FILE, index.FILE, "app.log"})
"""Of a session's folder, besides its market logs."""


def check_folder(out: Path, names: Iterable[str], inputs: Sequence[Path]) -> None:
    """Whether files of these names may be written into the folder; raises UsageError.

    A folder that holds a recording takes nothing, no file that is read is written to, and nothing but a file is
    replaced.
    """
    if _recorded(out):
        raise UsageError(f"--out {out}: holds a recording, which must stay as it is; name another folder")
    for name in names:
        _check(out / name, f"--out {out}: {name}", inputs)
        _read_too(out / f"{name}{PART}", f"--out {out}: {name}{PART}", inputs)


def check_file(path: Path, option: str, inputs: Sequence[Path]) -> None:
    """Whether this file may be written or replaced; raises UsageError."""
    if _recorded(path.parent) and _belongs(path.name):
        raise UsageError(f"{option} {path}: is a file of the recording in {path.parent}; name another")
    _check(path, f"{option} {path}", inputs)


def write_whole(path: Path, content: bytes) -> None:
    """The old file or the new one, never a piece, and nothing beside it; raises OutputError."""
    temporary = beside(path)
    try:
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise unwritable(path, error) from error


@contextmanager
def parts(folder: Path, names: Sequence[str]) -> Iterator[Callable[[str], Path]]:
    """Where to write each file until all are complete; then they get their names, else nothing is left of them.

    Raises OutputError where the folder cannot be written.
    """

    def part(name: str) -> Path:
        return folder / f"{name}{PART}"

    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            yield part
            for name in names:
                part(name).replace(folder / name)
        except BaseException:
            for name in names:
                with suppress(OSError):
                    part(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise unwritable(folder, error) from error


def beside(path: Path) -> Path:
    """Where the file is written before it gets its name."""
    return path.with_name(f".{path.name}.{os.getpid()}{PART}")


def unwritable(path: Path, error: OSError) -> OutputError:
    """In words for the user."""
    return OutputError(f"{path} cannot be written: {error.strerror or error}")


def _recorded(folder: Path) -> bool:
    """Whether the folder is a session's, or holds market logs of one."""
    try:
        names = {name.lower() for name in os.listdir(folder)}  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return False
    return bool(names & {meta.FILE, JOURNAL}) or any(map(_MARKET.fullmatch, names))


def _belongs(name: str) -> bool:
    return name.lower() in _OWN or _MARKET.fullmatch(name) is not None


def _check(path: Path, what: str, inputs: Sequence[Path]) -> None:
    if not os.path.lexists(path):
        return
    if path.exists() and not path.is_file():
        raise UsageError(f"{what} is no regular file and is not replaced; name another")
    _read_too(path, what, inputs)


def _read_too(path: Path, what: str, inputs: Sequence[Path]) -> None:
    for one in inputs:
        if path.exists() and one.exists() and path.samefile(one):
            raise UsageError(f"{what} would be written over the recording {one}; name another")
