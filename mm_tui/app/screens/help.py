"""The help: every key by what one wants to do, on one screen of 80x24, made from the action table."""

from collections.abc import Mapping

from rich.cells import cell_len
from rich.text import Text

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


class Help(Sheet):
    """Two columns; any key closes it."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]], table: ActionTable = DESK) -> None:
        super().__init__("Help")
        self._keys = keys
        self._table = table

    def lines(self) -> list[Text]:
        """On the left what one does in a hurry and what one looks at, on the right the rest."""
        groups = help_lines(self._keys, self._table)
        left, right = (
            [line for group in column for line in (*self._block(group, groups), Text(""))][:-1]
            for column in self._table.columns
        )
        rows = max(len(left), len(right))
        left += [Text("")] * (rows - len(left))
        right += [Text("")] * (rows - len(right))
        body = [_pad(a, _COLUMN).append_text(b) for a, b in zip(left, right, strict=True)]
        kill = ", ".join(shown(key) for key in self._keys.get("kill", ()))
        everywhere = f"{kill} work everywhere, inputs included. " if kill else ""
        return [*body, Text(""), Text(f"{everywhere}Any key closes this.", style="dim")]

    def _block(self, group: str, groups: dict[str, list[tuple[str, str]]]) -> list[Text]:
        bold = f"bold {self.style('foreground')}"
        width = max(_KEY_WIDTH, *(cell_len(key) + 1 for key, _ in groups[group]))
        return [
            Text.assemble((group, f"bold {self.style('accent')}")),
            *(_pad(Text.assemble((key, bold)), width).append(does) for key, does in groups[group]),
        ]

    def pressed(self, key: str) -> None:  # noqa: ARG002 - whatever the key
        """Any key will do."""
        self.close()


def _pad(text: Text, width: int) -> Text:
    padded = text.copy()
    padded.append(" " * max(1, width - cell_len(text.plain)))
    return padded
