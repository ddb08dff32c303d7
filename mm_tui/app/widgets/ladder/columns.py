"""How wide each column of the ladder is: fixed for a size and a market, so that nothing jumps."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from mm_tui.views import fmt

UNITS = ("quote", "ticks", "bps")
"""In what the ladder writes its prices."""
MARK = 2
"""Width of the column of our own orders where it can only mark them."""
AIR = 4
"""Blank cells around a price: two a side, the outer of which shows the last trade's direction."""
QUEUE = 5
"""Cells of the bar that shows where in a queue our order stands."""
SETS: Final[dict[str, tuple[str, ...]]] = {
    "auto": ("bar", "queue", "eta", "depth", "change", "traded", "ahead"),
    "queue": ("queue", "eta", "ahead", "bar", "depth", "change", "traded"),
    "flow": ("change", "traded", "bar", "queue", "eta", "depth", "ahead"),
    "depth": ("depth", "bar", "queue", "eta", "change", "traded", "ahead"),
}
"""Sets of columns by name: what is taken first where there is no room for all of them."""
_MIN_PRICE = {"quote": 9, "ticks": 8, "bps": 7}
_MIN_QUANTITY = 7
_MOST_QUANTITY = 10
_BAR_FROM, _BAR_MOST = 3, 24
_WING = 5
"""Characters that a figure beside the book may take, its sign not counted."""
_BPS = 10_000
_POWERS: Final = ((0, ""), (3, "k"), (6, "M"), (9, "G"))


class Scale(NamedTuple):
    """How the figures beside the book are written."""

    places: int
    """Digits after the point."""
    power: int
    """They are divided by ten to this."""
    letter: str
    """What stands for that in a heading."""
    width: int
    """Cells of a column, a blank at its left included."""


class Columns(NamedTuple):
    """Widths in cells; 0 where there is no room. Bids and asks mirror each other around the price."""

    width: int
    """All of it."""
    price: int
    quantity: int
    bar: int
    mine: int
    ahead: int
    """What stands before our own order, lots."""
    queue: int
    """The same as a bar."""
    eta: int
    change: int
    """What was added or taken a moment ago."""
    depth: int
    """Displayed from the touch on."""
    traded: int
    margin: int
    """Blank at the left; what does not divide by two stays at the right."""
    places: int
    """Digits after the point of a quantity."""
    fine: Scale
    """How a change of size is written, and what stands ahead."""
    deep: Scale
    """How depth is."""
    flow: Scale
    """How what traded is."""

    @property
    def side(self) -> int:
        """Cells that bids take, and asks."""
        return self.mine + self.bar + self.quantity

    @property
    def left(self) -> int:
        """Cells of the wing that tells of our own orders' queues."""
        return self.ahead + self.queue + self.eta

    @property
    def right(self) -> int:
        """Cells of the wing that tells of the market."""
        return self.change + self.depth + self.traded


class Needs(NamedTuple):
    """The longest that each kind of number gets."""

    price: int
    """Cells."""
    own: int
    """Lots."""
    largest: int
    """Displayed at a row, lots."""
    deepest: int
    """Displayed from the touch on, lots."""
    traded: int
    """At a row, lots."""


@lru_cache(maxsize=64)
def columns_for(width: int, needs: Needs, step: Decimal, chosen: str = "auto") -> Columns:
    """Price first, then quantities and own orders, then what the chosen set names, as far as the width goes."""
    price = min(width, needs.price + AIR)
    side = (width - price) // 2
    places = fmt.unit_of(step)[1]
    whole = len(fmt.grouped(int(needs.largest * step), 0))
    while places > 0 and whole + 1 + places + 1 > max(_MIN_QUANTITY, min(side // 5, _MOST_QUANTITY)):
        places -= 1
    quantity = max(_MIN_QUANTITY, whole + 2 + places)
    mine = max(7, len(fmt.steps(max(1, needs.own), step)) + 2)
    if side < quantity:
        quantity = mine = 0
    elif side < quantity + mine:
        mine = MARK if side >= quantity + MARK else 0
    fine, deep, flow = (scale_for(most, step) for most in (needs.largest, needs.deepest, needs.traded))
    wanted = {
        "bar": 2 * _BAR_FROM, "ahead": fine.width, "queue": QUEUE + 1, "eta": 5, "change": fine.width + 1,
        "depth": deep.width, "traded": flow.width,
    }  # fmt: skip
    room = width - price - 2 * (quantity + mine)
    given = dict.fromkeys(wanted, 0)
    for name in SETS[chosen] if mine > MARK else ():
        if wanted[name] <= room:
            given[name] = wanted[name]
            room -= wanted[name]
    bar, more = given.pop("bar"), 0
    if bar:
        more = min(_BAR_MOST - _BAR_FROM, room // 2)
        bar = _BAR_FROM + more
    return Columns(
        width=width, price=price, quantity=quantity, bar=bar, mine=mine, margin=max(0, room - 2 * more) // 2,
        places=places, fine=fine, deep=deep, flow=flow, **given,
    )  # fmt: skip


def scale_for(most: int, step: Decimal) -> Scale:
    """So many digits that the largest number has room, thousands or millions where it has none otherwise."""
    exact = fmt.unit_of(step)[1]
    for power, letter in _POWERS:
        whole = len(fmt.grouped(int(most * step) // 10**power, 0))
        if whole <= _WING or letter == _POWERS[-1][1]:
            places = max(0, min(exact + power, _WING - 1 - whole))
            return Scale(places, power, letter, max(6, whole) + 1 + bool(letter))
    raise AssertionError  # the last power is always taken


def beside(lots: int, step: Decimal, scale: Scale, *, signed: bool = False) -> str:
    """A figure in the wing; what is too small for its digits is `<` and the smallest they can hold."""
    unit, exact = fmt.unit_of(step)
    cut = exact + scale.power - scale.places
    kept = abs(lots) * unit // 10**cut if cut > 0 else abs(lots) * unit * 10**-cut
    small = "<" if lots and not kept else ""
    text = small + fmt.grouped(kept or bool(lots), scale.places)
    if not signed or small:
        return text
    return f"+{text}" if lots > 0 else f"{fmt.MINUS}{text}" if lots < 0 else text


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
