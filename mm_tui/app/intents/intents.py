"""What the operator's actions do on the screen's side: questions before the desk is told, panels, lists and inputs.

A method `_do_<id>` belongs to the action of that id; an action without one goes to the desk as it is.
"""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Any

from mm_tui.app.actions import CHARTS, shown, textual_key
from mm_tui.app.intents.arranging import Arranging
from mm_tui.app.intents.changing import Changing
from mm_tui.app.intents.stage import Stage
from mm_tui.app.layout.places import LETTERED, NUMBERED
from mm_tui.model.drills import impossible, read_drill
from mm_tui.views.frames import FARTHEST, DeskFrame

if TYPE_CHECKING:
    from mm_tui.app.intents.command_line import CommandLine
    from mm_tui.views.frames import ShadowRow


class Intents:
    """The actions of one app."""

    def __init__(self, app: Stage, arranging: Arranging, changing: Changing) -> None:
        self._app = app
        self._arranging = arranging
        self._changing = changing
        self._line: CommandLine | None = None
        """Made with its first use."""

    def do(self, name: str, argument: str) -> bool:
        """Do an action that the screen has a part in; False where the desk alone does it."""
        own = getattr(self, f"_do_{name}", None)
        if own is None:
            return False
        own(argument)
        return True

    def _do_kill(self, _: str) -> None:
        self._app.link.kill()
        self._app.say(f"killed: all orders cancelled, halted; {shown(self._app.keys['rearm'][0])} re-arms")

    def _do_cancel_order(self, argument: str) -> None:
        selected = argument or getattr(self._app.desk.panels["orders"].widget, "selected_id", "") or ""
        if selected:
            self._app.link.act("cancel_order", selected)
        else:
            self._app.say("no order is selected: 2 and the arrows select one")

    def _do_flatten(self, _: str) -> None:
        """Pull the quotes at once; close the position only on a yes."""
        self._app.link.act("pull", "flatten")
        if not self._app.ui.confirm_flatten:
            self._app.link.act("flatten")
            return
        from mm_tui.app.screens import questions as q  # noqa: PLC0415 - loaded with the first question

        sheet = q.Question("Flatten", q.flatten_words, "close it", "keep the position", self._app.link.frame)
        self._app.ask(sheet, lambda answer: self._app.link.act("flatten") if answer else self._app.say("position kept"))

    def _do_rearm(self, _: str) -> None:
        """Asked only where a halt or a limit is to be seen: no yes may be given to one that is not known yet."""
        frame = self._app.link.frame
        if frame.risk.state == "running" and frame.header.state != "halted":
            self._app.say(f"nothing to re-arm: the desk is {frame.header.state}")
            return
        from mm_tui.app.screens import questions as q  # noqa: PLC0415 - loaded with the first question

        sheet = q.Question("Re-arm", q.rearm_words, "re-arm", "stay halted", frame)
        self._app.ask(sheet, lambda answer: self._app.link.act("rearm") if answer else None)

    def _do_quit(self, _: str) -> None:
        if self._app.link.frame.flatten is None:
            self._app.exit()
            return
        from mm_tui.app.screens import questions as q  # noqa: PLC0415 - loaded with the first question

        sheet = q.Question("Quit", q.quit_words, "quit", "stay", self._app.link.frame)
        self._app.ask(sheet, lambda answer: self._app.exit() if answer else None)

    def _do_set(self, argument: str) -> None:
        """A limit is loosened only on a yes; everything else goes to the desk as it is."""
        from mm_tui.app.command.hints import Hints  # noqa: PLC0415 - likewise
        from mm_tui.views.limits import loosening  # noqa: PLC0415 - loaded with the first typed value

        looser = loosening(argument, self._app.link.frame.risk.limits)
        if looser is None:
            self._app.link.act("set", Hints(self._app.link.frame).meant(argument))
            return
        from mm_tui.app.screens import questions as q  # noqa: PLC0415 - loaded with the first question

        sheet = q.Question(
            "Loosen a limit", partial(q.loosen_words, looser.key, looser.after), "loosen it", "keep the limit",
            self._app.link.frame,
        )  # fmt: skip
        self._app.ask(
            sheet, lambda answer: self._app.link.act("loosen", argument) if answer else self._app.say("limit kept")
        )

    def _do_explain(self, argument: str) -> None:
        """A price of the ladder beside it; or the orders over the whole screen, on the one that is asked about."""
        ladder = self._app.desk.panels["ladder"]
        found = self._found(argument)
        price = None if found else price_of(argument, self._app.link.frame)
        if argument and price is None and len(found) != 1:
            self._app.say(
                f"{argument!r} fits {len(found)} orders" if found else f"no open order and no price {argument!r}"
            )
        elif ladder.error is None and price is not None:
            ladder.widget.pick(price)  # type: ignore[attr-defined]
            self._explain_level()
        elif ladder.error is None and not argument and self._on_a_level():
            self._explain_level()
        else:
            self._explain_order(found[0] if found else "")

    def _on_a_level(self) -> bool:
        """Whether a price is pointed at: the ladder has the keyboard, or a level is selected and nothing has it."""
        desk = self._app.desk
        ladder = desk.panels["ladder"].widget
        return desk.focused is ladder or (desk.focused is None and getattr(ladder, "level", None) is not None)

    def _explain_level(self) -> None:
        from mm_tui.app.screens.level import Level  # noqa: PLC0415 - loaded with the first question

        desk = self._app.desk
        ladder: Any = desk.panels["ladder"].widget
        if ladder.level is None:
            ladder.action_move(1)
        self._app.ask(Level(ladder, desk.ask_about), nothing)

    def _explain_order(self, order_id: str) -> None:
        guarded = self._app.desk.panels["orders"]
        if order_id and guarded.error is None:
            guarded.widget.select(order_id)  # type: ignore[attr-defined]
        self._app.desk.zoom("orders")
        self._app.desk.set_focus(guarded.widget)

    def _do_shadows(self, argument: str) -> None:
        """The leaderboard; `add …`, `drop N` and `promote N` say what is to happen on it."""
        verb, _, rest = argument.partition(" ")
        if verb == "promote":
            self._do_promote(rest.strip())
        elif verb:
            self._app.link.act("shadow", argument)
        self._app.desk.reveal("shadows")

    def _shadow(self, argument: str) -> "ShadowRow | None":
        """The shadow of a number, or the selected one; None with a word where there is none."""
        guarded = self._app.desk.panels["shadows"]
        rows = [row for row in self._app.link.frame.shadows.rows if row.number]
        if argument:
            row = next((one for one in rows if str(one.number) == argument), None)
        else:
            row = guarded.widget.selected if guarded.widget.display and guarded.error is None else None  # type: ignore[attr-defined]
        if row is None:
            key = shown(self._app.keys["shadows"][0])
            self._app.say(f"there is no shadow {argument}" if argument else f"no shadow is selected: {key}, the arrows")
        return row

    def _do_drop_shadow(self, argument: str) -> None:
        row = self._shadow(argument)
        if row is not None:
            self._app.link.act("shadow", f"drop {row.number}")

    def _do_promote(self, argument: str) -> None:
        """The desk goes over to a shadow's strategy and parameters, on a yes."""
        row = self._shadow(argument)
        if row is None:
            return
        if not row.promotion:
            self._app.say(f"shadow {row.number} cannot be promoted: {row.reason or 'it does not run'}")
            return
        from mm_tui.app.screens import questions as q  # noqa: PLC0415 - loaded with the first question

        argument = row.promotion
        sheet = q.Question(
            f"Promote {row.name}", partial(q.promote_words, row), "promote it", "keep the desk as it is",
            self._app.link.frame,
        )  # fmt: skip
        self._app.ask(
            sheet, lambda answer: self._app.link.act("promote", argument) if answer else self._app.say("not promoted")
        )

    def _do_inject(self, argument: str) -> None:
        """Something fails on purpose; a real market cannot be told to move."""
        if not argument:
            self._command("inject ")
        elif refused := impossible(read_drill(argument).kind, self._app.link.frame.header.venue):
            self._app.say(refused)
        else:
            self._app.link.act("inject", argument)

    def _found(self, argument: str) -> list[str]:
        """Ids of the open orders that a word names, whole or by its end."""
        ids = [row.order_id for row in self._app.link.frame.orders]
        return [one for one in ids if one == argument] or [one for one in ids if argument and one.endswith(argument)]

    def _do_recentre(self, _: str) -> None:
        self._ask_panel(self._by_heatmap("ladder"), "recentre")

    def _do_group(self, _: str) -> None:
        self._ask_panel(self._by_heatmap("ladder"), "cycle_group")

    def _do_units(self, _: str) -> None:
        self._ask_panel("ladder", "cycle_units")

    def _do_columns(self, _: str) -> None:
        self._ask_panel("ladder", "cycle_columns")

    def _do_window(self, _: str) -> None:
        self._ask_panel(self._by_heatmap("chart"), "cycle_window")

    def _by_heatmap(self, otherwise: str) -> str:
        """The panel that a key of ladder or chart is meant for: the heat map while that fills the screen."""
        return "heatmap" if self._app.desk.view.zoomed == "heatmap" else otherwise

    def _do_heatmap(self, _: str) -> None:
        """The heat map to the full screen, and back."""
        desk = self._app.desk
        if desk.view.zoomed == "heatmap":
            desk.zoom("")
        else:
            desk.zoom("heatmap")
            desk.set_focus(desk.panels["heatmap"].widget)

    def _do_chart(self, argument: str) -> None:
        """Another chart, or the one that is named; brought into its place where another panel has it."""
        if argument and argument not in CHARTS:
            self._app.say(f"no chart {argument!r}; there are {', '.join(CHARTS)}")
            return
        guarded = self._app.desk.panels["chart"]
        if guarded.error is not None:
            return
        shown = guarded.widget.display
        if not shown:
            self._app.desk.show_panel(NUMBERED.index("chart") + 1)
        if argument:
            guarded.widget.choose(argument)  # type: ignore[attr-defined]
        elif shown:
            guarded.widget.cycle_kind()  # type: ignore[attr-defined]

    def _ask_panel(self, name: str, method: str) -> None:
        """Have a panel do something of its own; its fault stays its own."""
        guarded = self._app.desk.panels[name]
        if guarded.error is None:
            getattr(guarded.widget, method)()

    def _do_panel(self, argument: str) -> None:
        """A panel by its name, as its number key does."""
        if not argument:
            self._command("panel ")
        elif argument in NUMBERED or (argument in LETTERED and argument in self._app.TABLE.by_id):
            self._app.desk.reveal(argument)
        else:
            self._app.say(f"no panel {argument!r}; there are {', '.join(NUMBERED)}")

    def _do_zoom(self, _: str) -> None:
        view = self._app.desk.view
        self._app.desk.zoom(self._app.desk.panel_of(self._app.desk.focused) or view.panel)

    def _do_back(self, _: str) -> None:
        """One step back: from a crosshair or a selected row, the full screen, another panel, a focused one, hints."""
        view = self._app.desk.view
        let_go = getattr(self._app.desk.focused, "let_go", None)
        if let_go is not None and let_go():
            return
        if view.zoomed:
            self._app.desk.zoom("")
        elif view.panel != "ladder":
            self._app.desk.view = replace(view, panel="ladder")
        elif self._app.desk.focused is None and self._app.desk.coached:
            self._app.dismiss_hints()
        else:
            self._app.desk.set_focus(None)

    def _do_filter(self, argument: str) -> None:
        """Filter the list that has the focus; the events where none has."""
        desk = self._app.desk
        name = desk.panel_of(desk.focused)
        if not name or not hasattr(desk.panels[name].widget, "filter"):
            name = "events"
        panel = desk.panels[name].widget

        def typed(text: str) -> None:
            panel.filter = text  # type: ignore[attr-defined]

        if not panel.display:
            desk.show_panel(NUMBERED.index(name) + 1)
        if argument:
            typed(argument)
            return
        from mm_tui.app.screens.entry import Entry  # noqa: PLC0415 - loaded with the first input

        before = getattr(panel, "filter", "")
        self._app.ask(Entry(f"Filter the {name}", before, changed=typed), typed)

    def _do_layout(self, argument: str) -> None:
        self._arranging.layout(argument)

    def _do_swap(self, argument: str) -> None:
        self._arranging.swap(argument)

    def _do_theme(self, argument: str) -> None:
        if argument in self._app.theme_names:
            self._app.theme = argument
            return
        if argument:
            self._app.say(f"no theme {argument!r}; there are {', '.join(self._app.theme_names)}")
            return
        from mm_tui.app.screens.picker import Picker  # noqa: PLC0415 - loaded with the first list

        before = self._app.theme

        def choose(name: str) -> None:
            self._app.theme = name or before

        items = [(name, "dark" if self._app.available_themes[name].dark else "light") for name in self._app.theme_names]
        self._app.ask(Picker("Theme", items, before, preview=choose), choose)

    def _do_parameters(self, _: str) -> None:
        from mm_tui.app.screens.parameters import Parameters  # noqa: PLC0415 - loaded with the first change

        link, desk = self._app.link, self._app.desk
        undo = [textual_key(key) for key in self._app.keys["undo"]]
        self._app.ask(Parameters(link.frame, desk.try_out, link.act, self._app.say, undo), nothing)

    def _key_of(self, parameter: str) -> str:
        """The settings key of a parameter that the strategy shows by its short name."""
        strategy = self._app.link.frame.header.strategy.partition(" ")[0]
        return parameter if "." in parameter or not strategy else f"strategy.{strategy}.{parameter}"

    def _do_venue(self, argument: str) -> None:
        self._changing.venue(argument)

    def _do_symbol(self, argument: str) -> None:
        self._changing.symbol(argument)

    def _do_command(self, argument: str) -> None:
        self._command(argument)

    def _command(self, start: str) -> None:
        """The command line, with `start` already typed."""
        if self._line is None:
            from mm_tui.app.intents.command_line import CommandLine  # noqa: PLC0415 - loaded with the first input

            self._line = CommandLine(self._app, self._arranging.saved)
        rows = self._app.link.frame.parameters
        keys = [row.key for row in rows if row.key] or [self._key_of(row.name) for row in rows]
        self._line.open(start, keys, self._do_line)

    def _do_line(self, line: str) -> None:
        """Do a line of the command line."""
        from mm_tui.app.command import language  # noqa: PLC0415 - loaded with the first input

        parsed = language.parse(line, self._app.TABLE) if line.strip() else ""
        if isinstance(parsed, language.Command):
            self._app.operate(parsed.action, parsed.argument)

    def _do_palette(self, _: str) -> None:
        from mm_tui.app.screens.palette import Palette  # noqa: PLC0415 - loaded with the first use

        layouts = self._arranging.saved.choices
        self._app.ask(Palette(self._app.theme_names, self._app.TABLE, layouts), self._do_line)

    def _do_help(self, _: str) -> None:
        from mm_tui.app.screens.help import Help, here_of  # noqa: PLC0415 - loaded with the first help

        self._app.ask(Help(self._app.keys, self._app.TABLE, here_of(self._app.desk.focused)), nothing)


def nothing(_: str) -> None:
    """No continuation."""


def price_of(text: str, frame: DeskFrame) -> int | None:
    """A price as people write it, in the nearest tick; None where it is none, or no market is known."""
    try:
        price = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    if frame.instrument is None or not price.is_finite() or not 0 < price <= FARTHEST * frame.instrument.tick_size:
        return None
    return round(price / frame.instrument.tick_size)
