"""The latest fills in one line: a bar each, that grows with every markout that is known and takes its colour.

A bar's height says how many of the five horizons are over, its colour what the newest of them came to: good or bad, and
how much. Where colours say nothing the sign does. One can be selected, and is then told of in full.
"""

from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType

from mm_tui.app.palette import few_colours
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.position import MARKOUT_HEADS, tone
from mm_tui.app.widgets.spans import Span, by_priority, width_of
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, FillRow

_BARS: Final = "·▁▃▅▆▇"
"""By how many markouts are known."""
_WEAK, _STRONG = 0.5, 2.0
"""Bps below which a markout is drawn softly, and from which it is drawn boldly."""
_EACH: Final = 2
"""Cells a fill."""
_LEAST: Final = 5
"""Fills that are shown before what is told of one of them gets room."""
_TOLD: Final = 64
"""Cells of what is told of one, where there are as many; on a wide screen half of them."""
_NAME: Final = " fills "


class FillStrip(Panel):
    """Oldest at the left, the newest last; then the selected one, or the newest."""

    title: ClassVar[str] = "Fill strip"
    framed: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(1)", "older fill", show=False),
        Binding("right,l", "move(-1)", "newer fill", show=False),
        Binding("home", "move(-1000)", "newest fill", show=False),
        Binding("end", "move(1000)", "oldest fill", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._chosen: tuple[int, int, int] | None = None
        """Time, price and quantity of the selected fill."""
        self._shown = 0
        """Fills that have a bar."""

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The fills' markouts, and how a fill is written."""
        return before.worth.fills is not frame.worth.fills or before.instrument is not frame.instrument

    # -- selecting

    @property
    def selected(self) -> int | None:
        """Which fill is selected, counted from the newest; None where none is."""
        if self._chosen is None:
            return None
        fills = self.frame.worth.fills
        return next((at for at, row in enumerate(fills) if (row.ts, row.price, row.quantity) == self._chosen), None)

    def select(self, at: int | None) -> None:
        """Select a fill, counted from the newest, among those that are seen."""
        fills = self.frame.worth.fills
        if at is None or not fills:
            self._chosen = None
        else:
            row = fills[min(max(0, at), max(1, self._shown) - 1, len(fills) - 1)]
            self._chosen = row.ts, row.price, row.quantity
        self.repaint()

    def action_move(self, steps: int) -> None:
        """To an older or a newer one; the newest is the first."""
        at = self.selected
        self.select(0 if at is None else at + steps)

    def let_go(self) -> bool:
        """Select none; whether one was."""
        there = self._chosen is not None
        if there:
            self.select(None)
        return there

    def on_click(self, event: events.Click) -> None:
        """A click selects the fill under it."""
        at = self._shown - 1 - (event.x - len(_NAME)) // _EACH
        if event.x >= len(_NAME) and 0 <= at < self._shown:
            self.select(at)

    # -- drawing

    def paint(self) -> None:
        """One line, however high the place is."""
        fills, instrument, width = self.frame.worth.fills, self.frame.instrument, self.inner[0]
        name = "accent" if self._focused else "dim"
        if instrument is None or not fills:
            self._shown = 0
            self.put(0, ("none", name), lambda: [(_NAME, name), ("none yet", "dim")])
            self.blank(1)
            return
        at = self.selected
        most = min(max(_TOLD, width // 2), width - len(_NAME) - _EACH * _LEAST - 2)
        told = _told(fills[at or 0], instrument, max(0, most), chosen=at is not None)
        room = max(1, (width - len(_NAME) - width_of(told) - 2) // _EACH)
        self._shown = min(room, len(fills))
        plain = self._look.ascii or few_colours(self.app)
        bars = tuple(_bar(row, at == place, plain=plain) for place, row in enumerate(fills[: self._shown]))
        spans: list[Span] = [(_NAME, name)]
        for bar in reversed(bars):
            spans += [bar, (" ", "text")]
        spans += [("  " * (room - self._shown), "text"), (" ", "text"), *told]
        self.put(0, tuple(spans), list, spans)
        self.blank(1)


def newest_markout(row: FillRow) -> float | None:
    """The markout at the longest horizon that is known."""
    return next((value for value in reversed(row.markouts) if value is not None), None)


def _bar(row: FillRow, chosen: bool, *, plain: bool) -> Span:  # noqa: FBT001 - a state
    value = newest_markout(row)
    known = max((at for at, each in enumerate(row.markouts, 1) if each is not None), default=0)
    style = tone(value)
    if value is not None and abs(value) < _WEAK:
        style = f"{style} soft"
    elif value is not None and abs(value) >= _STRONG:
        style = f"{style} bold"
    glyph = _BARS[known]
    if plain:
        glyph = "." if value is None else "+" if value > 0 else "-" if value < 0 else "0"
    return glyph, f"{style} reverse" if chosen else style


def _told(row: FillRow, instrument: Instrument, width: int, *, chosen: bool) -> list[Span]:
    side, glyph, did = ("bid", "▲", "bought") if row.side > 0 else ("ask", "▼", "sold")
    what = f"{did:<6} {fmt.steps(row.quantity, instrument.step_size)} at {fmt.steps(row.price, instrument.tick_size)}"
    fields: list[tuple[int, list[Span]]] = [
        (0, [(f"{glyph} ", side), (fmt.clock(row.ts), "accent bold" if chosen else "dim")]),
        (2, [(what, side)]),
    ]
    newest = max((at for at, value in enumerate(row.markouts) if value is not None), default=0)
    for at, (head, value) in enumerate(zip(MARKOUT_HEADS, row.markouts, strict=True)):
        rank = 1 if at == newest else 3 + at
        fields.append((rank, [(f"{head} ", "dim"), (fmt.bps(value).rjust(5), tone(value))]))
    fields.append((9, [("bps", "dim")]))
    return by_priority(fields, width)
