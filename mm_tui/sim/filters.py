"""The exchange's filters with Binance's error codes and texts (filters.md, errors.md).

A filter that the instrument does not carry does not apply. Price, size and value are looked at before the order book,
by code −1013; what depends on the account's other orders and its balance is the order book's to say, by −2010; an
amend is refused by −2038. Where this venue differs:

- PERCENT_PRICE and PERCENT_PRICE_BY_SIDE compare with the exchange's average over some minutes; here that is the last
  public trade, and before the first one the mid. Without either they do not apply.
- EXCHANGE_MAX_NUM_ORDERS counts the orders of one symbol, the only one that is traded here.
- Binance names no text for a new order of a symbol that only takes cancels; this is the one of a closed market.
"""

import msgspec

from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, Side
from mm_tui.model.instrument import Instrument


class Refusal(msgspec.Struct, frozen=True):
    """Why the venue does not take an order."""

    code: int
    reason: str


NO_ORDER = Refusal(-2011, "Unknown order sent.")
NOT_FOUND = Refusal(-2013, "Order does not exist.")
WOULD_MATCH = Refusal(-2010, "Order would immediately match and take.")
NO_FUNDS = Refusal(-2010, "Account has insufficient balance for requested action.")
DUPLICATE = Refusal(-2010, "Duplicate order sent.")
NOT_ATTEMPTED = Refusal(-2022, "Order cancel-replace failed: the new order was not attempted.")
CLOSED = Refusal(-1013, "Market is closed.")
NOT_SMALLER = Refusal(-2038, "Order amend (quantity increase) is not supported.")
NO_CHANGE = Refusal(-2038, "The requested action would change no state; rejecting")
ALL_FILLED = Refusal(-2038, "Order amend rejected: the new quantity must be over what is filled.")
TOO_MANY_AMENDS = Refusal(-2038, "Filter failure: MAX_NUM_ORDER_AMENDS")

DRILL = Refusal(-1015, "A drill: refused on purpose.")


class Standing(msgspec.Struct, frozen=True):
    """What filters look at beside the order itself; a replaced order is left out."""

    open_orders: int
    base: int
    """Held, free or not, millionths of a lot."""
    open_bids: int
    """What they may still buy, lots."""
    average2: int | None
    """The price that PERCENT_PRICE compares with, half ticks; None where none is known."""


def check(instrument: Instrument, side: Side, price: int, quantity: int, standing: Standing) -> Refusal | None:
    """Hold a new order against the symbol's filters; ticks and lots."""
    if instrument.status != "TRADING":
        return CLOSED
    if not instrument.min_price <= price <= instrument.max_price:
        return _failure(-1013, "PRICE_FILTER")
    far = _too_far(instrument, side, price, standing.average2)
    if far:
        return _failure(-1013, far)
    return check_size(instrument, price, quantity) or _check_account(instrument, side, quantity, standing)


def _check_account(instrument: Instrument, side: Side, quantity: int, standing: Standing) -> Refusal | None:
    bound = instrument.max_position
    if side is BUY and bound is not None and standing.base + (standing.open_bids + quantity) * MICRO > bound * MICRO:
        return _failure(-2010, "MAX_POSITION")
    if standing.open_orders >= instrument.max_orders:
        return _failure(-2010, "MAX_NUM_ORDERS")
    everywhere = instrument.max_exchange_orders
    if everywhere is not None and standing.open_orders >= everywhere:
        return _failure(-2010, "EXCHANGE_MAX_NUM_ORDERS")
    return None


def check_size(instrument: Instrument, price: int, quantity: int) -> Refusal | None:
    """Size and value of an order, new or made smaller."""
    if not instrument.min_quantity <= quantity <= instrument.max_quantity:
        return _failure(-1013, "LOT_SIZE")
    value, most = price * quantity, instrument.max_notional_units
    if value < instrument.min_notional_units or (most is not None and value > most):
        return _failure(-1013, instrument.notional_filter)
    return None


def _too_far(instrument: Instrument, side: Side, price: int, average2: int | None) -> str:
    """The filter by which a price is too far from the average; empty where it is not. A multiplier of 0 is none."""
    if average2 is None:
        return ""
    for bounds in instrument.price_ranges:
        up, down = (bounds.bid_up, bounds.bid_down) if side is BUY else (bounds.ask_up, bounds.ask_down)
        if 2 * price < average2 * down or (up and 2 * price > average2 * up):
            return bounds.name
    return ""


def _failure(code: int, name: str) -> Refusal:
    return Refusal(code, f"Filter failure: {name}")
