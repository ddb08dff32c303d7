"""A heat map of the objective over two keys: one HTML file with inline SVG, nothing fetched, no script.

With more keys than two the ones with the largest effect span the map; the next makes small multiples where it has few
values, and over the rest the mean is taken. Points that lie on no grid (a search's) are dots.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Any, Final

from mm_tui.backtest.sweep.figures import OBJECTIVES, Figures
from mm_tui.backtest.sweep.grid import Axis
from mm_tui.backtest.tables import signed

PANELS: Final = 12
"""Small multiples at most."""
CELLS: Final = 24
"""Values a side at most; with more the points are drawn as dots."""
FILLED: Final = 0.5
"""Share of the cells that must have a point; with less the points are drawn as dots too."""
WIDTH: Final = 460
HEIGHT: Final = 300
LEFT: Final = 84
BOTTOM: Final = 40
TOP: Final = 24
LOW: Final = (178, 24, 43)
MIDDLE: Final = (247, 247, 247)
HIGH: Final = (33, 102, 172)
LETTER: Final = 8
"""Pixels that a letter beside an axis takes."""
DARK: Final = 0.55
"""Share of the scale from which the figure in a cell is written in white."""
_STYLE: Final = """
:root{color-scheme:light dark}
body{font:14px/1.45 system-ui,sans-serif;margin:2rem;max-width:78rem}
figure{display:inline-block;margin:0 1.2rem 1.2rem 0}
svg text{font:12px system-ui,sans-serif;fill:currentColor}
svg text.in{fill:#111}svg text.in.dark{fill:#fff}
svg .none{fill:none;stroke:currentColor;stroke-opacity:.25}
.note{opacity:.75}
"""


def page(points: Sequence[Figures], axes: Sequence[Axis], objective: str, recordings: Sequence[str] = ()) -> str:
    """The whole file."""
    known = [one for one in points if one[objective] is not None]
    varied = [key for key in (axis.key for axis in axes) if len({one["values"][key] for one in points}) > 1]
    keys = sorted(varied, key=lambda key: -_effect(known, key, objective))
    scale = _Scale(objective, [float(one[objective]) for one in known])
    if not known or not keys:
        body = "<p>Nothing varied that has a figure: there is no map to draw.</p>"
    else:
        body = _panels(points, keys, scale)
    counted = f"{len(points):,} points, {len(known):,} with a figure{scale.words}. {_words(keys, points)}"
    over = f"<p>{escape(', '.join(recordings))}</p>\n<p class=note>{counted}</p>"
    title = f"Sweep: {objective}"
    return (
        f"<!doctype html>\n<html lang=en><meta charset=utf-8><title>{escape(title)}</title>\n"
        f"<style>{_STYLE}</style>\n<h1>{escape(title)}</h1>\n{over}\n{body}\n</html>\n"
    )


class _Scale:
    """Figures to colours: blue is better, red worse, white nothing won or lost where the figures lie on both sides."""

    def __init__(self, objective: str, values: Sequence[float]) -> None:
        self.objective = objective
        low, high = (min(values), max(values)) if values else (0.0, 0.0)
        self._sign = OBJECTIVES[objective]
        self.words = f", from {_figure(low)} to {_figure(high)}" if values else ""
        """Where the figures lie."""
        self._centre = 0.0 if low < 0 < high else (low + high) / 2
        self._reach = max(high - self._centre, self._centre - low) or 1.0

    def place(self, value: float) -> float:
        """From −1, the worst, to 1."""
        return self._sign * (value - self._centre) / self._reach

    def colour(self, value: float) -> str:
        """Of a figure, as CSS."""
        place = max(-1.0, min(1.0, self.place(value)))
        end = HIGH if place > 0 else LOW
        parts = (round(middle + (to - middle) * abs(place)) for middle, to in zip(MIDDLE, end, strict=True))
        return f"rgb({','.join(map(str, parts))})"


def _panels(points: Sequence[Figures], keys: list[str], scale: _Scale) -> str:
    across, up = keys[0], keys[1] if len(keys) > 1 else ""
    panel = keys[2] if len(keys) > 2 and len(_values(points, keys[2])) <= PANELS else ""  # noqa: PLR2004  # a third key
    drawn = []
    for value in _values(points, panel) if panel else [""]:
        chosen = [one for one in points if not panel or one["values"][panel] == value]
        title = f"{panel} = {value}" if panel else ""
        drawn.append(_panel(chosen, points, (across, up), scale, title))
    return "\n".join(drawn)


def _panel(
    chosen: Sequence[Figures],
    points: Sequence[Figures],
    keys: tuple[str, str],
    scale: _Scale,
    title: str,
) -> str:
    across, up = keys
    columns, rows = _values(points, across), _values(points, up) if up else [""]
    filled = len({(one["values"][across], one["values"][up] if up else "") for one in points})
    on_grid = max(len(columns), len(rows)) <= CELLS and filled >= FILLED * len(columns) * len(rows)
    inner = (_cells if on_grid else _dots)(chosen, (columns, rows), keys, scale)
    head = f'<text x="{LEFT}" y="14">{escape(title)}</text>' if title else ""
    names = (
        f'<text x="{LEFT + WIDTH / 2:g}" y="{TOP + HEIGHT + BOTTOM - 4}" text-anchor="middle">{escape(across)}</text>'
        f'<text transform="translate(12 {TOP + HEIGHT / 2:g}) rotate(-90)" text-anchor="middle">{escape(up)}</text>'
    )
    width, height = LEFT + WIDTH + 8, TOP + HEIGHT + BOTTOM
    described = escape(
        f"{scale.objective} over {across}" + (f" and {up}" if up else "") + (f", {title}" if title else "")
    )
    return (
        f'<figure><svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{described}">{head}{inner}{names}</svg></figure>'
    )


def _cells(chosen: Sequence[Figures], sides: tuple[list[str], list[str]], keys: tuple[str, str], scale: _Scale) -> str:
    (columns, rows), (across, up), objective = sides, keys, scale.objective
    wide, high = WIDTH / len(columns), HEIGHT / len(rows)
    parts = []
    every = math.ceil(max(map(len, columns)) * LETTER / wide)
    for x, column in enumerate(columns):
        if x % every == 0:
            parts.append(_tick(LEFT + (x + 0.5) * wide, TOP + HEIGHT + 16, column, "middle"))
        for y, row in enumerate(reversed(rows)):
            here = [one for one in chosen if one["values"][across] == column and (not up or one["values"][up] == row)]
            mean = _mean(here, objective)
            at = f'x="{LEFT + x * wide:.1f}" y="{TOP + y * high:.1f}" width="{wide:.1f}" height="{high:.1f}"'
            if mean is None:
                parts.append(f'<rect {at} class="none"/>')
                continue
            words = f"{across} {column}" + (f", {up} {row}" if up else "") + f": {_figure(mean)}"
            parts.append(f'<rect {at} fill="{scale.colour(mean)}"><title>{escape(words)}</title></rect>')
            if wide >= 40 and high >= 16:  # noqa: PLR2004  # where a figure has room
                dark = " dark" if abs(scale.place(mean)) > DARK else ""
                middle = f'x="{LEFT + (x + 0.5) * wide:.1f}" y="{TOP + (y + 0.5) * high + 4:.1f}"'
                parts.append(f'<text class="in{dark}" {middle} text-anchor="middle">{_figure(mean, 3)}</text>')
    for y, row in enumerate(reversed(rows)):
        parts.append(_tick(LEFT - 6, TOP + (y + 0.5) * high + 4, row, "end"))
    return "".join(parts)


def _dots(chosen: Sequence[Figures], sides: tuple[list[str], list[str]], keys: tuple[str, str], scale: _Scale) -> str:
    (columns, rows), (across, up), objective = sides, keys, scale.objective
    parts = [f'<rect x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" class="none"/>']
    for one in chosen:
        if one[objective] is None:
            continue
        value = float(one[objective])
        x = LEFT + WIDTH * _along(one["values"][across], columns)
        y = TOP + HEIGHT * (1 - _along(one["values"][up], rows)) if up else TOP + HEIGHT / 2
        words = (
            f"{across} {one['values'][across]}" + (f", {up} {one['values'][up]}" if up else "") + f": {_figure(value)}"
        )
        circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{scale.colour(value)}" stroke="#777">'
        parts.append(f"{circle}<title>{escape(words)}</title></circle>")
    for end, place in ((0, LEFT), (-1, LEFT + WIDTH)):
        parts.append(_tick(place, TOP + HEIGHT + 16, columns[end], "start" if end == 0 else "end"))
    for end, height in ((0, TOP + HEIGHT), (-1, TOP + 10)):
        parts.append(_tick(LEFT - 6, height, rows[end], "end"))
    return "".join(parts)


def _figure(value: float, digits: int = 6) -> str:
    return signed(f"{value:.{digits}g}")


def _tick(x: float, y: float, words: str, anchor: str) -> str:
    shown = words if len(words) <= 12 else f"{words[:11]}…"  # noqa: PLR2004  # what stands beside an axis
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(shown)}</text>'


def _along(value: str, ordered: list[str]) -> float:
    """Where a value lies between the first and the last: by its size where all are numbers, else by its place."""
    numbers = [_number(one) for one in ordered]
    if any(number is None for number in numbers) or numbers[0] == numbers[-1]:
        return ordered.index(value) / max(1, len(ordered) - 1)
    low, high, here = numbers[0], numbers[-1], _number(value)
    return (here - low) / (high - low)  # type: ignore[operator]  # none is None


def _values(points: Sequence[Figures], key: str) -> list[str]:
    """The values of a key: numbers by their size, words as they came."""
    found = list(dict.fromkeys(one["values"][key] for one in points))
    numbers = [_number(one) for one in found]
    return found if None in numbers else sorted(found, key=float)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _effect(known: Sequence[Figures], key: str, objective: str) -> float:
    """How far the means of the objective lie apart over a key's values."""
    means = [_mean([one for one in known if one["values"][key] == value], objective) for value in _values(known, key)]
    found = [mean for mean in means if mean is not None]
    return max(found) - min(found) if found else 0.0


def _mean(points: Sequence[Figures], objective: str) -> float | None:
    values: list[Any] = [one[objective] for one in points if one[objective] is not None]
    return float(sum(map(Decimal, map(str, values)), Decimal(0)) / len(values)) if values else None


def _words(keys: list[str], points: Sequence[Figures]) -> str:
    rest = keys[3:] if len(keys) > 2 and len(_values(points, keys[2])) <= PANELS else keys[2:]  # noqa: PLR2004  # a third key
    if not rest:
        return "Blue is better."
    return f"Blue is better. A cell is the mean over {escape(', '.join(rest))}, whose effect is smaller."
