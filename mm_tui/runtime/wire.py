"""A second count of exposure, at the wire: what left and what came back, without asking the core.

Knight Capital, 2012: nothing compared the orders that left with the orders that were wanted.
"""

from mm_tui.model import commands as cmd
from mm_tui.model import events as ev


class WireCount:
    """What may still be filled of each order that left, lots."""

    def __init__(self) -> None:
        self.left: dict[str, int] = {}
        self._filled: dict[str, int] = {}

    def sent(self, command: cmd.OrderCommand) -> None:
        """A command left."""
        if isinstance(command, cmd.PlaceOrder):
            self.left[command.order_id] = command.quantity
        elif isinstance(command, cmd.ReplaceOrder):
            self.left[command.new_order_id] = command.quantity

    def heard(self, reply: ev.VenueReply) -> None:
        """A reply came."""
        order_id = reply.order_id
        kind = type(reply)
        if isinstance(reply, ev.OrderFilled):
            left = self.left.get(order_id, 0) - reply.quantity
            self._filled[order_id] = self._filled.get(order_id, 0) + reply.quantity
            if left > 0:
                self.left[order_id] = left
            else:
                self._forget(order_id)
        elif kind is ev.OrderRejected or kind is ev.OrderCanceled:
            self._forget(order_id)
        elif isinstance(reply, ev.OrderAmended) and order_id in self.left:
            self.left[order_id] = reply.quantity - self._filled.get(order_id, 0)

    def _forget(self, order_id: str) -> None:
        self.left.pop(order_id, None)
        self._filled.pop(order_id, None)
