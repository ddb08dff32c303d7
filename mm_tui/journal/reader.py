"""Reads a session back in the order it happened: market lines of all logs, and between them the journal's records.

A file that ends within a record is read up to there, and `note` says so. Anything wrong before the end is a
DataError with the number of the record and its byte.
"""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from mm_tui.errors import DataError
from mm_tui.journal.lines import Line, lines
from mm_tui.journal.meta import read_meta
from mm_tui.journal.record import LONGEST_PAUSE, Entry, MarketLine, Place, decode, parse_market_line
from mm_tui.journal.seal import market_parts
from mm_tui.journal.writer import JOURNAL

PLACES: Final = 4
"""Lines whose place is remembered; whoever reads ahead does so by one."""


BEGINNING: Final = Place()


class SessionReader:
    """One recorded session, finished or not."""

    def __init__(self, folder: Path, *, salvage: bool = False) -> None:
        """With `salvage`, what cannot be read is passed over and counted in the note, instead of raising."""
        self.folder = folder
        self._salvage = salvage
        self._passed = 0
        self._first_passed = ""
        self._places: deque[tuple[int, Path, int]] = deque(maxlen=PLACES)
        self.meta = read_meta(folder)
        self.note: str | None = None
        """What was found wrong with the end of the files; known once `records` is exhausted."""

    def place(self, number: int) -> str:
        """Where one of the market lines read last stands: its file, its number, its first byte."""
        for known, part, offset in self._places:
            if known == number:
                return f"{part}: line {number} of the session, byte {offset}"
        return f"{self.folder}: line {number} of the session"

    def records(self, start: Place = BEGINNING) -> Iterator[MarketLine | Entry]:
        """Everything from a place on, in its one total order."""
        last = 0
        for item in self._ordered(start):
            ts = item.ts if isinstance(item, MarketLine) else item.message.ts
            if last and ts - last > LONGEST_PAUSE:
                where = (
                    self.place(item.number)
                    if isinstance(item, MarketLine)
                    else f"{self.folder / JOURNAL}: record {item.seq}"
                )
                self.pass_over(f"{where}: its time is over a week after what stands before it")
                continue
            last = max(last, ts)
            yield item
        if self._passed:
            self._remark(f"{self._passed:,} lines could not be read and were passed over, first {self._first_passed}")

    def _ordered(self, start: Place) -> Iterator[MarketLine | Entry]:
        self.note = None
        self._passed, taken = 0, start.lines
        journal = self._journal(start)
        entry = next(journal, None)
        for market in self._market(start):
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

    def _market(self, start: Place) -> Iterator[MarketLine]:
        number = start.lines
        parts = market_parts(self.folder)
        for index, part in enumerate(parts[start.part :]):
            last, offset = part == parts[-1], 0 if index else start.offset
            for line in self._lines(part, self._remark if last else _damaged(part), offset):
                number += 1
                self._places.append((number, part, line.offset))
                try:
                    market = parse_market_line(number, line.data)
                    if not line.whole:
                        msgspec.json.decode(market.raw, type=msgspec.Raw)
                except (DataError, msgspec.DecodeError) as error:
                    if line.whole or not last:
                        self.pass_over(f"{self.place(number)}: {error}", error)
                        continue
                    self._remark(f"{part.name} ends within line {number} at byte {line.offset}; read up to there")
                    return
                yield market

    def _journal(self, start: Place) -> Iterator[Entry]:
        path = self.folder / JOURNAL
        after, expected = 0, start.seq
        for seq, line in enumerate(self._lines(path, self._remark, start.journal), start.seq):
            where = f"{path}: record {seq}, byte {line.offset}"
            try:
                entry = decode(line.data)
            except DataError as error:
                if line.whole:
                    self.pass_over(f"{where}: {error}", error)
                    continue
                self._remark(f"{JOURNAL} ends within record {seq} at byte {line.offset}; read up to there")
                return
            if (entry.seq != expected and not self._salvage) or entry.after < after:
                words = f"{where}: numbered {entry.seq} after market line {entry.after}; records are missing"
                self.pass_over(words)
                continue
            after, expected = entry.after, entry.seq + 1
            yield entry

    def _lines(self, path: Path, cut: Callable[[str], None], offset: int) -> Iterator[Line]:
        """Lines of a file; what is behind a damaged block is lost, and with `salvage` that is a remark."""
        try:
            yield from lines(path, cut, offset)
        except DataError as error:
            self.pass_over(str(error), error)

    def pass_over(self, words: str, cause: Exception | None = None) -> None:
        """Something is no good; raises DataError unless such things are passed over."""
        if not self._salvage:
            raise DataError(words) from cause
        self._passed += 1
        self._first_passed = self._first_passed or words

    def _remark(self, words: str) -> None:
        self.note = words if self.note is None else f"{self.note}; {words}"


def _damaged(part: Path) -> Callable[[str], None]:
    """A log that is followed by another may not end early."""

    def refuse(words: str) -> None:
        raise DataError(f"{part}: {words}, and yet another log follows it")

    return refuse
