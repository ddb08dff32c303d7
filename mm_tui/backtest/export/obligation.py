"""The rows of a session's own proof, `obligation.csv`, back as values."""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from mm_tui.errors import DataError
from mm_tui.journal.lines import lines
from mm_tui.journal.proof import HEADER

_LAST_TIME: Final = (1 << 63) - 1
_FLAGS: Final = {"0": False, "1": True}


def proof_rows(path: Path, note: Callable[[str], None], *, salvage: bool = False) -> Iterator[tuple[Any, ...]]:
    """Every row; a last one that breaks off is noted.

    Raises DataError with line and byte where one is none, or with `salvage` notes it and goes on.
    """
    for number, line in enumerate(lines(path, note), 1):
        where = f"{path}: line {number}, byte {line.offset}"
        if not line.whole:
            note(f"{path.name} ends within line {number} at byte {line.offset}; read up to there")
            return
        cells = line.data.decode("utf-8", "replace").split(",")
        if number == 1:
            if tuple(cells) != HEADER:
                raise DataError(f"{where}: the columns are not those of a proof, {', '.join(HEADER)}")
            continue
        try:
            start, end, state, *rest = cells
            bid_in_band, ask_in_band, bid_value, ask_value, excused, bid_up, ask_up = rest
            flags = [_FLAGS[flag] for flag in (bid_in_band, ask_in_band, excused, bid_up, ask_up)]
            values = [Decimal(bid_value), Decimal(ask_value)]
            times = int(start), int(end)
            if not 0 <= times[0] <= times[1] <= _LAST_TIME or not all(value.is_finite() for value in values):
                raise ValueError(line.data)  # noqa: TRY301  # as any other nonsense
            row = (*times, state, *flags[:2], *values, *flags[2:])
        except (ValueError, KeyError, InvalidOperation) as error:
            words = f"{where}: no row of a proof ({line.data[:80]!r})"
            if not salvage:
                raise DataError(words) from error
            note(f"passed over {words}")
        else:
            yield row
