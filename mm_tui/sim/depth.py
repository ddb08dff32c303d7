"""What is displayed, less what our own takers took of it: the recorded market does not know that it is gone.

- What a taker of ours took at a price is not there for us any more: not for the next taker, not for the question
  whether a post-only order would match, and not ahead of an order of ours that comes to that price.
- When the price is displayed with more, what was added is there: it was placed anew.
- When it is displayed with less, but more than is left, nothing changes: what we took stood in front, and went first.
- There is never more left than is displayed; a price that is removed, or no longer known, is forgotten.

So with p displayed before and d now, left ← min(d, left + max(0, d − p)).
"""

from collections.abc import Callable, Iterator

from mm_tui.book.book import Book
from mm_tui.book.side import BookSide
from mm_tui.model.events import BUY, Side


class SideDepth:
    """One side; prices in ticks, quantities in lots."""

    __slots__ = ("_side", "used")

    def __init__(self, side: BookSide) -> None:
        self._side = side
        self.used: dict[int, tuple[int, int]] = {}
        """Price to what was displayed there last and what of it is left, where we took some."""

    def displayed(self, price: int) -> int | None:
        """What is left at a price; None where the book is not known."""
        entry = self.used.get(price)
        return self._side.displayed(price) if entry is None else entry[1]

    def reader(self) -> Callable[[int], int | None]:
        """`displayed`, the shortest way while nothing was taken: it is asked for each order at each diff."""
        return self.displayed if self.used else self._side.displayed

    def walk(self, limit: int) -> Iterator[tuple[int, int]]:
        """Levels with something left, from the best one to the limit price."""
        for price, quantity in self._side.walk(limit):
            entry = self.used.get(price)
            left = quantity if entry is None else entry[1]
            if left:
                yield price, left

    def best(self) -> int:
        """The best price with something left; 0 where there is none."""
        side = self._side
        if not self.used:
            return side.best()
        for key in reversed(side.keys):
            price = key * side.sign
            entry = self.used.get(price)
            if entry is None or entry[1]:
                return price
        return 0

    def take(self, price: int, quantity: int) -> None:
        """A taker of ours took so much of what was left."""
        displayed = self._side.levels.get(price, 0)
        left = self.used[price][1] if price in self.used else displayed
        self.used[price] = displayed, left - quantity

    def renew(self) -> None:
        """The book was updated."""
        levels = self._side.levels
        for price in list(self.used):
            self.follow(price, levels.get(price, 0))

    def follow(self, price: int, now: int) -> None:
        """So much is displayed at a price now; nothing is to be done where nothing was taken."""
        entry = self.used.get(price)
        if entry is None:
            return
        before, left = entry
        fresh = min(now, left + max(0, now - before))
        if fresh < now:
            self.used[price] = now, fresh
        else:
            del self.used[price]


class Depth:
    """Both sides."""

    __slots__ = ("_asks", "_bids")

    def __init__(self, book: Book) -> None:
        self._bids = SideDepth(book.bids)
        self._asks = SideDepth(book.asks)

    @property
    def touched(self) -> bool:
        """Whether anything is missing that takers of ours took."""
        return bool(self._bids.used or self._asks.used)

    def of(self, side: Side) -> SideDepth:
        """The bids or the asks."""
        return self._bids if side is BUY else self._asks

    def renew(self) -> None:
        """The book was updated; costs nothing where nothing was taken."""
        if self._bids.used:
            self._bids.renew()
        if self._asks.used:
            self._asks.renew()
