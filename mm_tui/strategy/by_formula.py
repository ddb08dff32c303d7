"""Strategies that put a formula about σ, κ and A around the mid: what they are made of, and when they are asked."""

from abc import ABC, abstractmethod
from typing import Protocol

from mm_tui.strategy.api import NO_QUOTES, Quotes, View
from mm_tui.strategy.making import Lot, Occasion
from mm_tui.strategy.signals import Estimates, SignalRules


class FormulaParams(Protocol):
    """What the parameters of each of them have."""

    @property
    def order_amount(self) -> float:
        """Base."""

    @property
    def min_spread_bps(self) -> float:
        """Bps."""

    @property
    def volatility_window(self) -> float:
        """Seconds."""

    @property
    def intensity_window(self) -> float:
        """Seconds."""

    @property
    def volatility_prior(self) -> float:
        """Bps a root second."""

    @property
    def intensity_prior(self) -> float:
        """Per bp."""

    @property
    def drift_threshold_bps(self) -> float:
        """Bps."""


class ByFormula(ABC):
    """Asks its formula on occasion, and follows the answer where that says something new."""

    reference_window = 1.0
    """The mid looks back at nothing."""

    def __init__(self, params: FormulaParams, arrivals: float, half: float) -> None:
        """`arrivals` is the prior of A, a second and side; `half` the half-spread before the first look, bps."""
        self.signal_rules = SignalRules(
            volatility_window=params.volatility_window,
            intensity_window=params.intensity_window,
            volatility=params.volatility_prior,
            decay=params.intensity_prior,
            arrivals=arrivals,
        )
        self._occasion = Occasion(params.drift_threshold_bps)
        self._lot = Lot(params.order_amount)
        self._quotes = NO_QUOTES
        self._half = half
        self._least_bps = params.min_spread_bps

    def nearest_bps(self) -> float:
        """Half-spread of the nearest quote without inventory, to be held against the maker fee."""
        return max(self._half, self._least_bps)

    def quote(self, view: View) -> Quotes:
        """The quotes wanted now; the same object while nothing moved enough."""
        mid2 = view.reference2("mid")
        if mid2 is None:
            return NO_QUOTES
        if self._occasion.has_come(view, mid2):
            answer = self._answer(view, mid2, view.signals.estimates(view.ts), self._lot.measure(view.instrument))
            self._quotes = self._occasion.choose(self._quotes, answer)
        return self._quotes

    @abstractmethod
    def _answer(self, view: View, mid2: float, seen: Estimates, lot: float) -> Quotes:
        """What the formula says to what is believed now; `lot` is the order amount in lots. Keeps `_half`."""
