"""A second count of orders, balances, messages and limits, which asserts on every command that leaves the core."""

from collections import Counter, deque
from typing import Any

import msgspec
from pure_desk import SECOND

from mm_tui.model import commands as cmd
from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.risk.limits import Limits


class Known(msgspec.Struct):
    """An order as the observer knows it."""

    side: Side
    price: int
    quantity: int
    filled: int = 0
    leaving: bool = False
    replaced: bool = False

    @property
    def left(self) -> int:
        return self.quantity - self.filled


class Observer:
    """Counts by itself and asserts on every command that leaves."""

    def __init__(self, base: int, quote: int, limits: Limits) -> None:
        """What the account opens with, lots and quote units, and what holds at first."""
        self.opening = base * MICRO
        self.orders: dict[str, Known] = {}
        self.gone: dict[str, Known] = {}
        self.base, self.quote = base * MICRO, quote * MICRO
        self.mid2 = 0
        self.limits = limits
        self.sent: deque[int] = deque()
        self.days: Counter[int] = Counter()
        self.halted = self.flattening = self.reduce_only = False
        self.state = "starting"
        self.seen: Counter[str] = Counter()

    @property
    def position(self) -> int:
        """Millionths of a lot."""
        return self.base - self.opening

    def reserved(self, side: Side) -> int:
        return sum(one.left for one in self.orders.values() if one.side is side)

    def saw(self, command: Any) -> None:
        """A command left."""
        if isinstance(command, cmd.CancelAll):
            for one in self.orders.values():
                one.leaving = True
        elif isinstance(command, cmd.CancelOrder):
            if command.order_id in self.orders:
                self.orders[command.order_id].leaving = True
        elif isinstance(command, cmd.QueryOrder):
            assert command.order_id in self.orders
        elif isinstance(command, cmd.AmendOrder):
            order = self.orders[command.order_id]
            assert command.quantity < order.quantity
            self.message(command, reducing=True)
        else:
            self.new(command)

    def message(self, command: Any, *, reducing: bool) -> None:
        """Halts, the rate and the day's messages, by the clock of the commands."""
        ts, limits = command.ts, self.limits
        own = getattr(command, "reduce_only", False)
        assert own or not self.halted
        self.sent.append(ts)
        while self.sent[0] <= ts - SECOND:
            self.sent.popleft()
        day = ts // (86_400 * SECOND)
        self.days[day] += 1
        if own:
            return
        assert len(self.sent) <= limits.max_orders_per_s
        if limits.max_messages_per_day:
            share = 1.0 if reducing else 0.8
            assert self.days[day] <= share * limits.max_messages_per_day

    def new(self, command: Any) -> None:
        """An order left: nothing of it may be over a limit, whatever becomes of the others."""
        side, price, quantity, limits = command.side, command.price, command.quantity, self.limits
        assert price > 0
        assert quantity > 0
        assert quantity <= round(limits.max_order_quantity * 100_000)
        assert price * quantity <= round(limits.max_order_value * 10_000_000)
        assert abs(2 * price - self.mid2) * 10_000 <= limits.price_collar_bps * self.mid2
        for one in self.orders.values():
            if one.side is not side and not one.leaving and not one.replaced:
                assert (one.price - price) * side > 0, "own cross"
        own = getattr(command, "reduce_only", False)
        name = getattr(command, "new_order_id", command.order_id)
        assert name not in self.orders
        assert name not in self.gone
        if isinstance(command, cmd.ReplaceOrder):
            self.orders[command.order_id].replaced = True
        self.orders[name] = Known(side, price, quantity)
        worst = side * self.position + self.reserved(side) * MICRO
        self.message(command, reducing=worst <= 0)
        staying = [one for one in self.orders.values() if not one.replaced]
        if own:
            assert self.flattening
            assert worst <= 0
        else:
            assert worst <= round(limits.max_position * 100_000) * MICRO
            assert len(staying) <= limits.max_open_orders
        if self.reduce_only or self.state == "reduce-only":
            assert worst <= 0, "not reducing"
            self.seen["reducing"] += 1
        if side is BUY:
            assert sum(one.price * one.left for one in staying if one.side is BUY) * MICRO <= self.quote
        else:
            assert sum(one.left for one in staying if one.side is SELL) * MICRO <= self.base
        self.seen["orders"] += 1

    def filled(self, name: str, quantity: int, price: int, fee: int) -> None:
        """A fill is about to be told, for the first time."""
        order = self.orders.get(name) or self.gone[name]
        order.filled += quantity
        self.base += order.side * quantity * MICRO - (fee if order.side is BUY else 0)
        self.quote -= order.side * quantity * price * MICRO + (fee if order.side is SELL else 0)
        if order.left <= 0:
            self.end(name)
        self.seen["fills"] += 1

    def end(self, name: str) -> None:
        """An order is gone."""
        if name in self.orders:
            self.gone[name] = self.orders.pop(name)
