"""A table as CSV: exact decimals as text, times as whole nanoseconds, flags as 0 and 1, null as nothing."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mm_tui.backtest.export.shape import Columns, Kind
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.summary import text

REMEMBERED: Final = 1 << 16
"""Prices and quantities whose text is kept: the same ones come again and again."""


class CsvTable:
    """Rows as they come, to one file."""

    def __init__(self, path: Path, columns: Columns, instrument: Instrument) -> None:
        self._stream = path.open("w", newline="", encoding="utf-8")
        self._write = csv.writer(self._stream, lineterminator="\n").writerow
        self._write([column.name for column in columns])
        prices, quantities = _Texts(instrument.price), _Texts(instrument.quantity)
        converters: dict[Kind, Callable[[Any], Any]] = {
            Kind.PRICE: prices.get,
            Kind.QUANTITY: quantities.get,
            Kind.AMOUNT: text,
            Kind.FLAG: int,
        }
        self._converted = [
            (at, converters[column.kind]) for at, column in enumerate(columns) if column.kind in converters
        ]
        self.rows = 0

    def row(self, values: tuple[Any, ...]) -> None:
        """Take one; raises OSError."""
        cells = list(values)
        for at, convert in self._converted:
            value = cells[at]
            if value is not None:
                cells[at] = convert(value)
        self._write(cells)
        self.rows += 1

    def finish(self) -> None:
        """Nothing more comes."""
        self._stream.close()

    def abandon(self) -> None:
        """Let go of the file, whatever state it is in."""
        self._stream.close()


class _Texts:
    """Whole ticks or lots as the text of their decimal."""

    def __init__(self, exact: Callable[[int], Any]) -> None:
        self._exact = exact
        self._known: dict[int, str] = {}

    def get(self, count: int) -> str:
        """The text of so many."""
        found = self._known.get(count)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[count] = text(self._exact(count))
        return found
