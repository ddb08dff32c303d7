"""The exchange's filters with Binance's error codes (rest-api/errors.md, filters.md)."""

import msgspec

from mm_tui.model.instrument import Instrument


class Refusal(msgspec.Struct, frozen=True):
    """Why the venue does not take an order."""

    code: int
    reason: str


NO_ORDER = Refusal(-2011, "Unknown order sent.")
WOULD_MATCH = Refusal(-2010, "Order would immediately match and take.")
NO_FUNDS = Refusal(-2010, "Account has insufficient balance for requested action.")
DUPLICATE = Refusal(-2010, "Duplicate order sent.")
NOT_ATTEMPTED = Refusal(-2022, "Order cancel-replace failed: the new order was not attempted.")
NOT_SMALLER = Refusal(-2038, "Order amend rejected: the new quantity must be smaller and over what is filled.")


def check(instrument: Instrument, price: int, quantity: int, open_orders: int) -> Refusal | None:
    """Hold a new order against the symbol's filters; ticks and lots."""
    if not instrument.min_price <= price <= instrument.max_price:
        return Refusal(-1013, "Filter failure: PRICE_FILTER")
    if not instrument.min_quantity <= quantity <= instrument.max_quantity:
        return Refusal(-1013, "Filter failure: LOT_SIZE")
    if price * quantity < instrument.min_notional_units:
        return Refusal(-1013, "Filter failure: NOTIONAL")
    if open_orders >= instrument.max_orders:
        return Refusal(-2010, "Filter failure: MAX_NUM_ORDERS")
    return None
