"""Writes an export: whole files or none, each under its own name only when it is complete."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from mm_tui.backtest.export import hftbacktest
from mm_tui.backtest.export.csvfile import CsvTable
from mm_tui.backtest.export.obligation import proof_rows
from mm_tui.backtest.export.parquetfile import ParquetTable
from mm_tui.backtest.export.rows import read
from mm_tui.backtest.export.shape import FROM_MARKET, NAMES, columns
from mm_tui.backtest.recording import RecordedSession, Recording
from mm_tui.backtest.target import PART
from mm_tui.errors import OutputError, UsageError
from mm_tui.journal.proof import PROOF

FORMATS: Final = ("csv", "parquet", "hftbacktest")
ARRAY: Final = "events.npz"

Progress = Callable[[float], None]


class Table(Protocol):
    """A file that takes rows."""

    rows: int

    def row(self, values: tuple[Any, ...]) -> None:
        """Take one."""
        ...

    def finish(self) -> None:
        """Nothing more comes."""
        ...

    def abandon(self) -> None:
        """Leave nothing beside the file itself."""
        ...


class Written(msgspec.Struct, frozen=True):
    """A file of an export."""

    name: str
    rows: int
    bytes: int


class Export(msgspec.Struct, frozen=True):
    """What came of it."""

    files: tuple[Written, ...]
    notes: tuple[str, ...]
    """What there is to say of the recording."""


def export(recording: Recording, form: str, folder: Path, names: Sequence[str], progress: Progress) -> Export:
    """Write a recording as one of `FORMATS`, of the tables named or of all it has.

    Raises DataError where it cannot be read, OutputError where the folder cannot be written, UsageError where a table
    is asked for that the recording has not.
    """
    with _in_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if form == "hftbacktest":
            return _array(recording, folder, progress)
        return _tables(recording, form, folder, names, progress)


def names_of(form: str) -> list[str]:
    """Every file that an export of this form may write."""
    return [ARRAY] if form == "hftbacktest" else [f"{name}.{form}" for name in NAMES]


def _tables(recording: Recording, form: str, folder: Path, names: Sequence[str], progress: Progress) -> Export:
    make = CsvTable if form == "csv" else ParquetTable
    instrument = recording.terms.instrument
    notes: list[str] = []
    chosen = _chosen(recording, names)
    opened: dict[str, Table] = {}
    with _abandoned(folder, opened):
        for name in chosen:
            opened[name] = make(folder / f"{name}.{form}{PART}", columns(name, instrument), instrument)
        if "obligation" in opened and isinstance(recording, RecordedSession):
            for values in proof_rows(recording.path / PROOF, notes.append, salvage=recording.salvage):
                opened["obligation"].row(values)
        read(recording, {name: table.row for name, table in opened.items() if name != "obligation"}, progress)
        progress(1.0)
        for table in opened.values():
            table.finish()
        files = tuple(_named(folder, f"{name}.{form}", table.rows) for name, table in opened.items())
    return Export(files, tuple(filter(None, (*notes, recording.note))))


def _array(recording: Recording, folder: Path, progress: Progress) -> Export:
    name = ARRAY
    opened: dict[str, Any] = {}
    with _abandoned(folder, opened):
        array = opened[name] = hftbacktest.Array(folder / f"{name}{PART}", recording.terms.instrument)
        note = hftbacktest.write(recording, array, progress)
        progress(1.0)
        array.finish()
        written = _named(folder, name, array.rows)
    return Export((written,), tuple(filter(None, (note, recording.note))))


def _chosen(recording: Recording, names: Sequence[str]) -> list[str]:
    """The tables to write, in the order of `NAMES`."""
    there = list(FROM_MARKET)
    if isinstance(recording, RecordedSession):
        there = [name for name in NAMES if name != "obligation" or (recording.path / PROOF).exists()]
    for name in names:
        if name not in there:
            raise UsageError(
                f"{recording.path} has no table {name}; it has {', '.join(there)} (what a strategy would do on a "
                f"capture, mm-tui backtest --out writes)"
            )
    return [name for name in there if not names or name in names]


def _named(folder: Path, name: str, rows: int) -> Written:
    """Give a complete file its name."""
    part, path = folder / f"{name}{PART}", folder / name
    part.replace(path)
    return Written(name, rows, path.stat().st_size)


@contextmanager
def _abandoned(folder: Path, opened: dict[str, Any]) -> Iterator[None]:
    """Where it goes wrong, nothing is left that looks like an export."""
    try:
        yield
    except BaseException:
        for table in opened.values():
            with suppress(OSError):
                table.abandon()
        for name in opened:
            for part in folder.glob(f"{name}*{PART}*"):
                part.unlink(missing_ok=True)
        raise


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}") from error
