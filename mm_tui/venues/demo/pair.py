"""The pair that an embedded exchange trades, as its protocol needs it: spelling, digits and filters."""

from math import floor, log10

from msgspec import Struct

from mm_tui.errors import UsageError

WIRE_DECIMALS = 8
"""Binance writes every price and quantity with eight decimals."""
PRICE_DIGITS = 7
"""A price is given a tick that leaves it so many significant digits: 0.01 at 61,800."""


LEAST_MAGNITUDE = -4
"""Below 0.0001 eight decimals leave too few ticks for a book."""


class Pair(Struct, frozen=True):
    """One spot pair; prices in ticks of 10 ** -price_decimals, quantities in lots of 10 ** -quantity_decimals."""

    base: str
    quote: str
    price_decimals: int
    quantity_decimals: int

    @property
    def symbol(self) -> str:
        """`BTCUSDT`."""
        return self.base + self.quote

    @property
    def stream_symbol(self) -> str:
        """`btcusdt`."""
        return self.symbol.lower()

    def price(self, ticks: int) -> str:
        """A price as Binance writes it."""
        return wire_number(ticks, self.price_decimals)

    def quantity(self, lots: int) -> str:
        """A quantity as Binance writes it."""
        return wire_number(lots, self.quantity_decimals)

    def ticks(self, price: float) -> int:
        """The price of a setting as the nearest whole tick."""
        return round(price * float(10**self.price_decimals))


def pair_of(symbol: str, price: float) -> Pair:
    """The pair named `BASE/QUOTE`, its tick and step suiting its price; raises UsageError where there can be none."""
    base, slash, quote = symbol.partition("/")
    if not (slash and base.isalnum() and quote.isalnum()):
        raise UsageError(f"the demo needs a symbol like BTC/USDT, not {symbol!r}")
    magnitude = floor(log10(price))
    if not LEAST_MAGNITUDE <= magnitude < PRICE_DIGITS:
        raise UsageError(f"demo.start_price {price} is out of range; take one from 0.0001 to below 10,000,000")
    return Pair(
        base.upper(),
        quote.upper(),
        price_decimals=min(WIRE_DECIMALS, PRICE_DIGITS - 1 - magnitude),
        quantity_decimals=min(WIRE_DECIMALS, max(0, magnitude + 1)),
    )


def wire_number(count: int, decimals: int) -> str:
    """`count` steps of 10 ** -decimals with eight decimals, exact: 6180001 at 2 is 61800.01000000."""
    scaled = count * 10 ** (WIRE_DECIMALS - decimals)
    whole, rest = divmod(scaled, 100_000_000)
    return f"{whole}.{rest:08d}"
