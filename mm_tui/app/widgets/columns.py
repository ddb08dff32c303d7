"""How wide each column of the ladder is: fixed for a size and a market, so that nothing jumps."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from mm_tui.views import fmt

UNITS = ("quote", "ticks", "bps")
"""In what the ladder writes its prices."""
MARK = 2
"""Width of the column of our own orders where it can only mark them."""
AIR = 4
"""Blank cells around a price: two a side, the outer of which shows the last trade's direction."""
_MIN_PRICE = {"quote": 9, "ticks": 8, "bps": 7}
_MIN_QUANTITY = 7
_BAR_FROM, _BAR_MOST = 3, 24
_BPS = 10_000


class Columns(NamedTuple):
    """Widths in cells, one side; the other side mirrors them around the price."""

    width: int
    """All of it."""
    price: int
    quantity: int
    """0 where there is no room."""
    bar: int
    mine: int
    ahead: int
    """What stands in the queue before our own order."""
    margin: int
    """Blank at the left; what does not divide by two stays at the right."""
    places: int
    """Digits after the point of a quantity."""

    @property
    def side(self) -> int:
        """Cells a side takes."""
        return self.ahead + self.mine + self.bar + self.quantity


def columns_for(width: int, price_width: int, largest_own: int, largest: int, step: Decimal) -> Columns:
    """Price first, then quantities, own orders, bars and the queue, as far as the width goes."""
    price = min(width, price_width + AIR)
    side = (width - price) // 2
    places = fmt.unit_of(step)[1]
    whole = len(fmt.grouped(int(largest * step), 0))
    while places > 0 and whole + 1 + places + 1 > max(_MIN_QUANTITY, min(side // 2, 10)):
        places -= 1
    quantity = max(_MIN_QUANTITY, whole + 2 + places)
    mine = max(7, len(fmt.steps(max(1, largest_own), step)) + 2)
    ahead = 8
    if side < quantity:
        quantity = mine = ahead = 0
    elif side < quantity + mine:
        mine, ahead = (MARK if side >= quantity + MARK else 0), 0
    elif side < quantity + mine + _BAR_FROM + ahead:
        ahead = 0
    bar = min(_BAR_MOST, max(0, side - quantity - mine - ahead)) if quantity else 0
    bar = bar if bar >= _BAR_FROM - 1 else 0
    used = quantity + mine + ahead + bar
    return Columns(width, price, quantity, bar, mine, ahead, max(0, (width - price) // 2 - used), places)


def price_text(price: int, mid2: int | None, unit: str, tick: Decimal) -> str:
    """A price in the unit that was chosen; distances are signed and measured from the mid."""
    if unit == "bps":
        return fmt.bps((2 * price - mid2) / mid2 * _BPS) if mid2 else fmt.UNKNOWN
    return fmt.grouped(price, 0) if unit == "ticks" else fmt.steps(price, tick)


def price_width(prices: Iterable[int], unit: str, tick: Decimal) -> int:
    """The width that the longest of the prices takes."""
    if unit == "bps":
        return _MIN_PRICE[unit]
    return max(_MIN_PRICE[unit], *(len(price_text(price, None, unit, tick)) for price in prices))
