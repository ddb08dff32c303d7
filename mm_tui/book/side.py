"""One side of a book: quantities by price, and the prices in order.

A dict and a sorted list with `bisect`; keys are signed so that the best price is always the last one, where a
list is cheap to change.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from mm_tui.model.events import Side


class BookSide:
    """Bids or asks; prices in ticks, quantities in lots."""

    __slots__ = ("keys", "levels", "sign")

    def __init__(self, side: Side) -> None:
        self.sign = int(side)
        self.levels: dict[int, int] = {}
        """Price to displayed quantity."""
        self.keys: list[int] = []
        """Price × sign, ascending: the best price stands last."""

    def __len__(self) -> int:
        return len(self.keys)

    def replace(self, levels: Iterable[tuple[int, int]]) -> None:
        """Forget everything and take these levels."""
        self.levels = {price: quantity for price, quantity in levels if quantity}
        sign = self.sign
        self.keys = sorted(price * sign for price in self.levels)

    def apply(self, updates: Iterable[tuple[int, int]]) -> None:
        """Absolute quantities at some prices; 0 removes, and removing an unknown level is normal."""
        levels, keys, sign = self.levels, self.keys, self.sign
        for price, quantity in updates:
            if quantity:
                if price not in levels:
                    insort(keys, price * sign)
                levels[price] = quantity
            elif price in levels:
                del levels[price]
                del keys[bisect_left(keys, price * sign)]

    def best(self) -> int:
        """The best price; 0 while the side is empty."""
        return self.keys[-1] * self.sign if self.keys else 0

    def covers(self, price: int) -> bool:
        """Whether the side is known at a price: beyond its worst level anything may stand."""
        return bool(self.keys) and price * self.sign >= self.keys[0]

    def displayed(self, price: int) -> int | None:
        """Quantity displayed at a price; None where it is not known."""
        quantity = self.levels.get(price)
        return 0 if quantity is None and self.covers(price) else quantity

    def top(self, count: int) -> list[tuple[int, int]]:
        """The best levels, best first."""
        levels, sign = self.levels, self.sign
        return [(key * sign, levels[key * sign]) for key in self.keys[: -count - 1 : -1]]

    def between(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """Levels with low ≤ price ≤ high, worst first."""
        levels, keys, sign = self.levels, self.keys, self.sign
        first, last = (low, high) if sign > 0 else (-high, -low)
        for index in range(bisect_left(keys, first), bisect_left(keys, last + 1)):
            price = keys[index] * sign
            yield price, levels[price]

    def walk(self, limit: int) -> Iterator[tuple[int, int]]:
        """Levels from the best one to the limit price, the limit included: what a taker would meet."""
        levels, sign = self.levels, self.sign
        bound = limit * sign
        for key in reversed(self.keys):
            if key < bound:
                return
            yield key * sign, levels[key * sign]
