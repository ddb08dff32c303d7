"""The order manager: every order of ours, where it stands, and what it may still do to us.

Each change of status goes through `model.orders.next_status`. Fills are idempotent on the trade id. Finished orders
are archived after a while; the archive is bounded and can still be asked.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from copy import copy

from mm_tui.core.explain import Explanation, Fate, explain
from mm_tui.model.events import BUY, SELL, OrderFilled, Side
from mm_tui.model.orders import Order, Status, Trigger, next_status
from mm_tui.model.twin import twin

ARCHIVE_LIMIT = 10_000
"""Archived orders kept in memory; the oldest goes first."""


class OrderManager:
    """Orders by id, side, status and price."""

    def __init__(self, archive_after_ns: int = 60_000_000_000) -> None:
        self._archive_after = archive_after_ns
        self._open: dict[str, Order] = {}
        self._done: OrderedDict[str, Order] = OrderedDict()
        self._archive: OrderedDict[str, Order] = OrderedDict()
        self._venue_ids: dict[str, str] = {}
        self._named: dict[str, str] = {}
        """The venue's id by ours, so that both are forgotten together."""
        self.doubtful = 0
        """How many of the open ones are in doubt."""
        self.fates: dict[str, Fate] = {}
        """The quotes that orders stand for, as the last comparison found them."""
        self.placed = self.amended = self.canceled = self.rejected = self.filled = self.partially_filled = 0

    def twin(self) -> "OrderManager":
        """The same open orders, to plan with; finished ones are shared, and must not be archived there."""
        opened = {name: copy(order) for name, order in self._open.items()}
        return twin(
            self, _open=opened, _done=self._done, _archive=self._archive, _venue_ids=self._venue_ids, _named=self._named
        )

    def add(self, order: Order) -> None:
        """Know an order that is about to leave."""
        self._open[order.order_id] = order
        self.placed += 1

    def get(self, order_id: str) -> Order | None:
        """An order by our client id, open, finished or archived."""
        return self._open.get(order_id) or self._done.get(order_id) or self._archive.get(order_id)

    def by_venue_id(self, venue_id: str) -> Order | None:
        """An order by the venue's own id."""
        order_id = self._venue_ids.get(venue_id)
        return self.get(order_id) if order_id is not None else None

    def explain(self, order_id: str) -> Explanation | None:
        """Why an order of ours stands where it stands and what became of it; None for one that is not known."""
        order = self.get(order_id)
        return None if order is None else explain(order, self.fates.get(order_id))

    @property
    def open(self) -> Iterable[Order]:
        """Orders that may still be filled, oldest first."""
        return self._open.values()

    @property
    def open_count(self) -> int:
        """How many of them there are."""
        return len(self._open)

    def query(
        self,
        *,
        side: Side | None = None,
        statuses: frozenset[Status] | None = None,
        low: int | None = None,
        high: int | None = None,
        archived: bool = False,
    ) -> Iterator[Order]:
        """Orders that fit every condition given; prices in ticks, bounds included."""
        pools = [self._open, self._done, self._archive] if archived else [self._open, self._done]
        for pool in pools:
            for order in pool.values():
                if (
                    (side is None or order.side is side)
                    and (statuses is None or order.status in statuses)
                    and (low is None or order.price >= low)
                    and (high is None or order.price <= high)
                ):
                    yield order

    @property
    def places(self) -> int:
        """How many of them may rest at once: one on its way out and the one that takes its place are one."""
        opened = self._open
        taken = {order.replaces for order in opened.values() if order.replaces in opened}
        return len(opened) - sum(opened[name].status is Status.PENDING_CANCEL for name in taken)

    def move(self, order: Order, trigger: Trigger, ts: int, reason: str = "") -> bool:
        """Move an order along its life; whether its status changed. Raises IllegalTransition, changing nothing."""
        before = order.status
        status = next_status(before, trigger)
        if status is before:
            return False
        order.status, order.updated = status, ts
        if reason:
            order.reason = reason
        self._count(before, status)
        if order.terminal:
            if self._open.pop(order.order_id, None) is not None:
                self._done[order.order_id] = order
        elif order.order_id not in self._open:
            self._done.pop(order.order_id, None)
            self._archive.pop(order.order_id, None)
            self._open[order.order_id] = order
        return True

    def fill(self, order: Order, fill: OrderFilled) -> bool:
        """Book a fill on its order; False where this trade was booked before. Raises as `move` does."""
        if fill.trade_id in order.trades:
            return False
        filled = order.filled + fill.quantity
        trigger = Trigger.FILL_REST if filled >= order.quantity else Trigger.FILL_PART
        self.move(order, trigger, fill.ts)
        order.seen = True
        if trigger is Trigger.FILL_PART and not order.filled:
            self.partially_filled += 1
        order.trades.add(fill.trade_id)
        order.filled, order.updated = filled, fill.ts
        return True

    def accepted(self, order: Order, venue_id: str, ts: int) -> bool:
        """The venue knows the order; whether its status changed."""
        if venue_id:
            self._venue_ids[venue_id] = order.order_id
            self._named[order.order_id] = venue_id
        order.seen = True
        return self.move(order, Trigger.ACCEPT, ts)

    def amend(self, order: Order, quantity: int, ts: int) -> bool:
        """The venue made the order smaller; whether its status changed. Nothing left of it: it is filled."""
        open_still = not order.terminal
        done = open_still and order.filled >= quantity
        changed = self.move(order, Trigger.FILL_REST if done else Trigger.AMENDED, ts)
        if open_still:
            order.quantity = max(min(quantity, order.quantity), order.filled)
        order.pending_quantity = 0
        order.amends += 1
        self.amended += 1
        return changed

    @property
    def archive_due(self) -> int | None:
        """When the oldest finished order is put away, ns; None while there is none."""
        for order in self._done.values():
            return order.updated + self._archive_after
        return None

    def archive(self, ts: int) -> None:
        """Put finished orders away that were finished long enough ago."""
        while self._done:
            order = next(iter(self._done.values()))
            if order.updated + self._archive_after > ts:
                return
            del self._done[order.order_id]
            self._archive[order.order_id] = order
            if len(self._archive) > ARCHIVE_LIMIT:
                gone, _ = self._archive.popitem(last=False)
                self._venue_ids.pop(self._named.pop(gone, ""), None)

    def reserved(self, side: Side) -> int:
        """What may still be filled on a side, lots: live, on its way, in doubt."""
        total = 0
        for order in self._open.values():
            if order.side is side:
                total += order.quantity - order.filled
        return total

    def leaving(self, side: Side) -> bool:
        """Whether an order of a side is on its way out or in doubt, so that room may come free by itself."""
        return any(
            order.side is side and order.status in (Status.PENDING_CANCEL, Status.UNKNOWN)
            for order in self._open.values()
        )

    def in_doubt(self, side: Side, level: int) -> str:
        """The order of a level that may rest without our knowing it; empty where there is none."""
        for order in self._open.values():
            if order.side is side and order.level == level and order.status is Status.UNKNOWN:
                return order.order_id
        return ""

    def unanswered(self, side: Side, price: int) -> str:
        """An order of ours that a price on this side would cross and that cannot be moved yet; empty where none is."""
        for order in self._open.values():
            if order.side is not side and order.status is Status.PENDING_NEW and side * (price - order.price) >= 0:
                return order.order_id
        return ""

    def reserved_value(self) -> int:
        """Quote that open bids may still use, ticks times lots."""
        total = 0
        for order in self._open.values():
            if order.side is BUY:
                total += order.price * (order.quantity - order.filled)
        return total

    def touch(self, side: Side, *, quotes: bool = False) -> int | None:
        """Best price of our open orders on a side that are not on their way out; of `quotes` alone, no flatten's."""
        best: int | None = None
        for order in self._open.values():
            if order.side is side and order.status is not Status.PENDING_CANCEL and not (quotes and order.level < 0):
                price = order.price
                if best is None or (price > best if side is BUY else price < best):
                    best = price
        return best

    def nearest_first(self, side: Side, statuses: frozenset[Status]) -> list[Order]:
        """Open quotes of a side in some statuses, the nearest to the touch first; a flatten is no quote."""
        sign = 1 if side is SELL else -1
        orders = [o for o in self._open.values() if o.side is side and o.level >= 0 and o.status in statuses]
        if len(orders) > 1:
            orders.sort(key=lambda order: (sign * order.price, order.created))
        return orders

    def _count(self, before: Status, after: Status) -> None:
        self.doubtful += (after is Status.UNKNOWN) - (before is Status.UNKNOWN)
        if after is Status.CANCELED:
            self.canceled += 1
        elif after is Status.REJECTED:
            self.rejected += 1
        elif after is Status.FILLED:
            self.filled += 1
            if before is Status.CANCELED:
                self.canceled -= 1
