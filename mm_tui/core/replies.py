"""What venues say of our orders, and what that does to the order manager and the account.

A venue may say what cannot be: the same thing twice, in another order, of an order that is not ours. It is noted, and
nothing is changed.
"""

from collections.abc import Callable
from typing import Any

from mm_tui.core.cancels import Cancels
from mm_tui.core.levels import Levels
from mm_tui.core.oms import OrderManager
from mm_tui.core.outputs import Outbox
from mm_tui.errors import IllegalTransition
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.account import Account
from mm_tui.model.codes import TOO_MANY, never_came, uncertain
from mm_tui.model.orders import Order, Status, Trigger

STANDING = frozenset({Status.LIVE, Status.PARTIALLY_FILLED})
"""No amend is on its way: one that was, and was not answered by its size, did not happen as far as we know."""


ON_ITS_WAY = frozenset({Status.PENDING_NEW, Status.PENDING_CANCEL})
"""The venue may not have answered the placement yet."""


class Replies:
    """Takes replies; says whether an order changed, and hands fills on."""

    def __init__(
        self, orders: OrderManager, levels: Levels, cancels: Cancels, account: Account, outbox: Outbox
    ) -> None:
        self._orders = orders
        self._levels = levels
        self._cancels = cancels
        self._account = account
        self._outbox = outbox
        self._handlers: dict[type, Callable[[Order, Any], bool]] = {
            ev.OrderAccepted: self._accepted,
            ev.OrderRejected: self._rejected,
            ev.OrderCanceled: self._canceled,
            ev.CancelRejected: self._cancel_rejected,
            ev.OrderAmended: self._amended,
            ev.OrderFilled: self._filled,
            ev.OrderStatus: self._stands,
            ev.QueryRejected: self._query_rejected,
        }
        self.kinds = frozenset(self._handlers)
        """Events that are replies."""

    def take(self, event: ev.VenueReply) -> Order | None:
        """The order that the reply changed; None where it changed none."""
        order = self._orders.get(event.order_id)
        if order is None:
            self._outbox.note("warn", f"the venue speaks of an order that is not ours: {event.order_id}")
            return None
        try:
            changed = self._handlers[type(event)](order, event)
        except IllegalTransition as error:
            self._outbox.note("warn", f"{event.order_id}: {error}; the report is ignored")
            return None
        if order.pending_quantity and order.status in STANDING:
            order.pending_quantity = order.target = 0
        return order if changed else None

    def tell_fill(self, order: Order, event: ev.OrderFilled, mid2: int | None) -> None:
        """Say that a fill was booked; `mid2` is the mid just before it, None where the book was not known."""
        self._outbox.say(
            facts.Filled(
                ts=event.ts,
                order_id=event.order_id,
                trade_id=event.trade_id,
                side=order.side,
                price=event.price,
                quantity=event.quantity,
                maker=event.maker,
                fee=event.fee,
                fee_in_base=event.fee_in_base,
                matched=event.ts if event.matched is None else event.matched,
                mid2=mid2,
                position=self._account.position,
                queue_ahead=event.queue_ahead,
                fee_asset=event.fee_asset,
                fee_amount=event.fee_amount,
            )
        )

    def _accepted(self, order: Order, event: ev.OrderAccepted) -> bool:
        return self._accepts(order, event.venue_id, event.ts)

    def _accepts(self, order: Order, venue_id: str, ts: int) -> bool:
        changed = self._orders.accepted(order, venue_id, ts)
        if changed:
            self._levels.accepted(order)
        return changed

    def _rejected(self, order: Order, event: ev.OrderRejected) -> bool:
        if uncertain(event.code):
            waits = order.status in ON_ITS_WAY
            return waits and self._cancels.doubt(order, event.ts, f"{event.code} {event.reason}")
        changed = self._orders.move(order, Trigger.REJECT, event.ts, f"{event.code} {event.reason}")
        if changed:
            self._levels.rejected(order, event.code, event.ts)
        return changed

    def _canceled(self, order: Order, event: ev.OrderCanceled) -> bool:
        return self._orders.move(order, Trigger.CANCELED, event.ts, event.reason)

    def _cancel_rejected(self, order: Order, event: ev.CancelRejected) -> bool:
        if uncertain(event.code):
            waits = order.status is Status.PENDING_AMEND
            return waits and self._cancels.doubt(order, event.ts, f"{event.code} {event.reason}")
        order.amend_refused = order.amend_refused or order.status is Status.PENDING_AMEND
        return self._orders.move(order, Trigger.CANCEL_REJECTED, event.ts, f"{event.code} {event.reason}")

    def _amended(self, order: Order, event: ev.OrderAmended) -> bool:
        self._orders.amend(order, event.quantity, event.ts)
        return True

    def _stands(self, order: Order, event: ev.OrderStatus) -> bool:
        """The answer to a query, whose fills were taken before it; what happened since it left comes by itself."""
        if event.state != "live" and order.filled < event.filled:
            text = f"{order.order_id}: {event.filled} lots are filled, {order.filled} were told; it stays in doubt"
            self._outbox.note("warn", text)
            return False
        changed = not order.terminal and 0 < event.quantity < order.quantity
        if changed:
            self._orders.amend(order, event.quantity, event.ts)
        if event.state == "live":
            return self._accepts(order, "", event.ts) or changed
        if event.state == "canceled":
            changed = self._orders.move(order, Trigger.CANCELED, event.ts, "canceled, says the venue") or changed
        return changed

    def _query_rejected(self, order: Order, event: ev.QueryRejected) -> bool:
        """An order that the venue does not know may be on its way, unless its own time was over when it was asked."""
        if event.code in TOO_MANY:
            self._cancels.doubts.refused(order, event.ts)
        lived = order.seen or order.terminal
        if lived or not never_came(event.code, order.created, event.asked):
            return False
        return self._orders.move(order, Trigger.REJECT, event.ts, f"it never came: {event.code} {event.reason}")

    def _filled(self, order: Order, event: ev.OrderFilled) -> bool:
        if event.quantity <= 0 or event.price <= 0:
            text = f"{order.order_id}: a fill of {event.quantity} lots at {event.price} ticks is none; it is ignored"
            self._outbox.note("warn", text)
            return False
        booked = self._orders.fill(order, event)
        if booked:
            self._account.book(order.side, event)
        return booked
