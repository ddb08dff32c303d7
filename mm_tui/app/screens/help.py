"""The help: every key by what one wants to do, on one screen of 80x24, made from the action table."""

from collections.abc import Mapping

from rich.cells import cell_len
from rich.text import Text

from mm_tui.app.actions import ACTIONS, GROUPS, shown, shown_for
from mm_tui.app.screens.sheet import Sheet

_KEY_WIDTH = 6
_COLUMN = 38


def help_lines(keys: Mapping[str, tuple[str, ...]]) -> dict[str, list[tuple[str, str]]]:
    """`(keys, what they do)` by group; an action that stands beside another has no line of its own."""
    return {
        group: [
            (shown_for(action, keys), action.help) for action in ACTIONS if action.group == group and not action.beside
        ]
        for group in GROUPS
    }


class Help(Sheet):
    """Two columns; any key closes it."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__("Help")
        self._keys = keys

    def lines(self) -> list[Text]:
        """Stop and Look on the left, Quote and Set up on the right."""
        groups = help_lines(self._keys)
        left = [*self._block("Stop", groups), Text(""), *self._block("Look", groups)]
        right = [*self._block("Quote", groups), Text(""), *self._block("Set up", groups)]
        rows = max(len(left), len(right))
        left += [Text("")] * (rows - len(left))
        right += [Text("")] * (rows - len(right))
        body = [_pad(a, _COLUMN).append_text(b) for a, b in zip(left, right, strict=True)]
        kill = ", ".join(shown(key) for key in self._keys["kill"])
        last = Text(f"{kill} work everywhere, inputs included. Any key closes this.", style="dim")
        return [*body, Text(""), last]

    def _block(self, group: str, groups: dict[str, list[tuple[str, str]]]) -> list[Text]:
        bold = f"bold {self.style('foreground')}"
        return [
            Text.assemble((group, f"bold {self.style('accent')}")),
            *(_pad(Text.assemble((key, bold)), _KEY_WIDTH).append(does) for key, does in groups[group]),
        ]

    def pressed(self, key: str) -> None:  # noqa: ARG002 - whatever the key
        """Any key will do."""
        self.close()


def _pad(text: Text, width: int) -> Text:
    padded = text.copy()
    padded.append(" " * max(1, width - cell_len(text.plain)))
    return padded
