"""From the quotes that are wanted to the fewest commands.

Per side, orders and wanted quotes are matched so that as many orders as possible stay. Then, for what is left:

- an order within the tolerance of a wanted quote stays; where less is wanted than is left of it, it is amended to the
  smaller size and keeps its place in the queue;
- an order off its quote by more is moved by one replace and loses its place, which it would lose anyway;
- an order too far off, or with nothing wanted in its stead, is cancelled; a quote without an order is placed.

Orders whose fate is not yet known (not acknowledged, on their way out, in doubt) are left alone; the next event that
concerns them asks again.
"""

import msgspec

from mm_tui.core.oms import OrderManager
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.instrument import Instrument
from mm_tui.model.orders import RESTING, Order, Status
from mm_tui.strategy.api import Quote, Quotes

STANDING = RESTING | {Status.PENDING_NEW}


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
    left: int
    """What shall be left, lots."""


class Remove(msgspec.Struct, frozen=True):
    """Nothing is wanted in the order's stead, or something far away."""

    order: Order
    reason: str


Step = Place | Move | Shrink | Remove


class Tolerance(msgspec.Struct, frozen=True):
    """How far an order may be off; fractions of the price."""

    stay: float
    move: float


class Room(msgspec.Struct, frozen=True):
    """What the quotes of a side may use together, lots for both and quote units for bids."""

    lots: int
    funds: int


def fit(quotes: tuple[Quote, ...], room: Room, instrument: Instrument, min_units: int) -> tuple[Quote, ...]:
    """Cut a side's quotes, nearest first, to what position limit and balance allow."""
    lots, funds = room.lots, room.funds
    fitted: tuple[Quote, ...] | None = None
    for index, quote in enumerate(quotes):
        affordable = min(lots, funds // quote.price if quote.side is BUY else funds)
        if affordable >= quote.quantity:
            quantity = quote.quantity
            if fitted is not None:
                fitted += (quote,)
        else:
            if fitted is None:
                fitted = quotes[:index]
            quantity = affordable
            if quantity < instrument.min_quantity or quote.price * quantity < min_units:
                continue
            reason = quote.reason + ", cut to what is free"
            fitted += (msgspec.structs.replace(quote, quantity=quantity, target=quantity, reason=reason),)
        lots -= quantity
        funds -= quantity * quote.price if quote.side is BUY else quantity
    return quotes if fitted is None else fitted


def diff(quotes: Quotes, orders: OrderManager, tolerance: Tolerance) -> list[Step]:
    """The fewest steps from the open orders to the wanted quotes; removals first, then the side that moves away."""
    bids = _diff_side(BUY, quotes.bids, orders, tolerance)
    asks = _diff_side(SELL, quotes.asks, orders, tolerance)
    steps = asks + bids if _rising(bids + asks) else bids + asks
    steps.sort(key=_rank)
    return steps


def _diff_side(  # noqa: C901 - the two passes belong together
    side: Side, wanted: tuple[Quote, ...], orders: OrderManager, tolerance: Tolerance
) -> list[Step]:
    standing = orders.nearest_first(side, STANDING)
    steps: list[Step] = []
    open_quotes: list[Quote] = []
    for quote in wanted:
        order = _closest(quote, standing, tolerance.stay)
        if order is None:
            open_quotes.append(quote)
            continue
        standing.remove(order)
        if quote.target == order.target:
            continue
        if quote.quantity > order.quantity:
            if order.status in RESTING:
                steps.append(Move(order, quote))
        elif quote.quantity < order.left and order.status in (Status.LIVE, Status.PARTIALLY_FILLED):
            steps.append(Shrink(order, quote.quantity))
    for quote in open_quotes:
        order = next((one for one in standing if one.status is not Status.PENDING_NEW), None)
        if order is None:
            if standing:
                standing.pop(0)
            else:
                steps.append(Place(quote))
            continue
        standing.remove(order)
        if abs(order.price - quote.price) <= tolerance.move * quote.price:
            steps.append(Move(order, quote))
        else:
            steps.append(Remove(order, "too far from its quote"))
    steps.extend(Remove(order, "no longer wanted") for order in standing if order.status is not Status.PENDING_NEW)
    return steps


def _closest(quote: Quote, standing: list[Order], share: float) -> Order | None:
    best: Order | None = None
    bound = share * quote.price
    for order in standing:
        off = abs(order.price - quote.price)
        if off <= bound and (best is None or off < abs(best.price - quote.price)):
            best = order
    return best


def _rising(steps: list[Step]) -> bool:
    return any(isinstance(step, Move) and step.quote.price > step.order.price for step in steps)


def _rank(step: Step) -> int:
    if isinstance(step, Remove):
        return 0
    return 1 if isinstance(step, Shrink) else 2
