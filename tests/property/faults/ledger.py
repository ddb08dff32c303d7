"""A second bookkeeping: every order that left, what was heard of it, and every unique fill, exactly."""

from typing import Any

from mm_tui.model import events as ev
from mm_tui.model.account import MICRO
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, Side

LIFE = 6 * SECOND
"""A request that has not come by then never does."""
ANSWER = 5 * SECOND
"""An order without an answer for so long is in doubt."""
DOUBTFUL = frozenset({-1006, -1007, *range(500, 600)})
"""Answers after which an order may rest, or not."""


class Sent:
    """An order that left, by what was heard of it."""

    __slots__ = (
        "answered", "cancelled", "dead", "doubt", "filled", "immediate", "level", "name", "price", "quantity",
        "replaces", "side", "trades", "ts",
    )  # fmt: skip

    def __init__(self, ts: int, name: str, side: Side, price: int, quantity: int) -> None:
        self.ts, self.name, self.side, self.price, self.quantity = ts, name, side, price, quantity
        self.filled = 0
        self.level = 0
        self.replaces = self.dead = ""
        self.immediate = False
        self.answered = False
        self.doubt = False
        self.cancelled = False
        """A cancel left since it was last known to live."""
        self.trades: set[str] = set()

    @property
    def left(self) -> int:
        """Lots that may still be filled."""
        return self.quantity - self.filled


class Ledger:
    """Orders that may live, and the account."""

    def __init__(self, base: int, quote: int) -> None:
        self.sent: dict[str, Sent] = {}
        self.open: dict[str, Sent] = {}
        self.opening_base, self.opening_quote = base * MICRO, quote * MICRO
        self.base, self.quote = self.opening_base, self.opening_quote
        self.asset = self.asset_value = 0
        self.fills = 0
        self.late = self.revived = 0
        """Fills of orders believed cancelled, and believed refused."""
        self.overfilled = False
        self.risen = ""
        """One that was let go because the exchange did not know it, and that lives all the same."""
        self.told_by_query = 0
        """Fills that an answer to a query brought first."""
        self.completed: list[Sent] = []
        """The quotes that the last reply filled to their end."""

    @property
    def position(self) -> int:
        """Millionths of a lot."""
        return self.base - self.opening_base

    def pnl2(self, mid2: int) -> int:
        """Net of fees, millionths of a lot at a half tick."""
        return 2 * (self.quote - self.opening_quote - self.asset_value) + self.position * mid2

    def add(self, order: Sent) -> None:
        """An order leaves."""
        self.sent[order.name] = self.open[order.name] = order

    def hear(self, event: Any) -> None:  # noqa: C901 - one branch a kind
        """A reply came."""
        self.completed = []
        order = self.sent.get(event.order_id)
        if order is None:
            return
        kind = type(event)
        if kind is ev.OrderFilled:
            self._fill(order, event)
        elif kind is ev.OrderAccepted:
            order.answered = True
            order.doubt = False
            self._revive(order)
        elif kind is ev.OrderStatus:
            self._stand(order, event)
        elif kind is ev.QueryRejected:
            absent = event.code == -2013 and event.asked - order.ts >= LIFE
            if absent and not order.answered and not order.dead:
                self._end(order, "absent")
        elif kind is ev.OrderCanceled:
            self._end(order, "canceled")
        elif kind is ev.OrderRejected:
            if event.code in DOUBTFUL:
                order.doubt = order.doubt or not order.answered
            elif not order.answered and not order.filled:
                self._end(order, "rejected")
        elif kind is ev.OrderAmended:
            self._shrink(order, event.quantity)

    def _shrink(self, order: Sent, quantity: int) -> None:
        """It is smaller; its fills may have come before, so that nothing is left of it."""
        if order.dead:
            return
        order.quantity = max(order.filled, min(order.quantity, quantity))
        if not order.left:
            self._end(order, "filled")
            if order.level >= 0:
                self.completed.append(order)

    def _end(self, order: Sent, how: str) -> None:
        if not order.dead:
            order.dead = how
            del self.open[order.name]

    def _stand(self, order: Sent, event: ev.OrderStatus) -> None:
        """The answer to a query: fills that were missed, then where the order stood."""
        before = self.fills
        for fill in event.fills:
            self._fill(order, fill)
        self.told_by_query += self.fills - before
        if event.state != "live" and order.filled < event.filled:
            return
        self._shrink(order, event.quantity)
        if event.state == "live":
            order.answered, order.doubt = True, False
            self._revive(order)
        elif event.state == "canceled":
            self._end(order, "canceled")

    def _revive(self, order: Sent) -> None:
        """It lives; where it was believed refused it is back."""
        if order.dead == "absent":
            self.risen = order.name
        if order.dead not in ("rejected", "absent"):
            return
        self.revived += 1
        order.dead, order.cancelled = "", False
        self.open[order.name] = order

    def _fill(self, order: Sent, event: ev.OrderFilled) -> None:
        if event.trade_id in order.trades or event.quantity <= 0 or event.price <= 0:
            return
        order.trades.add(event.trade_id)
        self.fills += 1
        side, quantity = order.side, event.quantity
        self.base += side * quantity * MICRO
        self.quote -= side * quantity * event.price * MICRO
        if event.fee_asset:
            self.asset += event.fee_amount
            self.asset_value += event.fee
        elif event.fee_in_base:
            self.base -= event.fee
        else:
            self.quote -= event.fee
        self.late += order.dead == "canceled"
        order.answered, order.doubt = True, False  # what trades has come there
        order.filled += quantity
        if order.filled >= order.quantity:
            self.overfilled = self.overfilled or order.filled > order.quantity
            self._end(order, "filled")
            order.dead = "filled"
            if order.level >= 0 and not order.left:
                self.completed.append(order)
        else:
            self._revive(order)

    def reserved(self, side: Side) -> int:
        """Lots that may still be filled on a side."""
        total = 0
        for order in self.open.values():
            if order.side is side:
                total += order.quantity - order.filled
        return total

    def bid_value(self) -> int:
        """Ticks times lots that open bids may still use."""
        total = 0
        for order in self.open.values():
            if order.side is BUY:
                total += order.price * (order.quantity - order.filled)
        return total

    def lots_towards(self, side: Side) -> int:
        """The position counted along a side, whole lots; a fraction counts as a whole one there."""
        return -(-side * self.position // MICRO)
