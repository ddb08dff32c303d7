"""Moments of a recording as people write them: `14:02:10`, `14:02`, `+90s`, `-1h30m`, `40%`, `2024-08-08T23:55:00`."""

import re
from datetime import UTC, datetime
from typing import Final

from mm_tui.errors import UsageError
from mm_tui.model.clock import DAY, SECOND

_UNITS: Final = {"ms": SECOND // 1000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND}
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?Z?")
_RELATIVE: Final = re.compile(r"([+-])(?:(\d+(?:\.\d+)?)|((?:\d+(?:\.\d+)?(?:ms|s|m|h))+))")
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SHARE: Final = re.compile(r"(\d+(?:\.\d+)?)%")
_HOURS, _SIXTY, _WHOLE = 24, 60, 100.0


def moment(text: str, now: int, start: int, end: int) -> int:
    """The time that is meant, ns since 1970, UTC; raises UsageError with what can be written.

    `+` and `-` count from `now`, a share is one of the way from `start` to `end`, and a time of day is the first one
    that is not before `start`.
    """
    text = text.strip()
    found = _clock(text, start)
    if found is None:
        found = _relative(text, now)
    if found is None:
        found = _share(text, start, end)
    if found is None:
        found = _date(text)
    if found is None:
        raise UsageError(
            f"{text!r} is no moment; write a UTC time of day (14:02:10), a step (+90s, -2m, +1h30m) or a share (40%)"
        )
    return found


def _clock(text: str, start: int) -> int | None:
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    if hours >= _HOURS or minutes >= _SIXTY or seconds >= _SIXTY:
        return None
    fraction = int((match[4] or ".")[1:].ljust(9, "0"))
    of_day = ((hours * 60 + minutes) * 60 + seconds) * SECOND + fraction
    found = start - start % DAY + of_day
    precision = SECOND if match[3] else 60 * SECOND
    return found if found + precision > start else found + DAY


def _relative(text: str, now: int) -> int | None:
    match = _RELATIVE.fullmatch(text)
    if match is None:
        return None
    parts = [(match[2], "s")] if match[2] else _PART.findall(match[3])
    span = sum(round(float(number) * _UNITS[unit]) for number, unit in parts)
    return now + span if match[1] == "+" else now - span


def _share(text: str, start: int, end: int) -> int | None:
    match = _SHARE.fullmatch(text)
    if match is None or float(match[1]) > _WHOLE:
        return None
    return start + round((end - start) * float(match[1]) / _WHOLE)


def _date(text: str) -> int | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return int(found.timestamp()) * SECOND + found.microsecond * 1000
