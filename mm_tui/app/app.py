"""The screen of the desk: shows frames, sends the operator's intents, and never decides.

The desk lives on another thread behind a `DeskLink`. The app takes the latest frame by reference at the frame rate
and hands it to the panels only when it is another object. Whatever fails here pulls the quotes and leaves the desk
itself alone.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events, on
from textual.screen import Screen
from textual.widget import Widget

from mm_tui.app.actions import DESK, ActionTable, resolve, shown, textual_key
from mm_tui.app.coach import Coach
from mm_tui.app.intents.arranging import Arranging
from mm_tui.app.intents.changing import Changing
from mm_tui.app.intents.intents import Intents, nothing
from mm_tui.app.layout.saved import SavedLayouts
from mm_tui.app.messages import PanelFailed, SheetClosed
from mm_tui.app.palette import VARIABLE, needs_ascii
from mm_tui.app.replay_actions import other_ids
from mm_tui.app.screens.coach import CoachLine
from mm_tui.app.screens.desk import DeskScreen
from mm_tui.app.screens.footer import Footer
from mm_tui.app.screens.sheet import Sheet
from mm_tui.app.terminal.bell import Bell
from mm_tui.app.terminal.frames import WholeFrames
from mm_tui.settings.sections import Alerts, Ui
from mm_tui.views.frames import DeskFrame, DeskLink, EventRow

if TYPE_CHECKING:
    from mm_tui.app.intents.markets import Markets

_log = logging.getLogger(__name__)

INTERNAL_ERROR: Final = 70
TERMINAL_GONE: Final = 129
ALWAYS_KILLS: Final = "f12"
"""Whatever else is remapped: one key is the same on every desk."""
_NUMBER_KEYS: Final = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "8": 8, "9": 9, "0": 10}
_HABITS: Final = frozenset({"ctrl+c", "ctrl+q"})
"""Keys that leave other programs."""


class DeskApp(WholeFrames, inherit_bindings=False):
    """A viewer of `link.frame` and a source of intents."""

    TITLE = "mm-tui"
    CSS_PATH = Path(__file__).with_name("desk.tcss")
    COMMANDS: ClassVar[set[Any]] = set()
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    ALLOW_SELECT = False
    TABLE: ClassVar[ActionTable] = DESK
    """What the operator may do."""
    INTENTS: ClassVar[type[Intents]] = Intents

    def __init__(
        self,
        link: DeskLink,
        ui: Ui | None = None,
        *,
        alerts: Alerts | None = None,
        make_panels: Callable[[], Mapping[str, Widget]] | None = None,
        themes_dir: Path | None = None,
        before_stop: Callable[[], None] | None = None,
        layouts: SavedLayouts | None = None,
        markets: "Markets | None" = None,
        coach: Coach | None = None,
    ) -> None:
        self.ui = ui or Ui()
        """`[ui]` of the settings."""
        self.keys, self.problems = resolve(self.ui.keys, self.TABLE, other_ids(self.TABLE))
        self._by_key = {textual_key(key): name for name, keys in self.keys.items() for key in keys}
        self._by_key[ALWAYS_KILLS] = "kill"
        self.coach = coach
        """Hints for a first start; None on a screen that has none."""
        if coach is not None:
            coach.know(self.keys)
        self.link = link
        """The desk."""
        self.markets = markets
        """What other markets the desk may go to; None where it stays on its own."""
        self._refused: object = None
        """The refusal that was told last."""
        self.changing = Changing(self)
        """Goes to other markets."""
        self.arranging = Arranging(self, layouts or SavedLayouts())
        """Arrangements of the panels."""
        self.intents = self.INTENTS(self, self.arranging, self.changing)
        """What actions do on the screen's side."""
        self._bell = Bell(alerts or Alerts())
        self._told: EventRow | None = None
        """The newest line of the log that was looked at."""
        self._make_panels = make_panels
        self._themes_dir = themes_dir
        self._before_stop = before_stop or (lambda: link.act("pull", "the process stops"))
        self._asked: tuple[Sheet, Callable[[str], object]] | None = None
        self._then: Callable[[str], object] = nothing
        self._desk: DeskScreen | None = None
        self._shown: DeskFrame | None = None
        self._turn, self._owing = 0, False
        """Which panels see the frame at once, and whether others have not seen it yet."""
        self.theme_names: list[str] = []
        """Themes that may be chosen, the default first."""
        self.ascii = needs_ascii()
        """The terminal shows seven bits only; the panels draw accordingly."""
        super().__init__()

    @property
    def desk(self) -> DeskScreen:
        """The screen beneath everything else."""
        assert self._desk is not None, "the app is not running"  # noqa: S101 - set before anything can ask
        return self._desk

    def get_default_screen(self) -> Screen[Any]:
        """The desk's own screen."""
        self._desk = DeskScreen(
            self._panels(), self.keys, self.link.look, self.ui.ladder_rows, self.TABLE, coach=self.coach
        )
        return self._desk

    def _panels(self) -> Mapping[str, Widget]:
        if self._make_panels is None:
            from mm_tui.app.panels import make_panels  # noqa: PLC0415 - not needed where panels are given

            self._make_panels = make_panels
        return self._make_panels()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What the style sheet asks of a theme, for the moment before ours are there."""
        return {f"{VARIABLE}dim": "#8b929b"}

    def on_mount(self) -> None:
        """Themes, the first frame, then the rate of frames."""
        self._load_themes()
        self.arranging.begin()
        self.poll()
        self._look_again()
        if self.problems:
            self.call_after_refresh(self._show_problems)

    def _load_themes(self) -> None:
        from mm_tui.app.themes import load_themes  # noqa: PLC0415 - reads files: not at import

        found = load_themes(self._themes_dir)
        for theme in found.themes.values():
            self.register_theme(theme)
        self.theme_names = list(found.themes)
        self.problems += found.problems
        if self.ui.theme in self.theme_names:
            self.theme = self.ui.theme
        else:
            self.problems.append(f"ui.theme: no theme {self.ui.theme!r}; there are {', '.join(self.theme_names)}")
            self.theme = self.theme_names[0]

    def _show_problems(self) -> None:
        from mm_tui.app.screens.questions import Notice  # noqa: PLC0415 - rare

        for problem in self.problems:
            _log.warning("settings problem=%s", problem)
        lines = [*self.problems, "", "The defaults are used in their place."]
        self.ask(Notice("Settings", lines), nothing)

    def _look_again(self) -> None:
        """Have the loop itself call at the frame rate: a timer of Textual's costs a tenth of a frame in messages."""
        if not (self._exit or self._closing):
            asyncio.get_running_loop().call_later(1 / self.ui.frames_per_s, self._on_time)

    def _on_time(self) -> None:
        self._look_again()
        try:
            self.poll(in_turn=True)
        except Exception as error:  # noqa: BLE001 - as Textual does with what comes out of a timer
            self._handle_exception(error)

    def poll(self, *, in_turn: bool = False) -> None:
        """Show the latest frame, if it is another one and can be seen; `in_turn`, some panels with the next look."""
        frame, before = self.link.frame, self._shown
        if frame is before:
            if self._owing:
                self._owing = False
                self.desk.catch_up()
        elif not self.behind:
            self._shown = frame
            self._turn, self._owing = 1 - self._turn, in_turn
            if before is not None and _is_another(frame, before):
                self._told = None
                self.call_next(self._renew)
            self.desk.show(frame, self._turn if in_turn else None)
            if self._bell.rings(frame):
                self.bell()
            self._tell_news(frame)

        refusal = None if self.markets is None else self.markets.refusal
        if refusal is not self._refused:
            self._refused = refusal
            if refusal is not None:
                self.changing.offer_back()

    async def _renew(self) -> None:
        """The desk is on another market: nothing that a panel or a sheet remembers is true any more."""
        kept = self.arranging.take_off()
        self._asked = None
        previous, self._then = self._then, nothing
        previous("")
        await self.desk.renew(self._panels())
        self.arranging.put_on(kept)
        if self._refused is not None and self.desk.sheet is None and self._asked is None:
            self.changing.offer_back()

    def _tell_news(self, frame: DeskFrame) -> None:
        """What came of an operator's key, and every warning, in the last line too: the log may be out of sight."""
        told, self._told = self._told, frame.events[0] if frame.events else None
        if told is None:
            return
        for row in frame.events:
            if row is told:
                return
            if row.kind in ("set", "warn", "info"):
                self.say(row.text)
                return

    # -- keys and actions -------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Keys of the action table are done here, in the order they were typed, before Textual forwards anything."""
        typed = event if isinstance(event, events.Key) and not event.is_forwarded else None
        if typed is not None and self._desk is not None and await self._is_done(typed.key):
            event.stop()
        else:
            await super().on_event(event)

    async def _is_done(self, key: str) -> bool:
        """Do what a key stands for. The kill works everywhere; a sheet has all other keys."""
        name = self._by_key.get(key, "")
        if name == "kill":
            self.operate("kill")
            return True
        if key == "ctrl+z":
            self.action_suspend_process()
            return True
        sheet = self.desk.sheet
        if sheet is not None:
            if not sheet.has_focus_within:
                sheet.take_focus()
            return False
        if name and self._is_the_lists(name, key):
            return False
        if name:
            self.desk.footer.hush()
            self.operate(name)
            await self._open_asked()
        elif key in _NUMBER_KEYS:
            self.desk.show_panel(_NUMBER_KEYS[key])
        elif key in _HABITS:
            self.say(self.habit_words())
        else:
            return False
        return True

    def _is_the_lists(self, name: str, key: str) -> bool:
        """Whether an action leaves its key to the list that has the focus."""
        action = self.TABLE.by_id.get(name)
        return action is not None and action.yields and key in getattr(self.desk.focused, "LIST_KEYS", ())

    def habit_words(self) -> str:
        """What to press in place of the keys that leave other programs."""
        return f"{shown(self.keys['quit'][0])} quits, {shown(self.keys['kill'][0])} cancels all and halts"

    def operate(self, name: str, argument: str = "") -> None:
        """Do an action of the table: the one way in for keys, palette and command line."""
        if not self.intents.do(name, argument):
            self.link.act(name, argument)
        if self.coach is not None and self.coach.number and self.coach.did(name):
            self.desk.hint_again()

    def dismiss_hints(self) -> None:
        """No more of them, for good."""
        if self.coach is not None:
            self.coach.dismiss()
            self.desk.hint_again()

    @on(CoachLine.Dismissed)
    def _hints_clicked_away(self, message: CoachLine.Dismissed) -> None:
        message.stop()
        self.dismiss_hints()

    def say(self, word: str) -> None:
        """A word to the operator in the last line, for a few seconds; lost where there is no screen yet."""
        if self._desk is not None:
            self._desk.footer.say(word)

    @on(Footer.Pressed)
    def _clicked(self, message: Footer.Pressed) -> None:
        """A key of the last line was clicked; while a sheet has the keyboard the kill alone passes."""
        message.stop()
        if message.action == "kill" or self.desk.sheet is None:
            self.operate(message.action)

    # -- sheets -----------------------------------------------------------------------------------

    def ask(self, sheet: Sheet, then: Callable[[str], object]) -> None:
        """Put a sheet in front and do `then` with its answer; one that was open is left without an answer."""
        self._asked = sheet, then
        self.call_next(self._open_asked)

    async def _open_asked(self) -> None:
        """Open what was asked for. A key waits for this, so that the next key typed is the sheet's."""
        if self._asked is None:
            return
        (sheet, then), self._asked = self._asked, None
        previous, self._then = self._then, then
        previous("")
        await self.desk.open(sheet)

    @on(SheetClosed)
    async def _answered(self, message: SheetClosed) -> None:
        message.stop()
        then, self._then = self._then, nothing
        await self.desk.close_sheet()
        then(message.answer)

    # -- faults and the terminal ------------------------------------------------------------------

    @on(PanelFailed)
    def _panel_failed(self, message: PanelFailed) -> None:
        message.stop()
        self._pull(message.error, f"panel {message.panel}")

    def _pull(self, error: BaseException, where: str) -> None:
        """The quotes go when the operator may no longer see what is true."""
        _log.error("screen error where=%s", where, exc_info=error)
        self.link.act("pull", f"screen error in {where}: {type(error).__name__}")

    def _handle_exception(self, error: Exception) -> None:
        """What escapes the panels ends the screen: quotes pulled, one line without local variables, code 70."""
        self._pull(error, "the app")
        super()._handle_exception(error)
        self._return_code = INTERNAL_ERROR

    def _fatal_error(self) -> None:
        from rich.segment import Segment, Segments  # noqa: PLC0415 - the end of the screen

        error = self._exception
        text = (
            f"The screen failed ({type(error).__name__}); quotes were pulled. Where and why: app.log of the session.\n"
        )
        self._exit_renderables.append(Segments([Segment(text)]))
        self._close_messages_no_wait()

    def terminal_gone(self) -> None:
        """The terminal was closed under the app; said once."""
        if self._exit:
            return
        self.link.act("pull", "the terminal is gone")
        self.exit(return_code=TERMINAL_GONE)

    def before_stop(self) -> None:
        """Called before the process is stopped by ctrl+z."""
        self._before_stop()


def _is_another(frame: DeskFrame, before: DeskFrame) -> bool:
    """Whether the desk is on another market than it was, or on its way to one."""
    if before.instrument is None:
        return False
    header, was = frame.header, before.header
    return frame.instrument is None or (header.venue, header.symbol) != (was.venue, was.symbol)
