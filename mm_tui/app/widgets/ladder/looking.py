"""What keys and mouse do on the ladder: which part of the book is looked at, and which level is selected."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from mm_tui.app.widgets.ladder.columns import SETS, UNITS
from mm_tui.app.widgets.lines import Panel
from mm_tui.views.frames import LadderRow, Viewport

GROUPS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Ticks a row that `g` goes through; 0 lets the desk choose."""
WHEEL_ROWS = 3
HEAD_AND_SPREAD = 2
"""Lines that are no levels."""


class Looking(Panel):
    """A ladder that can be scrolled, grouped and pointed at; how it is drawn is the ladder's own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "a level higher", show=False),
        Binding("down,j", "move(1)", "a level lower", show=False),
        Binding("pageup", "page(-1)", "a page higher", show=False),
        Binding("pagedown", "page(1)", "a page lower", show=False),
        Binding("ctrl+u", "half_page(-1)", "half a page higher", show=False),
        Binding("ctrl+d", "half_page(1)", "half a page lower", show=False),
        Binding("home", "centre", "centre", show=False),
    ]

    class Look(Message, namespace="ladder"):
        """Another part of the book is wanted; the desk shows it from the next frame on."""

        def __init__(self, viewport: Viewport) -> None:
            super().__init__()
            self.viewport = viewport

    class Picked(Message, namespace="ladder"):
        """A level was selected by a click or a key, or given up (None)."""

        def __init__(self, price: int | None) -> None:
            super().__init__()
            self.price = price

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self.viewport = Viewport()
        """What was last asked for."""
        self.unit = UNITS[0]
        """In what prices are written."""
        self.columns_set = "auto"
        """Which columns come first where there is no room for all, a name of `SETS`."""
        self.picked: int | None = None
        """The selected level, ticks: what its row showed when it was selected."""
        self._anchor = 0
        """Where that row stands among rows that the touch does not move."""
        self._levels: tuple[LadderRow, ...] = ()
        """The rows shown, the highest price first."""
        self._prices: list[int | None] = []
        """The level of each line; None where a line is none."""

    @property
    def level(self) -> int | None:
        """The selected row's price as the touch does not move it, ticks; None where none is selected."""
        return None if self.picked is None else self._anchor

    def recentre(self) -> None:
        """Put the mid in the middle again and follow it."""
        self._want(msgspec.structs.replace(self.viewport, centre=None, recentre=self.viewport.recentre + 1))

    def cycle_group(self, step: int = 1) -> None:
        """The next coarser grouping, after the coarsest the desk's own choice."""
        at = GROUPS.index(self.viewport.group) if self.viewport.group in GROUPS else 0
        self._want(msgspec.structs.replace(self.viewport, group=GROUPS[(at + step) % len(GROUPS)]))

    def cycle_units(self) -> None:
        """Prices in quote, in ticks, as distance from the mid in bps."""
        self.unit = UNITS[(UNITS.index(self.unit) + 1) % len(UNITS)]
        self.repaint()

    def cycle_columns(self) -> None:
        """The next set of columns."""
        names = list(SETS)
        self.columns_set = names[(names.index(self.columns_set) + 1) % len(names)]
        self.repaint()

    @property
    def kept(self) -> dict[str, str | int]:
        """What a saved layout keeps of the ladder."""
        return {"columns": self.columns_set, "unit": self.unit, "group": self.viewport.group}

    def wear(self, kept: Mapping[str, str | int]) -> None:
        """Columns, unit and grouping as they were kept; what was not, or is no choice of ours, is as it comes."""
        columns, unit, group = (kept.get(name) for name in ("columns", "unit", "group"))
        self.columns_set = str(columns) if columns in SETS else next(iter(SETS))
        self.unit = str(unit) if unit in UNITS else UNITS[0]
        ticks = group if isinstance(group, int) and group in GROUPS else GROUPS[0]
        if ticks != self.viewport.group:
            self._want(msgspec.structs.replace(self.viewport, group=ticks))
        self.repaint()

    def pick(self, price: int | None, anchor: int | None = None) -> None:
        """Select a level, or none, and say so."""
        self._anchor = (price or 0) if anchor is None else anchor
        if price != self.picked:
            self.picked = price
            self.post_message(self.Picked(price))
        self.repaint()

    def let_go(self) -> bool:
        """Give the selection up; whether there was one."""
        was = self.picked is not None
        self.pick(None)
        return was

    def action_move(self, by: int) -> None:
        """Select so many levels lower; the first press takes the touch, at an edge the ladder scrolls along."""
        levels = self._levels
        if not levels:
            return
        at = self.chosen_at(levels)
        if at is None:
            touch = "bid" if by > 0 else "ask"
            at = next((at for at, level in enumerate(levels) if level.touch == touch), len(levels) // 2)
        else:
            at += by
        inside = min(max(at, 0), len(levels) - 1)
        beyond = inside - at
        if beyond:
            self.scroll_rows(beyond)
        group = self.frame.ladder.group
        further = beyond * group
        self.pick(max(1, levels[inside].price + further), max(1, _grid(levels[inside], group) + further))

    def action_page(self, pages: int) -> None:
        """Select what stands a page lower; without a selection the ladder scrolls."""
        self._leap(pages * max(1, len(self._levels) - 1))

    def action_half_page(self, pages: int) -> None:
        """Half of that."""
        self._leap(pages * max(1, len(self._levels) // 2))

    def action_centre(self) -> None:
        """The mid in the middle; the selection is given up."""
        self.pick(None)
        self.recentre()

    def _leap(self, rows: int) -> None:
        if self.picked is None:
            self.scroll_rows(-rows)
        else:
            self.action_move(rows)

    def scroll_rows(self, rows: int) -> None:
        """Look so many rows higher; stays there until it is re-centred."""
        ladder = self.frame.ladder
        centre = self.viewport.centre
        if centre is None:
            if not ladder.rows:
                return
            centre = ladder.rows[len(ladder.rows) // 2].price
        self._want(msgspec.structs.replace(self.viewport, centre=max(1, centre + rows * ladder.group)))

    def measured(self) -> None:
        """Another size shows another number of rows."""
        rows = max(1, self.inner[1] - HEAD_AND_SPREAD)
        if rows != self.viewport.rows:
            self._want(msgspec.structs.replace(self.viewport, rows=rows))

    def _want(self, viewport: Viewport) -> None:
        """Say so from our own task: a message made while the screen lays out would go no further than the screen."""
        self.viewport = viewport
        self.call_later(self._say_look, viewport)

    def _say_look(self, viewport: Viewport) -> None:
        self.post_message(self.Look(viewport))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Higher prices."""
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Lower prices."""
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)

    def on_click(self, event: events.Click) -> None:
        """Select the level under the pointer; a second click gives it up, a double click is the panel's own."""
        _, at = self.under(event)
        price = self._prices[at] if 0 <= at < len(self._prices) else None
        if price is None:
            return
        level = next(level for level in self._levels if level.price == price)
        chosen = self.chosen_at(self._levels)
        again = event.chain == 1 and chosen is not None and self._levels[chosen] is level
        self.pick(None if again else price, _grid(level, self.frame.ladder.group))

    def chosen_at(self, levels: tuple[LadderRow, ...]) -> int | None:
        """The row of the selected level: what a row shows moves with the touch, the selection stays with the row."""
        if self.picked is None or not levels:
            return None
        group, anchor = self.frame.ladder.group, self._anchor
        at = min(range(len(levels)), key=lambda at: abs(_grid(levels[at], group) - anchor))
        return at if abs(_grid(levels[at], group) - anchor) < group else None


def _grid(level: LadderRow, group: int) -> int:
    """The price that a row has whatever the touch does."""
    if level.touch == "ask":
        return -(-level.price // group) * group
    return level.price // group * group if level.touch else level.price
