"""The live values that keys move; a change glows where it acts."""

from typing import ClassVar

from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Span, fade, glowing
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, ParameterRow


class Parameters(Panel):
    """Name and value, a row each; side by side where the panel is too low for that."""

    title: ClassVar[str] = "Parameters"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._glowing = False

    def concerns(self, before: DeskFrame, frame: DeskFrame) -> bool:
        """The parameters; and every frame while a change still glows."""
        return self._glowing or before.parameters is not frame.parameters

    def paint(self) -> None:
        """As many columns as it takes to show them all."""
        rows, ts = self.frame.parameters, self.frame.ts
        width, height = self.inner
        levels = [fade(ts - row.changed_ts) if row.changed_ts else 0 for row in rows]
        self._glowing = any(levels)
        self.rim(self.frame.header.strategy.split(" ", 1)[0])
        if not rows:
            self.put(0, "none", lambda: [("no parameters", "dim")])
            self.blank(1)
            return
        columns = max(1, -(-len(rows) // max(1, height)))
        columns = min(columns, max(1, width // 22))
        lines = -(-len(rows) // columns)
        cell = width // columns
        for y in range(lines):
            picked = tuple((rows[at], levels[at]) for at in range(y, len(rows), lines))
            self.put(y, (picked, cell), _line, picked, cell)
        self.blank(lines)


def _line(picked: tuple[tuple[ParameterRow, int], ...], cell: int) -> list[Span]:
    spans: list[Span] = []
    gap = 2 if len(picked) > 1 else 0
    for row, level in picked:
        room = cell - gap
        value = fmt.clip(row.value, max(1, room - 4))
        name = fmt.clip(row.name, max(0, room - len(value) - 1))
        spans.append((name, "dim"))
        spans.append((" " * max(0, room - len(name) - len(value)), "text"))
        spans.append((value, glowing("bright", level)))
        spans.append((" " * gap, "text"))
    return spans
