"""Spans of time in ns, and times for people, made without asking any clock."""

from functools import lru_cache

MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
"""A UTC day has no leap second here, as in the epoch's own count."""

_DAY_S = 86_400


@lru_cache(maxsize=1024)
def _of_second(second: int) -> str:
    minutes, seconds = divmod(second % _DAY_S, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}"


def time_of_day(ts: int) -> str:
    """UTC time of day of nanoseconds since the epoch, `14:02:11`."""
    return _of_second(ts // SECOND)
