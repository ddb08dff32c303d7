"""What became of the wanted quotes, in words: the orders that stand for them, and the quotes that have none.

The executor notes it whenever it compares quotes with orders; the words are made when somebody asks.
"""

import msgspec

from mm_tui.model.clock import time_of_day
from mm_tui.model.orders import Order, Status
from mm_tui.model.waterfall import Step
from mm_tui.strategy.api import Quote


class Held(msgspec.Struct, frozen=True, gc=False):
    """A wanted quote without an order."""

    quote: Quote
    why: str
    """`order rate 9, limit 8/s`, `paced: 6 a second`, `held by the operator`."""


class Fate(msgspec.Struct, frozen=True, gc=False):
    """The quote that an order stands for."""

    quote: Quote
    why: str = ""
    """Why what the order lacks was not sent; empty where it needs nothing."""


class Explanation(msgspec.Struct, frozen=True):
    """Why an order stands where it stands, and what became of it."""

    order: Order
    steps: tuple[Step, ...]
    """The waterfall of the quote it was sent for; empty where the strategy does not say."""
    fate: str
    """In one line: `sent 14:02:11, kept: 0.2 bps off its quote`."""


def explain(order: Order, fate: Fate | None) -> Explanation:
    """The order with its steps and its fate; `fate` is what the last comparison found, None where no quote wants it."""
    return Explanation(order, order.steps, fate_in_words(order, fate))


def fate_in_words(order: Order, fate: Fate | None) -> str:
    """What became of an order, in one line."""
    sent = f"sent {time_of_day(order.created)}"
    if order.replaces:
        sent += f" in place of {order.replaces}"
    since = f"{time_of_day(order.updated)}: {order.reason}" if order.reason else time_of_day(order.updated)
    match order.status:
        case Status.PENDING_NEW:
            return f"{sent}, waiting for the acknowledgement"
        case Status.PENDING_AMEND:
            return f"{sent}, being made smaller since {time_of_day(order.updated)}"
        case Status.PENDING_CANCEL:
            return f"{sent}, on its way out since {since}"
        case Status.UNKNOWN:
            return f"{sent}, in doubt since {since}"
        case Status.LIVE | Status.PARTIALLY_FILLED:
            return sent + (_standing(order, fate) if fate is not None else "")
        case _:
            return f"{sent}, {order.status} {time_of_day(order.updated)}{_end(order)}"


def _standing(order: Order, fate: Fate) -> str:
    quote = fate.quote
    off = f"{abs(order.price / quote.price - 1) * 10_000:.1f} bps"
    if not fate.why:
        return f", kept: {off} off its quote" if order.price != quote.price else ""
    if order.price != quote.price:
        return f", not moved {off} to its quote: {fate.why}"
    return f", not made smaller: {fate.why}" if quote.quantity < order.left else f", not renewed: {fate.why}"


def _end(order: Order) -> str:
    return "" if order.status is Status.FILLED or not order.reason else f": {order.reason}"
