"""Orders in doubt: nobody knows what became of them, so the venue is asked, and what they may still do stays reserved.

- a query leaves 2, 4 and 8 s after the doubt began, later where the venue wants to be left alone; none is sent again
- one that nobody wants any more is cancelled at once, and again with each query: a cancel is always safe, and the query
  behind it tells whether it took
- what is believed of the answer is in `core.replies`
"""

from mm_tui.core.outputs import Outbox
from mm_tui.core.retry import RetryTimer
from mm_tui.model.clock import MILLISECOND
from mm_tui.model.commands import CancelOrder, QueryOrder
from mm_tui.model.orders import Order, Status
from mm_tui.risk.gate import Approved, Gate

ASKED_AFTER = (2_000_000_000, 4_000_000_000, 8_000_000_000)
"""How long after it came into doubt an order is asked for, ns."""

APART = ASKED_AFTER[0]
"""From one question to the next at the least, ns."""


class Doubts:
    """Asks for orders in doubt, a few times each."""

    __slots__ = ("_gate", "_outbox", "_timer")

    def __init__(self, gate: Gate, timer: RetryTimer, outbox: Outbox) -> None:
        self._gate = gate
        self._timer = timer
        self._outbox = outbox

    def begin(self, order: Order, ts: int, *, wanted: bool) -> None:
        """It has just come into doubt; one that is not wanted is cancelled."""
        order.cancel_tries = order.doubts = order.asked = 0
        order.unwanted = not wanted
        if order.unwanted:
            self._cancel(order, ts)
        self._timer.wake(ts + ASKED_AFTER[0], ts)

    def ask(self, order: Order, ts: int) -> None:
        """Time has passed: ask where it is time to, or wait on."""
        if order.doubts >= len(ASKED_AFTER):
            return
        if ts >= self._due(order):
            if order.unwanted:
                self._cancel(order, ts)
            self._outbox.send(Approved(QueryOrder(ts=ts, order_id=order.order_id)))
            order.doubts, order.asked = order.doubts + 1, ts
            if order.doubts == len(ASKED_AFTER):
                return
        self._timer.wake(max(self._due(order), ts + MILLISECOND), ts)

    def refused(self, order: Order, ts: int) -> None:
        """The venue took no question: it counts for none, and is put again when it may be."""
        if order.status is Status.UNKNOWN and order.doubts:
            order.doubts -= 1
            self._timer.wake(max(self._due(order), ts + MILLISECOND), ts)

    def _due(self, order: Order) -> int:
        return max(order.updated + ASKED_AFTER[order.doubts], order.asked + APART, self._gate.quiet_until)

    def _cancel(self, order: Order, ts: int) -> None:
        self._outbox.send(Approved(CancelOrder(ts=ts, order_id=order.order_id)))
