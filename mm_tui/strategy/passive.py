"""The passive strategy: n quotes a side, held inside a band around a reference price.

The quotes of a side stand evenly between `min_spread_bps` and `max_spread_bps` from the reference. They stay until
the reference has drifted by `drift_threshold_bps` from the one they were made from, or one of them was filled; then
all are made anew, but for the one that was filled: its place stays empty for `refill_delay_s`, so that a side that is
being run over steps back, quote by quote.
A bid is floored and an ask ceiled to a tick; neither is let cross the touch.
"""

from typing import Annotated, Literal

import msgspec

from mm_tui.model.bounds import Bps, NotNegative, Positive, PositiveBps, exact
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.generator import Generator
from mm_tui.model.instrument import Instrument
from mm_tui.model.twin import twin
from mm_tui.strategy.api import NEVER, NO_QUOTES, Leans, Quote, Quotes, Rest, View
from mm_tui.strategy.waterfall import Fall, signed


class PassiveParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of the passive strategy; `[strategy.passive]`. Spreads in bps, amounts in base, values in quote."""

    min_spread_bps: PositiveBps = 2.0
    """Distance of the nearest quote from the reference."""
    max_spread_bps: PositiveBps = 6.0
    """Distance of the farthest."""
    orders_per_side: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    """Quotes on each side."""
    order_amount: Positive = 0.002
    """Of each order."""
    min_order_value: NotNegative = 20.0
    """A smaller order is not wanted."""
    drift_threshold_bps: Bps = 2.0
    """How far the reference may move before the quotes follow."""
    reference: Literal["mid", "microprice", "twap", "vwap", "ema", "hybrid"] = "mid"
    """The price that they stand around."""
    reference_window: Positive = 10.0
    """Window of twap, vwap and hybrid and time constant of ema, seconds."""
    refill_delay_s: NotNegative = 15.0
    """How long the place of a quote that was filled stays empty."""
    quantity_jitter: Annotated[float, msgspec.Meta(ge=0, le=0.5)] = 0.05
    """Each order's size is drawn once from order_amount × (1 ± this)."""


class Gaps:
    """Places that stay empty because their quotes were filled."""

    __slots__ = ("_counted", "places", "until")

    def __init__(self) -> None:
        self.places: dict[tuple[Side, int], int] = {}
        """Side and level, and until when, ns."""
        self.until = NEVER
        """When the first of them is quoted again, ns."""
        self._counted = 0
        """Quotes that were filled and are seen to."""

    def copy(self) -> "Gaps":
        """One that goes on by itself."""
        return twin(self)

    def look(self, view: View, delay_s: float) -> None:
        """Leave the places empty of quotes that were filled since; quote again where that was long enough ago."""
        delay = round(delay_s * SECOND)
        for one in view.completions:
            if one.number > self._counted:
                self._counted = one.number
                self.places[one.side, one.level] = one.ts + delay
        if self.places:
            self.places = {place: until for place, until in self.places.items() if view.ts < until}
            self.until = min(self.places.values(), default=NEVER)


class Passive:
    """Quotes in a band around a reference."""

    name = "passive"
    Params = PassiveParams

    def __init__(self, params: PassiveParams, seed: int = 1) -> None:
        self.params = params
        self._generator = Generator(seed)
        self._quotes = NO_QUOTES
        self.leans = Leans()
        """The operator's, of the last quotes."""
        self._low2 = self._high2 = 0.0
        """The reference may stay between these before the quotes follow."""
        self.gaps = Gaps()
        self._instrument: Instrument | None = None
        self._amount = 0.0
        """Of each order, lots of that instrument."""
        self._min_units = 0
        """A smaller order is not wanted, quote units of that instrument."""

    @property
    def reference_window(self) -> float:
        """Seconds that the reference price looks back."""
        return self.params.reference_window

    def describe(self) -> str:
        """One phrase for the header."""
        params, factor = self.params, self.leans.spread_factor
        low, high = params.min_spread_bps * factor, params.max_spread_bps * factor
        return f"passive {low:.1f}–{high:.1f} bps × {params.orders_per_side}"

    def nearest_bps(self) -> float:
        """Half-spread of the nearest quote, to be held against the maker fee."""
        return self.params.min_spread_bps * self.leans.spread_factor

    def quote(self, view: View) -> Quotes:
        """The quotes wanted now; the same object while nothing moved enough."""
        reference2 = view.reference2(self.params.reference)
        if reference2 is None:
            return NO_QUOTES
        if (
            self._low2 < reference2 < self._high2
            and view.leans is self.leans
            and view.ts < self.gaps.until
            and not view.renew
        ):
            return self._quotes
        self.leans = leans = view.leans
        self.gaps.look(view, self.params.refill_delay_s)
        if view.instrument is not self._instrument:
            self._measure(view.instrument)
        drift2 = max(reference2 * self.params.drift_threshold_bps / 10_000, 1e-9)
        self._low2, self._high2 = reference2 - drift2, reference2 + drift2
        self._quotes = Quotes(
            bids=self._side(BUY, reference2, view, leans),
            asks=self._side(SELL, reference2, view, leans),
            reference2=reference2,
        )
        return self._quotes

    def rest(self) -> Rest | None:
        """Until the mid has drifted; None where the reference is another."""
        return Rest(self._low2, self._high2, self.gaps.until) if self.params.reference == "mid" else None

    def forget(self) -> None:
        """Make the quotes anew at the next call, whatever the drift."""
        self._low2 = self._high2 = 0.0

    def inherit(self, before: object) -> None:
        """Go on where the same strategy with other parameters was: what it leaves empty stays so, and its words do."""
        if isinstance(before, Passive):
            self.gaps, self.leans = before.gaps.copy(), before.leans

    def _measure(self, instrument: Instrument) -> None:
        """Amounts in the instrument's own units, once: decimal arithmetic is dear and its answer stays."""
        params, self._instrument = self.params, instrument
        self._amount = float(exact(params.order_amount) / instrument.step_size)
        self._min_units = max(instrument.value_units(exact(params.min_order_value)), instrument.min_notional_units)

    def _side(self, side: Side, reference2: float, view: View, leans: Leans) -> tuple[Quote, ...]:
        params, instrument = self.params, view.instrument
        step = (params.max_spread_bps - params.min_spread_bps) / max(1, params.orders_per_side - 1)
        centre2 = reference2 * (1 + leans.lean_bps / 10_000)
        amount, min_units = self._amount, self._min_units
        half = params.min_spread_bps * leans.spread_factor
        why = f"half {half:.2f}" + (f", spread × {leans.spread_factor:.2f}" if leans.spread_factor != 1 else "")
        quotes = []
        for level in range(params.orders_per_side):
            if (side, level) in self.gaps.places:
                continue
            fall = Fall(side, reference2, params.reference)
            if leans.lean_bps:
                fall.to("lean", centre2, f"lean {signed(leans.lean_bps, 1)}")
            fall.to("spread", centre2 * (1 - side * half / 10_000), why)
            if level:
                behind = step * level * leans.spread_factor
                fall.to("level", centre2 * (1 - side * (half + behind) / 10_000), f"level {level} +{behind:.2f}")
            price = fall.settle(view)
            jitter = 1 + params.quantity_jitter * (2 * self._generator.uniform() - 1)
            target = round(amount * leans.size_factor)
            quantity = round(amount * leans.size_factor * jitter)
            if price <= 0 or quantity < instrument.min_quantity or price * quantity < min_units:
                continue
            quotes.append(fall.quote(level, price, quantity, target))
        return tuple(quotes)
