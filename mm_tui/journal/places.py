"""Where the two logs of a session stand after so many market lines, read from the logs themselves."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from mm_tui.journal.lines import Line, lines, unsaid
from mm_tui.journal.record import Place, place_of
from mm_tui.journal.seal import market_parts
from mm_tui.journal.writer import JOURNAL


class Places:
    """Goes along beside whoever runs the session; says what its writer said when it was recorded."""

    def __init__(self, folder: Path) -> None:
        """`go` raises DataError where the logs cannot be read."""
        self.folder = folder
        self.failed: str | None = None
        self._place = Place()
        self._market_sum = self._journal_sum = 0
        self._market = self._lines()
        self._journal = lines(folder / JOURNAL, unsaid)
        self._record = next(self._journal, None)

    @property
    def place(self) -> Place:
        """Where they stand."""
        return self._place

    def sums(self) -> tuple[int, int]:
        """CRC-32 of what was passed in the market log and in the journal since this was last asked.

        Of a market log that was begun in between, from its beginning.
        """
        sums = self._market_sum, self._journal_sum
        self._market_sum = self._journal_sum = 0
        return sums

    def go(self, count: int, ts: int) -> None:
        """To behind so many market lines, and behind all records up to a time that were made before the next one."""
        while self._place.lines < count and (found := next(self._market, None)) is not None:
            part, line = found
            if part != self._place.part:
                self._market_sum = 0
            data = line.data + b"\n"
            self._market_sum = zlib.crc32(data, self._market_sum)
            self._place = self._place._replace(lines=self._place.lines + 1, part=part, offset=line.offset + len(data))
        record = self._record
        while record is not None and record.whole:
            after, at = place_of(record.data)
            if after > count or (after == count and at > ts):
                break
            data = record.data + b"\n"
            self._journal_sum = zlib.crc32(data, self._journal_sum)
            self._place = self._place._replace(seq=self._place.seq + 1, journal=record.offset + len(data))
            record = self._record = next(self._journal, None)

    def _lines(self) -> Iterator[tuple[int, Line]]:
        for part, path in enumerate(market_parts(self.folder)):
            for line in lines(path, unsaid):
                yield part, line
