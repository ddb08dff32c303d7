"""A book that believes the newest row: a level that crosses the other side moves that side's best out of the way.

The desk's own book takes a diff as a whole and is never crossed. The hindsight scheduler goes row by row, as
hftbacktest's HashMapMarketDepth does, and amid a diff the new bid may stand above the old ask: then the best ask is the
next displayed above that bid. What it passed over stays displayed until a row removes it, but is best no more.
"""

from typing import Final

NO_BID: Final = -(1 << 63)
"""Best bid, ticks, where there is none."""
NO_ASK: Final = (1 << 63) - 1
"""Best ask, ticks, where there is none."""


class LastWordBook:
    """Both sides by price in ticks, quantities in base; `half_lot` and less is nothing."""

    __slots__ = ("asks", "best_ask", "best_bid", "bids", "half_lot", "highest_ask", "lowest_bid")

    def __init__(self, step: float) -> None:
        self.bids: dict[int, float] = {}
        self.asks: dict[int, float] = {}
        self.best_bid = NO_BID
        self.best_ask = NO_ASK
        self.lowest_bid = NO_ASK
        """No bid below is looked for."""
        self.highest_ask = NO_BID
        """No ask above is looked for."""
        self.half_lot = step / 2

    def on_bid(self, price: int, quantity: float) -> float:
        """Display so much at the bid; what was displayed before."""
        before = self.bids.get(price, 0.0)
        if quantity < self.half_lot:
            self.bids.pop(price, None)
            if price == self.best_bid:
                self.best_bid = self._bid_below(price)
                if self.best_bid == NO_BID:
                    self.lowest_bid = NO_ASK
            return before
        self.bids[price] = quantity
        if price > self.best_bid:
            self.best_bid = price
            if price >= self.best_ask:
                self.best_ask = self._ask_above(price)
        self.lowest_bid = min(self.lowest_bid, price)
        return before

    def on_ask(self, price: int, quantity: float) -> float:
        """Display so much at the ask; what was displayed before."""
        before = self.asks.get(price, 0.0)
        if quantity < self.half_lot:
            self.asks.pop(price, None)
            if price == self.best_ask:
                self.best_ask = self._ask_above(price)
                if self.best_ask == NO_ASK:
                    self.highest_ask = NO_BID
            return before
        self.asks[price] = quantity
        if price < self.best_ask:
            self.best_ask = price
            if price <= self.best_bid:
                self.best_bid = self._bid_below(price)
        self.highest_ask = max(self.highest_ask, price)
        return before

    def _bid_below(self, price: int) -> int:
        lowest = self.lowest_bid
        return max((bid for bid in self.bids if lowest <= bid < price), default=NO_BID)

    def _ask_above(self, price: int) -> int:
        highest = self.highest_ask
        return min((ask for ask in self.asks if price < ask <= highest), default=NO_ASK)
