"""Recorded market data on disk, line by line: `<local receive time, ns> <frame's JSON>`.

The format of hftbacktest's collector and of our own `market.log`: one file, plain or gzip (told by its first bytes,
not by its name), or a session's folder with its parts. A file that ends amid a line or amid its gzip stream is
read up to there and `note` says so; anything else that is wrong raises DataError with file, line and byte.
"""

import gzip
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from mm_tui.errors import DataError

LINE_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of one line; a snapshot of 5,000 levels a side has 350 kB."""
_GZIP_MAGIC: Final = b"\x1f\x8b"
BLANK_LIMIT: Final = 1000
"""Blank lines in a row that are passed over."""
LONGEST_PAUSE_NS: Final = 7 * 86_400 * 1_000_000_000
"""Between two lines; more is a broken time, and every timer in between would have to fire."""
_LAST_TIME: Final = (1 << 63) - 1
_LONGEST_TIME: Final = len(str(_LAST_TIME))


class CaptureFile:
    """The lines of a capture or of a session; iterating starts from the beginning each time."""

    def __init__(self, path: Path, *, salvage: bool = False) -> None:
        """With `salvage`, lines that cannot be read are passed over and counted in the note, instead of raising."""
        self.path = path
        self.passed = 0
        """Lines passed over."""
        self._salvage = salvage
        self._first_passed = ""
        self.parts = parts_of(path)
        self.note = ""
        """What was found at the end, where it is not whole; known when the iteration has come there."""
        self.number = 0
        """The line last read, in its part."""
        self.offset = 0
        """Where in its part it begins, bytes of the unpacked text."""
        self._part = self.parts[0]
        self._sizes = {part: part.stat().st_size if part.is_file() else 0 for part in self.parts}
        self._packed: BinaryIO | None = None

    @property
    def share(self) -> float:
        """How much of the whole has been read, by bytes on disk; 0 to 1."""
        total = read = 0
        reached = False
        for part, size in self._sizes.items():
            total += size
            reached = reached or part == self._part
            read += 0 if reached else size
        if self._packed is not None and not self._packed.closed:
            read += self._packed.tell()
        return min(1.0, read / total) if total else 1.0

    def __iter__(self) -> Generator[tuple[int, bytes]]:
        """Local time, never going back, and the frame's bytes of each line."""
        last = 0
        self.note = ""
        self.passed, self._first_passed = 0, ""
        for part in self.parts:
            with closing(self._lines(part)) as lines:
                for ts, raw in lines:
                    last = max(last, ts)
                    yield last, raw
        if self.passed:
            words = f"{self.passed:,} lines could not be read and were passed over, first {self._first_passed}"
            self.note = f"{self.note}; {words}" if self.note else words

    def pass_over(self, what: str, cause: Exception | None = None) -> None:
        """The line last read is no good; raises DataError unless such lines are passed over."""
        problem = self.problem(what)
        if not self._salvage:
            raise problem from cause
        self.passed += 1
        self._first_passed = self._first_passed or str(problem)

    def problem(self, what: str) -> DataError:
        """An error at the line last read: `market.log: line 12, byte 3456: …`."""
        return DataError(f"{self._part}: line {self.number}, byte {self.offset}: {what}")

    def _lines(self, part: Path) -> Generator[tuple[int, bytes]]:  # noqa: C901 - one branch for each way to be broken
        self._part, self.number, self.offset = part, 0, 0
        end = blank = last_ts = 0
        with _open(part) as (stream, self._packed):
            while True:
                self.offset = end
                try:
                    line = stream.readline(LINE_LIMIT)
                except EOFError:
                    self.note = f"{part.name}: its gzip stream breaks off; read up to line {self.number}"
                    return
                except (OSError, zlib.error) as error:
                    self.number += 1
                    self.pass_over(f"cannot be read ({error})", error)
                    return
                if not line:
                    return
                self.number += 1
                end += len(line)
                whole = line.endswith(b"\n")
                if not whole and len(line) >= LINE_LIMIT:
                    raise self.problem(f"longer than {LINE_LIMIT >> 20} MB")
                fields = _split(line)
                if fields is None and not line.strip():
                    blank += 1
                    if blank > BLANK_LIMIT:
                        raise self.problem(f"more than {BLANK_LIMIT} blank lines; this is no capture")
                    continue
                blank = 0
                if not whole and (fields is None or not is_json(fields[1])):
                    self.note = f"{part.name}: line {self.number} at byte {self.offset} breaks off; read up to there"
                    return
                if fields is None:
                    self.pass_over("not a time in ns and a JSON object; is this a capture of market data?")
                    continue
                if fields[0] - last_ts > LONGEST_PAUSE_NS and last_ts:
                    self.pass_over("its time is over a week after the line before; cut the capture there")
                    continue
                last_ts = max(last_ts, fields[0])
                yield fields


def parts_of(path: Path) -> list[Path]:
    """The files to read in order; raises DataError where there is none."""
    if not path.is_dir():
        return [path]
    names: dict[str, Path] = {}
    for part in sorted(path.glob("market*.log*")):
        name = part.name.removesuffix(".gz")
        if name.endswith(".log") and (name not in names or part.name == name):
            names[name] = part  # a plain part beside a sealed one is the whole one: sealing was cut short
    if not names:
        raise DataError(f"{path} holds no market.log; name a session's folder or a capture file")
    return sorted(names.values(), key=_first_time)


def is_json(raw: bytes) -> bool:
    """Whether the bytes are one well-formed JSON value."""
    try:
        msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def _first_time(part: Path) -> tuple[int, str]:
    """When the part begins; one that does not begin with a time is the last."""
    try:
        with _open(part) as (stream, _):
            fields = _split(stream.readline(LINE_LIMIT))
    except (OSError, EOFError, zlib.error):
        fields = None
    return (fields[0] if fields else _LAST_TIME, part.name)


@contextmanager
def _open(path: Path) -> Iterator[tuple[BufferedIOBase, BinaryIO]]:
    """The text of a part, and the file on disk behind it."""
    try:
        if path.exists() and not path.is_file():
            raise DataError(f"{path} is no file; name a capture or a session's folder")
        packed = path.open("rb")
        gzipped = packed.read(2) == _GZIP_MAGIC
        packed.seek(0)
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist; name a capture or a session's folder") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    with packed:
        yield (gzip.GzipFile(fileobj=packed) if gzipped else packed), packed


def _split(line: bytes) -> tuple[int, bytes] | None:
    """Time and frame; None where the line is nothing of the kind."""
    stamp, _, raw = line.partition(b" ")
    raw = raw.strip()
    if not stamp.isdigit() or raw[:1] != b"{" or raw[-1:] != b"}":
        return None
    ts = int(stamp) if len(stamp) <= _LONGEST_TIME else _LAST_TIME + 1
    return (ts, raw) if ts <= _LAST_TIME else None
