"""Columns of the heat map: the book around the mid in groups of prices, four times a second, and what traded between.

Always kept, whether it is looked at or not: a column costs what docs/performance.md says, on nobody's way to an order.
"""

from array import array
from typing import Final

from mm_tui.book.side import BookSide
from mm_tui.core.engine import Core
from mm_tui.model.clock import MINUTE, SECOND
from mm_tui.model.events import BUY
from mm_tui.views.frames.depth import HALF, UNKNOWN, DepthColumn, DepthFrame, DepthTrades, code_of
from mm_tui.views.ladder import round_up
from mm_tui.views.thinned import Thinned, Tier

EVERY: Final = SECOND // 4
TIERS: Final = (Tier(EVERY, 60 * SECOND), Tier(SECOND, 6 * MINUTE), Tier(5 * SECOND, 20 * MINUTE))
"""Twenty minutes in seven hundred columns of less than a kilobyte."""
REACH_BPS: Final = 16
"""How far a column reaches either way, about, before prices are rounded to groups of 1, 2, 5, 10 … ticks."""
MOST_LEVELS: Final = 1000
"""Levels of a side that are looked at: what lies behind them is not known."""
_MOVED: Final = 4
"""The groups are chosen anew when the price became so many times what it was, or that part of it."""


class DepthView:
    """Takes columns and makes frames of them; without a new one the frame stays the same object."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._past: Thinned[DepthColumn] = Thinned(DepthColumn, TIERS, merged)
        self._frame = DepthFrame()
        self._group = 0
        self._chosen_at = 0
        """The mid at which the group was chosen, half ticks."""
        self._sampled = 0
        self._count = 0
        self._traded: dict[int, tuple[int, int]] = {}

    def sample(self, ts: int) -> None:
        """Take in what traded, and a column where one is due."""
        core = self._core
        mid2, tape = core.mid2, core.market.tape
        if not mid2:
            return
        if not self._group or not self._chosen_at < _MOVED * mid2 < _MOVED * _MOVED * self._chosen_at:
            self._begin(mid2)
        if tape.count != self._count:
            fresh = min(tape.count - self._count, len(tape.prints))
            self._count = tape.count
            for at in range(-fresh, 0):
                trade = tape.prints[at].trade
                bucket, quantity = trade.price // self._group, trade.quantity
                bought, sold = self._traded.get(bucket, (0, 0))
                self._traded[bucket] = (bought + quantity, sold) if trade.side > 0 else (bought, sold + quantity)
        if ts // EVERY != self._sampled:
            self._sampled = ts // EVERY
            self._past.add(self._column(ts, mid2))

    def _begin(self, mid2: int) -> None:
        """Groups as wide as the price asks for; what was taken in others is forgotten."""
        self._chosen_at = mid2
        self._group = round_up(mid2 * REACH_BPS / (20_000 * HALF))
        self._past = Thinned(DepthColumn, TIERS, merged)
        self._traded.clear()

    def _column(self, ts: int, mid2: int) -> DepthColumn:
        core, group = self._core, self._group
        low = mid2 // (2 * group) - HALF
        trades = tuple(
            DepthTrades(bucket=bucket, bought=bought, sold=sold) for bucket, (bought, sold) in self._traded.items()
        )
        self._traded.clear()
        if not core.book.valid:
            return DepthColumn(ts=ts, low=low, codes=b"", trades=trades)
        quantities = [0] * (2 * HALF)
        for side in (core.book.bids, core.book.asks):
            _fill(quantities, side, group, low)
        orders = list(core.orders.open)
        return DepthColumn(
            ts=ts,
            low=low,
            codes=array("H", [code_of(lots) if lots >= 0 else UNKNOWN for lots in quantities]).tobytes(),
            bid=core.references.bid,
            ask=core.references.ask,
            own_bids=tuple(order.price for order in orders if order.side is BUY),
            own_asks=tuple(order.price for order in orders if order.side is not BUY),
            trades=trades,
        )

    def frame(self) -> DepthFrame:
        """The columns."""
        columns = self._past.all
        if columns is not self._frame.columns:
            self._frame = DepthFrame(group=self._group, columns=columns)
        return self._frame


def _fill(quantities: list[int], side: BookSide, group: int, low: int) -> None:
    """Add a side's levels to the buckets from `low` on; −1 behind the last level that is known."""
    levels, sign, at = side.levels, side.sign, HALF
    most = len(quantities)
    for key in side.keys[: -MOST_LEVELS - 1 : -1]:
        price = key * sign
        at = price // group - low
        if not 0 <= at < most:
            return
        quantities[at] += levels[price]
    for beyond in range(at - 1, -1, -1) if sign > 0 else range(at + 1, most):
        quantities[beyond] = -1


def merged(older: DepthColumn, newer: DepthColumn) -> DepthColumn:
    """Two columns of one step of time: the book as it stood last, all that traded."""
    if not older.trades:
        return newer
    traded = {one.bucket: one for one in older.trades}
    for one in newer.trades:
        before = traded.get(one.bucket)
        if before is not None:
            one = DepthTrades(bucket=one.bucket, bought=before.bought + one.bought, sold=before.sold + one.sold)  # noqa: PLW2901 - the two as one
        traded[one.bucket] = one
    return DepthColumn(
        ts=newer.ts,
        low=newer.low,
        codes=newer.codes,
        bid=newer.bid,
        ask=newer.ask,
        own_bids=newer.own_bids,
        own_asks=newer.own_asks,
        trades=tuple(traded.values()),
    )
