"""The screen of the desk: shows frames, sends the operator's intents, and never decides.

The desk lives on another thread behind a `DeskLink`. The app takes the latest frame by reference at the frame rate
and hands it to the panels only when it is another object. Whatever fails here pulls the quotes and leaves the desk
itself alone.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import events, on
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen
from textual.widget import Widget

from mm_tui.app.actions import resolve, shown, textual_key
from mm_tui.app.alerts import Bell
from mm_tui.app.messages import PanelFailed, SheetClosed
from mm_tui.app.palette import needs_ascii
from mm_tui.app.screens.desk import DeskScreen
from mm_tui.app.screens.sheet import Sheet
from mm_tui.settings.sections import Alerts, Ui
from mm_tui.views.frames import DeskFrame, DeskLink, EventRow

_log = logging.getLogger(__name__)

INTERNAL_ERROR: Final = 70
TERMINAL_GONE: Final = 129
ALWAYS_KILLS: Final = "f12"
"""Whatever else is remapped: one key is the same on every desk."""
_NUMBER_KEYS: Final = frozenset("12345678")
_HABITS: Final = frozenset({"ctrl+c", "ctrl+q"})
"""Keys that leave other programs."""


class DeskApp(App[None], inherit_bindings=False):
    """A viewer of `link.frame` and a source of intents."""

    TITLE = "mm-tui"
    CSS_PATH = Path(__file__).with_name("desk.tcss")
    COMMANDS: ClassVar[set[Any]] = set()
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False

    def __init__(
        self,
        link: DeskLink,
        ui: Ui | None = None,
        *,
        alerts: Alerts | None = None,
        make_panels: Callable[[], Mapping[str, Widget]] | None = None,
        themes_dir: Path | None = None,
        before_stop: Callable[[], None] | None = None,
    ) -> None:
        self._ui = ui or Ui()
        self._keys, self.problems = resolve(self._ui.keys)
        self._by_key = {textual_key(key): name for name, keys in self._keys.items() for key in keys}
        self._by_key[ALWAYS_KILLS] = "kill"
        self._link = link
        self._bell = Bell(alerts or Alerts())
        self._told: EventRow | None = None
        """The newest line of the log that was looked at."""
        self._make_panels = make_panels
        self._themes_dir = themes_dir
        self._before_stop = before_stop or (lambda: link.act("pull", "the process stops"))
        self._asked: tuple[Sheet, Callable[[str], object]] | None = None
        self._then: Callable[[str], object] = _nothing
        self._desk: DeskScreen | None = None
        self._shown: DeskFrame | None = None
        self.theme_names: list[str] = []
        """Themes that may be chosen, the default first."""
        self.ascii = needs_ascii()
        """The terminal shows seven bits only; the panels draw accordingly."""
        super().__init__(driver_class=_driver_class())

    @property
    def desk(self) -> DeskScreen:
        """The screen beneath everything else."""
        assert self._desk is not None, "the app is not running"  # noqa: S101 - set before anything can ask
        return self._desk

    def get_default_screen(self) -> Screen[Any]:
        """The desk's own screen."""
        if self._make_panels is None:
            from mm_tui.app.panels import make_panels  # noqa: PLC0415 - not needed where panels are given

            self._make_panels = make_panels
        self._desk = DeskScreen(self._make_panels(), self._keys, self._link.look, self._ui.ladder_rows)
        return self._desk

    def on_mount(self) -> None:
        """Themes, the first frame, then the rate of frames."""
        self._load_themes()
        self.poll()
        self.set_interval(1 / self._ui.frames_per_s, self.poll)
        if self.problems:
            self.call_after_refresh(self._show_problems)

    def _load_themes(self) -> None:
        from mm_tui.app.themes import load_themes  # noqa: PLC0415 - reads files: not at import

        found = load_themes(self._themes_dir)
        for theme in found.themes.values():
            self.register_theme(theme)
        self.theme_names = list(found.themes)
        self.problems += found.problems
        if self._ui.theme in self.theme_names:
            self.theme = self._ui.theme
        else:
            self.problems.append(f"ui.theme: no theme {self._ui.theme!r}; there are {', '.join(self.theme_names)}")
            self.theme = self.theme_names[0]

    def _show_problems(self) -> None:
        from mm_tui.app.screens.questions import Notice  # noqa: PLC0415 - rare

        for problem in self.problems:
            _log.warning("settings problem=%s", problem)
        lines = [*self.problems, "", "The defaults are used in their place."]
        self._ask(Notice("Settings", lines), _nothing)

    def poll(self) -> None:
        """Show the latest frame, if it is another one and can be seen."""
        frame = self._link.frame
        if frame is not self._shown and not self._behind:
            self._shown = frame
            self.desk.show(frame)
            if self._bell.rings(frame):
                self.bell()
            self._tell_news(frame)

    def _tell_news(self, frame: DeskFrame) -> None:
        """What came of a parameter change, and every warning, in the last line too: the log may be out of sight."""
        told, self._told = self._told, frame.events[0] if frame.events else None
        if told is None:
            return
        for row in frame.events:
            if row is told:
                return
            if row.kind in ("set", "warn"):
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
        if name:
            self.operate(name)
            await self._open_asked()
        elif key in _NUMBER_KEYS:
            self.desk.show_panel(int(key))
        elif key in _HABITS:
            self.say(f"{shown(self._keys['quit'][0])} quits, {shown(self._keys['kill'][0])} cancels all and halts")
        else:
            return False
        return True

    def operate(self, name: str, argument: str = "") -> None:
        """Do an action of the table: the one way in for keys, palette and command line."""
        own = getattr(self, f"_do_{name}", None)
        if own is not None:
            own(argument)
        else:
            self._link.act(name, argument)

    def say(self, word: str) -> None:
        """A word to the operator in the last line, for a few seconds."""
        self.desk.footer.say(word)

    def _do_kill(self, _: str) -> None:
        self._link.kill()
        if self._desk is not None:
            self.say(f"killed: all orders cancelled, halted; {shown(self._keys['rearm'][0])} re-arms")

    def _do_cancel_order(self, argument: str) -> None:
        selected = argument or getattr(self.desk.panels["orders"].widget, "selected_id", "") or ""
        if selected:
            self._link.act("cancel_order", selected)
        else:
            self.say("no order is selected: 2 and the arrows select one")

    def _do_flatten(self, _: str) -> None:
        """Pull the quotes at once; close the position only on a yes."""
        self._link.act("pull", "flatten")
        if not self._ui.confirm_flatten:
            self._link.act("flatten")
            return
        from mm_tui.app.screens import questions as q  # noqa: PLC0415 - loaded with the first question

        sheet = q.Question("Flatten", q.flatten_words, "close it", "keep the position", self._link.frame)
        self._ask(sheet, lambda answer: self._link.act("flatten") if answer else self.say("position kept"))

    def _do_rearm(self, _: str) -> None:
        from mm_tui.app.screens import questions as q  # noqa: PLC0415 - loaded with the first question

        sheet = q.Question("Re-arm", q.rearm_words, "re-arm", "stay halted", self._link.frame)
        self._ask(sheet, lambda answer: self._link.act("rearm") if answer else None)

    def _do_quit(self, _: str) -> None:
        if self._link.frame.flatten is None:
            self.exit()
            return
        from mm_tui.app.screens import questions as q  # noqa: PLC0415 - loaded with the first question

        sheet = q.Question("Quit", q.quit_words, "quit", "stay", self._link.frame)
        self._ask(sheet, lambda answer: self.exit() if answer else None)

    def _do_recentre(self, _: str) -> None:
        self._ask_panel("ladder", "recentre")

    def _do_group(self, _: str) -> None:
        self._ask_panel("ladder", "cycle_group")

    def _do_units(self, _: str) -> None:
        self._ask_panel("ladder", "cycle_units")

    def _do_window(self, _: str) -> None:
        self._ask_panel("chart", "cycle_window")

    def _ask_panel(self, name: str, method: str) -> None:
        """Have a panel do something of its own; its fault stays its own."""
        guarded = self.desk.panels[name]
        if guarded.error is None:
            getattr(guarded.widget, method)()

    def _do_zoom(self, _: str) -> None:
        view = self.desk.view
        self.desk.zoom(self.desk.panel_of(self.desk.focused) or view.panel)

    def _do_back(self, _: str) -> None:
        """One step back: from the full screen, from another panel to the ladder, from a focused panel."""
        view = self.desk.view
        if view.zoomed:
            self.desk.zoom("")
        elif view.panel != "ladder":
            self.desk.view = replace(view, panel="ladder")
        else:
            self.desk.set_focus(None)

    def _do_filter(self, argument: str) -> None:
        panel = self.desk.panels["events"].widget
        if argument:
            panel.filter = argument  # type: ignore[attr-defined]
            return
        from mm_tui.app.screens.entry import Entry  # noqa: PLC0415 - loaded with the first input

        def typed(text: str) -> None:
            panel.filter = text  # type: ignore[attr-defined]

        if not panel.display:
            self.desk.show_panel(7)
        before = getattr(panel, "filter", "")
        sheet = Entry("Filter the events", before, changed=typed)
        self._ask(sheet, typed)

    def _do_theme(self, argument: str) -> None:
        if argument in self.theme_names:
            self.theme = argument
            return
        if argument:
            self.say(f"no theme {argument!r}; there are {', '.join(self.theme_names)}")
            return
        from mm_tui.app.screens.picker import Picker  # noqa: PLC0415 - loaded with the first list

        before = self.theme

        def choose(name: str) -> None:
            self.theme = name or before

        items = [(name, "dark" if self.available_themes[name].dark else "light") for name in self.theme_names]
        self._ask(Picker("Theme", items, before, preview=choose), choose)

    def _do_parameters(self, _: str) -> None:
        from mm_tui.app.screens.picker import Picker  # noqa: PLC0415 - loaded with the first list

        rows = [(row.name, row.value) for row in self._link.frame.parameters]
        self._ask(
            Picker("Parameters", rows, ""), lambda name: self._command(f"set {self._key_of(name)} ") if name else None
        )

    def _key_of(self, parameter: str) -> str:
        """The settings key of a parameter that the strategy shows by its short name."""
        strategy = self._link.frame.header.strategy.partition(" ")[0]
        return parameter if "." in parameter or not strategy else f"strategy.{strategy}.{parameter}"

    def _do_venue(self, _: str) -> None:
        from mm_tui.app.screens.questions import Notice  # noqa: PLC0415 - rare

        header = self._link.frame.header
        lines = [
            f"{header.symbol} on {header.venue}: {header.venue_words}".rstrip(": "),
            *([header.demo_cause] if header.demo_cause else []),
            "",
            "Another market is another session; quit and start it with",
            f"  mm-tui run --venue binance --symbol {header.symbol}",
            f"  mm-tui run --venue ccxt:kraken --symbol {header.symbol}",
            "  mm-tui run --venue demo",
            "  mm-tui run --venue file:PATH",
        ]
        self._ask(Notice("Venue and symbol", lines), _nothing)

    def _do_command(self, argument: str) -> None:
        self._command(argument)

    def _command(self, start: str) -> None:
        """The command line, with `start` already typed."""
        from mm_tui.app import commands  # noqa: PLC0415 - loaded with the first input
        from mm_tui.app.screens.entry import Entry  # noqa: PLC0415 - likewise

        parameters = [self._key_of(row.name) for row in self._link.frame.parameters]

        def check(line: str) -> str:
            parsed = commands.parse(line) if line.strip() else ""
            return parsed if isinstance(parsed, str) else ""

        sheet = Entry(
            "Command", start, check=check, complete=lambda line: commands.complete(line, parameters, self.theme_names)
        )
        self._ask(sheet, self._do_line)

    def _do_line(self, line: str) -> None:
        """Do a line of the command line."""
        from mm_tui.app import commands  # noqa: PLC0415 - loaded with the first input

        parsed = commands.parse(line) if line.strip() else ""
        if isinstance(parsed, commands.Command):
            self.operate(parsed.action, parsed.argument)

    def _do_palette(self, _: str) -> None:
        from mm_tui.app.screens.palette import Palette  # noqa: PLC0415 - loaded with the first use

        self._ask(Palette(self.theme_names), self._do_line)

    def _do_help(self, _: str) -> None:
        from mm_tui.app.screens.help import Help  # noqa: PLC0415 - loaded with the first help

        self._ask(Help(self._keys), _nothing)

    # -- sheets -----------------------------------------------------------------------------------

    def _ask(self, sheet: Sheet, then: Callable[[str], object]) -> None:
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
        then, self._then = self._then, _nothing
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
        self._link.act("pull", f"screen error in {where}: {type(error).__name__}")

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
        self._link.act("pull", "the terminal is gone")
        self.exit(return_code=TERMINAL_GONE)

    def before_stop(self) -> None:
        """Called before the process is stopped by ctrl+z."""
        self._before_stop()

    @property
    def _behind(self) -> bool:
        """The terminal has not taken what was drawn before."""
        return getattr(self._driver, "congested", False)

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Draw one frame whole, or not at all where the terminal is behind."""
        driver: Any = self._driver
        if not hasattr(driver, "skip_frame"):
            super()._display(screen, renderable)
        elif driver.congested:
            driver.skip_frame()
        else:
            with driver.frame():
                super()._display(screen, renderable)

    def repaint(self) -> None:
        """The terminal has caught up after skipped frames: draw everything."""
        if self._running and self._screen_stack:
            self.screen.refresh()


def _driver_class() -> type[Driver] | None:
    """Ours on Linux and macOS; None, which is Textual's own choice, on Windows."""
    if sys.platform == "win32":
        return None
    from mm_tui.app.driver import DeskDriver  # noqa: PLC0415 - needs termios: not on Windows

    return DeskDriver


def _nothing(_: str) -> None:
    """No continuation."""
