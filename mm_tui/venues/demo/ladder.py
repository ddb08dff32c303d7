"""The embedded exchange's own order book: sizes by price, the best at hand, and what changed since the last diff."""

from bisect import bisect_left, insort

from msgspec import Struct


class Level(Struct, frozen=True, gc=False, array_like=True):
    """The whole size that rests at a price."""

    price: int
    """Ticks."""
    lots: int
    """Whole steps; 0 says that the level is gone."""


class Side:
    """One side of the book; prices in ticks, sizes in lots.

    Prices are kept sorted with the best first: asks as they are, bids negated, so that one bisection serves both.
    """

    __slots__ = ("changed", "keys", "lots", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        """+1 for asks, -1 for bids: how a price becomes a key that sorts the best first."""
        self.keys: list[int] = []
        self.lots: dict[int, int] = {}
        self.changed: set[int] = set()
        """Prices whose size changed since the last diff."""

    @property
    def best(self) -> int:
        """The best price, ticks; raises IndexError on an empty side."""
        return self.keys[0] * self.sign

    @property
    def best_lots(self) -> int:
        """The size at the best price."""
        return self.lots[self.keys[0] * self.sign]

    def set(self, price: int, lots: int) -> None:
        """Put the whole size of a level; 0 removes it."""
        if lots == 0:
            del self.lots[price]
            del self.keys[bisect_left(self.keys, price * self.sign)]
        else:
            if price not in self.lots:
                insort(self.keys, price * self.sign)
            self.lots[price] = lots
        self.changed.add(price)

    @property
    def worst(self) -> int:
        """The worst price, ticks; raises IndexError on an empty side."""
        return self.keys[-1] * self.sign

    def place(self, price: int) -> int:
        """How many levels are better than the price."""
        return bisect_left(self.keys, price * self.sign)

    def top(self, depth: int) -> list[Level]:
        """The best levels, best first."""
        return [Level(key * self.sign, self.lots[key * self.sign]) for key in self.keys[:depth]]

    def take_changes(self) -> list[Level]:
        """The changed levels with the sizes that they have now, best first; forgets them."""
        changes = [Level(price, self.lots.get(price, 0)) for price in sorted(self.changed, key=self._key)]
        self.changed.clear()
        return changes

    def _key(self, price: int) -> int:
        return price * self.sign


class Ladder:
    """Both sides, and the update id that each change of a level moves on by one."""

    __slots__ = ("asks", "bids", "update_id")

    def __init__(self, update_id: int) -> None:
        self.bids = Side(-1)
        self.asks = Side(1)
        self.update_id = update_id

    def set(self, side: Side, price: int, lots: int) -> None:
        """Change one level and give the change its id."""
        side.set(price, lots)
        self.update_id += 1

    @property
    def spread(self) -> int:
        """Ticks between the best prices."""
        return self.asks.best - self.bids.best

    @property
    def mid(self) -> float:
        """The mid, ticks."""
        return (self.asks.best + self.bids.best) / 2
