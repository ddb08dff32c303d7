"""What a worker of a cluster does: finds the recording by its content, runs, and keeps what it is sent.

A recording lies either where it lay when the sweep was planned, if it is the same there, or in the worker's own folder
`$XDG_CACHE_HOME/mm-tui/inputs/<sha256>/`, which may be removed at any time.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from mm_tui.backtest.index.use import Indexes
from mm_tui.backtest.sweep.decoded import DecodedInputs
from mm_tui.backtest.sweep.local import Done, attempt
from mm_tui.backtest.sweep.spec import Source, Spec, code, hashed
from mm_tui.errors import DataError

_decoded, _indexes = DecodedInputs(), Indexes()
"""Of this process; its threads share it."""
_known: dict[tuple[str, int, int], str] = {}
"""Hashes of files by path, size and time of change."""


class Lacks(msgspec.Struct, frozen=True):
    """The worker does not have the recording."""

    worker: str
    """Its address."""


def work(encoded: bytes) -> Done | Lacks:
    """Run a spec on this worker."""
    spec = msgspec.json.decode(encoded, type=Spec)
    if spec.code != code():
        words = f"a worker runs mm-tui {code()} and not {spec.code}; install the same version on all workers"
        return Done(spec.key, b"", words)
    path = located(spec.source, cache_folder(os.environ))
    if path is None:
        from distributed import get_worker  # noqa: PLC0415  # an extra, present where this runs

        return Lacks(get_worker().address)
    return attempt(spec, _decoded, _indexes, path=path)


def located(source: Source, cache: Path) -> Path | None:
    """Where the recording is on this machine; None where it is not."""
    path = Path(source.path)
    if all(_same(path / part.name if source.folder else path, part.sha256, part.size) for part in source.parts):
        return path
    kept = cache / source.sha256
    if not kept.is_dir():
        return None
    return kept if source.folder else kept / source.parts[0].name


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where what was sent is kept."""
    base = environ.get("XDG_CACHE_HOME", "")
    if base and Path(base).is_absolute():
        return Path(base) / "mm-tui" / "inputs"
    from platformdirs import user_cache_path  # noqa: PLC0415  # only where the environment is silent

    return user_cache_path("mm-tui", appauthor=False) / "inputs"


def begin() -> str:
    """A folder for a recording that is coming."""
    cache = cache_folder(os.environ)
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.mkdtemp(prefix="coming-", dir=cache)


def piece(folder: str, name: str, offset: int, data: bytes) -> None:
    """Write a piece of a file where it belongs."""
    path = Path(folder) / name
    with path.open("r+b" if offset else "wb") as stream:
        stream.seek(offset)
        stream.write(data)


def finish(folder: str, source: Source) -> None:
    """Keep it under its hash, once it is all there; raises DataError where it is not what was meant."""
    coming = Path(folder)
    try:
        for part in source.parts:
            path = coming / part.name
            path.touch()  # of an empty file no piece came
            if hashed(path) != (part.sha256, part.size):
                raise DataError(f"{part.name} did not arrive whole; has it changed since the sweep was planned?")
        target = cache_folder(os.environ) / source.sha256
        if not target.is_dir():
            coming.rename(target)
    finally:
        shutil.rmtree(coming, ignore_errors=True)


def _same(path: Path, digest: str, size: int) -> bool:
    try:
        found = path.stat()
        if found.st_size != size:
            return False
        state = (str(path.absolute()), found.st_size, found.st_mtime_ns)
        if state not in _known:
            _known[state] = hashed(path)[0]
        return _known[state] == digest
    except (OSError, DataError):
        return False
