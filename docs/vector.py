"""A screen as a small SVG: a rectangle for every stretch of one ground, a text for every word or two of one style.

Blocks become rectangles, so that bars and heat maps have no seams; blanks are left out. Textual's own export says the
same in three times the bytes.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.app import App

_WIDE: Final = 12.2
_HIGH: Final = 24.4
_BASE: Final = 18.5
"""From a line's top to the text's base."""
_SIZE: Final = 20
_EDGE: Final = 8
"""Around the screen."""
_GAP: Final = 2
"""Blanks in a row at which a text ends."""
_BLOCKS: Final = {
    **{glyph: (0.0, part / 8, 0.0, 1.0) for part, glyph in enumerate("▏▎▍▌▋▊▉█", 1)},
    **{glyph: (0.0, 1.0, 1 - part / 8, part / 8) for part, glyph in enumerate("▁▂▃▄▅▆▇", 1)},
    "▀": (0.0, 1.0, 0.0, 0.5),
    "▐": (0.5, 0.5, 0.0, 1.0),
}
"""Of a cell: from where and how much to the right, from where and how much down."""
_FONTS: Final = "DejaVu Sans Mono,Menlo,Consolas,monospace"

Cell = tuple[str, str, str, bool]
"""A character, its colour, its ground, whether it is bold."""


def svg(app: App[None], background: str, foreground: str) -> str:
    """What the running app shows; the two colours stand where a cell has none of its own."""
    rows = [list(_cells(strip, background, foreground)) for strip in app.screen._compositor.render_strips()]  # noqa: SLF001 - what Textual's own export draws from
    columns = max(map(len, rows))
    width, height = columns * _WIDE + 2 * _EDGE, len(rows) * _HIGH + 2 * _EDGE
    names: dict[tuple[str, bool], str] = {}
    body = [part for y, row in enumerate(rows) for part in (*_grounds(y, row, background), *_texts(y, row, names))]
    styles = "".join(
        f".{name}{{fill:{colour}{';font-weight:bold' if bold else ''}}}" for (colour, bold), name in names.items()
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_number(width)} {_number(height)}">'
        f"<style>text{{font:{_SIZE}px {_FONTS};white-space:pre}}{styles}</style>"
        f'<rect width="100%" height="100%" rx="8" fill="{background}"/>'
        f'<g transform="translate({_EDGE},{_EDGE})" shape-rendering="crispEdges">'
    )
    return "\n".join([head, *body, "</g></svg>", ""])


def _cells(strip: Iterable[Segment], background: str, foreground: str) -> Iterator[Cell]:
    for text, style, _ in strip:
        colour, ground, bold = _look(style or Style(), background, foreground)
        for character in text:
            yield character, colour, ground, bold


def _look(style: Style, background: str, foreground: str) -> tuple[str, str, bool]:
    colour, ground = _hex(style.color, foreground), _hex(style.bgcolor, background)
    if style.reverse:
        colour, ground = ground, colour
    return colour, ground, bool(style.bold)


def _hex(colour: Color | None, default: str) -> str:
    return default if colour is None or colour.is_default else colour.get_truecolor().hex


def _grounds(y: int, row: list[Cell], background: str) -> Iterator[str]:
    """Rectangles of whole cells, then those of blocks, which are joined where they fill their cells' width."""
    for x, count, ground in _stretches([ground for _, _, ground, _ in row]):
        if ground != background:
            yield _rectangle(x, count, y, 1.0, ground)
    for x, count, block in _stretches([(glyph, colour) if glyph in _BLOCKS else None for glyph, colour, _, _ in row]):
        if block is None:
            continue
        glyph, colour = block
        left, wide, top, high = _BLOCKS[glyph]
        if wide == 1.0:
            yield _rectangle(x, count, y + top, high, colour)
        else:
            yield from (_rectangle(x + at + left, wide, y + top, high, colour) for at in range(count))


def _stretches(values: list[Any]) -> Iterator[tuple[int, int, Any]]:
    """Where equal values begin, how many there are, which."""
    first = 0
    for at in range(1, len(values) + 1):
        if at == len(values) or values[at] != values[first]:
            yield first, at - first, values[first]
            first = at


def _rectangle(x: float, wide: float, y: float, high: float, colour: str) -> str:
    """All in cells."""
    place = f'x="{_number(x * _WIDE)}" y="{_number(y * _HIGH)}"'
    return f'<rect {place} width="{_number(wide * _WIDE)}" height="{_number(high * _HIGH)}" fill="{colour}"/>'


def _texts(y: int, row: list[Cell], names: dict[tuple[str, bool], str]) -> Iterator[str]:
    looks = [(colour, bold) for _, colour, _, bold in row]
    written = "".join(" " if glyph in _BLOCKS else glyph for glyph, _, _, _ in row)
    for x, count, look in _stretches(looks):
        for first, words in _words(written[x : x + count]):
            name = names.setdefault(look, f"c{len(names)}")
            place = f'x="{_number((x + first) * _WIDE)}" y="{_number(y * _HIGH + _BASE)}"'
            length = _number(len(words) * _WIDE)
            yield f'<text class="{name}" {place} textLength="{length}">{escape(words, quote=False)}</text>'


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Pieces between wider gaps, each with where it begins."""
    at = 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        end = text.find(" " * _GAP, at)
        piece = text[at : len(text) if end < 0 else end].rstrip()
        yield at, piece
        at += len(piece)


def _number(value: float) -> str:
    """With a digit behind the point at most."""
    return f"{value:.1f}".removesuffix(".0")
