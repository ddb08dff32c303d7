"""`app.log`: key=value lines for people, written by the shells alone."""

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

NAME = "app.log"
LONGEST_TRACE = 20_000
"""Characters of a traceback: what a strategy raises may say anything."""


class Lines(logging.Formatter):
    """Cuts tracebacks."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's own name
        """The traceback's first characters."""
        trace = super().formatException(ei)
        return trace if len(trace) <= LONGEST_TRACE else trace[:LONGEST_TRACE] + "…"


class File(logging.FileHandler):
    """Writes whatever names a system has; a line that it cannot write is lost."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace", delay=True)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's own name
        """Say nothing: on a full disk the library would write each line's traceback over the screen."""

    def close(self) -> None:
        """What is still unwritten then is lost too: the session that ends has more to close."""
        with suppress(OSError):
            super().close()


def open_log(folder: Path | None, level: str) -> logging.Handler:
    """Send the package's log to the session folder, its owner's alone; without a folder it goes nowhere."""
    handler: logging.Handler = logging.NullHandler()
    if folder is not None:
        path = folder / NAME
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        handler = File(path)
    line = "%(asctime)s.%(msecs)03d %(levelname)s %(name)s %(message)s"
    handler.setFormatter(Lines(line, "%Y-%m-%dT%H:%M:%S"))
    logger = logging.getLogger("mm_tui")
    logger.setLevel(level.upper())
    logger.propagate = False
    logger.addHandler(handler)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Flush and let go; without another session's log the package's words go where the process sends them."""
    logger = logging.getLogger("mm_tui")
    logger.removeHandler(handler)
    handler.close()
    logger.propagate = not logger.handlers
