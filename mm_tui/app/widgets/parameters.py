"""The live values that keys move; a change glows where it acts."""

from typing import ClassVar

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, by_priority, fade, glowing
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, EstimatesFrame, ParameterRow

_GAP = 2
"""Cells between two columns."""
_CELL = 22
"""The least width of a parameter's column."""


class Parameters(Panel):
    """Name and value, a row each; side by side where the panel is too low for that."""

    title: ClassVar[str] = "Parameters"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._glowing = False

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The parameters; and every frame while a change still glows."""
        return (
            self._glowing
            or before.parameters is not frame.parameters
            or before.estimates is not frame.estimates
            or before.header is not frame.header
        )

    def paint(self) -> None:
        """What the formula is fed with, then as many columns as it takes to show all parameters."""
        rows, ts, estimates = self.frame.parameters, self.frame.ts, self.frame.estimates
        width, height = self.inner
        top = int(estimates is not None)
        if estimates is not None:
            self.put(0, estimates, estimate_line, estimates, width)
            height -= 1
        levels = [fade(ts - row.changed_ts) if row.changed_ts else 0 for row in rows]
        self._glowing = any(levels)
        if not rows:
            self.rim(self.frame.header.strategy.split(" ", 1)[0])
            self.put(top, "none", lambda: [("no parameters", "dim")])
            self.blank(top + 1)
            return
        columns = max(1, -(-len(rows) // max(1, height)))
        columns = min(columns, max(1, width // _CELL))
        lines = min(max(1, height), -(-len(rows) // columns))
        more = len(rows) - lines * columns
        self.rim(self.frame.header.strategy.split(" ", 1)[0], below=f"p {more} more" if more > 0 else "")
        cell = width // columns
        for y in range(lines):
            picked = tuple((rows[at], levels[at]) for at in range(y, min(len(rows), lines * columns), lines))
            self.put(top + y, (picked, cell, columns), _line, picked, cell, columns)
        self.blank(top + lines)


def estimate_line(estimates: EstimatesFrame, width: int) -> list[Span]:
    """σ, κ and A with their units, the fit behind them and how much data they rest on."""
    fit = "prior" if estimates.fit is None else fmt.number(estimates.fit, 2)
    return by_priority(
        (
            (0, [("σ ", "dim"), (fmt.compact(estimates.volatility).rjust(4), "bright"), (" bps/√s", "dim")]),
            (1, [("κ ", "dim"), (fmt.number(estimates.decay, 2).rjust(4), "bright"), (" /bp", "dim")]),
            (2, [("A ", "dim"), (fmt.compact(estimates.arrivals).rjust(4), "bright"), (" /s", "dim")]),
            (3, [("R² ", "dim"), (fit.rjust(4), "warn" if estimates.fit is None else "text")]),
            (4, [(fmt.duration(estimates.seconds).rjust(3), "dim")]),
        ),
        width,
    )


def _line(picked: tuple[tuple[ParameterRow, int], ...], cell: int, columns: int) -> list[Span]:
    """Each in its column; the last of a full line needs no gap behind it."""
    spans: list[Span] = []
    for column, (row, level) in enumerate(picked, 1):
        gap = _GAP if column < columns else 0
        room = cell - gap
        value = fmt.clip(row.value, max(1, room - 4))
        name = fmt.clip(row.name, max(0, room - len(value) - 1))
        spans.append((name, "dim"))
        spans.append((" " * max(0, room - len(name) - len(value)), "text"))
        spans.append((value, glowing("bright", level)))
        spans.append((" " * gap, "text"))
    return spans
