"""What the operator's actions see of the app: the desk's link and screen, a way to ask, a way to say."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

from mm_tui.app.actions import ActionTable
from mm_tui.app.intents.markets import Markets
from mm_tui.app.screens.desk import DeskScreen
from mm_tui.app.screens.sheet import Sheet
from mm_tui.settings.sections import Ui
from mm_tui.views.frames import DeskLink


class Stage(Protocol):
    """The app; what it does on each of these is said there."""

    TABLE: ClassVar[ActionTable]
    link: DeskLink
    ui: Ui
    keys: dict[str, tuple[str, ...]]
    markets: Markets | None
    theme_names: list[str]
    theme: Any
    """The name of the theme that is worn; a reactive of Textual's."""

    @property
    def available_themes(self) -> Mapping[str, Any]:
        """Textual's themes by name."""

    @property
    def desk(self) -> DeskScreen:
        """The screen beneath everything else."""

    def ask(self, sheet: Sheet, then: Callable[[str], object]) -> None:
        """Put a sheet in front and do `then` with its answer."""

    def say(self, word: str) -> None:
        """A word to the operator in the last line."""

    def operate(self, name: str, argument: str = "") -> None:
        """Do an action of the table."""

    def dismiss_hints(self) -> None:
        """No more of them, for good."""

    def exit(self) -> None:
        """End the app."""
