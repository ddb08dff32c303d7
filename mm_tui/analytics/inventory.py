"""How long inventory is held: its half-life, and the share of the time at the limit.

- half-life: the position is sampled at each whole second from the first fill on, as it stood just before. Were it to
  shrink by the same share each second, x(t + 1 s) = r·x(t), the least squares are r = Σ x(t)·x(t + 1 s) / Σ x(t)², and
  half of it is gone after −ln 2 / ln r seconds: the half-life of an autoregression of order one around the baseline
- at the limit: on at least one side the room that the limit leaves is less than the nearest quote that the strategy
  last wanted there, so that it cannot be quoted in full; over the time since quoting was first switched on
"""

from collections.abc import Callable
from math import log

from mm_tui.model.account import MICRO
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.facts import QuoteDecided

LEAST_PAIRS = 60
"""Seconds of samples that a half-life needs."""

Sums = tuple[int, int, int]
"""Pairs of samples, Σ x(t)², Σ x(t)·x(t + 1 s)."""


class Inventory:
    """Follows the position in millionths of a lot; all sums are whole numbers."""

    def __init__(self, limit: Callable[[], int] | None = None) -> None:
        """`limit()` is the position limit in lots as it stands; without one no time is at it."""
        self._limit = limit
        self._position = 0
        self._since = 0
        """When the position took its value, ns; 0 before the first fill."""
        self._sample: int | None = None
        """The last one taken."""
        self._sums: Sums = (0, 0, 0)
        self._started: int | None = None
        self._looked = 0
        self._at_limit = 0
        self._full = False
        self._wanted: dict[Side, int] = {BUY: 0, SELL: 0}

    def begin(self, ts: int) -> None:
        """Quoting was switched on for the first time."""
        self._started = self._looked = ts
        self.look(ts)

    def on_fill(self, ts: int, position: int) -> None:
        """The position after a fill."""
        if self._since:
            self._sums, self._sample = self._sampled(ts)
        self._since, self._position = ts, position
        self.look(ts)

    def on_quote(self, fact: QuoteDecided) -> None:
        """The strategy wants a quote."""
        if fact.level == 0 and self._wanted[fact.side] != fact.quantity:
            self._wanted[fact.side] = fact.quantity
            self.look(fact.ts)

    def look(self, ts: int) -> None:
        """The limit may have changed."""
        if self._limit is None or self._started is None:
            return
        if self._full:
            self._at_limit += ts - self._looked
        self._looked = ts
        limit, position = self._limit() * MICRO, self._position
        wanted = self._wanted
        self._full = limit - position < wanted[BUY] * MICRO or limit + position < wanted[SELL] * MICRO

    def half_life_s(self, ts: int) -> float | None:
        """Up to this time; None while it is too short, and where inventory does not shrink."""
        (pairs, squares, products), _ = self._sampled(ts) if self._since else (self._sums, None)
        if pairs < LEAST_PAIRS or not 0 < products < squares:
            return None
        return round(-log(2) / log(products / squares), 3)

    def at_limit_pct(self, ts: int) -> float | None:
        """Share of the time since quoting began, up to this time; None before."""
        if self._limit is None or self._started is None or ts <= self._started:
            return None
        open_span = max(0, ts - self._looked) if self._full else 0
        return round(100 * (self._at_limit + open_span) / (ts - self._started), 4)

    def _sampled(self, ts: int) -> tuple[Sums, int | None]:
        """The sums and the last sample, with the seconds up to this time at the position as it is."""
        count = ts // SECOND - self._since // SECOND
        position, last = self._position, self._sample
        pairs, squares, products = self._sums
        if count <= 0:
            return self._sums, last
        if last is not None:
            pairs, squares, products = pairs + 1, squares + last * last, products + last * position
        held = (count - 1) * position * position
        return (pairs + count - 1, squares + held, products + held), position
