"""`obligation.csv`: the proof of what the obligation scoreboard says, so that a second program can recompute it.

    start_ns, end_ns, state, bid_in_band, ask_in_band, bid_value, ask_value, excused, bid_up, ask_up

One row for each stretch of time over which none of the columns changed, from when quoting was first switched on to the
end of the session, without a hole. `state` is the desk's; flags are 0 or 1; values are exact decimals in quote, of what
is left of all orders of a side between the bounds from the mid. Where nothing was promised there are no bounds, and a
side is in band while any order of it rests. Shares are sums of `end_ns - start_ns` over the rows that are not excused.
"""

import os
from pathlib import Path
from typing import Final

from mm_tui.analytics.obligation import Stretch
from mm_tui.model.instrument import Instrument

PROOF: Final = "obligation.csv"
HEADER: Final = (
    "start_ns", "end_ns", "state", "bid_in_band", "ask_in_band", "bid_value", "ask_value", "excused", "bid_up",
    "ask_up",
)  # fmt: skip


class ProofFile:
    """Writes each row as its stretch ends, with one plain write; a disk that refuses ends the proof, never the desk."""

    def __init__(self, folder: Path, instrument: Instrument, name: str = PROOF) -> None:
        self.failed = ""
        """Why the proof stopped, in words; empty while it goes on."""
        self._unit = instrument.unit
        self._path = folder / name
        self._file = -1
        try:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        except OSError as error:
            self._fail(error)
        self._write(",".join(HEADER))

    def add(self, start: int, end: int, how: Stretch) -> None:
        """A stretch of time is over."""
        self._write(
            f"{start},{end},{how.state},{how.bid_in_band:d},{how.ask_in_band:d},{how.bid_value * self._unit:f},"
            f"{how.ask_value * self._unit:f},{how.excused:d},{how.bid_up:d},{how.ask_up:d}"
        )

    def close(self) -> None:
        """Nothing more comes; safe to call twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _write(self, line: str) -> None:
        if self._file < 0:
            return
        rest = f"{line}\n".encode()
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.close()
        self.failed = f"{self._path} ends here: {error.strerror or error}"
