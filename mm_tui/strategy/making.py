"""What strategies share that make quotes from a formula: when to ask it again, and how a distance becomes an order."""

from math import ceil, floor

import msgspec

from mm_tui.model.bounds import exact
from mm_tui.model.events import Side
from mm_tui.model.instrument import Instrument
from mm_tui.strategy.api import Leans, Quote, Quotes, View
from mm_tui.strategy.signals import Estimates

SECOND = 1_000_000_000


class Occasion:
    """When to ask the formula, and when to follow it.

    It is asked when the reference left its tolerance, the position or a lean changed, or a second passed. Its answer is
    followed when a quote would move by more than the tolerance or change its size, and always after a fill or a lean:
    quotes that creep say nothing new and cost messages.
    """

    __slots__ = ("_due", "_forced", "_high2", "_leans", "_low2", "_position", "_tolerance")

    def __init__(self, tolerance_bps: float) -> None:
        """`tolerance_bps`: how far the reference, and then a quote, may move unanswered."""
        self._tolerance = tolerance_bps / 10_000
        self._low2 = self._high2 = 0.0
        self._leans: Leans | None = None
        self._position = 0
        self._due = 0
        self._forced = True
        """Whether the next answer is to be followed in any case."""

    def has_come(self, view: View, reference2: float) -> bool:
        """Whether to ask the formula; the next answer counts from here."""
        position = view.position
        if (
            self._low2 < reference2 < self._high2
            and view.ts < self._due
            and position == self._position
            and view.leans is self._leans
            and not view.renew
        ):
            return False
        self._forced = view.renew or view.leans is not self._leans
        drift2 = max(reference2 * self._tolerance, 1e-9)
        self._low2, self._high2 = reference2 - drift2, reference2 + drift2
        self._leans, self._position = view.leans, position
        self._due = view.ts - view.ts % SECOND + SECOND
        return True

    def choose(self, before: Quotes, after: Quotes) -> Quotes:
        """The new quotes, or the very ones from before where that would say nothing new."""
        if self._forced or not self._alike(before.bids, after.bids) or not self._alike(before.asks, after.asks):
            return after
        return before

    def _alike(self, before: tuple[Quote, ...], after: tuple[Quote, ...]) -> bool:
        return len(before) == len(after) and all(
            old.quantity == new.quantity and abs(old.price - new.price) <= self._tolerance * old.price
            for old, new in zip(before, after, strict=True)
        )


class Lot:
    """An order amount in an instrument's own units; decimal arithmetic is dear and its answer stays."""

    __slots__ = ("_amount", "_instrument", "lots")

    def __init__(self, amount: float) -> None:
        """`amount` in base."""
        self._amount = amount
        self._instrument: Instrument | None = None
        self.lots = 1.0
        """The amount, lots; over 0."""

    def measure(self, instrument: Instrument) -> float:
        """The amount in lots of this instrument."""
        if instrument is not self._instrument:
            self._instrument = instrument
            self.lots = float(exact(self._amount) / instrument.step_size)
        return self.lots


class Wish(msgspec.Struct, frozen=True, gc=False):
    """One quote before it is an order."""

    side: Side
    level: int
    away_bps: float
    """From the mid, outwards positive."""
    lots: float
    why: str
    """How the distance came about."""


def place(wish: Wish, mid2: float, view: View) -> Quote | None:
    """The wish as a quote; None where it would be too small.

    A bid is floored and an ask ceiled to a tick, and neither is let cross the touch; the reason ends with that.
    """
    side, instrument, quantity = wish.side, view.instrument, round(round(wish.lots, 6))
    raw = round(mid2 * (1 - side * wish.away_bps / 10_000) / 2, 6)
    rounded = floor(raw) if side > 0 else ceil(raw)
    price = min(rounded, view.ask - 1) if side > 0 else max(rounded, view.bid + 1)
    if price <= 0 or quantity < instrument.min_quantity or price * quantity < instrument.min_notional_units:
        return None
    words = f"mid {-side * wish.away_bps:+.2f} bps: {wish.why}"
    if price != rounded:
        words += ", held at the touch"
    elif price != raw:
        words += f", tick {(price / raw - 1) * 10_000:+.3f}"
    return Quote(side, wish.level, price, quantity, quantity, words.replace("-", "\u2212"))


def explain(seen: Estimates, half: float, skew: float, inventory: float, leans: Leans) -> str:
    """The steps from the mid to a quote; half and skew in bps, inventory in order amounts."""
    fit = "prior" if seen.fit is None else f"fit {seen.fit:.2f}"
    words = f"skew {skew + 0.0:+.2f} at {inventory:+.2f} units, half {half:.2f}"
    words += f" (σ {seen.volatility:.2f}, κ {seen.decay:.2f}, A {seen.arrivals:.2f}, {fit})"
    if leans.spread_factor != 1:
        words += f", spread × {leans.spread_factor:.2f}"
    return words + (f", lean {leans.lean_bps:+.1f}" if leans.lean_bps else "")
