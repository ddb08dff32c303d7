"""A histogram of times in ns that takes little room: eight buckets for each power of two."""

_SUB = 8
_BUCKETS = 64 * _SUB


class Histogram:
    """Counts; a percentile is the upper end of its bucket, at most an eighth too high."""

    __slots__ = ("_counts", "count", "largest")

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
        self.count = 0
        self.largest = 0

    def add(self, value: int) -> None:
        """Take a value; below 0 counts as 0."""
        value = max(value, 0)
        self._counts[_bucket(value)] += 1
        self.count += 1
        self.largest = max(self.largest, value)

    def percentile(self, share: float) -> int | None:
        """The value that this share does not exceed; None while empty."""
        if not self.count:
            return None
        left = share * self.count
        for index, count in enumerate(self._counts):
            left -= count
            if count and left <= 0:
                return min(_upper(index), self.largest)
        return self.largest

    def buckets(self) -> tuple[tuple[int, int, int], ...]:
        """`(least value, most, how many)` of each bucket that holds any, smallest first."""
        return tuple((_upper(index - 1) + 1, _upper(index), count) for index, count in enumerate(self._counts) if count)

    def summary(self, unit: int) -> dict[str, float | None]:
        """p50, p99 and max in units of so many ns; None while empty."""
        return {
            "p50": _in(self.percentile(0.5), unit),
            "p99": _in(self.percentile(0.99), unit),
            "max": _in(self.largest if self.count else None, unit),
        }


def _in(value: int | None, unit: int) -> float | None:
    return None if value is None else round(value / unit, 3)


def _bucket(value: int) -> int:
    if value < _SUB:
        return value
    shift = value.bit_length() - 4
    return min(_BUCKETS - 1, (shift + 1) * _SUB + (value >> shift) - _SUB)


def _upper(index: int) -> int:
    if index < _SUB:
        return index
    shift, rest = divmod(index - _SUB, _SUB)
    return ((rest + _SUB + 1) << shift) - 1
