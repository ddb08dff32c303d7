"""The help: every key by what one wants to do, on one screen of 80x24, made from the action table.

Where a panel has the focus its own keys come first, made from its bindings; `?` again shows all.
"""

from collections.abc import Mapping
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding
from textual.widget import Widget

from mm_tui.app.actions import DESK, ActionTable, shown, shown_for
from mm_tui.app.screens.sheet import Sheet

_KEY_WIDTH = 6
_COLUMN = 38


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


class Help(Sheet):
    """Two columns; any key closes it."""

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

    def lines(self) -> list[Text]:
        """On the left what one does in a hurry and what one looks at, on the right the rest."""
        groups = help_lines(self._keys, self._table)
        if self._here is not None:
            first = next(iter(groups))
            return self._page(self._block(*self._here), self._block(first, groups[first]), "? shows all keys. ")
        left, right = (
            [line for group in column for line in (*self._block(group, groups[group]), Text(""))][:-1]
            for column in self._table.columns
        )
        return self._page(left, right)

    def _page(self, left: list[Text], right: list[Text], words: str = "") -> list[Text]:
        rows = max(len(left), len(right))
        left += [Text("")] * (rows - len(left))
        right += [Text("")] * (rows - len(right))
        body = [_pad(a, _COLUMN).append_text(b) for a, b in zip(left, right, strict=True)]
        kill = ", ".join(shown(key) for key in self._keys.get("kill", ()))
        everywhere = words or (f"{kill} work everywhere, inputs included. " if kill else "")
        return [*body, Text(""), Text(f"{everywhere}Any {'other ' if words else ''}key closes this.", style=self.faint)]

    def _block(self, title: str, lines: list[tuple[str, str]]) -> list[Text]:
        bold = f"bold {self.style('foreground')}"
        width = max(_KEY_WIDTH, *(cell_len(key) + 1 for key, _ in lines))
        return [
            Text.assemble((title, f"bold {self.style('accent')}")),
            *(_pad(Text.assemble((key, bold)), width).append(does) for key, does in lines),
        ]

    def pressed(self, key: str) -> None:
        """All keys after those of a panel; then any key will do."""
        if self._here is not None and key == "question_mark":
            self._here = None
            self.refresh()
        else:
            self.close()


def _pad(text: Text, width: int) -> Text:
    padded = text.copy()
    padded.append(" " * max(1, width - cell_len(text.plain)))
    return padded
