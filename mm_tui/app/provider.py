"""The palette's commands: the action table and the themes."""

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from mm_tui.app.actions import ACTIONS, Action
from mm_tui.app.commands import names


class ActionProvider(Provider):
    """Finds actions by id, label and help."""

    async def search(self, query: str) -> Hits:
        """Actions that match, best first."""
        matcher = self.matcher(query)
        for text, action, argument, help_text in self._commands():
            score = matcher.match(text)
            if score > 0:
                yield Hit(
                    score, matcher.highlight(text), partial(self._do, action, argument), text=text, help=help_text
                )

    async def discover(self) -> Hits:
        """All actions, before anything is typed."""
        for text, action, argument, help_text in self._commands():
            if not argument:
                yield DiscoveryHit(text, partial(self._do, action, argument), text=text, help=help_text)

    def _commands(self) -> list[tuple[str, str, str, str]]:
        """`(shown text, action id, argument, help)`."""
        from mm_tui.app.app import DeskApp  # noqa: PLC0415 - the app loads this module

        app = self.app
        assert isinstance(app, DeskApp)  # noqa: S101 - it is opened by no other app
        listed = [(_text(action), action.id, "", action.help) for action in ACTIONS if action.id in names()]
        return listed + [(f"theme {name}", "theme", name, "wear these colours") for name in app.theme_names]

    def _do(self, action: str, argument: str) -> None:
        from mm_tui.app.app import DeskApp  # noqa: PLC0415 - the app loads this module

        if isinstance(self.app, DeskApp):
            self.app.operate(action, argument)


def _text(action: Action) -> str:
    return action.id.replace("_", " ")
