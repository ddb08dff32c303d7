"""Execution: steps become commands, paced, gated and remembered until there is proof.

- at most `batch_size` placements, amends and replaces leave on one event, and no more a second than the rate limits
  say; what is over is not queued but found again by the next diff, when the `retry` timer wakes the core
- cancels leave at once, always
- a refused placement is tried again at its level after `retry_delay_ms`, `max_retries` times in a row; then the level
  rests until the strategy wants other quotes
- a cancel without an answer is repeated; after `max_retries` the order is in doubt and its exposure stays reserved;
  so is a placement or an amend without an answer. The venue is then asked by cancels, 2, 4 and 8 s later
- a placement is never sent twice, and a level whose order is in doubt gets no other one
- an order has the level of the quote that it stands for: one that is kept for another quote changes its level
"""

from mm_tui.core.config import CoreConfig
from mm_tui.core.explain import Fate, Held
from mm_tui.core.oms import OrderManager
from mm_tui.core.outputs import Outbox
from mm_tui.core.quoting import Move, Place, Remove, Shrink, Step, Tolerance, diff
from mm_tui.core.state import MarketView
from mm_tui.model import facts
from mm_tui.model.account import MICRO
from mm_tui.model.clock import time_of_day
from mm_tui.model.commands import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    OrderCommand,
    PlaceOrder,
    ReplaceOrder,
)
from mm_tui.model.events import BUY, Side
from mm_tui.model.orders import Order, Status, Trigger
from mm_tui.risk.gate import Approved, Exposure, Gate, Refused
from mm_tui.risk.throttle import Throttle
from mm_tui.strategy.api import Quote, Quotes

MILLISECOND = 1_000_000
REFUSAL_REPEAT = 1_000_000_000
"""The same refusal is said again after this, not on every event."""
ACK_TIMEOUT = 5_000_000_000
"""An order without an answer for this long is in doubt."""

DOUBT = (2_000_000_000, 4_000_000_000, 8_000_000_000)
"""How long after it came into doubt an order is asked for again, by a cancel: any answer is proof."""

NOT_ATTEMPTED = -2022
"""The order to be replaced was gone, so the new one was not tried: nobody refused it."""

GOING = frozenset({Status.PENDING_CANCEL, Status.UNKNOWN})
"""Cancelled as far as we can, or in doubt."""

NEVER = 1 << 62

Slot = tuple[Side, int]


class Executor:
    """Turns wanted quotes into approved commands and keeps track of them."""

    def __init__(self, config: CoreConfig, gate: Gate, orders: OrderManager, view: MarketView, outbox: Outbox) -> None:
        self._config = config.execution
        self._prefix = config.order_prefix
        self._tolerance = Tolerance(
            config.orders.modify_threshold_bps / 10_000, config.orders.max_modify_deviation_bps / 10_000
        )
        self._gate = gate
        self._orders = orders
        self._view = view
        self._outbox = outbox
        self._placements = Throttle(config.execution.rate_limit_per_s)
        self._amends = Throttle(config.execution.modify_rate_limit_per_s)
        self._retry_delay = max(1, config.execution.retry_delay_ms) * MILLISECOND
        self._barred: set[Slot] = set()
        """Levels that a person holds back."""
        self._failures: dict[Slot, int] = {}
        self._blocked: dict[Slot, int] = {}
        """Until when a level that was refused is left alone, ns."""
        self._refusals: dict[Slot, str] = {}
        """The venue's words of them."""
        self._held: list[Held] = []
        self._said: dict[tuple[str, Side | None], int] = {}
        self._retry_due = 0
        self._count = 0

    # -- quotes

    @property
    def held(self) -> tuple[Held, ...]:
        """Quotes that were wanted when last compared, and have no order."""
        return tuple(self._held)

    def follow(self, quotes: Quotes, ts: int, held: list[Held]) -> None:
        """Bring the open orders to the wanted quotes, as far as pace and gate allow; `held` are wanted too."""
        plan = diff(quotes, self._orders, self._tolerance)
        self._held = held
        self._orders.fates = {pair.order.order_id: Fate(pair.quote) for pair in plan.kept}
        for pair in plan.kept:
            pair.order.level = pair.quote.level
        held += [Held(one.quote, f"waits for the acknowledgement of {one.order.order_id}") for one in plan.waiting]
        sent = 0
        for step in plan.steps:
            if isinstance(step, Remove):
                self._remove(step, ts)
                continue
            why = self._paced(step, sent, ts) or self._take(step, ts)
            if not why:
                (self._amends if isinstance(step, Shrink) else self._placements).take(ts)
                sent += 1
            elif isinstance(step, Place) or step.order.status is Status.PENDING_CANCEL:
                held.append(Held(step.quote, why))
            else:
                self._orders.fates[step.order.order_id] = Fate(step.quote, why)

    def forget(self) -> None:
        """Nothing is wanted any more."""
        self._held = []
        self._orders.fates = {}

    def _remove(self, step: Remove, ts: int) -> None:
        self.cancel(step.order, ts, step.reason)
        if step.quote is not None:
            self._held.append(Held(step.quote, f"waits until {step.order.order_id} is gone: {step.reason}"))

    def _paced(self, step: Step, sent: int, ts: int) -> str:
        """Why the step must wait for others that left; empty where it need not."""
        throttle = self._amends if isinstance(step, Shrink) else self._placements
        room = throttle.room(ts) > 0
        if room and sent < self._config.batch_size:
            return ""
        self._wake(max(throttle.next_room(ts), ts + MILLISECOND), ts)
        return f"paced: {self._config.batch_size} at once" if room else f"paced: {throttle.per_second} a second"

    def _take(self, step: Place | Move | Shrink, ts: int) -> str:
        """Send the step's command; why it did not leave, or empty."""
        if isinstance(step, Place):
            return self._place(step.quote, ts)
        if isinstance(step, Move):
            return self._move(step.order, step.quote, ts)
        return self._shrink(step.order, step.quote, ts)

    def _place(self, quote: Quote, ts: int) -> str:
        slot = (quote.side, quote.level)
        blocked = self._blocked.get(slot, 0)
        if ts < blocked:
            self._wake(blocked, ts)
            return f"{'rests' if blocked == NEVER else f'again {time_of_day(blocked)}'}: {self._refusals[slot]}"
        doubtful = self._orders.in_doubt(quote.side, quote.level)
        if doubtful:
            return f"{doubtful} of this level is in doubt"
        order = self._new_order(quote, ts)
        command = PlaceOrder(
            ts=ts, order_id=order.order_id, side=quote.side, price=quote.price, quantity=quote.quantity
        )
        exposure = self._exposure(quote.side)
        if self._too_much(quote, exposure) and self._orders.leaving(quote.side):
            return "waits for room: an order of this side is on its way out"
        why = self._send(command, exposure)
        if not why:
            self._remember(order, quote)
        return why

    def _too_much(self, quote: Quote, exposure: Exposure) -> bool:
        return quote.quantity > self._gate.room(quote.side, exposure)

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
        exposure = self._exposure(quote.side, leaving=order)
        if self._too_much(quote, exposure):
            self.cancel(order, ts, "no room for a replace")
            return f"waits until {order.order_id} is gone: no room for a replace"
        why = self._send(command, exposure)
        if why:
            return why
        self._orders.move(order, Trigger.ASK_CANCEL, ts, "moved to its quote")
        order.cancel_tries += 1
        self._outbox.tell(order)
        self._remember(new, quote)
        self._wake(ts + self._retry_delay, ts)
        return ""

    def _shrink(self, order: Order, quote: Quote, ts: int) -> str:
        if order.amends >= self._gate.instrument.max_amends:
            return f"amended {order.amends} times, the exchange allows no more"
        quantity = order.filled + quote.quantity
        command = AmendOrder(ts=ts, order_id=order.order_id, quantity=quantity)
        why = self._send(command, self._exposure(order.side))
        if why:
            return why
        order.pending_quantity, order.target = quantity, quote.quantity
        self._orders.move(order, Trigger.ASK_AMEND, ts, "made smaller")
        self._orders.fates[order.order_id] = Fate(quote)
        self._outbox.tell(order)
        self._wake(ts + ACK_TIMEOUT, ts)
        return ""

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
        self._wake(order.created + ACK_TIMEOUT, order.created)

    # -- cancels

    def cancel(self, order: Order, ts: int, reason: str) -> None:
        """Send a cancel; the order is pending until there is proof."""
        self._outbox.send(Approved(CancelOrder(ts=ts, order_id=order.order_id)))
        order.cancel_tries += 1
        if self._orders.move(order, Trigger.ASK_CANCEL, ts, reason):
            self._outbox.tell(order)
        self._wake(ts + self._retry_delay, ts)

    def cancel_all(self, ts: int) -> None:
        """Cancel whatever rests, known to us or not."""
        self._outbox.send(Approved(CancelAll(ts=ts)))
        for order in list(self._orders.open):
            order.cancel_tries += 1
            if self._orders.move(order, Trigger.ASK_CANCEL, ts, "cancel all"):
                self._outbox.tell(order)
        if self._orders.open_count:
            self._wake(ts + self._retry_delay, ts)

    def prune(self, ts: int) -> None:
        """Cancel quotes that limits, now tighter, would not let out: too large, too far, the farthest of too many."""
        mid2 = self._view.references.mid2
        quotes = [order for order in self._orders.open if order.level >= 0 and order.status not in GOING]
        excess = len(quotes) - self._gate.limits.max_open_orders
        for order in sorted(quotes, key=lambda one: -abs(2 * one.price - mid2)):
            broken = self._gate.breaks(order.price, order.left, mid2)
            if not broken and excess > 0:
                broken = "open orders"
            if broken:
                excess -= 1
                self.cancel(order, ts, f"over the tightened limit: {broken}")

    def cancel_held(self, order_id: str, ts: int) -> None:
        """A person cancels one order; its level rests until the strategy wants other quotes."""
        order = self._orders.get(order_id)
        if order is None or order.terminal:
            self._outbox.say(facts.Noted(ts=ts, kind="warn", text=f"order {order_id or '–'} is not open"))
            return
        self._barred.add((order.side, order.level))
        self.cancel(order, ts, "cancelled by the operator")

    def without_barred(self, quotes: tuple[Quote, ...], held: list[Held]) -> tuple[Quote, ...]:
        """The quotes whose level no person holds back; `held` gets the others."""
        barred = self._barred
        if not barred:
            return quotes
        held += [Held(quote, "held by the operator") for quote in quotes if (quote.side, quote.level) in barred]
        return tuple(quote for quote in quotes if (quote.side, quote.level) not in barred)

    def release(self) -> None:
        """The strategy wants other quotes: nothing is held back any more."""
        self._barred.clear()
        for slot, count in list(self._failures.items()):
            if count > self._config.max_retries:
                self._forgive(slot)

    def _forgive(self, slot: Slot) -> None:
        del self._failures[slot], self._blocked[slot], self._refusals[slot]

    # -- what came of it

    def rejected(self, order: Order, code: int, ts: int) -> None:
        """The venue refused a placement: wait before the level is tried again, and not for ever."""
        if code == NOT_ATTEMPTED:
            return
        slot = (order.side, order.level)
        count = self._failures[slot] = self._failures.get(slot, 0) + 1
        self._refusals[slot] = f"refused {count} {'time' if count == 1 else 'times'}, {order.reason}"
        if count > self._config.max_retries:
            self._blocked[slot] = NEVER
            text = f"{order.side.book_word} level {order.level} rests: refused {count} times, {order.reason}"
            self._outbox.say(facts.Noted(ts=ts, kind="warn", text=text))
        else:
            self._blocked[slot] = ts + self._retry_delay
            self._wake(ts + self._retry_delay, ts)

    def accepted(self, order: Order) -> None:
        """The level works: earlier refusals are forgotten."""
        slot = (order.side, order.level)
        if slot in self._failures:
            self._forgive(slot)

    def retry(self, ts: int) -> None:
        """The `retry` timer: repeat cancels without an answer, doubt orders without one."""
        self._retry_due = 0
        for order in list(self._orders.open):
            if order.status is Status.PENDING_CANCEL:
                self._repeat_cancel(order, ts)
            elif order.status is Status.PENDING_NEW:
                self._expect(order, order.created + ACK_TIMEOUT, ts, "no answer to the placement")
            elif order.status is Status.PENDING_AMEND:
                self._expect(order, order.updated + ACK_TIMEOUT, ts, "no answer to the amend")
            elif order.status is Status.UNKNOWN:
                self._ask_again(order, ts)

    def _expect(self, order: Order, due: int, ts: int, words: str) -> None:
        if ts < due:
            self._wake(due, ts)
        else:
            self._doubt(order, ts, words)

    def _ask_again(self, order: Order, ts: int) -> None:
        if order.cancel_tries >= len(DOUBT):
            return
        due = order.updated + DOUBT[order.cancel_tries]
        if ts >= due:
            self._outbox.send(Approved(CancelOrder(ts=ts, order_id=order.order_id)))
            order.cancel_tries += 1
        self._wake(max(due, ts + MILLISECOND), ts)

    def _repeat_cancel(self, order: Order, ts: int) -> None:
        due = order.updated + self._retry_delay * order.cancel_tries
        if ts < due:
            self._wake(due, ts)
        elif order.cancel_tries > self._config.max_retries:
            self._doubt(order, ts, "no answer to its cancels")
        else:
            self._outbox.send(Approved(CancelOrder(ts=ts, order_id=order.order_id)))
            order.cancel_tries += 1
            self._wake(order.updated + self._retry_delay * order.cancel_tries, ts)

    def _doubt(self, order: Order, ts: int, reason: str) -> None:
        self._orders.move(order, Trigger.LOSE, ts, reason)
        self._outbox.tell(order)
        self._outbox.send(Approved(CancelOrder(ts=ts, order_id=order.order_id)))
        order.cancel_tries = 0
        self._wake(ts + DOUBT[0], ts)

    # -- flatten

    def reduce(self, side: Side, price: int, quantity: int, ts: int) -> bool:
        """Send the operator's own reduce-only order, immediate or cancel; whether the gate let it pass."""
        quote = Quote(side, -1, price, quantity, reason="flatten")
        order = self._new_order(quote, ts)
        order.post_only, order.reduce_only = False, True
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
        if self._send(command, self._exposure(side)):
            return False
        self._remember(order, quote)
        return True

    # -- the gate

    def _exposure(self, side: Side, leaving: Order | None = None) -> Exposure:
        """What a placement adds to.

        The order that a replace takes out may still be filled before it goes, so it counts for the position; its
        place and its funds come free with it.
        """
        account, orders = self._view.account, self._orders
        held = account.position
        position = -(-held // MICRO) if side is BUY else held // MICRO
        reserved = orders.reserved(side)
        busy_value, busy_lots = orders.reserved_value(), reserved if side is not BUY else 0
        open_orders = orders.open_count
        if leaving is not None:
            open_orders -= 1
            if side is BUY:
                busy_value -= leaving.price * leaving.left
            else:
                busy_lots -= leaving.left
        return Exposure(
            position=position,
            reserved=reserved,
            open_orders=open_orders,
            mid2=self._view.references.mid2,
            own_opposite=orders.touch(side.opposite),
            base_free=account.base // MICRO - busy_lots,
            quote_free=account.quote // MICRO - busy_value,
        )

    def _send(self, command: OrderCommand, exposure: Exposure) -> str:
        """Send what the gate approves; why it does not, or empty."""
        verdict = self._gate.check(command, exposure)
        if isinstance(verdict, Refused):
            self._refused(command, verdict)
            return f"{verdict.rule} {verdict.value}, limit {verdict.limit}"
        self._outbox.send(verdict)
        if self._gate.reserve_reached(command.ts):
            self._outbox.arm("restraint", command.ts + 1)
        return ""

    def _refused(self, command: OrderCommand, verdict: Refused) -> None:
        ts = command.ts
        side = getattr(command, "side", None)
        self._wake(ts + self._retry_delay, ts)
        last = self._said.get((verdict.rule, side))
        if last is not None and ts - last < REFUSAL_REPEAT:
            return
        self._said[verdict.rule, side] = ts
        self._outbox.say(
            facts.RiskRefused(
                ts=ts,
                rule=verdict.rule,
                side=side,
                price=getattr(command, "price", 0),
                quantity=getattr(command, "quantity", 0),
                value=verdict.value,
                limit=verdict.limit,
            )
        )

    def _wake(self, due: int, ts: int) -> None:
        if not self._retry_due or due < self._retry_due or self._retry_due <= ts:
            self._retry_due = due
            self._outbox.arm("retry", due)
