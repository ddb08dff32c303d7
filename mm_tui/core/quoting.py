"""From the quotes that are wanted to the fewest commands.

Per side, orders and wanted quotes are matched so that as many orders as possible stay. Then, for what is left:

- an order within the tolerance of a wanted quote stays; where less is wanted than is left of it, it is amended to the
  smaller size and keeps its place in the queue;
- an order with its quote's target stays at its own size, but where a side's orders would then be over its room
  together, those that are larger than their quotes are amended too;
- an order off its quote by more is moved by one replace and loses its place, which it would lose anyway;
- an order too far off, or with nothing wanted in its stead, is cancelled; a quote without an order is placed;
- an order that was sent before its quote's `since` does not serve it: it is moved, even to where it stands.

Orders whose fate is not yet known (not acknowledged, on their way out, in doubt) are left alone; the next event that
concerns them asks again.
"""

from itertools import pairwise

import msgspec

from mm_tui.core.explain import Held
from mm_tui.core.oms import OrderManager
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.instrument import Instrument
from mm_tui.model.orders import RESTING, Order, Status
from mm_tui.strategy.api import Quote, Quotes
from mm_tui.strategy.waterfall import resized

APART = 2.001
"""Two quotes by more than so many tolerances apart have no order in common."""
STANDING = RESTING | {Status.PENDING_NEW}
_PENDING_NEW = Status.PENDING_NEW
_AMENDABLE = frozenset({Status.LIVE, Status.PARTIALLY_FILLED})


class Place(msgspec.Struct, frozen=True):
    """A quote has no order."""

    quote: Quote


class Move(msgspec.Struct, frozen=True):
    """An order stands off its quote."""

    order: Order
    quote: Quote


class Shrink(msgspec.Struct, frozen=True):
    """Less is wanted than is left of the order."""

    order: Order
    quote: Quote

    @property
    def left(self) -> int:
        """What shall be left, lots."""
        return self.quote.quantity


class Remove(msgspec.Struct, frozen=True):
    """Nothing is wanted in the order's stead, or something far away."""

    order: Order
    reason: str
    quote: Quote | None = None
    """What is wanted, far away, once it is gone."""


class Pair(msgspec.Struct, frozen=True):
    """A quote and the order that stands for it."""

    order: Order
    quote: Quote


Step = Place | Move | Shrink | Remove


class Plan(msgspec.Struct, frozen=True):
    """How the open orders come to the wanted quotes."""

    steps: list[Step]
    kept: list[Pair]
    """Orders that need nothing, or nothing before they are acknowledged."""
    waiting: list[Pair]
    """Quotes without an order, each behind one whose acknowledgement must come first."""
    unwanted: list[Order]
    """Orders that no quote wants, and that must be acknowledged before they can be cancelled."""
    oversized: list[Pair]
    """Orders that must be acknowledged before they can be made smaller."""


NO_PLAN = Plan([], [], [], [], [])


class Tolerance(msgspec.Struct, frozen=True):
    """How far an order may be off; fractions of the price."""

    stay: float
    move: float


class Room(msgspec.Struct, frozen=True):
    """What the quotes of a side may use together, lots for both and quote units for bids."""

    lots: int
    funds: int

    def holds(self, side: Side, lots: int, value: int) -> bool:
        """Whether so many lots, worth so much together, are within it."""
        return lots <= self.lots and (value if side is BUY else lots) <= self.funds


ANY = Room(1 << 62, 1 << 124)
"""Room for whatever is wanted."""
Rooms = tuple[Room, Room]
"""Of bids and of asks."""


def fit(
    quotes: tuple[Quote, ...], room: Room, instrument: Instrument, min_units: int, held: list[Held]
) -> tuple[Quote, ...]:
    """Cut a side's quotes, nearest first, to what position limit and balance allow; `held` gets what is left out."""
    lots, funds = room.lots, room.funds
    fitted: tuple[Quote, ...] | None = None
    for index, quote in enumerate(quotes):
        paid = funds // quote.price if quote.side is BUY else funds
        affordable = min(lots, paid)
        if affordable >= quote.quantity:
            quantity = quote.quantity
            if fitted is not None:
                fitted += (quote,)
        else:
            if fitted is None:
                fitted = quotes[:index]
            quantity = affordable
            what = "the position limit" if lots <= paid else "what is free"
            if quantity < instrument.min_quantity or quote.price * quantity < min_units:
                held.append(Held(quote, f"no room for an order: {what}"))
                continue
            fitted += (resized(quote, quantity, f"cut to {what}"),)
        lots -= quantity
        funds -= quantity * quote.price if quote.side is BUY else quantity
    return quotes if fitted is None else fitted


def diff(quotes: Quotes, orders: OrderManager, tolerance: Tolerance, rooms: Rooms = (ANY, ANY)) -> Plan:
    """The fewest steps from the open orders to the wanted quotes; removals first, then the side that moves away.

    The quotes are within `rooms`, those of bids and asks; the orders that stay shall be so too.
    """
    plan = Plan([], [], [], [], [])
    bids = _diff_side(BUY, quotes.bids, orders, tolerance, plan)
    asks = _diff_side(SELL, quotes.asks, orders, tolerance, plan)
    _press(BUY, quotes.bids, rooms[0], plan, bids)
    _press(SELL, quotes.asks, rooms[1], plan, asks)
    if bids or asks:
        plan.steps.extend(asks + bids if _rising(bids) or _rising(asks) else bids + asks)
        plan.steps.sort(key=_rank)
    return plan


def _diff_side(
    side: Side, wanted: tuple[Quote, ...], orders: OrderManager, tolerance: Tolerance, plan: Plan
) -> list[Step]:
    """A side's steps; the plan gets what needs none."""
    standing = orders.nearest_first(side, STANDING)
    steps: list[Step] = []
    open_quotes: list[Quote] = []
    for quote in wanted:
        order = _closest(quote, standing, tolerance.stay)
        if order is None:
            open_quotes.append(quote)
            continue
        standing.remove(order)
        step = _resize(order, quote)
        if step is None:
            plan.kept.append(Pair(order, quote))
        else:
            steps.append(step)
    for quote in open_quotes:
        if not standing:
            steps.append(Place(quote))
            continue
        order = next((one for one in standing if one.status is not _PENDING_NEW), None)
        if order is None:
            plan.waiting.append(Pair(standing.pop(0), quote))
            continue
        standing.remove(order)
        if abs(order.price - quote.price) <= tolerance.move * quote.price:
            steps.append(Move(order, quote))
        else:
            steps.append(Remove(order, "too far from its quote", quote))
    for order in standing:
        if order.status is _PENDING_NEW:
            plan.unwanted.append(order)
        else:
            steps.append(Remove(order, "no longer wanted"))
    return steps


def _press(side: Side, wanted: tuple[Quote, ...], room: Room, plan: Plan, steps: list[Step]) -> None:
    """Make orders that stay as small as their quotes, the largest excess first, until the side is within its room."""
    larger = [pair for pair in plan.kept if pair.order.side is side and _excess(pair) > 0]
    if not larger:
        return
    lots = value = 0
    for quote in wanted:
        lots += quote.quantity
        value += quote.price * quote.quantity
    for pair in larger:
        lots += _excess(pair)
        value += pair.order.price * _excess(pair)
    for pair in sorted(larger, key=_excess, reverse=True):
        if room.holds(side, lots, value):
            return
        order, quote = pair.order, pair.quote
        lots -= _excess(pair)
        value -= order.price * _excess(pair)
        if order.status is _PENDING_NEW:
            plan.oversized.append(pair)
        elif order.status is not Status.PENDING_AMEND:
            plan.kept.remove(pair)
            steps.append(Shrink(order, quote))


def _excess(pair: Pair) -> int:
    """By how much an order is larger than its quote once it is as it was asked to be, lots."""
    order = pair.order
    return (order.pending_quantity or order.quantity) - order.filled - pair.quote.quantity


def lasting(plan: Plan, quotes: Quotes, tolerance: Tolerance) -> bool:
    """Whether, once all steps have left, comparing again finds nothing while orders do no more than they were asked to.

    That is where nothing waits, no size may have to be changed after an acknowledgement, and no order is within the
    tolerance of two quotes.
    """
    if plan.waiting or plan.unwanted or plan.oversized:
        return False
    for pair in plan.kept:
        if pair.order.status is _PENDING_NEW and pair.quote.target != pair.order.target:
            return False
    return _apart(quotes.bids, tolerance.stay) and _apart(quotes.asks, tolerance.stay)


def _apart(quotes: tuple[Quote, ...], share: float) -> bool:
    if len(quotes) < 2:  # noqa: PLR2004 - one alone is apart
        return True
    prices = sorted(quote.price for quote in quotes)
    least = APART * share * prices[-1]
    return all(high - low > least for low, high in pairwise(prices))


def _resize(order: Order, quote: Quote) -> Move | Shrink | None:
    """What brings an order that stands well to its quote's size; None where nothing does, or nothing may yet."""
    if quote.target == order.target:
        return None
    if quote.quantity > order.quantity:
        return Move(order, quote) if order.status in RESTING else None
    if quote.quantity < order.left and order.status in _AMENDABLE:
        return Shrink(order, quote)
    return None


def _closest(quote: Quote, standing: list[Order], share: float) -> Order | None:
    best: Order | None = None
    price, since = quote.price, quote.since
    bound = least = share * price
    for order in standing:
        off = abs(order.price - price)
        if off <= bound and order.created >= since and (best is None or off < least):
            best, least = order, off
    return best


def _rising(steps: list[Step]) -> bool:
    return any(type(step) is Move and step.quote.price > step.order.price for step in steps)


def _rank(step: Step) -> int:
    if isinstance(step, Remove):
        return 0
    return 1 if isinstance(step, Shrink) else 2
