"""Cancels, and orders that nobody answers for.

- cancels leave at once, always; no limit, pace or gate holds one back
- a cancel without an answer is repeated; after `max_retries` the order is in doubt and its exposure stays reserved;
  so is a placement or an amend without an answer. The venue is then asked (`core.doubts`)
- an immediate order whose end is not told is cancelled too: it may not be there any more, and that wants proof
"""

from mm_tui.core.doubts import Doubts
from mm_tui.core.oms import OrderManager
from mm_tui.core.outputs import Outbox
from mm_tui.core.retry import RetryTimer
from mm_tui.model.clock import MILLISECOND
from mm_tui.model.commands import CancelAll, CancelOrder
from mm_tui.model.events import BUY
from mm_tui.model.orders import Order, Status, Trigger
from mm_tui.model.twin import twin
from mm_tui.risk.gate import Approved, Gate
from mm_tui.strategy.api import Quotes

ACK_TIMEOUT = 5_000_000_000
"""An order without an answer for this long is in doubt."""

GOING = frozenset({Status.PENDING_CANCEL, Status.UNKNOWN})
"""Cancelled as far as we can, or in doubt."""


class Cancels:
    """Sends cancels and follows each order up until there is proof of what became of it."""

    def __init__(self, max_retries: int, orders: OrderManager, gate: Gate, timer: RetryTimer, outbox: Outbox) -> None:
        self.doubts = Doubts(gate, timer, outbox)
        """Orders that the venue is asked about."""
        self._max_retries = max_retries
        self._orders = orders
        self._timer = timer
        self._outbox = outbox

    def twin(self, gate: Gate, orders: OrderManager, timer: RetryTimer, outbox: Outbox) -> "Cancels":
        """One that would do the same with these."""
        doubts = Doubts(gate, timer, outbox)
        return twin(self, doubts=doubts, _orders=orders, _timer=timer, _outbox=outbox)

    def cancel(self, order: Order, ts: int, reason: str) -> None:
        """Send a cancel; the order is pending until there is proof."""
        self._send(order, ts)
        self._asked(order, ts, reason)
        self._timer.wake(ts + self._timer.delay, ts)

    def cancel_all(self, ts: int) -> None:
        """Cancel whatever rests, known to us or not."""
        self._outbox.send(Approved(CancelAll(ts=ts)))
        for order in list(self._orders.open):
            self._asked(order, ts, "cancel all")
        if self._orders.open_count:
            self._timer.wake(ts + self._timer.delay, ts)

    def prune(self, gate: Gate, mid2: int, ts: int) -> None:
        """Cancel quotes that limits, now tighter, would not let out: too large, too far, the farthest of too many."""
        quotes = [order for order in self._orders.open if order.level >= 0 and order.status not in GOING]
        excess = len(quotes) - gate.limits.max_open_orders
        for order in sorted(quotes, key=lambda one: -abs(2 * one.price - mid2)):
            broken = gate.breaks(order.price, order.left, mid2)
            if not broken and excess > 0:
                broken = "open orders"
            if broken:
                excess -= 1
                self.cancel(order, ts, f"over the tightened limit: {broken}")

    def found_resting(self, order: Order, ts: int) -> None:
        """An order rests that nobody wants to: cancel it; an immediate one has its time to end by itself."""
        if order.level >= 0:
            self.cancel(order, ts, "found to rest while nothing is wanted")
        else:
            self._timer.wake(max(order.created + ACK_TIMEOUT, ts + MILLISECOND), ts)

    def replaced(self, order: Order, ts: int, reason: str) -> None:
        """A replace that left is also the order's cancel."""
        self._asked(order, ts, reason)

    def _asked(self, order: Order, ts: int, reason: str) -> None:
        """A cancel of the order left; what a person asks of one in doubt uses up none of its own questions."""
        if self._orders.move(order, Trigger.ASK_CANCEL, ts, reason):
            self._outbox.tell(order)
        if order.status is Status.PENDING_CANCEL:
            order.cancel_tries += 1
        elif order.status is Status.UNKNOWN:
            order.unwanted = True

    def drop_doubtful(self, quotes: Quotes, stay: float, ts: int) -> None:
        """Cancel what is in doubt where no quote would keep it, if it rests: it may stand at a price of before.

        `stay` is the share of a price by which an order may be off its quote.
        """
        for order in self._orders.open:
            if order.status is Status.UNKNOWN and not order.unwanted and order.level >= 0:
                wanted = quotes.bids if order.side is BUY else quotes.asks
                if not any(abs(order.price - one.price) <= stay * one.price for one in wanted):
                    self._send(order, ts)
                    order.unwanted = True

    # -- without an answer

    def follow_up(self, ts: int) -> None:
        """The `retry` timer went off: repeat cancels without an answer, doubt orders without one."""
        for order in list(self._orders.open):
            if order.status is Status.PENDING_CANCEL:
                self._repeat(order, ts)
            elif order.status is Status.PENDING_NEW:
                self._expect(order, order.created + ACK_TIMEOUT, ts, "no answer to the placement")
            elif order.status is Status.PENDING_AMEND:
                self._expect(order, order.updated + ACK_TIMEOUT, ts, "no answer to the amend")
            elif order.status is Status.UNKNOWN:
                self.doubts.ask(order, ts)
            elif order.level < 0:
                self._end(order, ts)

    def _end(self, order: Order, ts: int) -> None:
        """An immediate order that rests: the word of its end is late, or lost."""
        due = order.created + ACK_TIMEOUT
        if ts < due:
            self._timer.wake(due, ts)
        else:
            self.cancel(order, ts, "no word of its end")

    def _expect(self, order: Order, due: int, ts: int, words: str) -> None:
        if ts < due:
            self._timer.wake(due, ts)
        else:
            self._doubt(order, ts, words)

    def _repeat(self, order: Order, ts: int) -> None:
        due = order.updated + self._timer.delay * order.cancel_tries
        if ts < due:
            self._timer.wake(due, ts)
        elif order.cancel_tries > self._max_retries:
            self._doubt(order, ts, "no answer to its cancels")
        else:
            self._send(order, ts)
            order.cancel_tries += 1
            self._timer.wake(order.updated + self._timer.delay * order.cancel_tries, ts)

    def doubt(self, order: Order, ts: int, reason: str) -> bool:
        """Nobody knows whether what was asked happened: ask for the order. Whether it has just come into doubt."""
        wanted = order.level >= 0 and order.status is not Status.PENDING_CANCEL
        changed = self._orders.move(order, Trigger.LOSE, ts, reason)
        if changed:
            self.doubts.begin(order, ts, wanted=wanted)
        return changed

    def _doubt(self, order: Order, ts: int, reason: str) -> None:
        if self.doubt(order, ts, reason):
            self._outbox.tell(order)

    def _send(self, order: Order, ts: int) -> None:
        self._outbox.send(Approved(CancelOrder(ts=ts, order_id=order.order_id)))
