"""What every panel is built on: rows kept as strips, and only the rows that changed are drawn again.

A panel's content is a list of rows. Each row has a key, the values it was made of; a row whose key did not change is
left alone, and one whose key was seen lately is taken from a cache. The frame around the rows is part of the strips,
so that Textual's own styling of borders, by far the dearest part of a line, is never asked.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from mm_tui.app import palette
from mm_tui.app.palette import GLOWS, Palette
from mm_tui.views.frames import DeskFrame

Span = tuple[str, str]
"""Text, and the name of its style in the palette."""
Spans = Sequence[Span]

CACHED_ROWS = 2048
"""Rows a panel remembers; when it is full, it starts over."""
GLOW_NS = 900_000_000
"""How long a change glows."""
_SMALLEST_FRAME = (6, 3)
_BLANK: tuple[str] = ("blank",)


class Panel(Widget, can_focus=True):
    """A framed panel of rows. A subclass gives `title` and `paint`, which calls `put` for each row."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Panel { width: 1fr; height: 1fr; }"

    title: ClassVar[str] = ""
    """Stands in the frame at the left."""
    framed: ClassVar[bool] = True
    """Whether there is a frame; a panel too small for one goes without."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self.frame = DeskFrame()
        """The frame last shown."""
        self.look: Palette | None = None
        """What the rows were drawn with; None before the first."""
        self._built = (0, 0)
        self._rows: list[Strip] = []
        self._keys: list[Hashable] = []
        self._cache: dict[Hashable, Strip] = {}
        self._changed: set[int] = set()
        self._edges = (Segment(""), Segment(""))
        self._edge_colour = ""
        self._inset = 0
        self._rim: tuple[str, str, str, str] | None = None

    # what a subclass gives

    def paint(self) -> None:
        """Put every row for `self.frame`; rows that are not put keep what they show."""
        raise NotImplementedError

    # what the desk calls

    def show(self, frame: DeskFrame) -> None:
        """Draw the frame; nothing that is equal to what is shown is drawn again."""
        before, self.frame = self.frame, frame
        if self._fresh() and self.concerns(before, frame):
            self.paint()
            self._send()

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """Whether the panel may look different with this frame; parts are compared by identity."""
        return before is not frame

    def repaint(self) -> None:
        """Paint again after something other than the frame changed: a scroll, a filter, a unit."""
        if self._fresh():
            self.paint()
            self._send()

    # what a subclass uses

    @property
    def inner(self) -> tuple[int, int]:
        """Width and height of the content, cells."""
        width, height = self._built
        return max(0, width - 4 * self._inset), max(0, height - 2 * self._inset)

    def put(self, y: int, key: Hashable, make: Callable[..., Spans], *values: Any) -> None:
        """Set content row `y`; `make(*values)` is called only where the key is new; rows outside are ignored."""
        if not 0 <= y < self.inner[1]:
            return
        at = y + self._inset
        if self._keys[at] == key:
            return
        strip = self._cache.get(key)
        if strip is None:
            if len(self._cache) >= CACHED_ROWS:
                self._cache.clear()
            strip = self._cache[key] = self._row(make(*values))
        self._set(at, key, strip)

    def blank(self, first: int = 0) -> None:
        """Empty the content rows from `first` on."""
        for y in range(first, self.inner[1]):
            self.put(y, _BLANK, tuple)

    def rim(self, right: str = "", *, middle: str = "", below: str = "", colour: str = "") -> None:
        """Say what stands in the frame beside the title: at the right, above in the middle, below in the middle."""
        rim = (right, middle, below, colour or ("accent" if self.has_focus else "border"))
        if rim == self._rim or not self._inset:
            return
        self._rim = rim
        if self._edge_colour != rim[3]:
            self._recolour(rim[3])
        self._set(0, None, self._edge("╭", "╮", self.title, middle, right))
        self._set(self._built[1] - 1, None, self._edge("╰", "╯", "", below, ""))

    # Textual's side

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips as they are kept; made anew only after a resize or a change of theme."""
        if not self._fresh():
            return [Strip.blank(crop.width)] * crop.height
        strips = self._rows[crop.y : crop.bottom]
        if crop.x or crop.right != self._built[0]:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        missing = crop.height - len(strips)
        if missing > 0:
            strips = strips + [Strip.blank(crop.width)] * missing
        filters = self.get_line_filters()
        if filters:
            ground = self.background_colors[1]
            for one in filters:
                strips = [strip.apply_filter(one, ground) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """One of the same; for those who ask line by line."""
        return self.render_lines(Region(0, y, self.size.width, 1))[0]

    def on_focus(self) -> None:
        """The frame takes the accent."""
        self._reframe()

    def on_blur(self) -> None:
        """The frame falls back."""
        self._reframe()

    # inside

    def _fresh(self) -> bool:
        """Build rows of the right size in the right colours; False while there is nothing to draw on."""
        width, height = size = self.outer_size
        if not width or not height or not self.is_attached:
            return False
        look = palette.current(self.app)
        if self._built != size or self.look is not look:
            resized = self._built != size
            self.look = look
            self._built = (width, height)
            self._inset = int(self.framed and width >= _SMALLEST_FRAME[0] and height >= _SMALLEST_FRAME[1])
            self._cache.clear()
            self._keys = [object()] * height
            self._rows = [Strip.blank(width, look["text"])] * height
            self._rim = None
            self._colour_edges("border")
            self.blank()
            self.rim()
            if resized:
                self.measured()
            self.paint()
            self._changed.clear()
        return True

    def measured(self) -> None:
        """Called when the size became another, before the next paint."""

    def _reframe(self) -> None:
        if self._rows and self._inset:
            right, middle, below, _ = self._rim or ("", "", "", "")
            self.rim(right, middle=middle, below=below)
            self.repaint()

    def _colour_edges(self, colour: str) -> None:
        look = self._look
        self._edge_colour = colour
        bar = look.write("│")
        self._edges = (Segment(bar + " ", look[colour]), Segment(" " + bar, look[colour]))

    def _recolour(self, colour: str) -> None:
        self._colour_edges(colour)
        left, right = self._edges
        self._cache.clear()
        for at in range(self._inset, self._built[1] - self._inset):
            inside = list(self._rows[at])[1:-1]
            self._set(at, self._keys[at], Strip([left, *inside, right], self._built[0]))

    @property
    def _look(self) -> Palette:
        if self.look is None:
            raise RuntimeError("a panel was painted before it had a size")
        return self.look

    def _set(self, at: int, key: Hashable, strip: Strip) -> None:
        self._keys[at] = key
        self._rows[at] = strip
        self._changed.add(at)

    def _row(self, spans: Spans) -> Strip:
        width = self.inner[0]
        segments = segments_of(spans, width, self._look)
        if self._inset:
            left, right = self._edges
            return Strip([left, *segments, right], width + 4)
        return Strip(segments, width)

    def _edge(self, left: str, right: str, title: str, middle: str, end: str) -> Strip:
        """A line of the frame: corner, title at the left, words in the middle and at the right, corner."""
        look = self._look
        line = look[self._edge_colour]
        room = self._built[0] - 2
        head = f" {title} " if title and len(title) + 3 <= room else ""
        tail = f" {end} " if end and cell_len(end) + len(head) + 4 <= room else ""
        words = f" {middle} " if middle and cell_len(middle) + cell_len(head) + cell_len(tail) + 6 <= room else ""
        before = (room - cell_len(words)) // 2 if words else 0
        before = min(max(before, len(head) + 2), room - cell_len(tail) - cell_len(words)) if words else 0
        dash, write = look.write("─"), look.write
        lead = dash if head else ""
        segments = [Segment(write(left) + lead, line)]
        used = len(lead)
        if head:
            segments.append(Segment(write(head), look["bright bold" if self._edge_colour == "accent" else "text"]))
            used += cell_len(head)
        if words:
            segments.append(Segment(dash * (before - used), line))
            segments.append(Segment(write(words), look["own"]))
            used = before + cell_len(words)
        segments.append(Segment(dash * (room - used - cell_len(tail)), line))
        if tail:
            segments.append(Segment(write(tail), look["dim"]))
        segments.append(Segment(write(right), line))
        return Strip(segments, room + 2)

    def _send(self) -> None:
        """Ask Textual to draw the rows that changed, neighbours in one region."""
        if not self._changed:
            return
        regions: list[Region] = []
        width = self._built[0]
        first = last = -1
        for at in sorted(self._changed):
            if at != last + 1:
                if first >= 0:
                    regions.append(Region(0, first, width, last - first + 1))
                first = at
            last = at
        regions.append(Region(0, first, width, last - first + 1))
        self._changed.clear()
        self.refresh(*regions)


def segments_of(spans: Spans, width: int, look: Palette) -> list[Segment]:
    """Spans as segments of exactly so many cells: cut or filled up, unprintable characters shown as `?`."""
    segments: list[Segment] = []
    left = width
    for text, name in spans:
        if left <= 0:
            break
        written = look.write(text if text.isprintable() else printable(text))
        cells = len(written) if written.isascii() else cell_len(written)
        if cells > left:
            written, cells = set_cell_size(written, left), left
        if cells:
            segments.append(Segment(written, look[name]))
            left -= cells
    if left > 0:
        segments.append(Segment(" " * left, look["text"]))
    return segments


def printable(text: str) -> str:
    """The text with a `?` for each control or unassigned character: a venue's words must not steer a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def width_of(spans: Spans) -> int:
    """Cells that the spans take."""
    return sum(cell_len(text) for text, _ in spans)


def spread_out(left: Spans, right: Spans, width: int) -> list[Span]:
    """Spans at the left and others at the right edge; the right ones give way where both do not fit."""
    room = width - width_of(left) - width_of(right)
    return [*left, (" " * room, "text"), *right] if room >= 0 else list(left)


def by_priority(fields: Sequence[tuple[int, Spans]], width: int, gap: int = 2) -> list[Span]:
    """As many of the fields, in the order given, as fit; those with the highest number go first."""
    kept = [(priority, spans, width_of(spans)) for priority, spans in fields if spans]
    while kept and sum(cells + gap for _, _, cells in kept) - gap > width and len(kept) > 1:
        kept.remove(max(kept, key=lambda field: field[0]))
    line: list[Span] = []
    for at, (_, spans, _) in enumerate(kept):
        if at:
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
        if seen is None:
            self._seen[name] = (value, ts - GLOW_NS)
            return 0
        if seen[0] != value:
            self._seen[name] = (value, ts)
            return GLOWS
        return fade(ts - seen[1])


def fade(age: int) -> int:
    """The glow of a change of that age in ns: 3, 2, 1, then 0."""
    return GLOWS - min(GLOWS, max(0, age) * GLOWS // GLOW_NS)


def glowing(name: str, level: int) -> str:
    """A style's name at that level of glow."""
    return f"{name} glow{level}" if level else name


def bar_spans(filled: int, width: int, colour: str, look: Palette, *, ground: str = "panel") -> list[Span]:
    """A bar from the left, so many eighths of a cell long, on a ground of its own."""
    if look.ascii:
        whole = min(width, (filled + 4) // 8 or bool(filled))
        return [("#" * whole, f"{colour} on {ground}"), ("." * (width - whole), f"dim on {ground}")]
    whole, part = divmod(min(filled, 8 * width), 8)
    edge = " ▏▎▍▌▋▊▉"[part] if part else ""
    return [("█" * whole + edge + " " * (width - whole - len(edge)), f"{colour} on {ground}")]
