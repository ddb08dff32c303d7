"""What fills, and why. A public trade fills our resting orders; an order of ours that is not post-only takes.

Trades:
- A public trade at a price worse for its aggressor than our price trades through us: we are filled at our price, up to
  what the print can fill.
- A public trade at our price first takes from the queue ahead; what is beyond it is ours, partly if it does not last.
- Among own orders the better price is filled first, at one price the older one; one print is never given out twice,
  and no order is reached before an older one at its price.
- A best bid and ask of the ticker never fills, and a smaller displayed size only shortens the queue ahead.

The book:
- An update after which the other side is displayed at our price or through it fills us at our price, up to what is
  displayed there: on the exchange that order would have met ours. Our better price is filled first, and what a fill
  used up is gone (`sim.depth`). A book that is not whole fills nothing.

Takers:
- A taker goes through the other side from its best price to its limit, level by level, and takes what is left there
  (`sim.depth`): what we took once is not there again until the market puts more there.
- An order of ours on the other side is met by its price, and at one price after what stood ahead of it.
- Such a meeting is no trade, unless the mode is none (Binance: faqs/stp_faq.md; the taker's mode decides):
    - expire_taker: what is left of the taker expires
    - expire_maker: the resting order expires, the taker goes on
    - expire_both: both expire
    - decrement: both lose what the smaller has left; what has nothing left expires
  The reports carry the reason EXPIRED_IN_MATCH; an order that lives on smaller is reported as amended.
"""

from typing import Any, Protocol

import msgspec

from mm_tui.book.book import Book
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.sim.config import SelfTrade
from mm_tui.sim.depth import Depth
from mm_tui.sim.purse import Purse
from mm_tui.sim.resting import NO_ASK, OwnOrders, Resting

IN_MATCH = "EXPIRED_IN_MATCH"
"""Why an order expired that would have traded with another of the same account."""


class Tell(Protocol):
    """Sends a report of this kind, of what happened now."""

    def __call__(self, now: int, kind: type, **fields: Any) -> None:
        """The report leaves."""
        ...


class Taker(msgspec.Struct):
    """An order of ours on its way through the other side."""

    order_id: str
    side: Side
    quantity: int
    """Less what self-trade prevention took."""
    now: int
    filled: int = 0
    expired: bool = False

    @property
    def left(self) -> int:
        """What may still be taken, lots."""
        return 0 if self.expired else self.quantity - self.filled


class Fill(msgspec.Struct, frozen=True, gc=False):
    """A part of an order of ours that traded."""

    order_id: str
    side: Side
    price: int
    quantity: int
    maker: bool
    origin: str
    """The public trade that filled us, by its id; `book`, `taker` or `own` where none did. Starts the fill's own id."""
    ahead: int | None = None
    """Lots that were estimated ahead just before."""


class Matching:
    """Our orders against the market."""

    def __init__(self, book: Book, own: OwnOrders, purse: Purse, tell: Tell, self_trade: SelfTrade) -> None:
        self.depth = Depth(book)
        self._book = book
        self._own = own
        self._purse = purse
        self._tell = tell
        self._self_trade = self_trade
        self._fills = 0

    # -- the market

    def on_book(self, now: int) -> None:
        """The book was updated."""
        depth, own = self.depth, self._own
        depth.renew()
        if not own.by_id:
            return
        bids, asks = depth.of(BUY), depth.of(SELL)
        on_bid, on_ask = bids.reader(), asks.reader()
        for order in own.by_id.values():
            order.queue.on_displayed((on_bid if order.side is BUY else on_ask)(order.price))
        if self._book.valid:
            if own.highest_bid >= (asks.best() or NO_ASK):
                self._crossed(BUY, now)
            if own.lowest_ask <= bids.best():
                self._crossed(SELL, now)

    def _crossed(self, side: Side, now: int) -> None:
        """The other side is displayed at prices of ours or through them."""
        other = self.depth.of(side.opposite)
        for order in self._own.priority(side):
            filled = 0
            for price, there in other.walk(order.price):
                taken = min(there, order.left - filled)
                other.take(price, taken)
                filled += taken
                if filled == order.left:
                    break
            if not filled:
                return
            ahead = order.queue.ahead
            order.queue.on_through()
            self._fill_maker(order, filled, now, "book", ahead)

    def on_trade(self, trade: ev.Trade) -> None:
        """A public trade."""
        own, price = self._own, trade.price
        buying = trade.side is BUY
        if price < own.lowest_ask if buying else price > own.highest_bid:
            return
        remaining = trade.quantity
        sign = 1 if buying else -1
        at_price: list[Resting] = []
        for order in own.priority(trade.side.opposite):
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
                self._fill_maker(order, quantity, trade.ts, str(trade.trade_id), ahead)
        reached, given = remaining, 0
        for order in at_price:
            ahead = order.queue.ahead
            reached = min(reached, order.queue.on_trade(remaining))
            quantity = min(reached - given, order.left)
            if quantity > 0:
                given += quantity
                self._fill_maker(order, quantity, trade.ts, str(trade.trade_id), ahead)

    # -- takers

    def would_match(self, side: Side, price: int) -> bool:
        """Whether an order would meet the other side, ours or anyone's, when it arrives."""
        if self._own.met_by(side, price):
            return True
        best = self.depth.of(side.opposite).best()
        return bool(best) and side * (price - best) >= 0

    def take(self, taker: Taker, limit: int) -> None:
        """Let a taker go through the other side, up to its limit."""
        other = taker.side.opposite
        makers: dict[int, list[Resting]] = {}
        for order in self._own.priority(other):
            if taker.side * (limit - order.price) >= 0:
                makers.setdefault(order.price, []).append(order)
        displayed = dict(self.depth.of(other).walk(limit))
        for price in sorted({*displayed, *makers}, reverse=other is BUY):
            self._meet(taker, price, displayed.get(price, 0), makers.get(price, []))
            if not taker.left:
                return

    def _meet(self, taker: Taker, price: int, displayed: int, makers: list[Resting]) -> None:
        """One price: what stands ahead of our own orders there, then they, then the rest."""
        taken = 0
        for maker in makers:
            ahead = maker.queue.ahead
            before = displayed if ahead is None else min(ahead, displayed)
            taken += self._take_displayed(taker, price, before - taken)
            if taker.left:
                self._meet_own(taker, maker)
        taken += self._take_displayed(taker, price, displayed - taken)
        if taken:
            self.depth.of(taker.side.opposite).take(price, taken)
            for maker in makers:
                maker.queue.on_trade(taken)

    def _take_displayed(self, taker: Taker, price: int, there: int) -> int:
        quantity = max(0, min(taker.left, there))
        if quantity:
            self._fill_taker(taker, price, quantity, "taker")
        return quantity

    def _meet_own(self, taker: Taker, maker: Resting) -> None:
        mode = self._self_trade
        both = min(taker.left, maker.left)
        if mode == "none":
            self._fill_maker(maker, both, taker.now, "own", maker.queue.ahead)
            self._fill_taker(taker, maker.price, both, "own")
        elif mode == "decrement":
            self._shrink_maker(maker, both, taker.now)
            self._shrink_taker(taker, both)
        else:
            if mode != "expire_taker":
                self._shrink_maker(maker, maker.left, taker.now)
            if mode != "expire_maker":
                self._shrink_taker(taker, taker.left)

    def _shrink_maker(self, maker: Resting, quantity: int, now: int) -> None:
        if quantity < maker.left:
            maker.quantity -= quantity
            self._tell(now, ev.OrderAmended, order_id=maker.order_id, quantity=maker.quantity)
            return
        self._own.remove(maker)
        self._tell(now, ev.OrderCanceled, order_id=maker.order_id, reason=IN_MATCH)

    def _shrink_taker(self, taker: Taker, quantity: int) -> None:
        if quantity < taker.left:
            taker.quantity -= quantity
            self._tell(taker.now, ev.OrderAmended, order_id=taker.order_id, quantity=taker.quantity)
            return
        taker.expired = True
        self._tell(taker.now, ev.OrderCanceled, order_id=taker.order_id, reason=IN_MATCH)

    # -- fills

    def _fill_maker(self, order: Resting, quantity: int, now: int, origin: str, ahead: int | None) -> None:
        order.filled += quantity
        if not order.left:
            self._own.remove(order)
        self._fill(Fill(order.order_id, order.side, order.price, quantity, maker=True, origin=origin, ahead=ahead), now)

    def _fill_taker(self, taker: Taker, price: int, quantity: int, origin: str) -> None:
        taker.filled += quantity
        self._fill(Fill(taker.order_id, taker.side, price, quantity, maker=False, origin=origin), taker.now)

    def _fill(self, fill: Fill, now: int) -> None:
        """Book a fill and report it."""
        charge = self._purse.book(fill.side, fill.price, fill.quantity, maker=fill.maker)
        self._fills += 1
        self._tell(
            now,
            ev.OrderFilled,
            order_id=fill.order_id,
            trade_id=f"{fill.origin}-{self._fills}",
            price=fill.price,
            quantity=fill.quantity,
            maker=fill.maker,
            fee=charge.fee,
            fee_in_base=charge.in_base,
            fee_asset=charge.asset,
            fee_amount=charge.amount,
            queue_ahead=fill.ahead,
            matched=now,
        )
