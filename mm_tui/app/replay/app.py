"""The desk's screen over a recording: the same panels, a scrubber above the footer, keys that play and jump."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget

from mm_tui.app.actions import DESK, ActionTable, resolve, shown, textual_key
from mm_tui.app.app import DeskApp
from mm_tui.app.intents.intents import Intents
from mm_tui.app.layout.saved import SavedLayouts
from mm_tui.app.messages import Asked
from mm_tui.app.replay_actions import REPLAY, other_ids
from mm_tui.settings.sections import Alerts, Ui
from mm_tui.views.frames import DeskFrame, DeskLink

if TYPE_CHECKING:
    from pathlib import Path

_SILENT: Final = Alerts(bell=False)


class ReplayIntents(Intents):
    """Jumps that are typed, and the branch; whatever only a desk can do, the replay answers."""

    def do(self, name: str, argument: str) -> bool:
        """Nothing that is not of a replay gets further than its link."""
        return super().do(name, argument) if name in REPLAY.by_id else False

    def _do_goto(self, argument: str) -> None:
        if argument:
            self._app.link.act("goto", argument)
        else:
            self._command("goto ")

    def _do_branch(self, _: str) -> None:
        self._command("branch ")

    def _do_quit(self, _: str) -> None:
        self._app.exit()

    def _do_line(self, line: str) -> None:
        head, _, rest = line.strip().partition(" ")
        if head == "branch":
            assert isinstance(self._app, ReplayApp)  # noqa: S101 - no other app has these intents
            self._app.branch_off(rest.split())
        else:
            super()._do_line(line)


class ReplayApp(DeskApp):
    """A viewer of a replay."""

    TITLE = "mm-tui replay"
    TABLE: ClassVar[ActionTable] = REPLAY
    INTENTS: ClassVar[type[Intents]] = ReplayIntents

    def __init__(
        self,
        link: DeskLink,
        ui: Ui | None = None,
        *,
        check: Callable[[Sequence[str]], str] = lambda _: "",
        themes_dir: "Path | None" = None,
        layouts: SavedLayouts | None = None,
    ) -> None:
        """`check` says what is wrong with the assignments of a branch, empty where nothing is."""
        super().__init__(
            link,
            ui,
            alerts=_SILENT,
            make_panels=_panels,
            themes_dir=themes_dir,
            before_stop=lambda: None,
            layouts=layouts,
        )
        self._check = check
        self.branched: tuple[str, ...] | None = None
        """Assignments with which to go on from the moment shown; None where the replay was left."""
        desk_keys, _ = resolve(self.ui.keys, DESK, other_ids(DESK))
        for name, keys in desk_keys.items():
            for key in keys:
                self._by_key.setdefault(textual_key(key), name)

    @on(Asked)
    def _clicked_at(self, message: Asked) -> None:
        """The scrubber: play, or a moment of the recording; while a sheet has the keyboard nothing passes."""
        message.stop()
        if self.desk.sheet is None:
            self.operate(message.action, message.argument)

    def branch_off(self, assignments: list[str]) -> None:
        """Leave for a desk that goes on from here, if the assignments can be made."""
        words = self._check(assignments)
        if words:
            self.say(words)
            return
        self.branched = tuple(assignments)
        self.exit()

    def habit_words(self) -> str:
        """What to press in place of the keys that leave other programs."""
        return f"{shown(self.keys['quit'][0])} leaves the replay"

    def _tell_news(self, frame: DeskFrame) -> None:
        """Warnings of the recording are no news."""


def _panels() -> Mapping[str, Widget]:
    from mm_tui.app.panels import make_panels  # noqa: PLC0415 - with the screen
    from mm_tui.app.widgets.scrubber import Scrubber  # noqa: PLC0415 - likewise

    return {**make_panels(), "scrubber": Scrubber()}
