"""Spans, the text of a row with its styles' names: fitted to a width, laid side by side, made into bars and glows."""

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Protocol

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from mm_tui.app.palette import GLOWS, Palette
from mm_tui.views import fmt

Span = tuple[str, str]
"""Text, and the name of its style in the palette."""
Spans = Sequence[Span]

GLOW_NS = 900_000_000
"""How long a change glows."""
_single_cells = re.compile("[ -~─-╿▀-▟⠀-⣿·–−…▲▼●•○◌◐◆×≥≤√↑↓←→±²γδκστ]*\\Z").match
"""Matches text that is printable and of one cell a character for sure: all that our own rows are made of."""


class Writer(Protocol):
    """What writes spans for a terminal."""

    def begun(self, spans: Spans) -> tuple[str, str]:
        """Text with codes, whatever the terminal was told before; and the style that is left behind."""
        ...


class Row:
    """A finished row of exactly `width` cells; as a strip for Textual, as text with codes for the terminal."""

    __slots__ = ("_look", "_plain", "_strip", "_written", "spans", "width")

    def __init__(self, spans: Spans, width: int, look: Palette, *, plain: bool | None = None) -> None:
        self.spans = spans
        self.width = width
        self._look = look
        self._plain = plain
        self._strip: Strip | None = None
        self._written: tuple[str, str] | None = None

    @property
    def strip(self) -> Strip:
        """For the compositor."""
        if self._strip is None:
            styles = self._look.styles
            self._strip = Strip([Segment(text, styles[name]) for text, name in self.spans if text], self.width)
        return self._strip

    def written(self, by: Writer) -> tuple[str, str]:
        """For the terminal itself, and the style that is left behind; the same for every writer of this palette."""
        if self._written is None:
            self._written = by.begun(self.spans)
        return self._written

    @property
    def plain(self) -> bool:
        """Whether every character is known to take one cell."""
        if self._plain is None:
            self._plain = single([text for text, _ in self.spans], self.width)
        return self._plain


def single(texts: Iterable[str], width: int) -> bool:
    """Whether texts side by side are of single cells for sure, and so many of them."""
    text = "".join(texts)
    return len(text) == width and _single_cells(text) is not None


def fit(spans: Spans, width: int, look: Palette) -> Spans:
    """The spans at exactly so many cells: cut or filled up, unprintable characters as `?`, glyphs as can be shown."""
    return fitted(spans, width, look)[0]


def fitted(spans: Spans, width: int, look: Palette) -> tuple[Spans, bool]:
    """`fit`, and whether every character is known to take one cell.

    Nearly every row is printable, of single cells and of the right width already; that is found out at once.
    """
    text = "".join([words for words, _ in spans])
    if _single_cells(text) and (not look.ascii or text.isascii()):
        missing = width - len(text)
        if not missing:
            return spans, True
        if missing > 0:
            return [*spans, (" " * missing, "text")], True
    kept: list[Span] = []
    left = width
    for words, name in spans:
        if left <= 0:
            break
        written = look.write(words if words.isprintable() else printable(words))
        cells = cell_len(written)
        if cells > left:
            written, cells = set_cell_size(written, left), left
        kept.append((written, name))
        left -= cells
    return ([*kept, (" " * left, "text")] if left > 0 else kept), False


def printable(text: str) -> str:
    """The text with a `?` for each control or unassigned character: a venue's words must not steer a terminal."""
    return "".join([letter if letter.isprintable() else "?" for letter in text])


def width_of(spans: Spans) -> int:
    """Cells that the spans take."""
    return sum([len(text) if text.isascii() or _single_cells(text) else cell_len(text) for text, _ in spans])


def joined(cells: Iterable[Span]) -> list[Span]:
    """Cells one by one as spans, neighbours of one style together."""
    spans: list[Span] = []
    run, style = "", ""
    for glyph, name in cells:
        if name != style:
            if run:
                spans.append((run, style))
            run, style = "", name
        run += glyph
    if run:
        spans.append((run, style))
    return spans


def spread_out(left: Spans, right: Spans, width: int) -> list[Span]:
    """Spans at the left and others at the right edge; the right ones give way where both do not fit."""
    room = width - width_of(left) - width_of(right)
    return [*left, (" " * room, "text"), *right] if room >= 0 else list(left)


def by_priority(fields: Sequence[tuple[int, Spans]], width: int, gap: int = 2) -> list[Span]:
    """As many of the fields, in the order given, as fit; those with the lowest number choose first."""
    wanted = [(at, priority, spans) for at, (priority, spans) in enumerate(fields) if spans]
    room = width + gap
    kept: list[tuple[int, int, Spans]] = []
    for field in sorted(wanted, key=lambda field: field[1]):
        cells = width_of(field[2]) + gap
        if cells <= room or not kept:
            room -= cells
            kept.append(field)
    line: list[Span] = []
    for _, _, spans in sorted(kept, key=lambda field: field[0]):
        if line:
            line.append((" " * gap, "text"))
        line.extend(spans)
    return line


class Glow:
    """Remembers when values last changed, so that a fresh one can be drawn in a glow that fades."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, tuple[Any, int]] = {}

    def level(self, name: Hashable, value: Any, ts: int) -> int:
        """3 right after a change, then 2 and 1, and 0 when it is over; the first sight of a value does not glow."""
        seen = self._seen.get(name)
        if seen is None or seen[0] is None:
            self._seen[name] = (value, ts - GLOW_NS)
            return 0
        if seen[0] != value:
            self._seen[name] = (value, ts)
            return GLOWS
        return fade(ts - seen[1])


def fade(age: int) -> int:
    """The glow of a change of that age in ns: 3, 2, 1, then 0; none where a replay went back far behind the change."""
    return 0 if age < -GLOW_NS else GLOWS - min(GLOWS, max(0, age) * GLOWS // GLOW_NS)


def glowing(name: str, level: int) -> str:
    """A style's name at that level of glow."""
    return f"{name} glow{level}" if level else name


def bar_spans(filled: int, width: int, colour: str, look: Palette, *, ground: str = "panel") -> list[Span]:
    """A bar from the left, so many eighths of a cell long, on a ground of its own."""
    if look.ascii:
        whole = min(width, (filled + 4) // 8 or bool(filled))
        return [("#" * whole, f"{colour} on {ground}"), ("." * (width - whole), f"dim on {ground}")]
    return [(fmt.bar(filled, width), f"{colour} on {ground}")]
