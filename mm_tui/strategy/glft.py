"""Guéant, Lehalle, Fernandez-Tapia, "Dealing with the inventory risk", Math. Financ. Econ. 7(4), 2013.

The same dealer as Avellaneda and Stoikov's, with a bound on the inventory and far from any horizon; the closed form
that approximates the asymptotic quotes, q counted in order amounts:

- bid: δ = (1/γ)·ln(1 + γ/κ) + (2q + 1)/2 · w
- ask: δ = (1/γ)·ln(1 + γ/κ) − (2q − 1)/2 · w
- w = √(σ²·γ/(2·κ·A) · (1 + γ/κ)^(1 + κ/γ))

So w is the skew a unit, and half of it is on each side. At the bound the side that would go over it is not quoted.
Prices are bps of the mid; σ, κ and A are estimated while it runs (`strategy.signals`).
"""

from math import exp, log1p, sqrt
from typing import Annotated

import msgspec

from mm_tui.model.bounds import Bps, Positive
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.strategy.api import Quote, Quotes, View
from mm_tui.strategy.by_formula import ByFormula
from mm_tui.strategy.making import Said, Wish, believed, place
from mm_tui.strategy.signals import Estimates


class GlftParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of Guéant–Lehalle–Fernandez-Tapia; `[strategy.glft]`. Amounts in base, distances in bps."""

    risk_factor: Positive = 0.01
    """γ, aversion to risk, per bp and order amount."""
    order_amount: Positive = 0.002
    """Of each order; also the unit in which the inventory is counted."""
    max_inventory: Positive = 10.0
    """Bound either way, order amounts."""
    adjustment_bps: Annotated[float, msgspec.Meta(ge=-100, le=100)] = 0.0
    """Added to both distances."""
    min_spread_bps: Bps = 1.0
    """No quote stands nearer to the mid."""
    volatility_window: Positive = 120.0
    """Seconds that σ looks back."""
    intensity_window: Positive = 300.0
    """Seconds that κ and A look back."""
    volatility_prior: Positive = 1.2
    """σ before there is data, bps a root second."""
    intensity_prior: Positive = 0.6
    """κ before there is data, per bp."""
    arrival_prior: Positive = 1.0
    """A before there is data, a second and side."""
    drift_threshold_bps: Bps = 0.5
    """How far the mid may move before the formula is asked at once, and a quote before it follows."""


class Coefficients(msgspec.Struct, frozen=True):
    """What the formula is made of, bps."""

    base: float
    """Without inventory and bound: what the decay of the intensity alone asks for."""
    width: float
    """w: skew a unit of inventory."""


def coefficients(gamma: float, volatility: float, decay: float, arrivals: float) -> Coefficients:
    """The closed form's two coefficients, for any consistent units."""
    tail = log1p(gamma / decay)
    power = exp((1 + decay / gamma) * tail)
    return Coefficients(base=tail / gamma, width=sqrt(volatility * volatility * gamma / (2 * decay * arrivals) * power))


def distance(side: Side, inventory: float, found: Coefficients) -> float:
    """From the mid to the quote of a side, outwards positive."""
    return found.base + (2 * side * inventory + 1) / 2 * found.width


class Glft(ByFormula):
    """One quote a side, leaning against the inventory, none past its bound."""

    name = "glft"
    Params = GlftParams

    def __init__(self, params: GlftParams, _seed: int = 1) -> None:
        self.params = params
        first = coefficients(params.risk_factor, params.volatility_prior, params.intensity_prior, params.arrival_prior)
        super().__init__(params, params.arrival_prior, distance(BUY, 0.0, first) + params.adjustment_bps)

    def describe(self) -> str:
        """One phrase for the header."""
        return f"glft {self.nearest_bps():.1f} bps"

    def _answer(self, view: View, mid2: float, seen: Estimates, lot: float) -> Quotes:
        params, leans = self.params, view.leans
        inventory = round(view.position / lot, 6)
        found = coefficients(params.risk_factor, seen.volatility, seen.decay, seen.arrivals)
        half = self._half = round((distance(BUY, 0.0, found) + params.adjustment_bps) * leans.spread_factor, 6)
        skew = round(-inventory * found.width, 6)
        said = believed(seen, skew, half, inventory, leans)
        bids = self._side(BUY, inventory, said, mid2, view)
        asks = self._side(SELL, inventory, said, mid2, view)
        return Quotes(bids=bids, asks=asks, reference2=mid2)

    def _side(self, side: Side, inventory: float, said: Said, mid2: float, view: View) -> tuple[Quote, ...]:
        """The side's quote, cut to the inventory's bound."""
        lots, why = self._lot.lots * view.leans.size_factor, ""
        room = (self.params.max_inventory - side * inventory) * self._lot.lots
        if room <= 0:
            return ()
        if room < lots:
            lots, why = room, "cut to the bound"
        quote = place(Wish(side, lots, self.params.min_spread_bps, size_why=why), said, mid2, view)
        return () if quote is None else (quote,)
