"""A price of the ladder explained beside it: up and down ask about another one, a click on the ladder does too."""

from collections.abc import Callable, Iterator
from typing import ClassVar, Final, Protocol

from mm_tui.app.screens.sheet import Sheet
from mm_tui.app.widgets.whylevel import WhyLevel
from mm_tui.views.frames import DeskFrame

_PAGES: Final = {"pageup": -1, "pagedown": 1}
_MOVES: Final = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -10, "pagedown": 10}


class Ladder(Protocol):
    """The ladder as far as it is needed here."""

    @property
    def level(self) -> int | None:
        """The selected row's price, ticks."""
        ...

    def action_move(self, by: int) -> None:
        """Select a lower row."""
        ...


class Level(Sheet):
    """Why here, or why none here; follows the desk and the ladder's selection."""

    DOCKED: ClassVar[bool] = True

    def __init__(self, ladder: Ladder, look: Callable[[int | None], None]) -> None:
        """`look` has the desk explain a price."""
        super().__init__("")
        self.add_class("docked")
        self._ladder, self._look = ladder, look
        self._asked: int | None = None
        self.panel = WhyLevel()

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Those that the panel's edge has no room for."""
        return () if self.panel.scrolls else (("pgup pgdn", "ten prices"),)

    def compose(self) -> Iterator[WhyLevel]:
        """The panel fills the sheet."""
        yield self.panel

    def on_mount(self) -> None:
        """Ask about what is selected."""
        self._ask(self._ladder.level)

    def show(self, frame: DeskFrame) -> None:
        """The reasons move with the market, the price with the ladder's selection."""
        self.panel.show(frame)
        self._ask(self._ladder.level)

    def take_focus(self) -> None:
        """The panel has the keyboard; what it does not use comes here."""
        self.screen.set_focus(self.panel, scroll_visible=False)

    def ended(self) -> None:
        """Nobody asks any more."""
        self._ask(None)

    def pressed(self, key: str) -> None:
        """Another page of what is said, another price, or away."""
        if key in _PAGES and self.panel.scroll(_PAGES[key]):
            return
        if key in _MOVES:
            self._ladder.action_move(_MOVES[key])
            self._ask(self._ladder.level)
        elif key in {"escape", "enter", "e", "q"}:
            self.close()

    def _ask(self, price: int | None) -> None:
        if price != self._asked:
            self._asked = price
            self._look(price)
