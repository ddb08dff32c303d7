"""Times for people, made without asking any clock."""

from functools import lru_cache

_DAY = 86_400
_SECOND = 1_000_000_000


@lru_cache(maxsize=1024)
def _of_second(second: int) -> str:
    minutes, seconds = divmod(second % _DAY, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}"


def time_of_day(ts: int) -> str:
    """UTC time of day of nanoseconds since the epoch, `14:02:11`."""
    return _of_second(ts // _SECOND)
