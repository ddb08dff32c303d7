"""What is reckoned with colours, each `#rrggbb`: mixed, and held against each other."""

from functools import lru_cache


@lru_cache(maxsize=512)
def mix(first: str, second: str, share: float) -> str:
    """`share` of the second colour in the first."""
    parts = zip(channels(first), channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green, blue, 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, 0 to 1."""
    red, green, blue = (
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - 0.04045 of 255
        for part in channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio as WCAG 2 defines it, 1 to 21."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=512)
def legible(colour: str, ground: str, least: float = 3.0) -> str:
    """The colour, or one of its hue nearer to white or black, that has at least this contrast on the ground."""
    target = max("#ffffff", "#000000", key=lambda end: contrast(end, ground))
    shares = (step / 10 for step in range(11))
    return next((made for share in shares if contrast(made := mix(colour, target, share), ground) >= least), target)
