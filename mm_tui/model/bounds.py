"""Bounds that settings, strategy parameters and limits share, wherever they are read or changed.

Those of a single value are in its type, as far as a type can say them: `unusable` says what holds of any number, and
`disordered` what values of one table must hold together.
"""

from collections.abc import Iterator
from decimal import Decimal
from math import isfinite
from typing import Annotated

from msgspec import Meta

Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Bps = Annotated[float, Meta(ge=0, le=10_000)]
PositiveBps = Annotated[float, Meta(gt=0, le=10_000)]
PositiveInt = Annotated[int, Meta(ge=1)]
NotNegativeInt = Annotated[int, Meta(ge=0)]
Milliseconds = Annotated[int, Meta(ge=0, le=86_400_000)]

LARGEST = 1e12
"""No setting means anything beyond this, and sums of such numbers break elsewhere. Seeds are below it too."""

Pairs = tuple[tuple[str, str], ...]
"""Keys of one table of which the first may not be over the second."""
ORDERED: Pairs = (("min_spread_bps", "max_spread_bps"), ("price_floor", "price_ceiling"))
"""In any strategy's parameters that have both."""


def unusable(value: object) -> str:
    """What a number must be so that anything can be made of it; empty where it is so, or is no number."""
    if isinstance(value, float) and not isfinite(value):
        return "must be a finite number"
    if isinstance(value, float | int) and abs(value) > LARGEST:
        return f"must be at most {LARGEST:g}"
    return ""


def disordered(table: object, pairs: Pairs = ORDERED) -> Iterator[tuple[str, str]]:
    """The pairs that stand the wrong way round; one that lacks a value stands right."""
    for low, high in pairs:
        least, most = getattr(table, low, None), getattr(table, high, None)
        if least is not None and most is not None and least > most:
            yield low, high


def typed(value: object) -> str:
    """A value as a person would type it, no digit lost: `0.05`, `1234567.8`, `100`."""
    return f"{exact(value):f}".removesuffix(".0") if isinstance(value, float) else str(value)


def exact(value: float) -> Decimal:
    """The decimal that was typed: the shortest text of a float is the text it was read from."""
    return Decimal(repr(value))
