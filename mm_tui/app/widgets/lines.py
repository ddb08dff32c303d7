"""What every panel is built on: rows kept as strips, and only the rows that changed are drawn again.

A panel's content is a list of rows. Each row has a key, the values it was made of; a row whose key did not change is
left alone, and one whose key was seen lately is taken from a cache. The frame around the rows is part of the strips,
so that Textual's own styling of borders, by far the dearest part of a line, is never asked.
"""

from collections.abc import Callable, Hashable
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from mm_tui.app import palette
from mm_tui.app.palette import Palette
from mm_tui.app.widgets.direct import direct
from mm_tui.app.widgets.spans import Row, Span, Spans, fit, fitted
from mm_tui.views.fmt import clip
from mm_tui.views.frames import DeskFrame

_SMALLEST_FRAME = (6, 3)
_BLANK = "blank"


class Panel(Widget, can_focus=True):
    """A framed panel of rows. A subclass gives `title` and `paint`, which calls `put` for each row."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Panel { width: 1fr; height: 1fr; }"

    title: ClassVar[str] = ""
    """Stands in the frame at the left."""
    framed: ClassVar[bool] = True
    """Whether there is a frame; a panel too small for one goes without."""
    remembered: ClassVar[int] = 512
    """Rows that are kept to be drawn again; the oldest goes first, one at a time: many at once would take long."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self.frame = DeskFrame()
        """The frame last shown."""
        self.look: Palette | None = None
        """What the rows were drawn with; None before the first."""
        self.builds = 0
        """Counts how often all rows were forgotten; what a panel remembers of its rows is void after that."""
        self._theme = ""
        self._built = (0, 0)
        self._rows: list[Row] = []
        self._keys: list[object] = []
        self._cache: dict[Hashable, Row] = {}
        self._changed: set[int] = set()
        self._there: list[Row | None] = []
        """The rows that the terminal shows for sure, past the compositor; None where that is not known."""
        self._lost = 0
        """How often the short way had lost something when they were written."""
        self._edge_colour = ""
        self._sides: tuple[Span, Span] | None = None
        """The frame beside each row, in its colour."""
        self._focused = False
        self.inner = (0, 0)
        """Width and height of the content, cells."""
        self._inset = 0
        self._key = ""
        self._rim: tuple[str, str, str, str, str, str, str] | None = None

    # what a subclass gives

    def paint(self) -> None:
        """Put every row for `self.frame`; rows that are not put keep what they show."""
        raise NotImplementedError

    # what the desk calls

    def show(self, frame: DeskFrame) -> None:
        """Draw the frame; nothing that is equal to what is shown is drawn again."""
        before, self.frame = self.frame, frame
        if self.concerns(before, frame) and self._fresh():
            self.paint()
            self._send()

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """Whether the panel may look different with this frame; parts are compared by identity."""
        return before is not frame

    def name_key(self, key: str) -> None:
        """The key that calls the panel stands before its title; empty where something else on the screen says it."""
        if key != self._key:
            self._key = key
            self._reframe(focused=self._focused)

    def repaint(self) -> None:
        """Paint again after something other than the frame changed: a scroll, a filter, a unit."""
        if self._fresh():
            self.paint()
            self._send()

    # what a subclass uses

    @property
    def heading(self) -> str:
        """What stands in the frame at the left; `renamed` when it is another."""
        return self.title

    def renamed(self) -> None:
        """The next `rim` writes the heading anew."""
        self._rim = None

    def put(self, y: int, key: Hashable, make: Callable[..., Spans], *values: Any) -> None:
        """Set content row `y`; `make(*values)` is called only where the key is new; rows outside are ignored."""
        if not 0 <= y < self.inner[1]:
            return
        at = y + self._inset
        if self._keys[at] == key:
            return
        row = self._cache.get(key)
        if row is None:
            if len(self._cache) >= self.remembered:
                del self._cache[next(iter(self._cache))]
            row = self._cache[key] = self._row(make(*values))
        self._keys[at] = key
        self._rows[at] = row
        self._changed.add(at)

    def lay(self, y: int, key: object, make: Callable[..., Spans], *values: Any) -> None:
        """As `put`, for a row that does not come again with the same values: its key is compared, nothing is kept."""
        if not 0 <= y < self.inner[1]:
            return
        at = y + self._inset
        if self._keys[at] != key:
            self._keys[at] = key
            self._rows[at] = self._row(make(*values))
            self._changed.add(at)

    def under(self, event: events.MouseEvent) -> tuple[int, int]:
        """The cell of the content that the pointer is at; outside of it where that is on the frame."""
        return event.x - 2 * self._inset, event.y - self._inset

    def blank(self, first: int = 0) -> None:
        """Empty the content rows from `first` on."""
        for y in range(first, self.inner[1]):
            self.put(y, _BLANK, tuple)

    def rim(
        self, right: str = "", *, middle: str = "", below: str = "", foot: str = "", more: str = "", colour: str = ""
    ) -> None:
        """Say what stands in the frame beside the title: at the right, above in the middle, below in the middle.

        `foot` stands below at the left, and is cut where it has no room; `more`, below at the right, is what a list
        has out of sight.
        """
        rim = (right, middle, below, foot, more, colour or ("accent" if self._focused else "border"), self._key)
        if rim == self._rim or not self._inset:
            return
        self._rim = rim
        if self._edge_colour != rim[5]:
            self._recolour(rim[5])
        last = self._built[1] - 1
        self._rows[0] = self._edge("╭", "╮", (self._key, self.heading), middle, right)
        beside = sum(cell_len(words) + 6 for words in (below, more) if words)
        foot = clip(foot, max(0, self._built[0] - 6 - beside))
        self._rows[last] = self._edge("╰", "╯", ("", foot), below, more)
        self._changed |= {0, last}

    # Textual's side

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips as they are kept; made anew only after a resize or a change of theme."""
        if not self._fresh():
            return [Strip.blank(crop.width)] * crop.height
        strips = [row.strip for row in self._rows[crop.y : crop.bottom]]
        self._there[crop.y : crop.bottom] = [None] * len(strips)
        if crop.x or crop.right != self._built[0]:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        missing = crop.height - len(strips)
        if missing > 0:
            strips += [Strip.blank(crop.width)] * missing
        for one in self.get_line_filters():
            if not isinstance(one, ANSIToTruecolor):
                ground = self.background_colors[1]
                strips = [strip.apply_filter(one, ground) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """One of the same; for those who ask line by line."""
        return self.render_lines(Region(0, y, self.size.width, 1))[0]

    def on_resize(self) -> None:
        """Be ready at the new size before the next frame comes."""
        self._fresh()

    def on_focus(self) -> None:
        """The frame takes the accent."""
        self._reframe(focused=True)

    def on_blur(self) -> None:
        """The frame falls back."""
        self._reframe(focused=False)

    # inside

    def _fresh(self) -> bool:
        """Build rows of the right size in the right colours; False while there is nothing to draw on."""
        width, height = size = self.outer_size
        if not width or not height:
            return False
        theme = self.app.theme
        if self._built != size or self._theme != theme:
            resized = self._built != size
            self._theme, self.look = theme, palette.current(self.app)
            look = self.look
            self._built = (width, height)
            self.builds += 1
            self._inset = int(self.framed and width >= _SMALLEST_FRAME[0] and height >= _SMALLEST_FRAME[1])
            self.inner = (max(0, width - 4 * self._inset), max(0, height - 2 * self._inset))
            self._cache.clear()
            self._keys = [None] * height
            self._rows = [Row([(" " * width, "text")], width, look)] * height
            self._there = [None] * height
            self._rim = None
            self._edge_colour = "border"
            self._sides = None
            self.blank()
            self.rim()
            if resized:
                self.measured()
            self.paint()
            self._changed.clear()
        return True

    def measured(self) -> None:
        """Called when the size became another, before the next paint."""

    def _reframe(self, *, focused: bool) -> None:
        self._focused = focused
        if self._rows and self._inset:
            right, middle, below, foot, more, *_ = self._rim or ("", "", "", "", "")
            self.rim(right, middle=middle, below=below, foot=foot, more=more)
            self.repaint()

    def _recolour(self, colour: str) -> None:
        self._edge_colour = colour
        self._sides = None
        self._cache.clear()
        edges = self._edges()
        for at in range(self._inset, self._built[1] - self._inset):
            row = self._rows[at]
            self._rows[at] = Row([edges[0], *row.spans[1:-1], edges[1]], row.width, self._look)
            self._changed.add(at)

    def _edges(self) -> tuple[Span, Span]:
        bar = self._look.write("│")
        self._sides = (bar + " ", self._edge_colour), (" " + bar, self._edge_colour)
        return self._sides

    @property
    def _look(self) -> Palette:
        if self.look is None:
            raise RuntimeError("a panel was painted before it had a size")
        return self.look

    def _row(self, spans: Spans) -> Row:
        width, look = self.inner[0], self._look
        spans, plain = fitted(spans, width, look)
        if not self._inset:
            return Row(spans, width, look, plain=plain)
        left, right = self._sides or self._edges()
        return Row([left, *spans, right], width + 4, look, plain=plain)

    def _edge(self, left: str, right: str, named: tuple[str, str], middle: str, end: str) -> Row:
        """A line of the frame: corner, key and title at the left, words in the middle and at the right, corner."""
        (key, title), line = named, self._edge_colour
        room = self._built[0] - 2
        head = f" {title} " if title and len(title) + 3 <= room else ""
        key = f" {key}" if head and key and len(key) + len(head) + 2 <= room else ""
        taken = len(key) + len(head)
        tail = f" {end} " if end and cell_len(end) + taken + 4 <= room else ""
        words = f" {middle} " if middle and cell_len(middle) + taken + cell_len(tail) + 6 <= room else ""
        lead = "─" if head else ""
        after = room - cell_len(tail)
        at = len(lead) + taken
        start = min(max((room - cell_len(words)) // 2, at + 1), after - cell_len(words)) if words else at
        spans = [
            (left + lead, line),
            (key, "dim"),
            (head, "bright bold" if line == "accent" else "text"),
            ("─" * (start - at), line),
            (words, "own"),
            ("─" * (after - start - cell_len(words)), line),
            (tail, "dim"),
            (right, line),
        ]
        return Row(fit(spans, room + 2, self._look), room + 2, self._look)

    def _send(self) -> None:
        """Draw the rows that changed: the short way where it is open, else through Textual, neighbours together."""
        if not self._changed:
            return
        changed = sorted(self._changed)
        self._changed.clear()
        way = direct(self.app)
        place = way.place_of(self)
        rows, there = self._rows, self._there
        if place is not None:
            if self._lost != way.lost:
                self._lost = way.lost
                there[:] = [None] * len(there)
            way.write(place, [(at, rows[at], there[at]) for at in changed], self._look)
            for at in changed:
                there[at] = rows[at]
            return
        for at in changed:
            there[at] = None
        width = self._built[0]
        regions: list[Region] = []
        first = last = changed[0]
        for at in [*changed[1:], -1]:
            if at != last + 1:
                regions.append(Region(0, first, width, last - first + 1))
                first = at
            last = at
        self.refresh(*regions)
