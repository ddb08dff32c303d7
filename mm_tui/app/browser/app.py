"""The desk's screen in a process of its own, over the desk of another one: what a browser is shown."""

import os
from pathlib import Path
from typing import Any, ClassVar, Final

from mm_tui.app.actions import ACTIONS, DESK, Action, ActionTable, resolve, textual_key
from mm_tui.app.app import DeskApp
from mm_tui.app.browser.link import RemoteLink
from mm_tui.app.intents.intents import Intents
from mm_tui.settings.load import Loaded
from mm_tui.settings.places import config_file
from mm_tui.settings.sections import Alerts

_SILENT: Final = Alerts(bell=False)
_CHANGES: Final = frozenset({"venue", "symbol", "parameters", "inject", "quit"})
"""Actions of the groups that look which do more than look."""
_LEAVE: Final = Action(
    id="quit", keys=("q",), group="Set up", label="leave", help="leave; the desk goes on", desk=False
)
_LOOKING: Final = tuple(one for one in ACTIONS if one.group in {"Look", "Set up"} and one.id not in _CHANGES)
_FOOTER: Final = (
    ("recentre", 2), ("group", 3), ("units", 4), ("chart", 5), ("zoom", 6), ("theme", 7), ("quit", 1), ("help", 0),
)  # fmt: skip
VIEW: Final = ActionTable((*_LOOKING, _LEAVE), _FOOTER, (("Look",), ("Set up",)), sets=False)
"""What one may do who may only look."""


class ViewIntents(Intents):
    """Leaving leaves the screen alone: the desk is another process's."""

    def _do_quit(self, _: str) -> None:
        self._app.exit()


class LookingIntents(ViewIntents):
    """Nothing that is not in the table gets to the desk."""

    def do(self, name: str, argument: str) -> bool:
        """Do it where it is allowed; else say why not."""
        if name in VIEW.by_id:
            return super().do(name, argument)
        self._app.say("this screen may only look; the desk is run from its own terminal")
        return True


class ViewApp(DeskApp):
    """A screen that may act."""

    TITLE = "mm-tui"
    INTENTS: ClassVar[type[Intents]] = ViewIntents

    def poll(self, *, in_turn: bool = False) -> None:
        """The latest frame; the end, where the desk has ended."""
        super().poll(in_turn=in_turn)
        if getattr(self.link, "gone").is_set():  # noqa: B009 - a link of ours
            self.exit()


class LookingApp(ViewApp):
    """A screen that may only look."""

    TABLE: ClassVar[ActionTable] = VIEW
    INTENTS: ClassVar[type[Intents]] = LookingIntents

    def __init__(self, *given: Any, **named: Any) -> None:
        """Keys of what only the desk's own terminal may do are answered in words."""
        super().__init__(*given, **named)
        for action in DESK.actions:
            for key in resolve(self.ui.keys, DESK, VIEW.by_id)[0][action.id]:
                self._by_key.setdefault(textual_key(key), action.id)


def run_view(path: Path, loaded: Loaded, *, may_act: bool) -> int:
    """Show the desk that listens at the path until it ends or is left."""
    link = RemoteLink(path)
    kind = ViewApp if may_act else LookingApp
    themes = (loaded.file or config_file(os.environ)).parent / "themes"
    app = kind(link, loaded.settings.ui, alerts=_SILENT, themes_dir=themes, before_stop=lambda: None)
    try:
        app.run()
    finally:
        link.close()
    return app.return_code or 0
