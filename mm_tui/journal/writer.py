"""Writes a session: each frame as it came, each message of the core, each with one plain write.

Nothing is kept back in this process, so that after `kill -9` both logs read up to the last whole line. A disk that
refuses ends the recording, never the desk: `failed` says why in words, and what was written stays readable.
"""

import os
from pathlib import Path
from zlib import crc32

from mm_tui.journal.record import AnyMessage, Place, encode, market_line
from mm_tui.journal.seal import MARKET, rotated
from mm_tui.model.commands import AmendOrder, CancelAll, CancelOrder, PlaceOrder, QueryOrder, ReplaceOrder

JOURNAL = "journal.jsonl"
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
_ORDERS = PlaceOrder | AmendOrder | ReplaceOrder | CancelOrder | CancelAll | QueryOrder


class SessionWriter:
    """The two logs of one session folder, in one total order.

    `market` writes at once. `record` gathers, and `flush` writes what was gathered with one call; the desk flushes
    before it takes its next event. With `sync_orders` a flush that holds an order command waits for the disk.
    """

    __slots__ = (
        "_journal",
        "_journal_sum",
        "_market",
        "_market_sum",
        "_pending",
        "_sync",
        "failed",
        "folder",
        "journal_bytes",
        "lines",
        "market_bytes",
        "parts",
        "rotate_bytes",
        "seq",
    )

    def __init__(self, folder: Path, rotate_bytes: int = 256_000_000, *, sync_orders: bool = False) -> None:
        self.folder = folder
        self.rotate_bytes = rotate_bytes
        self.failed: str | None = None
        """Why recording stopped, for the banner; None while it goes on."""
        self.lines = 0
        """Market lines written."""
        self.seq = 0
        """Records made."""
        self.market_bytes = 0
        """Size of the current market log."""
        self.parts = 0
        """Market logs closed by rotation."""
        self.journal_bytes = 0
        """Size of the journal."""
        self._market_sum = self._journal_sum = 0
        self._pending: list[bytes] = []
        self._sync = sync_orders
        self._market = self._journal = -1
        try:
            self._market = os.open(folder / MARKET, _APPEND, 0o600)
            self._journal = os.open(folder / JOURNAL, _APPEND, 0o600)
        except OSError as error:
            self._fail(error, "opened")

    @property
    def rotation_due(self) -> bool:
        """Whether the market log has reached its size."""
        return self.market_bytes >= self.rotate_bytes and self.failed is None

    def market(self, ts: int, raw: bytes) -> None:
        """Append one received frame."""
        if self.failed is not None:
            return
        line = market_line(ts, raw)
        try:
            written = os.write(self._market, line)
            if written != len(line):
                self._rest(self._market, line[written:])
        except OSError as error:
            self._fail(error, MARKET)
            return
        self.lines += 1
        self.market_bytes += len(line)
        self._market_sum = crc32(line, self._market_sum)

    def record(self, message: AnyMessage) -> None:
        """Gather one message; it stands behind the market lines written so far."""
        if self.failed is not None:
            return
        self._pending.append(encode(self.seq, self.lines, message))
        self.seq += 1
        if self._sync and isinstance(message, _ORDERS):
            self._pending.append(b"")

    def flush(self) -> None:
        """Write what was gathered."""
        if not self._pending:
            return
        gathered = b"".join(self._pending)
        sync = self._sync and b"" in self._pending
        self._pending.clear()
        try:
            written = os.write(self._journal, gathered)
            if written != len(gathered):
                self._rest(self._journal, gathered[written:])
            if sync:
                os.fsync(self._journal)
        except OSError as error:
            self._fail(error, JOURNAL)
            return
        self.journal_bytes += len(gathered)
        self._journal_sum = crc32(gathered, self._journal_sum)

    @property
    def place(self) -> Place:
        """Where both logs stand; with what was gathered written."""
        return Place(self.lines, self.parts, self.market_bytes, self.seq, self.journal_bytes)

    def sums(self) -> tuple[int, int]:
        """CRC-32 of what was written into the market log and into the journal since this was last asked.

        Of a market log that was begun in between, from its beginning.
        """
        sums = self._market_sum, self._journal_sum
        self._market_sum = self._journal_sum = 0
        return sums

    def rotate(self) -> Path | None:
        """Close the market log under a number and begin the next; the closed one, to be sealed by another thread."""
        if self.failed is not None:
            return None
        closed = self.folder / rotated(self.parts + 1)
        try:
            os.rename(self.folder / MARKET, closed)  # noqa: PTH104  # one call on the loop's thread
            fresh = os.open(self.folder / MARKET, _APPEND, 0o600)
        except OSError as error:
            self._fail(error, MARKET)
            return None
        os.close(self._market)
        self._market = fresh
        self.parts += 1
        self.market_bytes = self._market_sum = 0
        return closed

    def close(self) -> None:
        """Flush and close both logs; the session can then be sealed. A second call does nothing."""
        self.flush()
        for fd in (self._market, self._journal):
            if fd >= 0:
                os.close(fd)
        self._market = self._journal = -1
        if self.failed is None:
            self.failed = "the session is closed"

    def _rest(self, fd: int, rest: bytes) -> None:
        """What a write left over; the next try writes it or says why it cannot be."""
        while rest:
            rest = rest[os.write(fd, rest) :]

    def _fail(self, error: OSError, what: str) -> None:
        self.failed = (
            f"recording stopped after {self.lines:,} frames and {self.seq:,} records, "
            f"{what} in {self.folder}: {error.strerror or error}"
        )
        self._pending.clear()
