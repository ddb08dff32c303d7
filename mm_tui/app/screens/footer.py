"""The last line: the keys that matter, fitted to the width, or a word to the operator for a few seconds."""

from collections.abc import Mapping
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from mm_tui.app.actions import DESK, ActionTable, shown, shown_for
from mm_tui.app.palette import current
from mm_tui.views.frames import DeskFrame, DeskState

_ONLY_IN: Final[dict[str, DeskState]] = {"rearm": "halted", "reduce_only": "reduce-only"}
"""Actions that are named in one state alone."""
_OF_PANELS: Final = {
    "ladder": ("group", "units", "columns"),
    "orders": ("cancel_order", "explain", "filter"),
    "chart": ("window", "chart"),
    "heatmap": ("window", "group"),
    "events": ("filter",),
    "fills": ("filter",),
    "history": ("filter",),
    "shadows": ("promote", "drop_shadow"),
}
"""What one may want of a panel that fills the screen."""
_RANK_OF_PANELS: Final = 3


def fit(items: list[tuple[int, str, str]], width: int) -> list[tuple[str, str]]:
    """`(rank, key, label)` from left to right, the highest ranks dropped until the rest fits `width` cells."""
    kept = list(items)
    while kept and sum(len(key) + len(label) + 3 for _, key, label in kept) > width:
        kept.remove(max(kept))
    return [(key, label) for _, key, label in kept]


class Footer(Widget):
    """One line, drawn by the line API."""

    COMPONENT_CLASSES = {"footer--key", "footer--label", "footer--word"}  # noqa: RUF012 - Textual declares it so

    def __init__(self, keys: Mapping[str, tuple[str, ...]], table: ActionTable = DESK) -> None:
        super().__init__(id="footer")
        self._keys = keys
        self._table = table
        self._playing = False
        self._state: DeskState = "starting"
        self._zoomed = ""
        self._sheet: tuple[tuple[str, str], ...] | None = None
        self._word = ""

    class Pressed(Message):
        """A key of the line was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def zoomed(self, panel: str) -> None:
        """A panel fills the screen, or none: the way back comes first, then what is the panel's own."""
        if panel != self._zoomed:
            self._zoomed = panel
            self.refresh()

    def behind(self, keys: tuple[tuple[str, str], ...] | None) -> None:
        """A sheet has the keyboard: besides the kill these of its keys are named; None where there is no sheet.

        What was said before a sheet opened makes room for its keys.
        """
        if keys != self._sheet:
            if self._sheet is None:
                self.hush()
            self._sheet = keys
            self.refresh()

    def show(self, frame: DeskFrame) -> None:
        """`pause` reads `quote` while paused; re-arm and reduce-only show only where they take the desk back."""
        playing = frame.replay is not None and frame.replay.playing
        if frame.header.state != self._state or playing is not self._playing:
            self._state, self._playing = frame.header.state, playing
            self.refresh()

    def say(self, word: str, seconds: float = 4.0) -> None:
        """Put a word in place of the keys for a while."""
        self._word = word
        self.refresh()
        self.set_timer(seconds, lambda: self._unsay(word))

    def hush(self) -> None:
        """What was said was of an earlier key."""
        if self._word:
            self._unsay(self._word)

    @property
    def word(self) -> str:
        """What is said at the moment; empty where the keys are shown."""
        return self._word

    def _unsay(self, word: str) -> None:
        if self._word == word:
            self._word = ""
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the pointer does; its label does what the first key of the item does."""
        event.stop()
        at = 0
        for name, key, label in self._shown(self.size.width):
            end = at + len(key) + len(label) + 3
            if name and not self._word and at <= event.x < end:
                within = key[: max(0, event.x - at)].count(" ") if event.x <= at + len(key) else 0
                self.post_message(self.Pressed(self._sharing(name)[within]))
                return
            at = end

    def _sharing(self, name: str) -> list[str]:
        """The actions of an item in the order of its keys."""
        return [name, *(action.id for action in self._table.actions if action.beside == name)]

    def _shown(self, width: int) -> list[tuple[str, str, str]]:
        """`(action, key, label)` of what there is room for; a sheet's own keys are no action."""
        kept = fit(self.items(), width)
        names = {key: name for name, key in self._named()}
        return [(names.get(key, ""), key, label) for key, label in kept]

    def _named(self) -> list[tuple[str, str]]:
        """Actions that the line may name, each with its keys."""
        ids = ["back", *(name for name, _ in self._table.footer)]
        named = [(name, shown_for(self._table.by_id[name], self._keys, self._table)) for name in ids]
        return [*named, *((name, key) for name, key, _ in self._of_panel())]

    def _of_panel(self) -> list[tuple[str, str, str]]:
        """`(action, key, label)` of the panel that fills the screen."""
        known, keys = self._table.by_id, self._keys
        names = [name for name in _OF_PANELS.get(self._zoomed, ()) if name in known and keys.get(name)]
        return [(name, shown(keys[name][0]), known[name].label) for name in names]

    def items(self) -> list[tuple[int, str, str]]:
        """`(rank, key, label)` of what may be pressed now."""
        by_id = self._table.by_id
        if self._sheet is not None:
            kill = [(-1, shown_for(by_id["kill"], self._keys, self._table), "kill")] if "kill" in by_id else []
            return kill + [(rank, key, label) for rank, (key, label) in enumerate(self._sheet)]
        back = [(-1, shown_for(by_id["back"], self._keys, self._table), "desk")] if self._zoomed else []
        own = [(_RANK_OF_PANELS, key, label) for _, key, label in self._of_panel()]
        return [*back, *own] + [
            (rank, shown_for(by_id[name], self._keys, self._table), self._label(name))
            for name, rank in self._table.footer
            if _ONLY_IN.get(name, self._state) == self._state
        ]

    def _label(self, name: str) -> str:
        if name == "play" and self._playing:
            return "pause"
        return "quote" if name == "pause" and self._state == "paused" else self._table.by_id[name].label

    def render_line(self, y: int) -> Strip:
        """Keys bright, labels dim."""
        width = self.size.width
        base = self.rich_style
        if y > 0:
            return Strip.blank(width, base)
        if self._word:
            word = self.get_component_rich_style("footer--word")
            return Strip([Segment(" " + current(self.app).write(self._word), word)]).adjust_cell_length(width, word)
        return Strip(self._segments(width)).adjust_cell_length(width, base)

    def _segments(self, width: int) -> list[Segment]:
        key_style: Style = self.get_component_rich_style("footer--key")
        label_style: Style = self.get_component_rich_style("footer--label")
        segments: list[Segment] = []
        look = current(self.app)
        for _, key, label in self._shown(width):
            segments += [Segment(" " + look.write(key), key_style), Segment(f" {look.write(label)} ", label_style)]
        return segments
