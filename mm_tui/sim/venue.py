"""The paper venue: a pure exchange for our orders, driven by the same market events as the desk.

It advances in event time only and works causally, in local receive time: a request sent at t acts on what was received
up to t + order latency + feed latency, its report comes a response latency later. Fill rules:

- A limit order takes part in market events received after it reached the exchange.
- A post-only order that would meet the displayed other side is rejected (−2010).
- An order that is not post-only takes what is displayed up to its limit, level by level, as taker; an immediate one is
  then gone, another rests.
- A public trade at a price worse for its aggressor than our price trades through us: we are filled at our price, up to
  what the print can fill.
- A public trade at our price first takes from the queue ahead; what is beyond it is ours, partly if it does not last.
- Among own orders the better price is filled first, at one price the older one; one print is never given out twice.
- Best bid and ask updates and quotes alone never fill, and a smaller displayed size only shortens the queue ahead.
- A smaller size keeps the place; another price or a larger size is a replace and goes to the end.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import msgspec

from mm_tui.book.book import Book
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, MarketEvent, Side, VenueReply
from mm_tui.model.instrument import Instrument
from mm_tui.risk.gate import Approved
from mm_tui.sim import filters
from mm_tui.sim.fees import Fees
from mm_tui.sim.filters import Refusal
from mm_tui.sim.latency import Latency
from mm_tui.sim.queue import MakeQueue, Queue, RiskAverse


class Resting(msgspec.Struct):
    """An order of ours in the venue's book."""

    order_id: str
    side: Side
    price: int
    quantity: int
    filled: int
    sequence: int
    queue: Queue

    @property
    def left(self) -> int:
        """What may still be filled, lots."""
        return self.quantity - self.filled


class Fill(msgspec.Struct, frozen=True, gc=False):
    """A part of an order of ours that traded."""

    order_id: str
    side: Side
    price: int
    quantity: int
    maker: bool
    origin: str
    """The public trade that filled us, by its id; `taker` where we were the aggressor. Starts the fill's own id."""
    ahead: int | None = None
    """Lots that were estimated ahead just before."""


class PaperVenue:
    """Takes approved commands, gives back replies when they fall due."""

    def __init__(
        self, instrument: Instrument, book: Book, latency: Latency, fees: Fees, make_queue: MakeQueue = RiskAverse
    ) -> None:
        """`book` is the desk's own book, already brought up to date when a market event is shown to the venue."""
        self.instrument = instrument
        self.book = book
        self.fees = fees
        self._make_queue = make_queue
        self.base = 0
        """Held, millionths of a lot."""
        self.quote = 0
        """Held, millionths of a lot at a tick."""
        self.orders: dict[str, Resting] = {}
        self._latency = latency
        self._queue: list[tuple[int, int, Any]] = []
        self._sequence = 0
        self._last_arrival = 0
        self._last_report = 0
        self._trades = 0
        self._highest_bid = 0
        self._lowest_ask = 1 << 62
        self._arrivals: dict[type, Callable[[Any, int], None]] = {
            cmd.PlaceOrder: self._place,
            cmd.AmendOrder: self._amend,
            cmd.ReplaceOrder: self._replace,
            cmd.CancelOrder: self._cancel,
            cmd.CancelAll: self._cancel_all,
        }

    def open_account(self, base: int, quote: int) -> None:
        """What the account opens with: lots, ticks times lots."""
        self.base, self.quote = base * MICRO, quote * MICRO

    # -- requests and replies

    def submit(self, approved: Approved) -> None:
        """Take a command; it reaches the exchange later, never overtaking an earlier one."""
        command = approved.command
        self._last_arrival = max(self._last_arrival, command.ts + self._latency.entry())
        self._push(self._last_arrival, command)

    @property
    def due(self) -> int | None:
        """When something happens next; None when nothing is under way."""
        return self._queue[0][0] if self._queue else None

    def advance(self) -> VenueReply | None:
        """Let the next due thing happen; a reply if it is one that reaches the desk."""
        due, _, what = heappop(self._queue)
        arrive = self._arrivals.get(type(what))
        if arrive is None:
            return what  # type: ignore[no-any-return]
        arrive(what, due)
        return None

    def _push(self, due: int, what: object) -> None:
        self._sequence += 1
        heappush(self._queue, (due, self._sequence, what))

    def _report(self, now: int, kind: type, **fields: Any) -> None:
        self._last_report = max(self._last_report, now + self._latency.response())
        self._push(self._last_report, kind(ts=self._last_report, **fields))

    # -- the market

    def on_market(self, event: MarketEvent) -> None:
        """A market event that the book already contains."""
        if not self.orders:
            return
        kind = type(event)
        if kind is ev.Trade:
            self._on_trade(event)  # type: ignore[arg-type]
        elif kind is not ev.TopOfBook:
            self._on_book()

    def _on_book(self) -> None:
        bids, asks = self.book.bids, self.book.asks
        for order in self.orders.values():
            side = bids if order.side is BUY else asks
            order.queue.on_displayed(side.displayed(order.price))

    def _on_trade(self, trade: ev.Trade) -> None:
        price = trade.price
        buying = trade.side is BUY
        if price < self._lowest_ask if buying else price > self._highest_bid:
            return
        remaining = trade.quantity
        sign = 1 if buying else -1
        at_price: list[Resting] = []
        for order in self._priority(trade.side.opposite):
            off = sign * (price - order.price)
            if off < 0:
                break
            if off == 0:
                at_price.append(order)
                continue
            ahead = order.queue.ahead
            order.queue.on_through()
            quantity = min(remaining, order.left)
            if quantity:
                remaining -= quantity
                self._fill(order, quantity, trade, ahead)
        given = 0
        for order in at_price:
            ahead = order.queue.ahead
            quantity = min(order.queue.on_trade(remaining) - given, order.left)
            if quantity > 0:
                given += quantity
                self._fill(order, quantity, trade, ahead)

    def _priority(self, side: Side) -> list[Resting]:
        return sorted(
            (order for order in self.orders.values() if order.side is side),
            key=lambda order: (-side * order.price, order.sequence),
        )

    def _fill(self, order: Resting, quantity: int, trade: ev.Trade, ahead: int | None) -> None:
        order.filled += quantity
        if not order.left:
            self._remove(order)
        fill = Fill(
            order.order_id, order.side, order.price, quantity, maker=True, origin=str(trade.trade_id), ahead=ahead
        )
        self._book_fill(fill, trade.ts)

    def _book_fill(self, fill: Fill, now: int) -> None:
        side, value = fill.side, fill.price * fill.quantity
        fee, in_base = self.fees.charge(side, fill.price, fill.quantity, maker=fill.maker)
        self.base += side * fill.quantity * MICRO - (fee if in_base else 0)
        self.quote -= side * value * MICRO + (0 if in_base else fee)
        self._trades += 1
        self._report(
            now,
            ev.OrderFilled,
            order_id=fill.order_id,
            trade_id=f"{fill.origin}-{self._trades}",
            price=fill.price,
            quantity=fill.quantity,
            maker=fill.maker,
            fee=fee,
            fee_in_base=in_base,
            queue_ahead=fill.ahead,
            matched=now,
        )

    # -- requests as they reach the exchange

    def _place(self, command: cmd.PlaceOrder, now: int) -> None:
        refusal = self._refusal(command, post_only=command.post_only, open_orders=len(self.orders))
        if refusal is not None:
            self._reject(command.order_id, refusal, now)
            return
        self._report(now, ev.OrderAccepted, order_id=command.order_id)
        self._enter(command.order_id, command, now, immediate=command.immediate)

    def _refusal(
        self,
        order: cmd.PlaceOrder | cmd.ReplaceOrder,
        *,
        post_only: bool,
        open_orders: int,
        leaving: Resting | None = None,
    ) -> Refusal | None:
        price, quantity = order.price, order.quantity
        new_id = order.order_id if isinstance(order, cmd.PlaceOrder) else order.new_order_id
        if new_id in self.orders:
            return filters.DUPLICATE
        refusal = filters.check(self.instrument, price, quantity, open_orders)
        if refusal is not None:
            return refusal
        if order.side is BUY:
            free = self.quote - MICRO * self._reserved(BUY, leaving)
            if price * quantity * MICRO > free:
                return filters.NO_FUNDS
        elif quantity * MICRO > self.base - MICRO * self._reserved(order.side, leaving):
            return filters.NO_FUNDS
        if post_only and self._would_match(order.side, price):
            return filters.WOULD_MATCH
        return None

    def _reserved(self, side: Side, leaving: Resting | None) -> int:
        """Quote (ticks times lots) that bids hold, or base (lots) that asks hold."""
        total = 0
        for order in self.orders.values():
            if order.side is side and order is not leaving:
                total += order.price * order.left if side is BUY else order.left
        return total

    def _would_match(self, side: Side, price: int) -> bool:
        if side is BUY:
            asks = self.book.asks.keys
            return bool(asks) and price >= -asks[-1]
        bids = self.book.bids.keys
        return bool(bids) and price <= bids[-1]

    def _enter(
        self, order_id: str, order: cmd.PlaceOrder | cmd.ReplaceOrder, now: int, *, immediate: bool = False
    ) -> None:
        side, price, left = order.side, order.price, order.quantity
        taken = 0
        if not order.post_only:
            other = self.book.asks if side is BUY else self.book.bids
            for level, displayed in list(other.walk(price)):
                quantity = min(displayed, left - taken)
                taken += quantity
                self._book_fill(Fill(order_id, side, level, quantity, maker=False, origin="taker"), now)
                if taken == left:
                    return
        if immediate:
            self._report(now, ev.OrderCanceled, order_id=order_id, reason="expired")
            return
        own = self.book.bids if side is BUY else self.book.asks
        self._sequence += 1
        self.orders[order_id] = Resting(
            order_id=order_id,
            side=side,
            price=price,
            quantity=order.quantity,
            filled=taken,
            sequence=self._sequence,
            queue=self._make_queue(own.displayed(price)),
        )
        self._touch()

    def _amend(self, command: cmd.AmendOrder, now: int) -> None:
        order = self.orders.get(command.order_id)
        if order is None:
            self._refuse_change(command.order_id, filters.NO_ORDER, now)
        elif not order.filled < command.quantity < order.quantity:
            self._refuse_change(command.order_id, filters.NOT_SMALLER, now)
        else:
            order.quantity = command.quantity
            self._report(now, ev.OrderAmended, order_id=order.order_id, quantity=command.quantity)

    def _replace(self, command: cmd.ReplaceOrder, now: int) -> None:
        old = self.orders.get(command.order_id)
        if old is None:
            self._refuse_change(command.order_id, filters.NO_ORDER, now)
            self._reject(command.new_order_id, filters.NOT_ATTEMPTED, now)
            return
        refusal = self._refusal(command, post_only=False, open_orders=len(self.orders) - 1, leaving=old)
        if refusal is not None:
            self._refuse_change(command.order_id, refusal, now)
            self._reject(command.new_order_id, refusal, now)
            return
        self._remove(old)
        self._report(now, ev.OrderCanceled, order_id=old.order_id, reason="replaced")
        if command.post_only and self._would_match(command.side, command.price):
            self._reject(command.new_order_id, filters.WOULD_MATCH, now)
            return
        self._report(now, ev.OrderAccepted, order_id=command.new_order_id)
        self._enter(command.new_order_id, command, now)

    def _cancel(self, command: cmd.CancelOrder, now: int) -> None:
        order = self.orders.get(command.order_id)
        if order is None:
            self._refuse_change(command.order_id, filters.NO_ORDER, now)
            return
        self._remove(order)
        self._report(now, ev.OrderCanceled, order_id=order.order_id)

    def _cancel_all(self, command: cmd.CancelAll, now: int) -> None:
        del command
        for order in list(self.orders.values()):
            self._remove(order)
            self._report(now, ev.OrderCanceled, order_id=order.order_id)

    def _reject(self, order_id: str, refusal: Refusal, now: int) -> None:
        self._report(now, ev.OrderRejected, order_id=order_id, code=refusal.code, reason=refusal.reason)

    def _refuse_change(self, order_id: str, refusal: Refusal, now: int) -> None:
        self._report(now, ev.CancelRejected, order_id=order_id, code=refusal.code, reason=refusal.reason)

    def _remove(self, order: Resting) -> None:
        del self.orders[order.order_id]
        self._touch()

    def _touch(self) -> None:
        self._highest_bid = max((o.price for o in self.orders.values() if o.side is BUY), default=0)
        self._lowest_ask = min((o.price for o in self.orders.values() if o.side is not BUY), default=1 << 62)
