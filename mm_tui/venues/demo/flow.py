"""Where the embedded market's orders come from: when they arrive, on which side, and how large.

- Arrivals: a Hawkes process with a fast and a slow exponential kernel (Hawkes, "Spectra of some self-exciting and
  mutually exciting point processes", 1971; Bacry, Mastromatteo, Muzy, "Hawkes processes in finance", 2015), drawn by
  thinning (Ogata, "On Lewis' simulation method for point processes", 1981).
- Signs: a few large parents with Pareto-many children trade at once, which gives signs their long memory (Lillo, Mike,
  Farmer, "Theory for long memory in supply and demand", 2005).
- Sizes: heavy-tailed, by quantiles, much dust below and a Pareto-like tail above (Gopikrishnan, Plerou, Gabaix,
  Stanley, "Statistical properties of share volume traded in financial markets", 2000).
"""

from itertools import pairwise
from math import exp, log

from mm_tui.model.generator import Generator

FAST_DECAY = 25.0
"""Per second: the answer of algorithms to a trade."""
SLOW_DECAY = 0.4
"""Per second: the answer of everyone else."""
FAST_BRANCHING = 0.45
"""Orders that one order calls forth at once."""
SLOW_BRANCHING = 0.25
"""Orders that one order calls forth over the next seconds."""
MEAN_SHARE = 1.0 - FAST_BRANCHING - SLOW_BRANCHING
"""The base rate's share of the mean rate."""

PARENT_WEIGHTS = (0.65, 0.88, 1.0)
"""Cumulated chance that the next child is the first, second or third parent's."""
PARENT_TAIL = 1.35
"""Pareto exponent of a parent's number of children."""
PARENT_MIN = 2.0
"""Fewest children of a parent."""
PARENT_MAX = 2000
"""Most children of a parent: an hour of trading at the default rate ends every one."""

SIZE_QUANTILES = (
    (0.0, 9.0),
    (0.15, 9.0),
    (0.25, 11.0),
    (0.5, 60.0),
    (0.75, 1_300.0),
    (0.9, 5_200.0),
    (0.95, 10_000.0),
    (0.99, 32_000.0),
    (1.0, 100_000.0),
)
"""Share of the resting orders below so many lots; geometric in between."""


class Arrivals:
    """Times of market orders: a Hawkes process, seconds of the market's clock."""

    __slots__ = ("_at", "_fast", "_generator", "_slow", "base", "mean")

    def __init__(self, mean_rate: float, watched_rate: float, generator: Generator) -> None:
        """`watched_rate`: orders a second that will be handed to `excite` without having been drawn here."""
        self.mean = mean_rate
        """Orders a second in the long run."""
        self.base = max(mean_rate / 20.0, mean_rate * MEAN_SHARE - watched_rate * (1.0 - MEAN_SHARE))
        self._fast = mean_rate * FAST_BRANCHING
        self._slow = mean_rate * SLOW_BRANCHING
        self._at = 0.0
        self._generator = generator

    def activity(self, now: float) -> float:
        """The rate now over its long-run mean."""
        self._decay(now)
        return (self.base + self._fast + self._slow) / self.mean

    def excite(self, now: float, orders: float = 1.0) -> None:
        """So many orders happened: more will follow."""
        self._decay(now)
        self._fast += orders * FAST_BRANCHING * FAST_DECAY
        self._slow += orders * SLOW_BRANCHING * SLOW_DECAY

    def after(self, now: float) -> float:
        """The time of the next order, given all that happened until now."""
        self._decay(now)
        fast, slow, at = self._fast, self._slow, now
        while True:
            bound = self.base + fast + slow
            wait = self._generator.exponential(bound)
            at += wait
            fast *= exp(-FAST_DECAY * wait)
            slow *= exp(-SLOW_DECAY * wait)
            if self._generator.uniform() * bound <= self.base + fast + slow:
                return at

    def _decay(self, now: float) -> None:
        passed = now - self._at
        self._fast *= exp(-FAST_DECAY * passed)
        self._slow *= exp(-SLOW_DECAY * passed)
        self._at = now


class Parents:
    """Signs of market orders: large orders traded as many children."""

    __slots__ = ("_generator", "_left", "_signs")

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._signs = [1] * len(PARENT_WEIGHTS)
        self._left = [0] * len(PARENT_WEIGHTS)

    def sign(self) -> int:
        """+1 for a child that buys, -1 for one that sells."""
        draw = self._generator.uniform()
        chosen = next(place for place, weight in enumerate(PARENT_WEIGHTS) if draw < weight)
        if self._left[chosen] == 0:
            self._signs[chosen] = 1 if self._generator.uniform() < 1 / 2 else -1
            children = PARENT_MIN * (1.0 - self._generator.uniform()) ** (-1.0 / PARENT_TAIL)
            self._left[chosen] = min(PARENT_MAX, int(children))
        self._left[chosen] -= 1
        return self._signs[chosen]


class Sizes:
    """Sizes of resting orders in lots, and so of the prints that consume them."""

    __slots__ = ("_generator",)

    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    def order(self) -> int:
        """The size of one resting order."""
        draw = self._generator.uniform()
        for (low_share, low), (share, high) in pairwise(SIZE_QUANTILES):
            if draw < share:
                return int(low * exp((draw - low_share) / (share - low_share) * log(high / low)))
        return int(SIZE_QUANTILES[-1][1])
