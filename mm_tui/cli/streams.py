"""The standard streams as commands may rely on them: always there, and a write that fails ends in words.

A reader that leaves early (`| head -1`) has what it wanted: the rest goes nowhere and the command ends as it would have
ended. Where standard output can't be written (`> /dev/full`) that is an error with a cause; what standard error can't
take is lost, for there is nowhere left to say so.
"""

import codecs
import io
import os
import sys
from typing import TYPE_CHECKING, Final, TextIO

from mm_tui.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

NEAREST: Final = "mm_tui.nearest"
"""How a stream writes what its encoding lacks; as `replace`, but a minus stays one and a loss stays a loss."""
_SIGNS: Final = {
    "\u2212": "-", "\u2013": "-", "\u00b7": "-", "\u2026": "...", "\u00d7": "x", "\u2192": "->", "\u2264": "<=",
    "\u2265": ">=", "\u2713": "ok", "\u2717": "no", "\u03b3": "gamma", "\u03c3": "sigma", "\u03ba": "kappa",
}  # fmt: skip
_STANDARD: Final = (0, 1, 2)
_OUTPUT: Final = 1


class _Outlet(io.FileIO):
    """A descriptor of which a write that fails is the last: what follows goes nowhere."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)

    def write(self, data: "ReadableBuffer", /) -> int:
        """Raises OutputError, once, unless it is standard error or its reader has just left."""
        try:
            return super().write(data)
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if self.fileno() != _OUTPUT or isinstance(error, BrokenPipeError):
                return memoryview(data).nbytes
            raise OutputError(f"standard output cannot be written: {error.strerror or error}") from error


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """The nearest sign of seven bits for each that cannot be written, `?` where there is none."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_SIGNS.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


codecs.register_error(NEAREST, _nearest)


def prepare() -> None:
    """Give the process all three streams; those that something else was put in place of stay as they are."""
    for descriptor in _STANDARD:
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123  # for as long as the process lives
    sys.stdout = _prepared(sys.stdout, sys.__stdout__, 1)
    sys.stderr = _prepared(sys.stderr, sys.__stderr__, 2)


def flush(code: int) -> int:
    """Write out what is still held; the exit code, which a failure to write changes only where all was well before."""
    try:
        sys.stdout.flush()
    except OutputError as error:
        sys.stderr.write(f"{error}\n")
        code = code or error.exit_code
    sys.stderr.flush()
    return code


def _prepared(stream: TextIO | None, original: TextIO | None, descriptor: int) -> TextIO:
    """The stream over an outlet of ours where it is the process's own; letters that it lacks are replaced in any."""
    if stream is not None and (stream is not original or (sys.platform == "win32" and stream.isatty())):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=NEAREST)
        return stream
    raw = _Outlet(descriptor)
    encoding = "utf-8" if stream is None else stream.encoding
    lines = descriptor != _OUTPUT or raw.isatty()
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, errors=NEAREST, line_buffering=lines)
