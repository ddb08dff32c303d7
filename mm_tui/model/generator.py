"""A small seeded generator whose numbers are the same on every machine and Python version.

SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
"""

from math import cos, log, pi, sqrt

_MASK = (1 << 64) - 1


class Generator:
    """A stream of numbers from a seed."""

    __slots__ = ("state",)

    def __init__(self, seed: int) -> None:
        self.state = seed & _MASK

    def bits(self) -> int:
        """64 uniform bits."""
        self.state = z = (self.state + 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def uniform(self) -> float:
        """Uniform in [0, 1), with 53 bits."""
        return (self.bits() >> 11) * (1.0 / (1 << 53))

    def below(self, bound: int) -> int:
        """A whole number in [0, bound)."""
        return (self.bits() * bound) >> 64

    def exponential(self, rate: float) -> float:
        """Waiting time of a Poisson process of this rate."""
        return -log(1.0 - self.uniform()) / rate

    def normal(self) -> float:
        """Standard normal (Box, Muller 1958; one of the pair)."""
        return sqrt(-2.0 * log(1.0 - self.uniform())) * cos(2.0 * pi * self.uniform())
