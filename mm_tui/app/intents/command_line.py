"""The command line of one app: what completes a line, what is said of it while it is typed, and the lines before."""

from collections.abc import Callable, Sequence
from typing import Final

from mm_tui.app.command import language
from mm_tui.app.command.hints import Hints
from mm_tui.app.intents.stage import Stage
from mm_tui.app.layout.saved import SavedLayouts
from mm_tui.app.screens.entry import Entry
from mm_tui.strategy.registry import BUILT_IN

LINES_KEPT: Final = 200
"""Lines that can be had again."""


class CommandLine:
    """Opens the entry; remembers what was entered in it."""

    def __init__(self, app: Stage, layouts: SavedLayouts) -> None:
        self._app = app
        self._layouts = layouts
        self.history: list[str] = []
        """The last one last, each once."""

    def open(self, start: str, parameters: Sequence[str], then: Callable[[str], None]) -> None:
        """With `start` already typed; `parameters` may be set, and `then` does an entered line."""

        def entered(line: str) -> None:
            if line.strip():
                self.history[:] = [*(one for one in self.history if one != line), line][-LINES_KEPT:]
            then(line)

        sheet = Entry(
            "Command",
            start,
            check=self._check,
            complete=lambda line: self._complete(line, parameters),
            told=self._tell,
            history=self.history,
        )
        self._app.ask(sheet, entered)

    @property
    def _hints(self) -> Hints:
        return Hints(self._app.link.frame, self._app.TABLE)

    def _tell(self, line: str) -> str:
        return self._hints.told(line)

    def _check(self, line: str) -> str:
        parsed = language.parse(line, self._app.TABLE) if line.strip() else ""
        if isinstance(parsed, str):
            return parsed
        return self._hints.problem(parsed.argument) if parsed.action == "set" else ""

    def _complete(self, line: str, parameters: Sequence[str]) -> list[str]:
        frame, markets = self._app.link.frame, self._app.markets
        numbers = [row.number for row in frame.shadows.rows if row.number]
        shadows = [*(f"add strategy={name}" for name in BUILT_IN), *(f"add {name}" for name in parameters)]
        shadows += [f"{verb} {number}" for verb in ("drop", "promote") for number in numbers]
        return language.complete(
            line,
            [*parameters, *(f"risk.{key}" for key, _ in frame.risk.limits)],
            self._app.theme_names,
            [row.order_id for row in frame.orders],
            self._app.TABLE,
            shadows=shadows,
            layouts=self._layouts.choices,
            values=self._hints.values,
            venues=() if markets is None else markets.venues,
            pairs=lambda venue: () if markets is None else markets.known(venue),
        )
