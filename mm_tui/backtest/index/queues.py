"""A place in the queue that is brought up to date when somebody asks: at a trade that may reach it, not at each diff.

What the book displayed at the price meanwhile is told to the queue model as it would have heard it, less what says
nothing: a model that hears the same quantity again, no trade between, changes nothing.
"""

from bisect import bisect_left

from mm_tui.backtest.index.lookup import Lookup
from mm_tui.backtest.index.market import IndexedMarket
from mm_tui.model.events import Side
from mm_tui.sim.queue import Queue


class LateQueue:
    """A `sim.queue.Queue` of one order in a run by the index."""

    __slots__ = ("_at", "_lookup", "_market", "_price", "_queue", "_side", "_traded")

    def __init__(self, queue: Queue, lookup: Lookup, market: IndexedMarket, side: Side, price: int) -> None:
        """`queue` is up to date at the market's moment."""
        self._queue = queue
        self._lookup = lookup
        self._market = market
        self._side = lookup.side(side)
        self._price = price
        self._at = market.at
        self._traded = False
        """A trade was heard and no diff since."""

    @property
    def ahead(self) -> int | None:
        """Lots ahead; None while unknown."""
        self._catch_up(self._market.at)
        return self._queue.ahead

    def on_trade(self, quantity: int) -> int:
        """A trade at our price; what of it reaches us."""
        self._catch_up(self._market.at)
        self._traded = True
        return self._queue.on_trade(quantity)

    def on_through(self) -> None:
        """A trade through our price: nothing is ahead any more."""
        self._catch_up(self._market.at)
        self._queue.on_through()

    def on_displayed(self, quantity: int | None) -> None:
        """The diff just heard left so much for us there."""
        self._catch_up(self._market.at - 1)
        self._queue.on_displayed(quantity)
        self._at, self._traded = self._market.at, False

    def _catch_up(self, end: int) -> None:
        start = self._at
        if start >= end:
            return
        self._at = end
        queue, side, price = self._queue, self._side, self._price
        if not side.always(price):
            self._live_through(start, end)
            return
        if self._traded:
            diff = self._next_diff(start)
            if diff >= end:
                return
            queue.on_displayed(side.displayed(price, diff + 1))
            self._traded, start = False, diff + 1
        for quantity in side.changes(price, start, end):
            queue.on_displayed(quantity)

    def _next_diff(self, start: int) -> int:
        book_at = self._lookup.book_at
        place = bisect_left(book_at, start)
        return book_at[place] if place < len(book_at) else self._lookup.count

    def _live_through(self, start: int, end: int) -> None:
        """Hear every diff: the price is one of those that the book does not always know."""
        book_at, side, price = self._lookup.book_at, self._side, self._price
        for place in range(bisect_left(book_at, start), bisect_left(book_at, end)):
            self._queue.on_displayed(side.displayed(price, book_at[place] + 1))
