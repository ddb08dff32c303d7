"""A second count of exposure, at the wire: what left and what came back, without asking the core.

Knight Capital, 2012: nothing compared the orders that left with the orders that were wanted.

Reports may come twice, late and in any order, and a request that nobody knows the end of may rest: the count is of what
may still be filled.
"""

from collections import OrderedDict

import msgspec

from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.codes import never_came, uncertain

REFUSED_KEPT = 1000
"""Orders that the venue refused and that are remembered; a fill brings one back."""


class _Request:
    """One order that left."""

    __slots__ = ("answered", "filled", "quantity", "sent", "trades")

    def __init__(self, quantity: int, sent: int) -> None:
        self.quantity = quantity
        self.sent = sent
        """When it left, ns."""
        self.filled = 0
        self.answered = False
        """The venue took it."""
        self.trades: set[str] = set()


class WireCount:
    """What may still be filled of each order that left, lots."""

    def __init__(self) -> None:
        self.left: dict[str, int] = {}
        self._requests: dict[str, _Request] = {}
        self._refused: OrderedDict[str, _Request] = OrderedDict()

    def sent(self, command: cmd.OrderCommand) -> None:
        """A command left."""
        kind = type(command)
        if kind is cmd.PlaceOrder:
            self._send(command.order_id, command.quantity, command.ts)  # type: ignore[union-attr]
        elif kind is cmd.ReplaceOrder:
            self._send(command.new_order_id, command.quantity, command.ts)  # type: ignore[union-attr]

    def heard(self, reply: ev.VenueReply) -> None:
        """A reply came."""
        kind, order_id = type(reply), reply.order_id
        if kind is ev.OrderFilled:
            self._fill(reply)  # type: ignore[arg-type]
        elif kind is ev.OrderAccepted:
            self._accept(order_id)
        elif kind is ev.OrderCanceled:
            self._forget(order_id)
        elif kind is ev.OrderStatus:
            self._stands(reply)  # type: ignore[arg-type]
        elif order_id in self._requests:
            self._refused_or_amended(reply, self._requests[order_id])

    def _refused_or_amended(self, reply: ev.VenueReply, request: _Request) -> None:
        order_id = reply.order_id
        if isinstance(reply, ev.OrderAmended):
            request.quantity = min(request.quantity, reply.quantity)
            self._count(order_id, request)
        elif not request.answered and self._refuses(reply, request):
            self._forget(order_id)
            self._refused[order_id] = request
            if len(self._refused) > REFUSED_KEPT:
                self._refused.popitem(last=False)

    @staticmethod
    def _refuses(reply: ev.VenueReply, request: _Request) -> bool:
        """Whether it says that the request brought no order."""
        if isinstance(reply, ev.OrderRejected):
            return not uncertain(reply.code)
        return isinstance(reply, ev.QueryRejected) and never_came(reply.code, request.sent, reply.asked)

    def _stands(self, reply: ev.OrderStatus) -> None:
        """The answer to a query: its fills, then where the order stands."""
        order_id = reply.order_id
        for fill in reply.fills:
            self._fill(msgspec.structs.replace(fill, order_id=order_id))
        request = self._requests.get(order_id)
        if reply.state != "live" and (request is None or request.filled < reply.filled):
            return
        if request is not None and 0 < reply.quantity < request.quantity:
            request.quantity = reply.quantity
            self._count(order_id, request)
        if reply.state == "live":
            self._accept(order_id)
        elif reply.state == "canceled":
            self._forget(order_id)

    def _send(self, order_id: str, quantity: int, ts: int) -> None:
        self._requests[order_id] = _Request(quantity, ts)
        self.left[order_id] = quantity

    def _accept(self, order_id: str) -> None:
        request = self._requests.get(order_id) or self._refused.pop(order_id, None)
        if request is not None:
            request.answered = True
            self._requests[order_id] = request
            self._count(order_id, request)

    def _fill(self, fill: ev.OrderFilled) -> None:
        order_id = fill.order_id
        request = self._requests.get(order_id) or self._refused.pop(order_id, None)
        if request is None or fill.trade_id in request.trades or fill.quantity <= 0:
            return
        request.answered = True
        request.trades.add(fill.trade_id)
        request.filled += fill.quantity
        self._requests[order_id] = request
        self._count(order_id, request)

    def _count(self, order_id: str, request: _Request) -> None:
        left = request.quantity - request.filled
        if left > 0:
            self.left[order_id] = left
        else:
            self._forget(order_id)

    def _forget(self, order_id: str) -> None:
        self.left.pop(order_id, None)
        self._requests.pop(order_id, None)
