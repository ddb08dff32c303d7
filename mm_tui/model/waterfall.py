"""A quote's waterfall: how its price came about, step by step, from the reference to what may be sent."""

from typing import Literal

import msgspec

StepName = Literal[
    "reference", "skew", "spread", "volatility", "level", "lean", "fees", "floor", "optimisation", "band", "hanging",
    "rounding", "clamp", "size",
]  # fmt: skip


class Step(msgspec.Struct, frozen=True, gc=False):
    """One step of a waterfall."""

    name: StepName
    """What it does: `floor` is the fee floor or the smallest distance, `clamp` the touch, `band` a ceiling or a floor
    of prices, `size` a change of the quantity alone."""
    price2: float
    """Where the price stands after it, half ticks."""
    why: str = ""
    """In a few words: `σ 1.24`, `+2.16 units`."""
