"""What one fill was worth, as far as it is known: made when it is booked, completed as time goes by."""

from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from mm_tui.model.account import MICRO
from mm_tui.model.events import Side
from mm_tui.model.facts import Filled

HORIZONS: Final = ("100ms", "1s", "5s", "30s", "60s")
"""At which a fill is looked at again."""
MidBefore = Callable[[int], tuple[int, bool]]
"""The mid that stood just before a time, half ticks, and whether it was the market's then; 0 where nothing is known."""


def unknown(ts: int) -> tuple[int, bool]:
    """The past of whoever remembers none."""
    del ts
    return 0, False


def insert(fills: deque["Worth"], fill: "Worth") -> None:
    """Put a fill among others in the order of their time; most are reported in it."""
    place = len(fills)
    while place and fills[place - 1].ts > fill.ts:
        place -= 1
    fills.insert(place, fill)


class Worth(msgspec.Struct, gc=False):
    """A fill and its value; values in millionths of a lot at a half tick, as the account counts them."""

    number: int
    """Counts fills from 1."""
    ts: int
    """When it traded, ns."""
    side: Side
    price: int
    quantity: int
    maker: bool
    mid2: int
    """The mid just before it traded, half ticks; the last one known where it was not."""
    known: bool
    """Whether that mid was the market's at the time."""
    signed: int
    """Bought, or sold as a negative number, millionths of a lot."""
    spread2: int
    """Spread captured: s·q·(m − p)."""
    fee2: int
    """Negative where it was paid; a base fee at the mid just before."""
    fee_base: int
    """What was paid in base, millionths of a lot."""
    adverse2: int | None = None
    """s·q·(m five seconds later − m just before); None until they are over."""
    looks: int = 0
    """Horizons that are over; with all of them nothing changes any more."""
    markouts: list[float | None] = msgspec.field(default_factory=lambda: [None] * len(HORIZONS))
    """At each of the horizons, bps; None until then, and where the book was invalid then."""

    @property
    def complete(self) -> bool:
        """Whether nothing more will be known."""
        return self.looks == len(HORIZONS)

    @property
    def net2(self) -> int | None:
        """The three together; None until the five seconds are over."""
        return None if self.adverse2 is None else self.spread2 + self.adverse2 + self.fee2


def worth_of(number: int, fill: Filled, mid2: int) -> Worth:
    """A fill as it is booked; `mid2` stands in where the mid just before it is not known."""
    before = fill.mid2 or mid2
    signed = fill.side * fill.quantity * MICRO
    in_base = fill.fee_in_base and not fill.fee_asset
    return Worth(
        number=number,
        ts=fill.matched,
        side=fill.side,
        price=fill.price,
        quantity=fill.quantity,
        maker=fill.maker,
        mid2=before,
        known=bool(fill.mid2),
        signed=signed,
        spread2=signed * (before - 2 * fill.price),
        fee2=-fill.fee * (before if in_base else 2),
        fee_base=fill.fee if in_base else 0,
    )
