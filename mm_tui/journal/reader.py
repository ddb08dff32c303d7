"""Reads a session back in the order it happened: market lines of all logs, and between them the journal's records.

A file that ends within a record is read up to there, and `note` says so. Anything wrong before the end is a
DataError with the number of the record and its byte.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from mm_tui.errors import DataError
from mm_tui.journal.lines import lines
from mm_tui.journal.meta import read_meta
from mm_tui.journal.record import Entry, MarketLine, decode, parse_market_line
from mm_tui.journal.seal import market_parts
from mm_tui.journal.writer import JOURNAL


class SessionReader:
    """One recorded session, finished or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.meta = read_meta(folder)
        self.note: str | None = None
        """What was found wrong with the end of the files; known once `records` is exhausted."""

    def records(self) -> Iterator[MarketLine | Entry]:
        """Everything in its one total order."""
        self.note = None
        taken = 0
        journal = self._journal()
        entry = next(journal, None)
        for market in self._market():
            while entry is not None and entry.after <= taken:
                yield entry
                entry = next(journal, None)
            yield market
            taken = market.number
        while entry is not None and entry.after <= taken:
            yield entry
            entry = next(journal, None)
        if entry is not None:
            self._remark(
                f"the market log ends after {taken:,} lines; the journal from record {entry.seq} on "
                f"follows later ones and was not read"
            )

    def _market(self) -> Iterator[MarketLine]:
        number = 0
        parts = market_parts(self.folder)
        for part in parts:
            last = part == parts[-1]
            for line in lines(part, self._remark if last else _damaged(part)):
                number += 1
                where = f"{part}: line {number} of the session, byte {line.offset}"
                try:
                    market = parse_market_line(number, line.data)
                    if not line.whole:
                        msgspec.json.decode(market.raw, type=msgspec.Raw)
                except (DataError, msgspec.DecodeError) as error:
                    if line.whole or not last:
                        raise DataError(f"{where}: {error}") from error
                    self._remark(f"{part.name} ends within line {number} at byte {line.offset}; read up to there")
                    return
                yield market

    def _journal(self) -> Iterator[Entry]:
        path = self.folder / JOURNAL
        after = 0
        for seq, line in enumerate(lines(path, self._remark)):
            where = f"{path}: record {seq}, byte {line.offset}"
            try:
                entry = decode(line.data)
            except DataError as error:
                if line.whole:
                    raise DataError(f"{where}: {error}") from error
                self._remark(f"{JOURNAL} ends within record {seq} at byte {line.offset}; read up to there")
                return
            if entry.seq != seq or entry.after < after:
                raise DataError(f"{where}: numbered {entry.seq} after market line {entry.after}; records are missing")
            after = entry.after
            yield entry

    def _remark(self, words: str) -> None:
        self.note = words if self.note is None else f"{self.note}; {words}"


def _damaged(part: Path) -> Callable[[str], None]:
    """A log that is followed by another may not end early."""

    def refuse(words: str) -> None:
        raise DataError(f"{part}: {words}, and yet another log follows it")

    return refuse
