"""The latent fair price of the embedded market: a martingale in basis points with changing volatility and jumps.

- Volatility: a slow log-normal Ornstein-Uhlenbeck factor (Scott, "Option pricing when the variance changes randomly",
  1987) times the trading activity of the moment (Clark, "A subordinated stochastic process model with finite variance
  for speculative prices", 1973).
- Jumps: Poisson, with Laplace sizes (Kou, "A jump-diffusion model for option pricing", 2002).
- Each order moves the fair price a little its own way (Glosten, Milgrom, "Bid, ask and transaction prices in a
  specialist market with heterogeneously informed traders", 1985).
"""

from math import exp, log, sqrt

from mm_tui.model.generator import Generator

GRID_S = 0.02
"""Step of the diffusion, seconds."""
SLOW_SPREAD = 0.15
"""Standard deviation of the log of the slow volatility factor."""
SLOW_S = 90.0
"""Time in which the slow factor forgets, seconds."""
QUIET_SHARE = 0.45
"""Share of the diffusive variance that does not follow the trading activity."""
MOST_ACTIVITY = 5.0
"""Activity beyond this many times its mean adds no more variance."""
JUMP_SHARE = 0.22
"""Share of the variance that comes in jumps."""
JUMP_RATE = 0.06
"""Jumps a second."""
IMPACT_SHARE = 0.03
"""Share of the variance that orders bring, as measured."""
IMPACT = 0.022
"""How far one order moves the fair price, in units of the volatility over one second."""


class FairPrice:
    """The latent price, ticks; moves on a grid of GRID_S seconds."""

    __slots__ = ("_generator", "_log_volatility", "price", "volatility")

    def __init__(self, price: float, volatility: float, generator: Generator) -> None:
        self.price = price
        """Ticks, with fractions."""
        self.volatility = volatility
        """Long-run mean, bps a root second."""
        self._log_volatility = 0.0
        self._generator = generator

    def step(self, activity: float) -> bool:
        """Move on by GRID_S at this trading activity (1 on average); true where the price jumped."""
        draw = self._generator
        self._log_volatility += -self._log_volatility * GRID_S / SLOW_S
        self._log_volatility += SLOW_SPREAD * sqrt(2.0 * GRID_S / SLOW_S) * draw.normal()
        level = exp(2.0 * (self._log_volatility - SLOW_SPREAD * SLOW_SPREAD))
        pace = QUIET_SHARE + (1.0 - QUIET_SHARE) * min(activity, MOST_ACTIVITY)
        variance = self.volatility**2 * (1.0 - JUMP_SHARE - IMPACT_SHARE) * level * pace * GRID_S
        self.move(sqrt(variance) * draw.normal())
        if draw.uniform() >= JUMP_RATE * GRID_S:
            return False
        scale = self.volatility * sqrt(JUMP_SHARE / (2.0 * JUMP_RATE))
        size = -scale * log(1.0 - draw.uniform())
        self.move(size if draw.uniform() < 1 / 2 else -size)
        return True

    def learn(self, sign: int) -> None:
        """An order on this side was seen."""
        self.move(sign * IMPACT * self.volatility)

    def move(self, bps: float) -> None:
        """Shift the price by so many basis points."""
        self.price *= exp(bps / 10_000.0)
