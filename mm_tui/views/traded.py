"""What traded at each price lately, from the tape: the ladder's volume at price, and how fast a queue moves.

Read at the frame rate, so that a tick pays nothing for it.
"""

from collections import deque
from collections.abc import Callable

from mm_tui.book.tape import Tape
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, Side

WINDOW_S = 300
"""How far back it looks."""
SURE_S = 5
"""Seconds of tape before which a rate says nothing."""
QueueAhead = Callable[[str], int | None]
"""The venue's estimate of what stands before an order by its id, lots; None where it is not known."""


def unknown_queue(_order_id: str) -> int | None:
    """A venue that does not say."""
    return None


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
        self._expire(ts - self._window)

    def rate(self, side: Side, price: int, ts: int) -> float | None:
        """Lots a second that traded against orders of a side at a price; None where nothing did, or not seen enough."""
        traded = (self.sold if side is BUY else self.bought).get(price, 0)
        seen = 0 if self._since is None else min(ts - self._since, self._window)
        return traded * SECOND / seen if traded and seen >= SURE_S * SECOND else None

    def eta_s(self, side: Side, price: int, ahead: int | None, ts: int) -> int | None:
        """Seconds until what stands ahead has traded at the rate of late, rounded up; None where that is unknown."""
        rate = None if ahead is None else self.rate(side, price, ts)
        return None if rate is None or ahead is None else -int(-ahead // rate)

    def _forget(self, since: int) -> None:
        self._trades.clear()
        self.bought.clear()
        self.sold.clear()
        self._since = since

    def _expire(self, oldest: int) -> None:
        trades = self._trades
        if not trades or trades[0][0] >= oldest:
            return
        while trades and trades[0][0] < oldest:
            _, price, lots = trades.popleft()
            side, gone = (self.bought, lots) if lots > 0 else (self.sold, -lots)
            left = side[price] - gone
            if left:
                side[price] = left
            else:
                del side[price]
