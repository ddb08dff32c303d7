"""Bounds that settings and strategy parameters share, in the types, so that they are checked where they are read."""

from decimal import Decimal
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


def exact(value: float) -> Decimal:
    """The decimal that was typed: the shortest text of a float is the text it was read from."""
    return Decimal(repr(value))
