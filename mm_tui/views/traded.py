"""What traded at each price lately, from the tape: the ladder's volume at price, and how fast a queue moves.

The time to fill of an order is what stands ahead of it ÷ the rate at which the other side traded at its price or
through it, over the window. A price a few basis points off the touch has hardly ever a trade of exactly its tick; but
whatever traded through it would have had to take the queue there first. And it is never less than the time since such
a trade came last: the front of a queue that the market has not come to for a minute is not filled in no time.

Read at the frame rate, so that a tick pays nothing for it.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from mm_tui.book.tape import Tape
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL, Side

WINDOW_S = 300
"""How far back it looks."""
SURE_S = 5
"""Seconds of tape before which a rate says nothing."""
REACH_EVERY = SECOND
"""How old what is known of a price and all beyond it may be, ns."""
_SHIFT = 8
"""Bits of a price, in ticks, within which trades are summed: to look beyond a price takes a few dozen sums."""
_MOST_ASKED = 256
"""Prices of which it is remembered what reached them."""
QueueAhead = Callable[[str], int | None]
"""The venue's estimate of what stands before an order by its id, lots; None where it is not known."""


def unknown_queue(_order_id: str) -> int | None:
    """A venue that does not say."""
    return None


class _Reached(NamedTuple):
    """What traded against one side's orders at a price or through it."""

    worked_out: int
    """When, ns."""
    lots: int
    last: int
    """When the latest of these trades came, ns; 0 where there was none."""


class TradedAtPrice:
    """Lots bought and sold by aggressors at each price over the window."""

    def __init__(self, tape: Tape, window_s: int = WINDOW_S) -> None:
        self._tape = tape
        self._window = window_s * SECOND
        self._taken = 0
        """Trades of the tape that were looked at."""
        self._since: int | None = None
        """From when on no trade was missed, ns."""
        self._trades: deque[tuple[int, int, int]] = deque()
        """`(ts, price, lots)`, sold ones negative, oldest first."""
        self.bought: dict[int, int] = {}
        """Price in ticks to lots; only prices where something traded."""
        self.sold: dict[int, int] = {}
        self._last: dict[Side, dict[int, int]] = {BUY: {}, SELL: {}}
        """When a taker's side traded last at a price, ns."""
        self._sums: dict[Side, dict[int, list[int]]] = {BUY: {}, SELL: {}}
        """Lots by a taker's side within so many ticks, and when it traded there last, ns."""
        self._asked: dict[tuple[Side, int], _Reached] = {}

    def refresh(self, ts: int) -> None:
        """Take what is new on the tape, and let go of what is older than the window."""
        prints, fresh = self._tape.prints, self._tape.count - self._taken
        if self._since is None:
            self._since = ts
        if fresh > len(prints):  # more came than the tape keeps: what it lost is not known
            self._forget(prints[0].trade.ts if prints else ts)
            fresh = len(prints)
        if fresh:
            self._taken = self._tape.count
            for index in range(len(prints) - fresh, len(prints)):
                trade = prints[index].trade
                self._trades.append((trade.ts, trade.price, trade.quantity * trade.side))
                side = self.bought if trade.side is BUY else self.sold
                side[trade.price] = side.get(trade.price, 0) + trade.quantity
                self._last[trade.side][trade.price] = trade.ts
                total = self._sums[trade.side].setdefault(trade.price >> _SHIFT, [0, 0])
                total[0] += trade.quantity
                total[1] = trade.ts
        self._expire(ts - self._window)

    def rate(self, side: Side, price: int, ts: int) -> float | None:
        """Lots a second that traded against orders of a side at a price or through it; None where nothing did.

        None too where the tape was not watched for long enough.
        """
        seen = 0 if self._since is None else min(ts - self._since, self._window)
        lots = self._reached(side, price, ts).lots if seen >= SURE_S * SECOND else 0
        return lots * SECOND / seen if lots else None

    def eta_s(self, side: Side, price: int, ahead: int | None, ts: int) -> int | None:
        """Seconds until what stands ahead has traded at that rate, rounded up; None where that is unknown.

        At least the time since the last trade that reached the price.
        """
        rate = None if ahead is None else self.rate(side, price, ts)
        if rate is None or ahead is None:
            return None
        return max(-int(-ahead // rate), (ts - self._reached(side, price, ts).last) // SECOND)

    def _reached(self, side: Side, price: int, ts: int) -> _Reached:
        """What traded against a side at a price or through it."""
        known = self._asked.get((side, price))
        if known is None or not 0 <= ts - known.worked_out < REACH_EVERY:
            if len(self._asked) >= _MOST_ASKED:
                self._asked.clear()
            known = self._asked[side, price] = self._look(side, price, ts)
        return known

    def _look(self, side: Side, price: int, ts: int) -> _Reached:
        """Whole sums beyond the price's own, and in that one tick by tick."""
        taker, traded = (SELL, self.sold) if side is BUY else (BUY, self.bought)
        own, latest = price >> _SHIFT, self._last[taker]
        lots = last = 0
        for place, (some, when) in self._sums[taker].items():
            if (own - place) * side > 0:
                lots += some
                last = max(last, when)
        first, end = own << _SHIFT, (own + 1) << _SHIFT
        for tick in range(first, price + 1) if side is BUY else range(price, end):
            some = traded.get(tick, 0)
            if some:
                lots += some
                last = max(last, latest[tick])
        return _Reached(ts, lots, last)

    def _forget(self, since: int) -> None:
        self._trades.clear()
        self.bought.clear()
        self.sold.clear()
        for side in (BUY, SELL):
            self._last[side].clear()
            self._sums[side].clear()
        self._asked.clear()
        self._since = since

    def _expire(self, oldest: int) -> None:
        trades = self._trades
        if not trades or trades[0][0] >= oldest:
            return
        while trades and trades[0][0] < oldest:
            _, price, lots = trades.popleft()
            side, gone, taker = (self.bought, lots, BUY) if lots > 0 else (self.sold, -lots, SELL)
            left = side[price] - gone
            if left:
                side[price] = left
            else:
                del side[price], self._last[taker][price]
            total = self._sums[taker][price >> _SHIFT]
            total[0] -= gone
            if not total[0]:
                del self._sums[taker][price >> _SHIFT]
