"""The book over time, for the heat map: what was displayed around the mid, what traded, where our quotes stood."""

from math import log2
from sys import byteorder
from typing import Final

from mm_tui.views.frames.base import Frame

HALF: Final = 160
"""Groups of prices that a column reaches either way of its mid."""
UNKNOWN: Final = 0xFFFF
"""The code of what the book does not know."""
_OCTAVE: Final = 2000


def code_of(lots: int) -> int:
    """A quantity as 16 bits on a logarithmic scale, exact to a fiftieth of a percent: 0 for none."""
    return 1 + round(log2(lots) * _OCTAVE) if lots > 0 else 0


def lots_of(code: int) -> int:
    """The quantity of a code, to a whole lot; 0 where it is not known."""
    return 0 if code in (0, UNKNOWN) else round(2 ** ((code - 1) / _OCTAVE))


class DepthTrades(Frame, frozen=True, kw_only=True):
    """What traded in a group of prices, lots by the aggressor's side."""

    bucket: int
    bought: int = 0
    sold: int = 0


class DepthColumn(Frame, frozen=True, kw_only=True):
    """The book at a moment, in groups of prices: bucket b holds the prices from b times the group up to the next."""

    ts: int
    low: int
    """The lowest bucket."""
    codes: bytes
    """A code of two bytes, in the machine's own order, for each bucket from `low` on."""
    bid: int = 0
    """Best prices, ticks; 0 where the book could not be trusted."""
    ask: int = 0
    own_bids: tuple[int, ...] = ()
    """Prices of our own orders, ticks."""
    own_asks: tuple[int, ...] = ()
    trades: tuple[DepthTrades, ...] = ()
    """Since the column before."""

    def code(self, bucket: int) -> int:
        """The quantity displayed in a bucket, as its code."""
        at = 2 * (bucket - self.low)
        return int.from_bytes(self.codes[at : at + 2], byteorder) if 0 <= at < len(self.codes) else UNKNOWN


class DepthFrame(Frame, frozen=True, kw_only=True):
    """Columns oldest first, close together while they are fresh, further apart the older they are."""

    group: int = 1
    """Ticks a bucket."""
    columns: tuple[DepthColumn, ...] = ()

    def __reduce__(self) -> tuple[type["DepthFrame"], tuple[()]]:
        """Kept as it stands, a desk has the samples elsewhere and makes its frame of them anew."""
        return DepthFrame, ()
