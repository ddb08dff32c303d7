"""What is traded: its tick, its step and the exchange's filters.

Prices are whole ticks and quantities whole steps ("lots") everywhere inside the desk; this is the one
place where text and decimals become integers and integers become decimals again.
"""

from decimal import Decimal, InvalidOperation
from functools import cached_property

import msgspec

from mm_tui.errors import InexactValue

SMALLEST = Decimal("1e-18")
"""Of ticks and steps; no exchange counts finer."""
LARGEST = Decimal("1e12")
"""Of ticks and steps."""
MOST = 1 << 63
"""Above any number of ticks, lots or orders that an exchange names."""
RICHEST = Decimal("1e24")
"""Above any value in quote that a filter names."""


class PriceRange(msgspec.Struct, frozen=True):
    """PERCENT_PRICE or PERCENT_PRICE_BY_SIDE: how far from the average price an order may stand, as multiples of it."""

    name: str
    """Of the filter."""
    bid_up: Decimal
    bid_down: Decimal
    ask_up: Decimal
    ask_down: Decimal
    minutes: int = 5
    """The exchange averages over so many; 0 stands for the last price."""


class Instrument(msgspec.Struct, frozen=True, dict=True):
    """A spot pair with its filters; quantities in lots, prices in ticks."""

    symbol: str
    """`BTC/USDT`, in ccxt's unified spelling."""
    base: str
    """What is bought and sold."""
    quote: str
    """What it is paid in."""
    tick_size: Decimal
    """The smallest step of a price, in quote."""
    step_size: Decimal
    """The smallest step of a quantity, in base."""
    min_quantity: int = 1
    """LOT_SIZE, lots."""
    max_quantity: int = 9_000_000_000
    """LOT_SIZE, lots."""
    min_price: int = 1
    """PRICE_FILTER, ticks."""
    max_price: int = 1 << 53
    """PRICE_FILTER, ticks."""
    min_notional: Decimal = Decimal(0)
    """NOTIONAL or MIN_NOTIONAL, quote."""
    max_orders: int = 200
    """MAX_NUM_ORDERS."""
    max_amends: int = 10
    """MAX_NUM_ORDER_AMENDS."""
    max_notional: Decimal | None = None
    """NOTIONAL, quote; None for no bound."""
    notional_filter: str = "NOTIONAL"
    """Which filter bounds the value of an order: `NOTIONAL`, or `MIN_NOTIONAL` on older pairs."""
    price_ranges: tuple[PriceRange, ...] = ()
    """PERCENT_PRICE and PERCENT_PRICE_BY_SIDE, those that apply."""
    max_position: int | None = None
    """MAX_POSITION, lots of base held and wanted by open bids; None for no bound."""
    max_exchange_orders: int | None = None
    """EXCHANGE_MAX_NUM_ORDERS, over all symbols; None for no bound."""
    status: str = "TRADING"
    """`TRADING`, or `CANCEL_ONLY`: no new order is taken."""
    origin: str = "exchange"
    """Where tick and step come from: `exchange`, `settings` or `inferred`."""

    @cached_property
    def venue_symbol(self) -> str:
        """`BTCUSDT`, as Binance spells it."""
        return self.base + self.quote

    @cached_property
    def price_decimals(self) -> int:
        """Digits after the point that a price needs."""
        return decimals_of(self.tick_size)

    @cached_property
    def quantity_decimals(self) -> int:
        """Digits after the point that a quantity needs."""
        return decimals_of(self.step_size)

    @cached_property
    def tick(self) -> float:
        """The tick as a float, for displays and signals only."""
        return float(self.tick_size)

    @cached_property
    def step(self) -> float:
        """The step as a float, for displays and signals only."""
        return float(self.step_size)

    @cached_property
    def unit(self) -> Decimal:
        """Value in quote of one lot at one tick."""
        return self.tick_size * self.step_size

    @cached_property
    def min_notional_units(self) -> int:
        """The smallest order value, in ticks times lots, rounded up."""
        return ceil_div(self.min_notional, self.unit)

    @cached_property
    def max_notional_units(self) -> int | None:
        """The largest order value, in ticks times lots, rounded down; None for no bound."""
        return None if self.max_notional is None else self.value_units(self.max_notional)

    def ticks(self, price: Decimal | str) -> int:
        """Price in quote as whole ticks; raises InexactValue where it is none."""
        return _whole(price, self.tick_size, "price", "tick size", self.symbol)

    def lots(self, quantity: Decimal | str) -> int:
        """Quantity in base as whole lots; raises InexactValue where it is none."""
        return _whole(quantity, self.step_size, "quantity", "step size", self.symbol)

    def floor_lots(self, quantity: Decimal) -> int:
        """Quantity in base as lots, explicitly rounded down."""
        return _times(quantity, self.step_size)

    def price(self, ticks: int) -> Decimal:
        """Ticks as a price in quote, exact."""
        return ticks * self.tick_size

    def quantity(self, lots: int) -> Decimal:
        """Lots as a quantity in base, exact."""
        return lots * self.step_size

    def value(self, ticks: int, lots: int) -> Decimal:
        """Value in quote of so many lots at a price in ticks, exact."""
        return ticks * lots * self.unit

    def value_units(self, value: Decimal) -> int:
        """A value in quote as ticks times lots, rounded down."""
        return _times(value, self.unit)


def impossible(instrument: Instrument) -> str:
    """What of it cannot be true: `tick_size is 0`; empty where all of it may be."""
    for name in ("tick_size", "step_size"):
        if not _within(getattr(instrument, name), SMALLEST, LARGEST):
            return f"{name} is {getattr(instrument, name)}"
    for name in ("min_notional", "max_notional"):
        value = getattr(instrument, name)
        if value is not None and not _within(value, Decimal(0), RICHEST):
            return f"{name} is {value}"
    for name in _COUNTS:
        count = getattr(instrument, name)
        if count is not None and not 0 <= count < MOST:
            return f"{name} is {str(count)[:20]}"
    for bounds in instrument.price_ranges:
        if not all(_within(one, Decimal(0), LARGEST) for one in _multiples(bounds)) or not 0 <= bounds.minutes < MOST:
            return f"{bounds.name[:40]} holds numbers that no filter has"
    return ""


_COUNTS = (
    "min_quantity", "max_quantity", "min_price", "max_price", "max_orders", "max_amends", "max_position",
    "max_exchange_orders",
)  # fmt: skip


def _multiples(bounds: PriceRange) -> tuple[Decimal, ...]:
    return bounds.bid_up, bounds.bid_down, bounds.ask_up, bounds.ask_down


def _within(value: Decimal, least: Decimal, most: Decimal) -> bool:
    return value.is_finite() and least <= value <= most


def decimals_of(step: Decimal) -> int:
    """Digits after the point that multiples of the step need."""
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def ceil_div(value: Decimal, step: Decimal) -> int:
    """How many steps cover the value; a Decimal's `//` cuts towards zero, so the rest decides."""
    try:
        whole, rest = divmod(value, step)
    except InvalidOperation:  # more digits than decimals have
        (over, under), (up, down) = value.as_integer_ratio(), step.as_integer_ratio()
        return -(-over * down // (under * up))
    return int(whole) + (rest > 0)


def _times(value: Decimal, step: Decimal) -> int:
    """How many whole steps the value holds, cut towards zero, however many they are."""
    try:
        return int(value // step)
    except InvalidOperation:  # more digits than decimals have
        (over, under), (up, down) = value.as_integer_ratio(), step.as_integer_ratio()
        return (1 if over >= 0 else -1) * (abs(over) * down // (under * up))


def _whole(value: Decimal | str, step: Decimal, what: str, unit: str, symbol: str) -> int:
    try:
        number = Decimal(value)
        count = int(number / step) if number.is_finite() else 0
    except (InvalidOperation, ValueError) as error:
        raise InexactValue(f"{what} {value!r} of {symbol} is no number") from error
    if count * step != number:
        raise InexactValue(f"{what} {value} of {symbol} is no multiple of the {unit} {step}")
    return count
