"""Requests as they reach the exchange: what is taken, what is refused, and with which words.

- A limit order takes part in market events received after it reached the exchange.
- A post-only order that would meet the other side is rejected (−2010): what is left of the displayed one, or an order
  of ours.
- An order that is not post-only takes first (`sim.matching`); an immediate one is then gone, another rests.
- A smaller size keeps the place; another price or a larger size is a replace and goes to the end. A replace is held
  against filters and funds before the old order is cancelled, and against the other side after.
- A refused request changes nothing.
- A query is answered with what is known when it arrives, and changes nothing either.
"""

from collections.abc import Callable
from typing import Any

from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.events import BUY
from mm_tui.model.instrument import Instrument
from mm_tui.sim import filters
from mm_tui.sim.filters import Refusal, Standing
from mm_tui.sim.matching import Matching, Taker, Tell
from mm_tui.sim.memory import Memory
from mm_tui.sim.purse import Purse
from mm_tui.sim.queue import MakeQueue
from mm_tui.sim.resting import OwnOrders, Resting


class Requests:
    """Takes commands at the moment they arrive."""

    def __init__(
        self,
        instrument: Instrument,
        own: OwnOrders,
        purse: Purse,
        matching: Matching,
        *,
        make_queue: MakeQueue,
        tell: Tell,
        memory: Memory,
        average2: Callable[[], int | None],
    ) -> None:
        """`average2` gives the price that PERCENT_PRICE compares with, half ticks."""
        self._instrument = instrument
        self._own = own
        self._purse = purse
        self._matching = matching
        self._make_queue = make_queue
        self._tell = tell
        self._memory = memory
        self._average2 = average2
        self._arrivals: dict[type, Callable[[Any, int], None]] = {
            cmd.PlaceOrder: self._place,
            cmd.AmendOrder: self._amend,
            cmd.ReplaceOrder: self._replace,
            cmd.CancelOrder: self._cancel,
            cmd.CancelAll: self._cancel_all,
            cmd.QueryOrder: self._query,
        }
        self.refusing = 0
        """So many orders to come are refused: a drill."""
        self.kinds = frozenset(self._arrivals)
        """Commands that are requests."""

    def arrive(self, command: cmd.OrderCommand, now: int) -> None:
        """A command reaches the exchange."""
        self._arrivals[type(command)](command, now)

    def _place(self, command: cmd.PlaceOrder, now: int) -> None:
        refusal = self._refusal(command, command.order_id)
        if refusal is None and command.post_only and self._matching.would_match(command.side, command.price):
            refusal = filters.WOULD_MATCH
        if refusal is not None:
            self._reject(command.order_id, refusal, now)
            return
        self._enter(command.order_id, command, now, immediate=command.immediate)

    def _refusal(
        self, order: cmd.PlaceOrder | cmd.ReplaceOrder, new_id: str, leaving: Resting | None = None
    ) -> Refusal | None:
        own, purse = self._own, self._purse
        if self.refusing:
            self.refusing -= 1
            return filters.DRILL
        if new_id in own.by_id:
            return filters.DUPLICATE
        standing = Standing(
            open_orders=len(own) - (leaving is not None),
            base=purse.base,
            open_bids=own.reserved(BUY, leaving),
            average2=self._average2(),
        )
        refusal = filters.check(self._instrument, order.side, order.price, order.quantity, standing)
        if refusal is None and not purse.covers(order.side, order.price, order.quantity, own, leaving):
            return filters.NO_FUNDS
        return refusal

    def _enter(
        self, order_id: str, order: cmd.PlaceOrder | cmd.ReplaceOrder, now: int, *, immediate: bool = False
    ) -> None:
        """An order that is not refused takes what it may, and rests with what is left."""
        self._memory.take(order_id, order.quantity)
        self._tell(now, ev.OrderAccepted, order_id=order_id)
        side, price = order.side, order.price
        taker = Taker(order_id, side, order.quantity, now)
        if not order.post_only:
            self._matching.take(taker, price)
            if not taker.left:
                return
        if immediate:
            self._tell(now, ev.OrderCanceled, order_id=order_id, reason="expired")
            return
        queue = self._make_queue(self._matching.depth.of(side).displayed(price))
        self._own.rest(order_id, side, price, taker.quantity, filled=taker.filled, queue=queue)

    def _amend(self, command: cmd.AmendOrder, now: int) -> None:
        order = self._own.by_id.get(command.order_id)
        refusal = filters.NO_ORDER if order is None else self._amend_refusal(order, command.quantity)
        if order is None or refusal is not None:
            self._refuse_change(command.order_id, refusal or filters.NO_ORDER, now)
            return
        order.quantity = command.quantity
        order.amends += 1
        self._tell(now, ev.OrderAmended, order_id=order.order_id, quantity=command.quantity)

    def _amend_refusal(self, order: Resting, quantity: int) -> Refusal | None:
        if self._instrument.status != "TRADING":
            return filters.CLOSED
        if quantity >= order.quantity:
            return filters.NO_CHANGE if quantity == order.quantity else filters.NOT_SMALLER
        if quantity <= order.filled:
            return filters.ALL_FILLED
        if order.amends >= self._instrument.max_amends:
            return filters.TOO_MANY_AMENDS
        return filters.check_size(self._instrument, order.price, quantity)

    def _replace(self, command: cmd.ReplaceOrder, now: int) -> None:
        old = self._own.by_id.get(command.order_id)
        if old is None:
            self._refuse_change(command.order_id, filters.NO_ORDER, now)
            self._reject(command.new_order_id, filters.NOT_ATTEMPTED, now)
            return
        refusal = self._refusal(command, command.new_order_id, leaving=old)
        if refusal is not None:
            self._refuse_change(command.order_id, refusal, now)
            self._reject(command.new_order_id, refusal, now)
            return
        self._own.remove(old)
        self._tell(now, ev.OrderCanceled, order_id=old.order_id, reason="replaced")
        if command.post_only and self._matching.would_match(command.side, command.price):
            self._reject(command.new_order_id, filters.WOULD_MATCH, now)
            return
        self._enter(command.new_order_id, command, now)

    def _cancel(self, command: cmd.CancelOrder, now: int) -> None:
        order = self._own.by_id.get(command.order_id)
        if order is None:
            self._refuse_change(command.order_id, filters.NO_ORDER, now)
            return
        self._own.remove(order)
        self._tell(now, ev.OrderCanceled, order_id=order.order_id)

    def _cancel_all(self, command: cmd.CancelAll, now: int) -> None:
        del command
        for order in list(self._own.by_id.values()):
            self._own.remove(order)
            self._tell(now, ev.OrderCanceled, order_id=order.order_id)

    def _query(self, command: cmd.QueryOrder, now: int) -> None:
        order_id, asked = command.order_id, command.ts
        known = self._memory.of(order_id)
        if known is None:
            code, reason = filters.NOT_FOUND.code, filters.NOT_FOUND.reason
            self._tell(now, ev.QueryRejected, order_id=order_id, asked=asked, code=code, reason=reason)
            return
        self._tell(
            now,
            ev.OrderStatus,
            order_id=order_id,
            asked=asked,
            state=known.state,
            quantity=known.quantity,
            filled=known.filled,
            fills=tuple(known.fills),
        )

    def _reject(self, order_id: str, refusal: Refusal, now: int) -> None:
        self._tell(now, ev.OrderRejected, order_id=order_id, code=refusal.code, reason=refusal.reason)

    def _refuse_change(self, order_id: str, refusal: Refusal, now: int) -> None:
        self._tell(now, ev.CancelRejected, order_id=order_id, code=refusal.code, reason=refusal.reason)
