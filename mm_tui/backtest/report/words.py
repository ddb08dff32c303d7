"""How axes are labelled, and how words of others are shown."""

from datetime import UTC, datetime
from html import escape
from math import floor, log10
from typing import Final

from mm_tui.backtest.tables import signed
from mm_tui.model.clock import SECOND, time_of_day

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_STEPS: Final = (
    1, 2, 5, 10, 15, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR,
    3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY,
)  # fmt: skip
_LABELS: Final = 9
_STRANGE: Final = "\N{REPLACEMENT CHARACTER}"


def printable(words: str) -> str:
    """Words of others without what would steer a terminal or turn the direction of reading."""
    return "".join(letter if letter.isprintable() else _STRANGE for letter in words)


def safe(words: str) -> str:
    """Words of anyone's as text of a page, or of an attribute in quotes."""
    return escape(printable(words))


def clock_ticks(start: int, end: int) -> list[tuple[float, str]]:
    """`(share of the span, words)` of round times of day, UTC; at midnight the date."""
    if end <= start:
        return []
    wanted = (end - start) / SECOND / _LABELS
    step = next((step for step in _STEPS if step >= wanted), 0) or _DAY * (1 + int(wanted // _DAY))
    first = -(-start // (step * SECOND)) * step
    return [
        ((second * SECOND - start) / (end - start), _clock(second, step))
        for second in range(first, end // SECOND + 1, step)
    ]


def digits(low: float, high: float) -> int:
    """Digits after the point that tell values of a range apart on an axis."""
    wide = high - low
    return max(0, 1 - floor(log10(wide))) if wide > 0 else 2


def fixed(value: float, places: int, *, plus: bool = False) -> str:
    """A number with so many digits, grouped; zero has no sign."""
    text = f"{value:{'+' if plus else ''},.{places}f}"
    return signed(text) if text.strip("+-0.,") else f"{0:.{places}f}"


def _clock(second: int, step: int) -> str:
    if second % _DAY == 0 and step >= _HOUR:
        return f"{datetime.fromtimestamp(second, UTC):%m-%d}"
    words = time_of_day(second * SECOND)
    return words if step < _MINUTE else words[:5]
