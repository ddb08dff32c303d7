"""What strategies share that make quotes from a formula: when to ask it again, and how a distance becomes an order."""

import msgspec

from mm_tui.model.bounds import exact
from mm_tui.model.clock import SECOND
from mm_tui.model.events import Side
from mm_tui.model.instrument import Instrument
from mm_tui.strategy.api import Leans, Quote, Quotes, View
from mm_tui.strategy.signals import Estimates
from mm_tui.strategy.waterfall import Fall, signed


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


class Said(msgspec.Struct, frozen=True, gc=False):
    """What a formula says for both sides, bps of the mid."""

    skew: float
    """From the mid to the price both quotes stand around; negative when long."""
    half: float
    """From there to either quote, the operator's factor included."""
    skew_why: str
    half_why: str


def believed(seen: Estimates, skew: float, half: float, inventory: float, leans: Leans) -> Said:
    """A formula's answer with its words: what it was fed with and how sure that is; inventory in order amounts."""
    fit = "prior" if seen.fit is None else f"fit {seen.fit:.2f}"
    words = f"half {half:.2f} (σ {seen.volatility:.2f}, κ {seen.decay:.2f}, A {seen.arrivals:.2f}, {fit})"
    if leans.spread_factor != 1:
        words += f", spread × {leans.spread_factor:.2f}"
    return Said(skew, half, f"skew {signed(skew, 2)} at {signed(inventory, 2)} units", words)


class Wish(msgspec.Struct, frozen=True, gc=False):
    """One quote before it is an order."""

    side: Side
    lots: float
    least_bps: float
    """It stands no nearer to the mid."""
    level: int = 0
    behind_bps: float = 0.0
    """How far behind the nearest level."""
    size_why: str = ""
    """Why it is smaller than the parameters say; empty where it is not."""


def place(wish: Wish, said: Said, mid2: float, view: View) -> Quote | None:
    """The wish as a quote; None where it would be too small.

    From the mid by the skew, the half-spread, the level and the operator's lean, never nearer than the least distance;
    then outwards to a tick and, if need be, back behind the touch.
    """
    side, instrument, quantity = wish.side, view.instrument, round(round(wish.lots, 6))
    lean, fall = view.leans.lean_bps, Fall(wish.side, mid2, "mid")
    away = -side * said.skew
    fall.to("skew", _outwards(mid2, side, away), said.skew_why)
    away += said.half
    fall.to("spread", _outwards(mid2, side, away), said.half_why)
    if wish.behind_bps:
        away += wish.behind_bps
        fall.to("level", _outwards(mid2, side, away), f"level {wish.level} +{wish.behind_bps:.2f}")
    if lean:
        away -= side * lean
        fall.to("lean", _outwards(mid2, side, away), f"lean {signed(lean, 1)}")
    if away < wish.least_bps:
        fall.to("floor", _outwards(mid2, side, wish.least_bps), f"no nearer than {wish.least_bps:g}")
    if wish.size_why:
        fall.to("size", fall.price2, wish.size_why)
    price = fall.settle(view)
    if price <= 0 or quantity < instrument.min_quantity or price * quantity < instrument.min_notional_units:
        return None
    return fall.quote(wish.level, price, quantity, quantity)


def _outwards(mid2: float, side: Side, bps: float) -> float:
    return mid2 * (1 - side * bps / 10_000)
