"""A table as Parquet: times as 64-bit nanoseconds, prices, quantities and amounts as exact decimals.

Decimals are DECIMAL(38, s) with as many digits s as the instrument needs, which polars and DuckDB read as they are. The
file's key-value metadata names symbol, tick and step under `mm_tui`. Rows are written in blocks, so that memory stays
flat: each to a file of its own, joined at the end.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from mm_tui.backtest.export.shape import Column, Columns, Kind
from mm_tui.errors import DataError, UsageError
from mm_tui.model.instrument import Instrument

BLOCK: Final = 1 << 17
"""Rows held in memory."""
PRECISION: Final = 38


class ParquetTable:
    """Rows as they come, to one file."""

    def __init__(self, path: Path, columns: Columns, instrument: Instrument) -> None:
        """Raises UsageError where polars is not installed."""
        self._polars = _polars()
        self._path = path
        self._columns = columns
        self._instrument = instrument
        self._parts: list[Path] = []
        self._block: list[tuple[Any, ...]] = []
        self.rows = 0

    def row(self, values: tuple[Any, ...]) -> None:
        """Take one; raises OSError."""
        self._block.append(values)
        self.rows += 1
        if len(self._block) >= BLOCK:
            self._flush()

    def finish(self) -> None:
        """Join the blocks to the one file."""
        if self._block or not self._parts:
            self._flush()
        about = {"symbol": self._instrument.symbol, "tick_size": self._instrument.tick_size}
        about["step_size"] = self._instrument.step_size
        metadata = {"mm_tui": msgspec.json.encode(about).decode()}
        with self._as_os_error():
            self._polars.scan_parquet(self._parts).sink_parquet(self._path, metadata=metadata)
        self.abandon()

    def abandon(self) -> None:
        """Remove the blocks."""
        for part in self._parts:
            with suppress(OSError):
                part.unlink()
        self._parts.clear()
        self._block.clear()

    def _flush(self) -> None:
        part = self._path.with_name(f"{self._path.name}.{len(self._parts)}")
        self._parts.append(part)
        values = list(zip(*self._block, strict=True)) or [()] * len(self._columns)
        series = [self._fitted(column, list(cells)) for column, cells in zip(self._columns, values, strict=True)]
        self._block.clear()
        with self._as_os_error():
            self._polars.DataFrame(series).write_parquet(part)

    @contextmanager
    def _as_os_error(self) -> Iterator[None]:
        """A disk that refuses is told by polars in errors of its own."""
        try:
            yield
        except self._polars.exceptions.PolarsError as error:
            raise OSError(str(error)) from error

    def _fitted(self, column: Column, cells: list[Any]) -> Any:
        """A column's values in its type; raises DataError where one does not fit."""
        try:
            return self._series(column, cells)
        except (TypeError, OverflowError, RuntimeError, self._polars.exceptions.PolarsError) as error:
            raise DataError(
                f"{self._path.stem}: {column.name} holds a value that no Parquet column of its kind can "
                f"(between rows {self.rows - len(cells) + 1:,} and {self.rows:,}); --to csv takes any"
            ) from error

    def _series(self, column: Column, cells: list[Any]) -> Any:
        pl = self._polars
        match column.kind:
            case Kind.TEXT:
                return pl.Series(column.name, cells, dtype=pl.String)
            case Kind.FLAG:
                return pl.Series(column.name, cells, dtype=pl.Boolean)
            case Kind.AMOUNT:
                return pl.Series(column.name, cells, dtype=pl.Decimal(PRECISION, column.digits))
            case Kind.TIME | Kind.INTEGER:
                return pl.Series(column.name, cells, dtype=pl.Int64)
            case Kind.PRICE:
                return self._decimals(column, cells, self._instrument.tick_size)
            case Kind.QUANTITY:
                return self._decimals(column, cells, self._instrument.step_size)

    def _decimals(self, column: Column, counts: list[int | None], step: Decimal) -> Any:
        """Whole steps as exact decimals: their product in integers, then the point."""
        pl = self._polars
        whole = int(step.scaleb(column.digits))
        found = pl.Series(column.name, counts, dtype=pl.Int64).cast(pl.Decimal(PRECISION, 0)).to_frame()
        unit = pl.lit(Decimal(1).scaleb(-column.digits), dtype=pl.Decimal(PRECISION, column.digits))
        exact = (pl.col(column.name) * whole * unit).cast(pl.Decimal(PRECISION, column.digits))
        return found.select(exact.alias(column.name)).to_series()


def _polars() -> Any:
    try:
        import polars  # noqa: ICN001, PLC0415  # an extra, and it takes a while to load
    except ImportError as error:
        raise UsageError(f'Parquet is written by polars ({error}): pip install "mm-tui[parquet]"') from error
    return polars
