"""How numbers, times and bars are written: fixed widths, grouped thousands, a true minus, "–" for the unknown.

Pure and cached, because the screen writes the same prices again and again. Nothing here rounds a price: whole ticks
and lots are written digit by digit.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from math import isfinite

from mm_tui.model.clock import time_of_day

UNKNOWN = "–"
"""What cannot be known."""
MINUS = "−"
"""As wide as the plus sign, unlike a hyphen."""
EIGHTHS = " ▏▎▍▌▋▊▉█"
"""A cell filled from the left by 0 to 8 eighths."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_TENTHS_BELOW = 10.0


@lru_cache(maxsize=64)
def unit_of(step: Decimal) -> tuple[int, int]:
    """A tick or step as (whole number, digits after the point): 0.25 is (25, 2), 10 is (10, 0)."""
    _, digits, exponent = step.normalize().as_tuple()
    places = max(0, -int(exponent))
    return int("".join(map(str, digits))) * 10 ** max(0, int(exponent)), places


@lru_cache(maxsize=16_384)
def steps(count: int, step: Decimal) -> str:
    """So many ticks or lots, exactly: `steps(6183763, Decimal("0.01"))` is `61,837.63`."""
    unit, places = unit_of(step)
    return grouped(count * unit, places)


def grouped(number: int, places: int) -> str:
    """An integer with its last `places` digits behind the point, thousands grouped."""
    sign = MINUS if number < 0 else ""
    if not places:
        return f"{sign}{abs(number):,}"
    whole, part = divmod(abs(number), 10**places)
    return f"{sign}{whole:,}.{str(part).zfill(places)}"


def lots(count: int, step: Decimal, places: int) -> str:
    """A quantity cut to so many digits after the point, for columns that are narrower than the step.

    What is too small for them is written as `<` and the smallest they can hold, never as zero.
    """
    unit, exact = unit_of(step)
    if places >= exact:
        return steps(count, step)
    kept = abs(count * unit) // 10 ** (exact - places)
    if count and not kept:
        return "<" + grouped(1, places)
    return grouped(kept if count >= 0 else -kept, places)


@lru_cache(maxsize=8192)
def number(value: Decimal | float | None, places: int, *, signed: bool = False) -> str:
    """A decimal or float rounded half-even for display; `signed` writes the plus too. A rounded zero has no minus."""
    if value is None or not isfinite(value):
        return UNKNOWN
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    scaled = int(exact.scaleb(places).to_integral_value(ROUND_HALF_EVEN))
    text = grouped(scaled, places)
    return f"+{text}" if signed and scaled > 0 else text


def bps(value: float | None) -> str:
    """A signed distance, `+3.3`."""
    return number(value, 1, signed=True)


def percent(share: float | None, places: int = 0) -> str:
    """A share of one as a percentage, `21 %`; beyond 999 it says so."""
    if share is None or not isfinite(share):
        return f"{UNKNOWN} %"
    if abs(share) >= _TENTHS_BELOW:
        return ">999 %" if share > 0 else f"<{MINUS}999 %"
    return number(share * 100, places) + " %"


def percents(value: float | None, places: int = 2) -> str:
    """A value that is a percentage already, `99.94 %`."""
    return number(value, places) + " %"


@lru_cache(maxsize=1024)
def duration(seconds: int | None) -> str:
    """At most four cells: `12 s`, `59 m`, `23 h`, `99 d`."""
    if seconds is None:
        return UNKNOWN
    left = max(0, seconds)
    for size, letter in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m")):
        if left >= size:
            return f"{min(left // size, 99)} {letter}"
    return f"{left} s"


@lru_cache(maxsize=4096)
def milliseconds(value: float | None) -> str:
    """At most six cells: `0.3 ms`, `84 ms`, `1.2 s`, `12 s`, `3 m`."""
    if value is None or not isfinite(value):
        return UNKNOWN
    if round(value, 1) < _TENTHS_BELOW and value != int(value):
        return number(value, 1) + " ms"
    if round(value) < 1000:  # noqa: PLR2004 - a second
        return f"{round(value)} ms"
    seconds = value / 1000
    return number(seconds, 1) + " s" if round(seconds, 1) < _TENTHS_BELOW else duration(int(seconds + 0.05))


def clock(ts: int) -> str:
    """UTC time of day of nanoseconds since the epoch, `14:02:11`."""
    return time_of_day(ts)


def counted(count: int, word: str) -> str:
    """`1 order`, `2 orders`."""
    return f"{count:,} {word}{'s' if count != 1 else ''}"


@lru_cache(maxsize=1024)
def compact(value: float | None) -> str:
    """A float in at most six cells with three digits that matter: `0.012`, `3.14`, `1,204`, `12.3k`."""
    if value is None or not isfinite(value):
        return UNKNOWN
    size = abs(value)
    for bound, divisor, places, letter in (
        (1, 1, 3, ""),
        (10, 1, 2, ""),
        (100, 1, 1, ""),
        (10_000, 1, 0, ""),
        (1_000_000, 1e3, 1 if size < 100_000 else 0, "k"),  # noqa: PLR2004 - keeps three digits
        (1_000_000_000, 1e6, 1 if size < 100_000_000 else 0, "M"),  # noqa: PLR2004 - likewise
    ):
        if size < bound:
            return number(value / divisor, places) + letter
    return f"{value:.0e}".replace("-", MINUS).replace("e+", "e")


def eighths(share: float | None, width: int) -> int:
    """How many eighths of `width` cells a share fills; anything above zero shows at least one."""
    if share is None or not isfinite(share) or share <= 0 or width <= 0:
        return 0
    return min(8 * width, max(1, round(8 * width * share)))


@lru_cache(maxsize=4096)
def bar(filled: int, width: int) -> str:
    """A bar of so many eighths that grows from the left, padded to its width."""
    whole, part = divmod(min(max(0, filled), 8 * width), 8)
    return ("█" * whole + (EIGHTHS[part] if part else "")).ljust(width)


@lru_cache(maxsize=4096)
def bar_from_right(filled: int, width: int) -> tuple[str, str, str]:
    """A bar that grows from the right: (blank, the partly filled cell to be drawn in reverse, full cells).

    There are no blocks that fill a cell from the right; a block of the missing eighths in reverse video does.
    """
    whole, part = divmod(min(max(0, filled), 8 * width), 8)
    edge = EIGHTHS[8 - part] if part else ""
    return " " * (width - whole - len(edge)), edge, "█" * whole


def clip(text: str, width: int) -> str:
    """Text cut to a width, with an ellipsis where something is missing."""
    if len(text) <= width:
        return text
    return text[: width - 1] + "…" if width > 0 else ""
