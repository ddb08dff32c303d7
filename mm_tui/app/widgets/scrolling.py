"""Lists, newest on top, with a row that can be selected, a filter, and the keys of vi beside the arrows.

While a list is scrolled or a row is selected, new rows do not push what is being read.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, Spans
from mm_tui.views.frames import DeskFrame

_WHEEL = 3
_ROOM_BESIDE_DETAILS = 3
"""Rows of the list that must be left before the selected one is told in full."""
FAR: Final = 1_000_000
"""Rows of a move that goes to the end of any list."""


def matching(rows: Sequence[Any], words: str, told: Callable[[Any], str]) -> Sequence[Any]:
    """The rows that have every word of a filter somewhere, whatever the case; all of them for no words."""
    wanted = words.lower().split()
    if not wanted:
        return rows
    return tuple(row for row in rows if all(word in text for text in [told(row).lower()] for word in wanted))


def out_of_sight(above: int, below: int) -> str:
    """What a frame says at the foot of a list that is cut: `↑ 2  ↓ 5 more`; empty where all of it is seen."""
    marks = [f"{arrow} {count:,}" for arrow, count in (("↑", above), ("↓", below)) if count > 0]
    return f"{'  '.join(marks)} more" if marks else ""


def chosen_ground(spans: Spans, width: int) -> list[Span]:
    """The spans on the ground of a selected row, from edge to edge."""
    room = width - sum(len(text) for text, _ in spans)
    return [*((text, f"{style} on selection") for text, style in spans), (" " * max(0, room), "text on selection")]


def _fixed(_row: Any) -> Hashable:
    """Nothing but a row's own values."""
    return None


class Listing(Panel):
    """Keys of every list; a subclass says what it means to move by so many rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "a row up", show=False),
        Binding("down,j", "move(1)", "a row down", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown", "page(1)", "a page down", show=False),
        Binding("ctrl+u", "half_page(-1)", "half a page up", show=False),
        Binding("ctrl+d", "half_page(1)", "half a page down", show=False),
        Binding("home,g", f"move({-FAR})", "the first row", show=False),
        Binding("end,G", f"move({FAR})", "the last row", show=False),
    ]
    LIST_KEYS: ClassVar[frozenset[str]] = frozenset({"g"})
    """Keys of these that belong to an action of the desk elsewhere; one that yields leaves its key to the focus."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._seen = 1
        """Rows of the list that were shown last."""

    def action_move(self, by: int) -> None:
        """Select the row so many further down."""
        raise NotImplementedError

    def action_page(self, pages: int) -> None:
        """By what is seen, less one line."""
        self.action_move(pages * max(1, self._seen - 1))

    def action_half_page(self, pages: int) -> None:
        """By half of it."""
        self.action_move(pages * max(1, self._seen // 2))

    def wheel(self, by: int) -> None:
        """The wheel turned by a notch: the selection moves."""
        self.action_move(by)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Further down."""
        event.stop()
        self.wheel(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Further up."""
        event.stop()
        self.wheel(-1)


class Filtered(Listing):
    """A list that scrolls and has a filter, with the keys that go through what a filter left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *Listing.BINDINGS,
        Binding("n", "match(1)", "next match", show=False),
        Binding("N", "match(-1)", "match before", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._filter = ""
        self._first = 0
        """The topmost row shown."""

    @property
    def filter(self) -> str:
        """Words that a row must have, each of them; small and large letters are the same."""
        return self._filter

    @filter.setter  # noqa: A003 - the outside face says `filter`
    def filter(self, words: str) -> None:
        self._filter = words
        self._first = 0
        self.filtered()
        self.repaint()

    def filtered(self) -> None:
        """The filter is another."""

    def action_match(self, by: int) -> None:
        """The next row that a filter left; without a filter there is nothing to match."""
        if self._filter:
            self.action_move(by)


class Scrolling(Filtered):
    """A subclass gives its rows, what identifies one, what a filter reads in it, and draws them by `put_rows`."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._top_line = 0
        """The content line of the topmost row."""
        self._listed: Sequence[Any] = ()
        self._selected: Hashable = None

    # what a subclass gives

    def rows_of(self, frame: DeskFrame) -> Sequence[Any]:
        """All rows, newest first."""
        raise NotImplementedError

    def identity(self, row: Any) -> Hashable:
        """What stays the same while a row's values change."""
        return row  # type: ignore[no-any-return]

    def told(self, row: Any) -> str:
        """What a filter reads."""
        raise NotImplementedError

    def details(self, row: Any) -> list[list[Span]]:  # noqa: ARG002 - a list without details has none for any row
        """The selected row in full, a line each."""
        return []

    # the outside face

    @property
    def selected(self) -> Any:
        """The selected row; None where none is, or where it is gone."""
        at = self._at()
        return None if at is None else self._listed[at]

    def filtered(self) -> None:
        """List what it leaves."""
        self._listed = matching(self.rows_of(self.frame), self._filter, self.told)

    def let_go(self) -> bool:
        """Give the selection up and go back to the newest row; whether there was anything to leave."""
        was = self._selected is not None or self._first > 0
        self._selected, self._first = None, 0
        self.repaint()
        return was

    # what a subclass uses

    def follow(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """Take another frame's rows, keeping in place what is being read; whether they are other ones."""
        if self.rows_of(before) is self.rows_of(frame):
            return False
        old, self._listed = self._listed, matching(self.rows_of(frame), self._filter, self.told)
        reading = self._first or self._selected is not None
        top = self.identity(old[self._first]) if reading and self._first < len(old) else None
        if top is not None:
            same = (at for at, row in enumerate(self._listed) if self.identity(row) == top)
            self._first = next(same, self._first)
        return True

    def put_rows(
        self,
        lines: tuple[int, int],
        key: Hashable,
        make: Callable[[Any], Spans],
        none: str,
        varies: Callable[[Any], Hashable] = _fixed,
    ) -> tuple[str, str]:
        """Draw the rows from a line on, in so many, the selected one in full below.

        Gives what the rim says of those above, and of those below. A row is drawn anew where it, the `key` or what
        `varies` says of it is another.
        """
        top, room = lines
        rows, width = self._followed(), self.inner[0]
        row = self.selected
        told = self.details(row) if row is not None else []
        spare = room - _ROOM_BESIDE_DETAILS - 1
        if len(told) > spare:  # the first line and the last ones say most
            told = [told[0], *told[len(told) - spare + 1 :]] if spare > 1 else []
        room -= len(told) + bool(told)
        self._top_line, self._seen = top, max(1, room)
        self._first = max(0, min(self._first, len(rows) - room))
        chosen = self._at()
        for y in range(room):
            at = self._first + y
            if at < len(rows):
                one = rows[at]
                values = (one, key, varies(one), at == chosen)
                if at == chosen:
                    self.put(top + y, values, lambda row: chosen_ground(make(row), width), one)
                else:
                    self.put(top + y, values, make, one)
            elif y == 0:
                word = f"no {none} matches the filter" if self._filter else f"no {none}s yet"
                self.put(top, ("none", word), lambda word: [(word, "dim")], word)
            else:
                self.put(top + y, "", tuple)
        if told:
            self.put(top + room, ("rule", width), lambda: [("─" * width, "border")])
        for y, spans in enumerate(told, room + 1):
            self.put(top + y, ("told", *spans), list, spans)
        older = out_of_sight(0, len(rows) - self._first - max(0, room))
        return f"↑ {self._first} newer" if self._first else "", older

    def corner(self, words: str) -> str:
        """What the rim says at the right: the filter and what it left, else these words."""
        if not self._filter:
            return words
        return f"/ {self._filter} · {len(self._listed)} of {len(self.rows_of(self.frame))}"

    # keys and mouse

    def action_move(self, by: int) -> None:
        """Select the row so many further down; the first press takes the topmost one."""
        rows = self._followed()  # a key may come before the first picture
        if not rows:
            return
        at = self._at()
        if at is None:
            at = self._first if abs(by) < FAR else 0 if by < 0 else len(rows) - 1
        else:
            at += by
        self._select(min(max(0, at), len(rows) - 1))

    def scroll_rows(self, lines: int) -> None:
        """Look further down; the selection stays with its row."""
        self._first += lines
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        """Select the row under the pointer; a second click gives it up."""
        at = self.under(event)[1] - self._top_line
        if not 0 <= at < min(self._seen, len(self._listed) - self._first):
            return
        at += self._first
        if event.chain == 1 and at == self._at():
            self.let_go()
        else:
            self._select(at)

    def wheel(self, by: int) -> None:
        """The rows move, the selection stays."""
        self.scroll_rows(by * _WHEEL)

    def _followed(self) -> Sequence[Any]:
        """The rows of the frame there is, through the filter."""
        if self._listed is not self.rows_of(self.frame) and not self._filter:
            self._listed = self.rows_of(self.frame)
        return self._listed

    def _select(self, at: int) -> None:
        self._selected = self.identity(self._listed[at])
        self.repaint()  # once for the room that the details leave,
        seen = self._seen
        first = min(max(self._first, at - seen + 1), at)
        if first != self._first:
            self._first = first
            self.repaint()  # and once more where the row would be out of sight

    def _at(self) -> int | None:
        if self._selected is None:
            return None
        chosen = self._selected
        return next((at for at, row in enumerate(self._listed) if self.identity(row) == chosen), None)
