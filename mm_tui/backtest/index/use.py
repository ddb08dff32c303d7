"""The indexes that a process has open, and what is run by them."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from mm_tui.backtest.index.file import files_of, stored
from mm_tui.backtest.index.lookup import Lookup
from mm_tui.backtest.index.run import unserved, why_not
from mm_tui.backtest.recording import Recording
from mm_tui.backtest.runner import Job

KEPT: Final = 8
"""Open at once, the newest; what they map is in memory only where it was asked for."""


class Indexes:
    """Opened once, used by every run over their recordings. For several threads."""

    def __init__(self) -> None:
        self._open: OrderedDict[bytes, Lookup] = OrderedDict()
        self._lock = Lock()

    def serving(self, recording: Recording, job: Job, *, salvage: bool = False) -> Lookup | str:
        """The recording's index where it gives what the full core gives, else in words why it does not.

        It is made where there is none; raises DataError where the recording cannot be read. The recording must be one
        that still has its operator's actions.
        """
        why = unserved(recording, job)
        if why:
            return why
        lookup = self._of(recording, salvage=salvage)
        return why_not(recording, job, lookup) or lookup

    def _of(self, recording: Recording, *, salvage: bool) -> Lookup:
        key = _stamp(recording, salvage=salvage)
        with self._lock:
            lookup = self._open.pop(key, None) or Lookup(stored(recording, salvage=salvage))
            self._open[key] = lookup
            while len(self._open) > KEPT:
                self._open.popitem(last=False)
        return lookup


def _stamp(recording: Recording, *, salvage: bool) -> bytes:
    """Another one whenever the files are others, without reading them."""
    seen: list[tuple[Path, int, int]] = []
    for part in files_of(recording.path):
        if part.exists():
            found = part.stat()
            seen.append((part, found.st_size, found.st_mtime_ns))
    terms = recording.terms
    return msgspec.json.encode([str(seen), terms.instrument, recording.venue, salvage])
