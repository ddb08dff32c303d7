"""An index ready to be asked: what was displayed where, which trade comes next, how far the mid moved.

Made once in a process and shared by all its runs; nothing in it belongs to a run.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

from mm_tui.backtest.index.file import Stored
from mm_tui.backtest.index.reach import Reach, depths, heights
from mm_tui.backtest.index.shape import BOUGHT
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL, Side, Trade
from mm_tui.risk.breaker import Breaker
from mm_tui.risk.limits import Limits
from mm_tui.strategy.api import NEVER

NOWHERE = (0, 0)
STRETCH = 256
"""Moves of the mid that are looked at together."""


class SideLookup:
    """One side of the book at any moment; `at` counts the inputs that were heard."""

    __slots__ = (
        "_best", "_best_at", "_crossing", "_found", "_prices", "_row", "_row_at", "_starts", "_surest", "_worst",
        "_worst_at", "sign",
    )  # fmt: skip

    def __init__(self, stored: Stored, side: Side) -> None:
        name, columns = side.book_word, stored.columns
        self.sign = int(side)
        self._best_at, self._best = columns[f"{name}_at"], columns[f"{name}_best"]
        self._crossing = heights(self._best) if side is BUY else depths(self._best)
        self._worst_at, self._worst = columns[f"{name}_worst_at"], columns[f"{name}_worst"]
        self._prices, self._starts = columns[f"{name}_price"], columns[f"{name}_start"]
        self._row_at, self._row = columns[f"{name}_row_at"], columns[f"{name}_row"]
        self._found: dict[int, tuple[int, int]] = {}
        surest = (max if side is BUY else min)(filter(None, self._worst), default=0)
        self._surest = surest * self.sign if surest else 1 << 62
        """From this price on, times sign, the side was known at all times."""

    def best(self, at: int) -> int:
        """The best price; 0 while the side is empty."""
        place = bisect_left(self._best_at, at)
        return self._best[place - 1] if place else 0

    def crosses(self, price: int, at: int) -> int:
        """The first input from `at` on that brings the best price to an order of the other side, or an early one.

        A number that no input has where there is none.
        """
        place = bisect_left(self._best_at, at)
        if place and self.sign * (self._best[place - 1] - price) >= 0:
            return at
        place = self._crossing.next(place, price)
        return self._best_at[place] if place < len(self._best_at) else NEVER

    def walk(self, limit: int, at: int) -> Iterator[tuple[int, int]]:
        """Levels from the best one to the limit, the limit included."""
        best = self.best(at)
        low, high = (limit, best) if self.sign > 0 else (best, limit)
        prices = self._prices[bisect_left(self._prices, low) : bisect_right(self._prices, high)] if best else ()
        for price in reversed(prices) if self.sign > 0 else prices:
            quantity = self.standing(price, at)
            if quantity:
                yield price, quantity

    def rows(self, price: int) -> tuple[int, int]:
        """From where to where the price's rows stand."""
        found = self._found.get(price)
        if found is None:
            place = bisect_left(self._prices, price)
            known = place < len(self._prices) and self._prices[place] == price
            found = self._found[price] = (self._starts[place], self._starts[place + 1]) if known else NOWHERE
        return found

    def standing(self, price: int, at: int) -> int:
        """Quantity displayed at a price; 0 where there is none, or none is known."""
        start, end = self._found.get(price) or self.rows(price)
        place = bisect_left(self._row_at, at, start, end)
        return self._row[place - 1] if place > start else 0

    def displayed(self, price: int, at: int) -> int | None:
        """Quantity displayed at a price; None where it is not known."""
        quantity = self.standing(price, at)
        return quantity if quantity or self._covers(price, at) else None

    def always(self, price: int) -> bool:
        """Whether the side is known at a price from when the book is first whole."""
        return price * self.sign >= self._surest

    def changes(self, price: int, start: int, end: int) -> list[int]:
        """What was displayed at a price after each input from `start` to before `end` that changed it."""
        first, last = self.rows(price)
        first = bisect_left(self._row_at, start, first, last)
        last = bisect_left(self._row_at, end, first, last)
        return list(self._row[first:last])

    def _covers(self, price: int, at: int) -> bool:
        place = bisect_left(self._worst_at, at)
        worst = self._worst[place - 1] if place else 0
        return bool(worst) and price * self.sign >= worst * self.sign


class Lookup:
    """A whole index."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        self.head = stored.head
        columns = stored.columns
        self.ts, self.kind = columns["ts"], columns["kind"]
        self.count = len(self.ts)
        self.touch_at, self.touch_bid, self.touch_ask = (columns[f"touch_{name}"] for name in ("at", "bid", "ask"))
        self.mids = Reach(columns["touch_mid"])
        self.trade_at, self.lots, self.number = columns["trade_at"], columns["lots"], columns["number"]
        self.bought, self.sold = heights(columns["bought"]), depths(columns["sold"])
        self._bought, self._sold = columns["bought"], columns["sold"]
        self.book_at, self.fresh_at, self.moved_at = columns["book_at"], columns["fresh_at"], columns["moved_at"]
        self.bids, self.asks = SideLookup(stored, BUY), SideLookup(stored, SELL)
        self.spell_at, self.spells = self._turns()
        """After which inputs the book was lost or whole again, and since when which: `(ts, whether it was valid)`."""
        self._silences: dict[int, list[int]] = {}
        self._calm: dict[tuple[float, float], bool] = {}

    def _turns(self) -> tuple[list[int], list[tuple[int, bool]]]:
        places: list[int] = []
        spells: list[tuple[int, bool]] = []
        valid = False
        for special in self.head.specials:
            if special.valid is not valid:
                valid = special.valid
                places.append(special.at)
                spells.append((special.event.ts, valid))
        return places, spells

    def side(self, side: Side) -> SideLookup:
        """The bids or the asks."""
        return self.bids if side is BUY else self.asks

    def book_from(self, at: int) -> int:
        """The first input from `at` on that is a diff or a snapshot; the number of inputs where there is none."""
        place = bisect_left(self.book_at, at)
        return self.book_at[place] if place < len(self.book_at) else self.count

    def moved_from(self, at: int) -> int:
        """The first input from `at` on after which the strategy is asked; their number where there is none."""
        place = bisect_left(self.moved_at, at)
        return self.moved_at[place] if place < len(self.moved_at) else self.count

    def trade(self, at: int) -> Trade:
        """The public trade that an input is."""
        place = bisect_left(self.trade_at, at)
        bought = self.kind[at] == BOUGHT
        return Trade(
            ts=self.ts[at],
            trade_id=self.number[place],
            price=self.price_of(place),
            quantity=self.lots[place],
            side=BUY if bought else SELL,
        )

    def price_of(self, place: int) -> int:
        """The price of a public trade by its place among them."""
        return int(self._bought[place] or self._sold[place])

    def trades_before(self, at: int) -> int:
        """How many public trades there were among so many inputs."""
        return bisect_left(self.trade_at, at)

    def first_at(self, ts: int, at: int, end: int | None = None) -> int:
        """The first input from `at` on that came at this time or later; `end` where none before it did."""
        return bisect_left(self.ts, ts, at, end)

    def stale_from(self, at: int, stale_after: int) -> tuple[int | None, int]:
        """When the book is next stale, unless it is so already: so long after its last frame before a silence; None.

        As of so many inputs heard, and up to how many that holds; `stale_after` in ns.
        """
        fresh_at = self.fresh_at
        ends = self._silences.get(stale_after)
        if ends is None:
            times = [self.ts[fresh] for fresh in fresh_at]
            ends = self._silences[stale_after] = [
                place for place, (one, other) in enumerate(pairwise(times)) if other - one >= stale_after
            ]
        heard = bisect_left(fresh_at, at)
        place = bisect_left(ends, heard - 1)
        if place < len(ends):
            last = ends[place]
            return self.ts[fresh_at[last]] + stale_after, fresh_at[last + 1]
        return self.ts[fresh_at[-1]] + stale_after if fresh_at else None, self.count

    def stood(self, ts: int) -> tuple[int, bool]:
        """The mid after all that came up to a time, half ticks, 0 while unknown; whether the book was valid then."""
        heard = bisect_right(self.ts, ts)
        touches, turns = bisect_left(self.touch_at, heard), bisect_left(self.spell_at, heard)
        return self.mids.values[touches - 1] if touches else 0, bool(turns) and self.spells[turns - 1][1]

    def calm(self, limits: Limits) -> bool:
        """Whether the mid never moved so far within the window that the breaker of the price change would trip."""
        terms = (limits.price_change_window_s, limits.max_price_change_bps)
        if terms not in self._calm:
            self._calm[terms] = self._plainly_calm(limits) or self._calm_move_by_move(limits)
        return self._calm[terms]

    def _plainly_calm(self, limits: Limits) -> bool:
        """Whether it is so even when the mids of a stretch are held against all of the window before its first one."""
        ts, touch_at, count = self.ts, self.touch_at, len(self.touch_at)
        window, share = round(limits.price_change_window_s * SECOND), limits.max_price_change_bps / 10_000
        first = 0
        for start in range(0, count, STRETCH):
            oldest = ts[touch_at[start]] - window
            while ts[touch_at[first]] < oldest:
                first += 1
            low, high = self.mids.extremes(max(0, first - 1), min(count, start + STRETCH))
            if high - low > share * low:
                return False
        return True

    def _calm_move_by_move(self, limits: Limits) -> bool:
        breaker, ts = Breaker(limits), self.ts
        return all(
            breaker.on_mid(ts[at], mid2) is None for at, mid2 in zip(self.touch_at, self.mids.values, strict=True)
        )
