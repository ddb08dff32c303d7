"""The help: every key by what one wants to do, on one screen of 80x24, made from the action table.

Where a panel has the focus its own keys come first, made from its bindings; `?` again shows all. On a smaller screen
it is one column, and scrolls.
"""

from collections.abc import Mapping
from textwrap import wrap
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding
from textual.widget import Widget

from mm_tui.app.actions import DESK, ActionTable, shown, shown_for
from mm_tui.app.screens.reading import Reading

_KEY_WIDTH = 6
_COLUMN = 38
_LEAST_WORDS = 12
"""Cells of what a key does, on the narrowest of screens."""
_AIR = 3
"""Cells between a panel's keys and the column beside them."""
_RIM = 6
"""Cells of the sheet beside its lines."""


def help_lines(keys: Mapping[str, tuple[str, ...]], table: ActionTable = DESK) -> dict[str, list[tuple[str, str]]]:
    """`(keys, what they do)` by group; an action that stands beside another has no line of its own."""
    return {
        group: [
            (shown_for(action, keys, table), action.help)
            for action in table.actions
            if action.group == group and not action.beside
        ]
        for column in table.columns
        for group in column
    }


class Here(NamedTuple):
    """The panel that has the focus."""

    title: str
    lines: list[tuple[str, str]]
    """Its own keys, and what they do."""


def here_of(panel: Widget | None) -> Here | None:
    """What a panel does with keys of its own; None where there is none, or none of them."""
    bindings = [one for one in getattr(panel, "BINDINGS", ()) if isinstance(one, Binding) and one.description]
    lines = [(" ".join(map(shown, binding.key.split(","))), binding.description) for binding in bindings]
    if panel is None or not lines:
        return None
    return Here(getattr(panel, "title", "") or (panel.id or "here").capitalize(), lines)


class Help(Reading):
    """Two columns, or one where there is no room for two; any key that does not scroll closes it."""

    def __init__(
        self, keys: Mapping[str, tuple[str, ...]], table: ActionTable = DESK, here: Here | None = None
    ) -> None:
        super().__init__("Help")
        self._keys = keys
        self._table = table
        self._here = here

    def wanted(self) -> tuple[int, int]:
        """Room for all keys, so that nothing jumps when they are shown."""
        here, self._here = self._here, None
        columns, rows = super().wanted()
        self._here = here
        return columns, rows

    def text(self) -> list[Text]:
        """On the left what one does in a hurry and what one looks at, on the right the rest."""
        groups = help_lines(self._keys, self._table)
        if self._here is not None:
            first = next(iter(groups))
            here = self._block(*self._here)
            return self._beside(here, self._block(first, groups[first]), _AIR + max(line.cell_len for line in here))
        left, right = (
            [line for group in column for line in (*self._block(group, groups[group]), Text(""))][:-1]
            for column in self._table.columns
        )
        return self._beside(left, right)

    def closing(self) -> str:
        """What works everywhere, and how to go on."""
        if self._here is not None:
            return "? shows all keys. Any other key closes this."
        return f"{self._everywhere}. Any key closes this." if self._everywhere else "Any key closes this."

    @property
    def _everywhere(self) -> str:
        kill = ", ".join(shown(key) for key in self._keys.get("kill", ()))
        return f"{kill} work everywhere, inputs included" if kill else ""

    @property
    def _two_columns(self) -> int:
        """Cells that all keys take side by side, the rim included."""
        groups = help_lines(self._keys, self._table)
        right = (line for group in self._table.columns[1] for line in self._block(group, groups[group]))
        return _RIM + _COLUMN + max(line.cell_len for line in right)

    def _beside(self, left: list[Text], right: list[Text], column: int = _COLUMN) -> list[Text]:
        """Side by side, or one beneath the other and what would not stand in the last line behind them."""
        if self.app.size.width < self._two_columns:
            end = "? shows all keys" if self._here is not None else self._everywhere
            ending = wrap(end, max(_KEY_WIDTH, self.app.size.width - _RIM))
            return [*left, Text(""), *right, Text(""), *(Text(line, style=self.faint) for line in ending)]
        column = max(column, 1 + max(line.cell_len for line in left))
        rows = max(len(left), len(right))
        left += [Text("")] * (rows - len(left))
        right += [Text("")] * (rows - len(right))
        return [_pad(a, column).append_text(b) for a, b in zip(left, right, strict=True)]

    def _block(self, title: str, lines: list[tuple[str, str]]) -> list[Text]:
        bold = f"bold {self.style('foreground')}"
        width = max(_KEY_WIDTH, *(cell_len(key) + 1 for key, _ in lines))
        room = max(_LEAST_WORDS, self.app.size.width - _RIM - width)
        block = [Text.assemble((title, f"bold {self.style('accent')}"))]
        for key, does in lines:
            first, *others = wrap(does, room, break_on_hyphens=False)
            block.append(_pad(Text.assemble((key, bold)), width).append(first))
            block += [Text(" " * width + words) for words in others]
        return block

    def pressed(self, key: str) -> None:
        """All keys after those of a panel; else scroll, and then any key will do."""
        if self._here is not None and key == "question_mark":
            self._here = None
            self.from_the_top()
        else:
            super().pressed(key)


def _pad(text: Text, width: int) -> Text:
    padded = text.copy()
    padded.append(" " * max(1, width - cell_len(text.plain)))
    return padded
