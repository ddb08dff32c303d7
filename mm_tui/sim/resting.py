"""Our orders in the venue's book, by price and time."""

import msgspec

from mm_tui.model.events import BUY, Side
from mm_tui.sim.queue import Queue

NO_BID = 0
NO_ASK = 1 << 62


class Resting(msgspec.Struct):
    """An order of ours in the venue's book."""

    order_id: str
    side: Side
    price: int
    quantity: int
    filled: int
    sequence: int
    queue: Queue
    amends: int = 0
    """How often it was made smaller by request."""

    @property
    def left(self) -> int:
        """What may still be filled, lots."""
        return self.quantity - self.filled


class OwnOrders:
    """All of them."""

    def __init__(self) -> None:
        self.by_id: dict[str, Resting] = {}
        self.highest_bid = NO_BID
        self.lowest_ask = NO_ASK
        self._sequence = 0

    def __len__(self) -> int:
        return len(self.by_id)

    def rest(self, order_id: str, side: Side, price: int, quantity: int, *, filled: int, queue: Queue) -> None:
        """An order takes its place, behind the older ones at its price."""
        self._sequence += 1
        self.by_id[order_id] = Resting(order_id, side, price, quantity, filled, self._sequence, queue)
        if side is BUY:
            self.highest_bid = max(self.highest_bid, price)
        else:
            self.lowest_ask = min(self.lowest_ask, price)

    def remove(self, order: Resting) -> None:
        """An order is gone."""
        del self.by_id[order.order_id]
        if order.price in (self.highest_bid, self.lowest_ask):
            self._touch()

    def priority(self, side: Side) -> list[Resting]:
        """The better price first, at one price the older order."""
        orders = [order for order in self.by_id.values() if order.side is side]
        if len(orders) > 1:
            orders.sort(key=lambda order: (-side * order.price, order.sequence))
        return orders

    def met_by(self, side: Side, limit: int) -> bool:
        """Whether an order on a side would meet one of ours at its limit or better."""
        return limit >= self.lowest_ask if side is BUY else limit <= self.highest_bid

    def reserved(self, side: Side, leaving: Resting | None = None) -> int:
        """Lots that may still be filled on a side, but for an order that goes."""
        total = 0
        for order in self.by_id.values():
            if order.side is side and order is not leaving:
                total += order.left
        return total

    def _touch(self) -> None:
        orders = self.by_id.values()
        self.highest_bid = max((order.price for order in orders if order.side is BUY), default=NO_BID)
        self.lowest_ask = min((order.price for order in orders if order.side is not BUY), default=NO_ASK)
