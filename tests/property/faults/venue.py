"""An exchange for our orders that does its worst.

It loses requests and answers, is late, changes the order of its reports, says things twice, fills what was cancelled,
answers a question long after it was put, or without all fills, bans; and once it is honest, tells all that it still
owes.

What it says of fills is true in the end, so that the account can be held against its own to the last digit.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from faults.setup import Setup
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.account import MICRO
from mm_tui.model.clock import MILLISECOND as MS
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, Side

WINDOW = 5 * SECOND
"""A placement that reaches it later than so is refused: nothing brings an order any more by then."""

Later = Callable[[int, Callable[[int], Any]], None]
"""Have something made at a time: an event for the desk, or None."""


class Resting:
    """An order as the exchange has it."""

    __slots__ = ("filled", "fills", "name", "open", "price", "quantity", "refused", "side")

    def __init__(self, name: str, side: Side, price: int, quantity: int) -> None:
        self.name, self.side, self.price, self.quantity = name, side, price, quantity
        self.filled = 0
        self.fills: list[ev.OrderFilled] = []
        self.open = True
        self.refused = False
        """It never lived."""


class Venue:
    """Takes commands at once or later, and answers in its own way."""

    def __init__(self, setup: Setup, dice: Random, later: Later) -> None:
        self.orders: dict[str, Resting] = {}
        """All that ever reached it."""
        self.live: dict[str, Resting] = {}
        self.base, self.quote = setup.opening.base * MICRO, setup.opening.quote * MICRO
        self.honest = False
        self.dead_until = 0
        """Nothing reaches it and it says nothing, ns."""
        self._dice = dice
        self._random = dice.random
        self._later = later
        self._maker = round(setup.config.maker_fee_bps * 100)
        self._asset = dice.random() < 0.2
        self._mood = dice.choice((0.02, 0.1, 0.3))
        """Share of its doings that go wrong."""
        self._trades = 0

    # -- requests

    def take(self, command: Any, now: int) -> None:
        """A command left the desk."""
        dice = self._random
        if self.honest:
            self._later(now + 5 * MS, lambda ts: self._arrive(command, ts))
            return
        wrong = dice()
        if now < self.dead_until:
            wrong = 0.0 if wrong < 0.5 else wrong
        due = now + int((1 + 20 * dice()) * MS)
        if wrong < self._mood:
            kind = dice()
            if kind < 0.3:
                return  # lost on its way
            if kind < 0.5:
                self._doubtful(command, now, reached=dice() < 0.5)
                return
            if kind < 0.6:
                self._too_many(command, now)
                return
            if kind < 0.75:
                due = now + int(dice() * 12 * SECOND)
            elif kind < 0.9:
                self._refuse(command, due)
                return
        self._later(due, lambda ts: self._arrive(command, ts))

    def _arrive(self, command: Any, now: int) -> None:  # noqa: C901 - one branch a kind
        kind = type(command)
        if kind in (cmd.PlaceOrder, cmd.ReplaceOrder) and now - command.ts > WINDOW:
            self._answer(command, now + 5 * MS, -1021, "Timestamp for this request is outside of the recvWindow.")
        elif kind is cmd.QueryOrder:
            self._tell_state(command, now)
        elif kind is cmd.PlaceOrder:
            self._enter(command.order_id, command, now, immediate=command.immediate)
        elif kind is cmd.ReplaceOrder:
            old = self.live.get(command.order_id)
            if old is None:
                self._say(now, ev.CancelRejected, command.order_id, code=-2011, reason="Unknown order sent.")
                self._say(
                    now, ev.OrderRejected, command.new_order_id, code=-2022, reason="Order cancel-replace failed."
                )
                return
            self._remove(old, now, "replaced")
            self._enter(command.new_order_id, command, now)
        elif kind is cmd.AmendOrder:
            order = self.live.get(command.order_id)
            if order is None or not order.filled < command.quantity < order.quantity:
                self._say(now, ev.CancelRejected, command.order_id, code=-2011, reason="Unknown order sent.")
                return
            order.quantity = command.quantity
            self._say(now, ev.OrderAmended, command.order_id, quantity=command.quantity)
        elif kind is cmd.CancelOrder:
            order = self.live.get(command.order_id)
            if order is None:
                self._say(now, ev.CancelRejected, command.order_id, code=-2011, reason="Unknown order sent.")
            else:
                self._remove(order, now, "canceled")
        elif kind is cmd.CancelAll:
            for order in list(self.live.values()):
                self._remove(order, now, "canceled")

    def _enter(self, name: str, command: Any, now: int, *, immediate: bool = False) -> None:
        if name in self.orders:
            return  # a request that came twice
        order = self.orders[name] = Resting(name, command.side, command.price, command.quantity)
        if not self.honest and self._random() < 0.03:
            order.open, order.refused = False, True
            self._say(now, ev.OrderRejected, name, code=-2010, reason="Order would immediately match and take.")
            return
        self.live[name] = order
        self._say(now, ev.OrderAccepted, name, venue_id=f"v{len(self.orders)}")
        if immediate:
            if self._random() < 0.8:
                self.fill(order, now)
            if order.open:
                self._remove(order, now, "expired")

    def _remove(self, order: Resting, now: int, reason: str) -> None:
        """Cancelled; sometimes a fill that came before it is told after it."""
        late = not self.honest and self._random() < 0.08
        if late:
            part = 1 + int(self._random() * (order.quantity - order.filled))
            self._book(order, min(part, order.quantity - order.filled), now, now + int(self._random() * 3 * SECOND) + 1)
        if order.open:
            order.open = False
            self.live.pop(order.name, None)
            self._say(now, ev.OrderCanceled, order.name, reason=reason)

    # -- fills

    def fill(self, order: Resting, now: int) -> None:
        """A part or the whole of an order trades."""
        left = order.quantity - order.filled
        quantity = left if self._random() < 0.5 else 1 + int(self._random() * left)
        if not self.honest and self._random() < 0.003:
            quantity += 1 + int(self._random() * 50)  # more than was asked for
        elif quantity > left:
            quantity = left
        self._book(order, quantity, now, now)

    def _book(self, order: Resting, quantity: int, now: int, said: int) -> None:
        self._trades += 1
        value = order.price * quantity
        self.base += order.side * quantity * MICRO
        self.quote -= order.side * value * MICRO
        fee, in_base, asset, amount = value * self._maker, False, "", 0
        if self._asset:
            asset, amount = "BNB", fee // 1000
        elif order.side is BUY:
            fee, in_base = quantity * self._maker, True
            self.base -= fee
        else:
            self.quote -= fee
        order.filled += quantity
        if order.filled >= order.quantity:
            order.open = False
            self.live.pop(order.name, None)
        told: dict[str, Any] = {
            "trade_id": f"t{self._trades}", "price": order.price, "quantity": quantity, "maker": True, "fee": fee,
            "fee_in_base": in_base, "fee_asset": asset, "fee_amount": amount, "matched": now,
        }  # fmt: skip
        order.fills.append(ev.OrderFilled(ts=now, order_id=order.name, **told))
        self._say(said, ev.OrderFilled, order.name, keep=True, **told)

    def _tell_state(self, query: cmd.QueryOrder, now: int) -> None:
        """Where an order stands at this moment; that may be told much later, and the list of fills may lag behind."""
        order = self.orders.get(query.order_id)
        if order is None or order.refused:
            self._say(now, ev.QueryRejected, query.order_id, asked=query.ts, code=-2013, reason="Order does not exist.")
            return
        state = "live" if order.open else "filled" if order.filled >= order.quantity else "canceled"
        fills = tuple(order.fills)
        if not self.honest and self._random() < 0.4:
            fills = fills[: int(self._random() * len(fills))]
        self._say(
            now, ev.OrderStatus, order.name, asked=query.ts, state=state, quantity=order.quantity, filled=order.filled,
            fills=fills,
        )  # fmt: skip

    # -- what it says

    def _say(self, now: int, kind: type, name: str, *, keep: bool = False, **fields: Any) -> None:
        """Report; unless honest it may be late, out of order, twice, or (but for fills) never."""
        dice = self._random
        delay = int((1 + 15 * dice()) * MS)
        if not self.honest:
            wrong = dice()
            if kind is ev.OrderAccepted and wrong > 1 - self._mood:
                return  # what rests and was never told of is what queries are for
            if wrong < self._mood:
                what = dice()
                if what < 0.3 and not keep:
                    return
                if what < 0.5:
                    delay = int(dice() * 12 * SECOND)
                elif what < 0.8:
                    again = delay + int(dice() * dice() * 8 * SECOND)
                    self._later(now + again, lambda ts: kind(ts=ts, order_id=name, **fields))
        self._later(now + delay, lambda ts: kind(ts=ts, order_id=name, **fields))

    def _names(self, command: Any) -> tuple[str, str]:
        """The order that a command brings, and the one that it changes; empty where there is none."""
        kind = type(command)
        if kind is cmd.PlaceOrder:
            return command.order_id, ""
        if kind is cmd.ReplaceOrder:
            return command.new_order_id, command.order_id
        return "", "" if kind is cmd.CancelAll else command.order_id

    def _answer(self, command: Any, due: int, code: int, reason: str, retry_after: int = 0) -> None:
        if type(command) is cmd.QueryOrder:
            name, asked = command.order_id, command.ts
            self._later(
                due,
                lambda ts: ev.QueryRejected(
                    ts=ts, order_id=name, asked=asked, code=code, reason=reason, retry_after_ns=retry_after
                ),
            )
            return
        new, old = self._names(command)
        for name, kind in ((new, ev.OrderRejected), (old, ev.CancelRejected)):
            if name:
                self._later(
                    due,
                    lambda ts, name=name, kind=kind: kind(
                        ts=ts, order_id=name, code=code, reason=reason, retry_after_ns=retry_after
                    ),
                )

    def _doubtful(self, command: Any, now: int, *, reached: bool) -> None:
        """Nobody knows whether it happened."""
        if reached:
            self._later(now + 10 * MS, lambda ts: self._arrive(command, ts))
        code = self._dice.choice((-1006, -1007, 500, 502, 503, 504))
        self._answer(command, now + int(self._random() * 4 * SECOND), code, "execution status unknown")

    def _too_many(self, command: Any, now: int) -> None:
        code = 418 if self._random() < 0.1 else self._dice.choice((429, -1003, -1015))
        self._answer(command, now + 5 * MS, code, "Too many requests.", int(self._random() * 5) * SECOND)

    def _refuse(self, command: Any, due: int) -> None:
        code = self._dice.choice((-1013, -2010, -1021))
        self._answer(command, due, code, "Account has insufficient balance for requested action.")
        new, _ = self._names(command)
        if self._random() < 0.2:
            self._later(due + 20 * MS, lambda ts: self._arrive(command, ts))  # and had done it all the same
        elif new:
            self.orders[new] = order = Resting(new, BUY, 0, 0)
            order.open, order.refused = False, True
