"""The heat map's colours: from a theme's ground to its strongest, and what a terminal of 256 colours has of that."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from rich.color import Color, ColorSystem

from mm_tui.app.colours import channels, contrast, mix

HEATS: Final = 12
"""Colours of the ramp, its ground among them."""
_FIXED: Final = range(16, 256)
"""Colours of the 256 that no user has set to others: a cube of 216, and 24 greys."""


def ramp(colours: Mapping[str, str]) -> list[str]:
    """From the panel's own to the accent, and beyond it halfway to the brightest; by a theme's tokens."""
    return [_heat(colours, at / (HEATS - 1)) for at in range(HEATS)]


def of_256(wanted: list[str]) -> list[str]:
    """The nearest of the 256 colours that stand out from the ground no less than the one before.

    Each by itself rounded, as Rich does, the steps are no scale any more: a dark grey becomes black, then a blue.
    """
    ground = as_256(wanted[0])
    kept = [ground]
    for colour in wanted[1:]:
        least = contrast(kept[-1], ground)
        kept.append(
            min((one for one in _colours() if contrast(one, ground) >= least), key=lambda one: _far(one, colour))
        )
    return kept


def as_256(colour: str) -> str:
    """What Rich makes of a colour there."""
    return Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex


@lru_cache(maxsize=1)
def _colours() -> list[str]:
    """Those that Rich leaves as they are."""
    every = [Color.from_ansi(number).get_truecolor().hex for number in _FIXED]
    return [colour for colour in every if as_256(colour) == colour]


def _far(first: str, second: str) -> int:
    """How different two colours look, roughly: green counts most, blue least."""
    red, green, blue = (a - b for a, b in zip(channels(first), channels(second), strict=True))
    return 3 * red * red + 6 * green * green + 2 * blue * blue


def _heat(colours: Mapping[str, str], share: float) -> str:
    middle = 0.7
    deep = mix(colours["panel"], colours["accent"], 0.75)
    if share <= middle:
        return mix(colours["panel"], deep, (share / middle) ** 1.4)
    return mix(deep, colours["bright"], (share - middle) / (1 - middle) * 0.7)
