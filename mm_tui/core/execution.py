"""Execution: steps become commands, paced, gated and remembered until there is proof.

- at most `batch_size` placements, amends and replaces leave on one event, and no more a second than the rate limits
  say; what is over is not queued but found again by the next diff, when the `retry` timer wakes the core
- a placement is never sent twice, and none for a level whose order is in doubt (an order that rests may be kept there)
- an order that cannot be made smaller any more is cancelled, and its quote waits until it is gone
- an order has the level of the quote that it stands for: one that is kept for another quote changes its level

Cancels and orders without an answer are in `core.cancels`, levels that must wait in `core.levels`, the gate in
`core.passage`.
"""

from mm_tui.core.cancels import ACK_TIMEOUT, Cancels
from mm_tui.core.config import CoreConfig
from mm_tui.core.explain import Fate, Held
from mm_tui.core.levels import Levels
from mm_tui.core.oms import OrderManager
from mm_tui.core.outputs import Outbox
from mm_tui.core.passage import Passage
from mm_tui.core.quoting import NO_PLAN, Move, Place, Remove, Rooms, Shrink, Step, Tolerance, diff, lasting
from mm_tui.core.retry import RetryTimer
from mm_tui.core.state import MarketView
from mm_tui.model import facts
from mm_tui.model.clock import MILLISECOND
from mm_tui.model.commands import AmendOrder, PlaceOrder, ReplaceOrder
from mm_tui.model.events import Side
from mm_tui.model.orders import Order, Status, Trigger
from mm_tui.model.twin import twin
from mm_tui.risk.gate import Gate
from mm_tui.risk.throttle import Throttle
from mm_tui.strategy.api import Quote, Quotes


class Executor:
    """Turns wanted quotes into approved commands and keeps track of them."""

    def __init__(self, config: CoreConfig, gate: Gate, orders: OrderManager, view: MarketView, outbox: Outbox) -> None:
        rules = config.execution
        self._prefix = config.order_prefix
        self._batch_size = rules.batch_size
        self._tolerance = Tolerance(
            config.orders.modify_threshold_bps / 10_000, config.orders.max_modify_deviation_bps / 10_000
        )
        self._gate = gate
        self._orders = orders
        self._outbox = outbox
        self._placements = Throttle(rules.rate_limit_per_s)
        self._amends = Throttle(rules.modify_rate_limit_per_s)
        self._timer = RetryTimer(rules.retry_delay_ms, outbox)
        self._passage = Passage(gate, orders, view, self._timer, outbox)
        self.levels = Levels(rules.max_retries, self._timer, outbox)
        """Which levels must wait."""
        self.cancels = Cancels(rules.max_retries, orders, gate, self._timer, outbox)
        """Cancels, and orders without an answer."""
        self._held: list[Held] = []
        self.settled = False
        """All that the last comparison found has left; another finds nothing until something happens unasked."""
        self._count = 0
        self.plan = NO_PLAN
        """What the last comparison found."""

    def twin(self, gate: Gate, orders: OrderManager, view: MarketView, outbox: Outbox) -> "Executor":
        """One that would do the same with these."""
        timer = twin(self._timer, _outbox=outbox)
        passage = twin(self._passage, gate=gate, _orders=orders, _view=view, _timer=timer, _outbox=outbox)
        return twin(
            self,
            _gate=gate,
            _orders=orders,
            _outbox=outbox,
            _placements=twin(self._placements),
            _amends=twin(self._amends),
            _timer=timer,
            _passage=passage,
            levels=twin(self.levels, _timer=timer, _outbox=outbox),
            cancels=self.cancels.twin(gate, orders, timer, outbox),
        )

    # -- quotes

    @property
    def held(self) -> tuple[Held, ...]:
        """Quotes that were wanted when last compared, and have no order."""
        return tuple(self._held)

    def follow(self, quotes: Quotes, rooms: Rooms, ts: int, held: list[Held], failing: str = "") -> None:
        """Bring the open orders to the wanted quotes, as far as pace and gate allow; `held` are wanted too.

        `failing` says why nothing new may be placed or moved, only made smaller or cancelled.
        """
        plan = self.plan = diff(quotes, self._orders, self._tolerance, rooms)
        self._held = held
        fates: dict[str, Fate] = {}
        self._orders.fates = fates
        for pair in plan.kept:
            order, quote = pair.order, pair.quote
            order.level = quote.level
            fates[order.order_id] = Fate(quote)
        held += [Held(one.quote, f"waits for the acknowledgement of {one.order.order_id}") for one in plan.waiting]
        sent, left_out = 0, False
        for step in plan.steps:
            if isinstance(step, Remove):
                self._remove(step, ts, held)
                continue
            why = "" if isinstance(step, Shrink) else failing
            why = why or self._paced(step, sent, ts) or self._take(step, ts)
            if not why:
                (self._amends if isinstance(step, Shrink) else self._placements).take(ts)
                sent += 1
            elif isinstance(step, Place) or step.order.status is Status.PENDING_CANCEL:
                held.append(Held(step.quote, why))
            else:
                self._orders.fates[step.order.order_id] = Fate(step.quote, why)
                left_out = True
        if self._orders.doubtful:
            self.cancels.drop_doubtful(quotes, self._tolerance.stay, ts)
        self.settled = not (held or left_out) and lasting(plan, quotes, self._tolerance)

    def forget(self) -> None:
        """Nothing is wanted any more."""
        self._held = []
        self.settled = False
        self._orders.fates = {}

    def retry(self, ts: int) -> None:
        """The `retry` timer went off."""
        self._timer.gone_off()
        self.cancels.follow_up(ts)

    def wake(self, due: int, ts: int) -> None:
        """Look again at `due`."""
        self._timer.wake(due, ts)

    def cancel_held(self, order_id: str, ts: int) -> None:
        """A person cancels one order; its level rests until the strategy wants other quotes."""
        order = self._orders.get(order_id)
        if order is None or order.terminal:
            self._outbox.say(facts.Noted(ts=ts, kind="warn", text=f"order {order_id or '–'} is not open"))
            return
        self.settled = False
        self.levels.bar((order.side, order.level))
        self.cancels.cancel(order, ts, "cancelled by the operator")

    def reduce(self, side: Side, price: int, quantity: int, ts: int) -> bool:
        """Send the operator's own reduce-only order, immediate or cancel; whether the gate let it pass."""
        quote = Quote(side, -1, price, quantity, reason="flatten")
        order = self._new_order(quote, ts)
        command = PlaceOrder(
            ts=ts,
            order_id=order.order_id,
            side=side,
            price=price,
            quantity=quantity,
            post_only=False,
            immediate=True,
            reduce_only=True,
        )
        if self._passage.send(command, self._passage.exposure(side)):
            return False
        self._remember(order, quote)
        return True

    # -- steps

    def _remove(self, step: Remove, ts: int, held: list[Held]) -> None:
        self.cancels.cancel(step.order, ts, step.reason)
        if step.quote is not None:
            held.append(Held(step.quote, f"waits until {step.order.order_id} is gone: {step.reason}"))

    def _paced(self, step: Step, sent: int, ts: int) -> str:
        """Why the step must wait for others that left; empty where it need not."""
        throttle = self._amends if isinstance(step, Shrink) else self._placements
        room = throttle.room(ts) > 0
        if room and sent < self._batch_size:
            return ""
        self._timer.wake(max(throttle.next_room(ts), ts + MILLISECOND), ts)
        return f"paced: {self._batch_size} at once" if room else f"paced: {throttle.per_second} a second"

    def _take(self, step: Place | Move | Shrink, ts: int) -> str:
        """Send the step's command; why it did not leave, or empty."""
        quote = step.quote
        if isinstance(step, Shrink):
            return self._shrink(step.order, quote, ts)
        met = self._orders.unanswered(quote.side, quote.price)
        if met:
            return f"waits for the answer to {met}, which it would meet"
        return self._place(quote, ts) if isinstance(step, Place) else self._move(step.order, quote, ts)

    def _place(self, quote: Quote, ts: int) -> str:
        resting = self.levels.resting((quote.side, quote.level), ts)
        if resting:
            return resting
        doubtful = self._orders.in_doubt(quote.side, quote.level)
        if doubtful:
            return f"{doubtful} of this level is in doubt"
        order = self._new_order(quote, ts)
        command = PlaceOrder(
            ts=ts, order_id=order.order_id, side=quote.side, price=quote.price, quantity=quote.quantity
        )
        exposure = self._passage.exposure(quote.side)
        if self._passage.too_much(quote, exposure) and self._orders.leaving(quote.side):
            return "waits for room: an order of this side is on its way out"
        why = self._passage.send(command, exposure)
        if not why:
            self._remember(order, quote)
        return why

    def _move(self, order: Order, quote: Quote, ts: int) -> str:
        new = self._new_order(quote, ts, replaces=order.order_id)
        command = ReplaceOrder(
            ts=ts,
            order_id=order.order_id,
            new_order_id=new.order_id,
            side=quote.side,
            price=quote.price,
            quantity=quote.quantity,
        )
        exposure = self._passage.exposure(quote.side, leaving=order)
        if self._passage.too_much(quote, exposure):
            self.cancels.cancel(order, ts, "no room for a replace")
            return f"waits until {order.order_id} is gone: no room for a replace"
        why = self._passage.send(command, exposure)
        if why:
            return why
        self.cancels.replaced(order, ts, "moved to its quote")
        self._remember(new, quote)
        self._timer.wake(ts + self._timer.delay, ts)
        return ""

    def _shrink(self, order: Order, quote: Quote, ts: int) -> str:
        fixed = self._fixed(order)
        if fixed:
            self.cancels.cancel(order, ts, fixed)
            return f"waits until {order.order_id} is gone: {fixed}"
        quantity = order.filled + quote.quantity
        command = AmendOrder(ts=ts, order_id=order.order_id, quantity=quantity)
        why = self._passage.send(command, self._passage.exposure(order.side))
        if why:
            return why
        order.pending_quantity, order.target = quantity, quote.target
        self._orders.move(order, Trigger.ASK_AMEND, ts, "made smaller")
        self._orders.fates[order.order_id] = Fate(quote)
        self._outbox.tell(order)
        self._timer.wake(ts + ACK_TIMEOUT, ts)
        return ""

    def _fixed(self, order: Order) -> str:
        """Why the order cannot be made smaller where it stands; empty where it can."""
        if order.amend_refused:
            return "the venue refused to make it smaller"
        if order.amends >= self._gate.instrument.max_amends:
            return f"amended {order.amends} times, the exchange allows no more"
        return ""

    # -- orders

    def _new_order(self, quote: Quote, ts: int, replaces: str = "") -> Order:
        return Order(
            order_id=f"{self._prefix}-{self._count + 1}",
            side=quote.side,
            price=quote.price,
            quantity=quote.quantity,
            target=quote.target,
            created=ts,
            updated=ts,
            level=quote.level,
            replaces=replaces,
            reason=quote.reason,
            steps=quote.steps,
        )

    def _remember(self, order: Order, quote: Quote) -> None:
        self._count += 1
        self._orders.add(order)
        self._orders.fates[order.order_id] = Fate(quote)
        self._outbox.tell(order)
        self._timer.wake(order.created + ACK_TIMEOUT, order.created)
