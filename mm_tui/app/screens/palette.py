"""The palette: type a few letters of what is wanted, choose, and it is done."""

from collections.abc import Iterator, Sequence

from rich.text import Text
from textual import events, on
from textual.fuzzy import Matcher
from textual.widgets import Input, Static

from mm_tui.app.actions import CHARTS, DESK, ActionTable
from mm_tui.app.screens.line import LineInput
from mm_tui.app.screens.sheet import Choosing

_ROWS = 12
_COLUMNS = 66
_AROUND = 4
"""Lines of the sheet besides its offers: the border, the input, a blank."""
_LESS = 0.9
"""A match in the help counts less than one in the name."""


def offers(themes: Sequence[str], table: ActionTable = DESK, layouts: Sequence[str] = ()) -> list[tuple[str, str, str]]:
    """`(line of the command line, what is shown, what it does)` of everything that can be chosen."""
    listed = [(action.id, action.id.replace("_", " "), action.words) for action in table.actions]
    charts = (
        [(f"chart {name}", f"chart {name}", "show this chart") for name in CHARTS] if "chart" in table.by_id else []
    )
    worn = [(f"layout {name}", f"layout {name}", "arrange the desk like this") for name in layouts]
    return [*listed, *charts, *worn, *((f"theme {name}", f"theme {name}", "wear these colours") for name in themes)]


def found(words: str, listed: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The offers that match, best first; all of them in their order for no words."""
    if not words.strip():
        return list(listed)
    matcher = Matcher(words.strip())
    scored = [
        (max(matcher.match(shown), 0.9 * matcher.match(does)), item) for item in listed for _, shown, does in [item]
    ]
    return [item for score, item in sorted(scored, key=lambda pair: -pair[0]) if score > 0]


class Palette(Choosing):
    """An input over the list of what matches; its answer is a line of the command line."""

    def __init__(self, themes: Sequence[str], table: ActionTable = DESK, layouts: Sequence[str] = ()) -> None:
        super().__init__("Commands")
        self._offers = offers(themes, table, layouts)
        self._found = self._offers
        self._at = 0

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """It has no line for its own."""
        return ("↑ ↓", "choose"), ("enter", "do it"), ("esc", "leave")

    def wanted(self) -> tuple[int, int]:
        """Always the same size, so that nothing jumps while it is typed in."""
        return _COLUMNS, _ROWS + _AROUND

    def compose(self) -> Iterator[Input | Static]:
        """The input and the list."""
        yield LineInput(placeholder="what to do", compact=True)
        yield Static(self._list(), markup=False, classes="list")

    def on_mount(self) -> None:
        """Say how many there are."""
        self._count()

    def take_focus(self) -> None:
        """The input has the keyboard."""
        self.screen.set_focus(self.query_one(Input), scroll_visible=False)

    def passes(self, key: str) -> bool:
        """Editing and enter are the input's own."""
        return key not in {"escape", "tab", "shift+tab", "up", "down"}

    def pressed(self, key: str) -> None:
        """The arrows move, escape leaves."""
        step = {"up": -1, "shift+tab": -1, "down": 1, "tab": 1}.get(key, 0)
        if key == "escape":
            self.close()
        elif step and self._found:
            self._at = (self._at + step) % len(self._found)
            self._draw()

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        event.stop()
        box = self.query_one(".list", Static).region
        at = self._first + event.screen_y - box.y
        if box.contains(event.screen_x, event.screen_y) and at < len(self._found):
            self.close(self._found[at][0])

    @property
    def _first(self) -> int:
        """The topmost offer seen."""
        return max(0, min(self._at + 1, len(self._found)) - self._room)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._found, self._at = found(event.value, self._offers), 0
        self._draw()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self._found:
            self.close(self._found[self._at][0])

    def _draw(self) -> None:
        self.query_one(Static).update(self._list(), layout=False)
        self._count()

    def _count(self) -> None:
        self.count(self._at, len(self._found), self._room)

    @property
    def _room(self) -> int:
        """Offers that the screen has lines for."""
        return max(1, min(_ROWS, self.app.size.height - _AROUND + 1))

    def _list(self) -> Text:
        """The matches around the chosen one."""
        if not self._found:
            return Text("nothing matches", style=self.faint)
        first = self._first
        lines = []
        for at, (_, shown, does) in enumerate(self._found[first : first + self._room], first):
            chosen = at == self._at
            line = Text.assemble(
                (f"{'▸' if chosen else ' '} {shown:<22}", f"bold {self.style('accent')}" if chosen else ""),
                (does, self.faint),
            )
            lines.append(line)
        return self.showable(Text("\n").join(lines))
