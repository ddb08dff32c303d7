"""Figures that no desk keeps: how sure a markout is, how fills are spread out, which settings are unusual."""

from collections import defaultdict
from collections.abc import Sequence
from math import ceil, floor, log10, sqrt
from typing import Any, Final

import msgspec

from mm_tui.analytics.markout import DELAYS
from mm_tui.analytics.worth import HORIZONS, Worth
from mm_tui.model.events import Side
from mm_tui.settings.sections import Settings
from mm_tui.settings.show import public

BINS: Final = 24
"""Bars of a histogram, about."""
TAIL: Final = 0.01
"""Share at each end of a distribution that may be gathered in its outermost bar."""
_BPS: Final = 10_000


class Markout(msgspec.Struct, frozen=True):
    """A mean over fills and how sure it is."""

    count: int
    """Fills that it rests on."""
    error: float | None
    """Its standard error, bps; None where fewer than two draws are known."""


def markout(fills: Sequence[Worth], horizon: str, since: int, side: Side | None = None) -> Markout:
    """How sure the mean markout at a horizon is, by the quantity as the mean itself.

    Fills that are looked at again within the same move share its luck. So all fills of one stretch of time as long as
    the horizon, from `since` (ns) on, count as one draw: with w the quantities, x the markouts, m their mean and G
    stretches, the variance of m is G/(G − 1) · Σ over stretches (Σ w·(x − m))² / (Σ w)².
    """
    place = HORIZONS.index(horizon)
    known = [
        (fill.ts, fill.quantity, value)
        for fill in fills
        if (value := fill.markouts[place]) is not None and side in {None, fill.side}
    ]
    weight = sum(quantity for _, quantity, _ in known)
    if not weight:
        return Markout(0, None)
    mean = 0.0
    for _, quantity, value in known:
        mean += quantity * value / weight
    stretches: dict[int, float] = defaultdict(float)
    for ts, quantity, value in known:
        stretches[(ts - since) // DELAYS[place]] += quantity * (value - mean)
    draws = len(stretches)
    if draws < 2:  # noqa: PLR2004 - one draw says nothing of its own spread
        return Markout(len(known), None)
    square = 0.0
    for stretch in stretches.values():
        square += stretch * stretch
    return Markout(len(known), sqrt(square * draws / (draws - 1)) / weight)


def spread_bps(fill: Worth) -> float | None:
    """What a fill captured from the mid just before it; None where that was not known."""
    return fill.side * (fill.mid2 - 2 * fill.price) * _BPS / (2 * fill.price) if fill.known else None


class Bars(msgspec.Struct, frozen=True):
    """A histogram; `counts[i]` lies from `start + i * width` up to the next."""

    start: float
    width: float
    counts: list[int]
    beyond: int
    """Values outside, which the outermost bars hold as well."""


def bars(values: Sequence[float], wanted: int = BINS) -> Bars | None:
    """Values in bars of a round width; None without values."""
    if not values:
        return None
    ordered = sorted(values)
    cut = floor(len(ordered) * TAIL)
    low, high = ordered[cut], ordered[-1 - cut]
    width = round_up((high - low) / wanted) if high > low else round_up(abs(high) / wanted or 1.0)
    start = floor(low / width + 1e-9) * width
    count = floor((high - start) / width + 1e-9) + 1
    counts = [0] * count
    beyond = 0
    for value in ordered:
        place = floor((value - start) / width + 1e-9)
        beyond += not 0 <= place < count
        counts[min(max(place, 0), count - 1)] += 1
    return Bars(start, width, counts, beyond)


def round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, …; for a value above 0."""
    unit = 10.0 ** floor(log10(value))
    return next(step * unit for step in (1, 2, 5, 10) if value <= step * unit * (1 + 1e-9))


def ticks(low: float, high: float, wanted: int) -> list[float]:
    """Round values between two bounds, about so many."""
    if not high > low:
        return [low]
    step = round_up((high - low) / wanted)
    return [place * step for place in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def unusual(settings: Settings) -> list[tuple[str, str, str]]:
    """Settings that differ from the defaults: `(key, value, default)`, without secrets."""
    usual = dict(_flat(public(Settings()), ""))
    return [
        (key, _said(value), _said(usual.get(key)))
        for key, value in _flat(public(settings), "")
        if key not in usual or usual[key] != value
    ]


def _flat(table: dict[str, Any], head: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in table.items():
        key = f"{head}{name}"
        if isinstance(value, dict) and value:
            found += _flat(value, f"{key}.")
        else:
            found.append((key, value))
    return found


def _said(value: Any) -> str:
    return "not set" if value is None else msgspec.json.encode(value).decode()
