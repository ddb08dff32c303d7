"""Avellaneda and Stoikov, "High-frequency trading in a limit order book", Quantitative Finance 8(3), 2008.

A dealer with exponential utility and inventory q quotes around a reservation price that leans against q:

- reservation price: r = s − q·γ·σ²·(T − t)
- half-spread on each side of it: δ = γ·σ²·(T − t)/2 + (1/γ)·ln(1 + γ/κ)

Here prices are bps of the mid and q counts order amounts, so that γ means the same on every market. σ and κ are
estimated while it runs (`strategy.signals`). Not in the paper: no quote stands nearer to the mid than
`min_spread_bps`, further levels, and orders that get smaller on the side that would add to the inventory (Fushimi,
González Rojas, Herman, "Optimal high-frequency market making", 2018).
"""

from math import exp, log1p
from typing import Annotated, Literal

import msgspec

from mm_tui.model.bounds import Bps, NotNegative, Percent, Positive, PositiveBps
from mm_tui.model.events import BUY, SELL
from mm_tui.strategy.api import Quote, Quotes, View
from mm_tui.strategy.by_formula import ByFormula
from mm_tui.strategy.making import Wish, believed, place
from mm_tui.strategy.signals import Estimates


class AvellanedaParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of Avellaneda–Stoikov; `[strategy.avellaneda]`. Amounts in base, distances in bps."""

    risk_factor: Positive = 0.01
    """γ, aversion to risk, per bp and order amount."""
    order_amount: Positive = 0.002
    """Of each order; also the unit in which the inventory is counted."""
    order_amount_shape_factor: NotNegative = 0.0
    """η: orders that add to an inventory of q are smaller by exp(−η·q)."""
    min_spread_bps: Bps = 1.0
    """No quote stands nearer to the mid."""
    volatility_window: Positive = 120.0
    """Seconds that σ looks back."""
    intensity_window: Positive = 300.0
    """Seconds that κ looks back."""
    volatility_prior: Positive = 1.2
    """σ before there is data, bps a root second."""
    intensity_prior: Positive = 0.6
    """κ before there is data, per bp."""
    volatility_term: Literal["squared", "hummingbot_unsquared"] = "squared"
    """σ² as published, or σ as hummingbot has it."""
    inventory_target_base_pct: Percent | None = None
    """Share of the account's value to hold in base; None for what it opened with."""
    execution_timeframe: Literal["infinite"] | Positive = "infinite"
    """Seconds after which the horizon is over and begins anew; `infinite` where it never comes nearer."""
    horizon: Positive = 60.0
    """T − t of an infinite timeframe, seconds."""
    order_levels: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    """Orders on each side."""
    level_distances_bps: PositiveBps = 1.0
    """From one level to the next."""
    drift_threshold_bps: Bps = 0.5
    """How far the mid may move before the formula is asked at once, and a quote before it follows."""


class Spread(msgspec.Struct, frozen=True):
    """What the formula says, bps."""

    half: float
    """From the reservation price to either quote."""
    skew: float
    """From the mid to the reservation price; negative when long."""


def optimal(inventory: float, gamma: float, variance: float, remaining: float, decay: float) -> Spread:
    """The paper's reservation price and spread, for any consistent units."""
    risk = gamma * variance * remaining
    return Spread(half=risk / 2 + log1p(gamma / decay) / gamma, skew=-inventory * risk)


class Avellaneda(ByFormula):
    """Quotes around the reservation price."""

    name = "avellaneda"
    Params = AvellanedaParams

    def __init__(self, params: AvellanedaParams, _seed: int = 1) -> None:
        self.params = params
        self.began: int | None = None
        """When the running horizon began, ns; None before the first look, and always where there is no horizon."""
        first = self._formula(0.0, params.volatility_prior, params.intensity_prior, self._remaining(0))
        super().__init__(params, 1.0, first.half)

    def describe(self) -> str:
        """One phrase for the header."""
        return f"avellaneda {self.nearest_bps():.1f} bps × {self.params.order_levels}"

    def inherit(self, before: object) -> None:
        """A horizon that is running runs on; where its length is another, it counts from when it began."""
        if isinstance(before, Avellaneda) and not isinstance(self.params.execution_timeframe, str):
            self.began = before.began

    def _answer(self, view: View, mid2: float, seen: Estimates, lot: float) -> Quotes:
        params, leans = self.params, view.leans
        inventory = round(self._inventory(view, mid2) / lot, 6)
        spread = self._formula(inventory, seen.volatility, seen.decay, self._remaining(view.ts))
        half = self._half = round(spread.half * leans.spread_factor, 6)
        said = believed(seen, round(spread.skew, 6), half, inventory, leans)
        bids: list[Quote] = []
        asks: list[Quote] = []
        for side, quotes in ((BUY, bids), (SELL, asks)):
            share = exp(-params.order_amount_shape_factor * max(0.0, side * inventory))
            shaped = f"size × {share:.2f}" if share < 1 else ""
            for level in range(params.order_levels):
                behind = level * params.level_distances_bps
                lots, least = lot * leans.size_factor * share, params.min_spread_bps + behind
                quote = place(Wish(side, lots, least, level, behind, shaped), said, mid2, view)
                if quote is not None:
                    quotes.append(quote)
        return Quotes(bids=tuple(bids), asks=tuple(asks), reference2=mid2)

    def _formula(self, inventory: float, volatility: float, decay: float, remaining: float) -> Spread:
        variance = volatility**2 if self.params.volatility_term == "squared" else volatility
        return optimal(inventory, self.params.risk_factor, variance, remaining, decay)

    def _remaining(self, ts: int) -> float:
        """T − t, seconds."""
        timeframe = self.params.execution_timeframe
        if isinstance(timeframe, str):
            return self.params.horizon
        if self.began is None:
            if not ts:
                return timeframe
            self.began = ts
        length = max(1, round(timeframe * 1e9))
        self.began += (ts - self.began) // length * length
        return timeframe - (ts - self.began) / 1e9

    def _inventory(self, view: View, mid2: float) -> float:
        """What is held above the target, lots."""
        target = self.params.inventory_target_base_pct
        if target is None:
            return view.position
        base = view.base_free
        return base - (base + view.quote_free / (mid2 / 2)) * target / 100
