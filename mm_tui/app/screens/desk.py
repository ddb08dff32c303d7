"""The desk's screen: every panel once, placed by `layout.places.plan`, with sheets in front."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from msgspec.structs import replace as replace_field
from textual import events
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import Layout, WidgetPlacement
from textual.screen import Screen
from textual.widget import Widget

from mm_tui.app.actions import DESK, ActionTable
from mm_tui.app.coach import Coach
from mm_tui.app.layout.places import (
    FULL_SCREEN,
    LETTERED,
    NUMBERED,
    SHEET,
    TABS,
    Plan,
    View,
    docked,
    plan,
    with_coach,
    with_scrubber,
)
from mm_tui.app.messages import PanelFailed
from mm_tui.app.screens.coach import CoachLine
from mm_tui.app.screens.compact import Compact
from mm_tui.app.screens.footer import Footer
from mm_tui.app.screens.guard import Guarded
from mm_tui.app.screens.sheet import Sheet
from mm_tui.app.screens.tabs import Tabs
from mm_tui.app.widgets.ladder.ladder import Ladder
from mm_tui.app.widgets.lines import Panel
from mm_tui.views.frames import DeskFrame, Viewport

TURNS = {"tape": 0, "position": 0, "truth": 0, "workers": 0, "orders": 1, "events": 1, "risk": 1, "chart": 1}
"""Panels that see every other frame while frames come at every look, and in which of the two turns.

An eye reads a list no faster, and half of the work at a time stands less in the desk's way.
"""
_POINTED = ("chart", "heatmap")
"""Panels with a crosshair."""


class DeskLayout(Layout):
    """Places children by the screen's plan: no containers, one pass."""

    name = "desk"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> list[WidgetPlacement]:  # noqa: ARG002, FBT001, FBT002 - Textual's signature
        """A placement for each child that the plan or the child itself gives a box."""
        screen = parent.screen
        assert isinstance(screen, DeskScreen)  # noqa: S101 - no other screen uses this layout
        boxes = screen.plan_for(size).places
        placements = []
        for child in children:
            name = SHEET if isinstance(child, Sheet) and child.DOCKED else child.id or ""
            box = child.box(*size) if isinstance(child, Sheet) and not child.DOCKED else boxes.get(name)
            if box is not None and box.width > 0 and box.height > 0:
                placements.append(WidgetPlacement(Region(*box), NULL_OFFSET, NULL_SPACING, child))
        return placements


class DeskScreen(Screen[None]):
    """Panels by name; knows what is shown where, nothing of what it means."""

    AUTO_FOCUS = ""

    def __init__(
        self,
        panels: Mapping[str, Widget],
        keys: Mapping[str, tuple[str, ...]],
        look: Callable[[Viewport], None],
        ladder_rows: int = 0,
        table: ActionTable = DESK,
        *,
        coach: Coach | None = None,
    ) -> None:
        super().__init__(id="desk")
        self._look_at = look
        self._ladder_rows = ladder_rows
        self._view = View()
        self._frame = DeskFrame()
        self._viewport = Viewport()
        self._draft = ""
        self._level: int | None = None
        self._beneath: Widget | None = None
        """What had the keyboard before the sheet."""
        self.footer = Footer(keys, table)
        self.tabs = Tabs(keys)
        self.sheet: Sheet | None = None
        """What stands in front, if anything."""
        stop = f"{keys['kill'][0]} kill" if "kill" in keys else f"{keys['quit'][0]} quit"
        own: dict[str, Widget] = {"compact": Compact(stop), "footer": self.footer, "tabs": self.tabs}
        self._coach = coach
        if coach is not None:
            own["coach"] = CoachLine(coach)
        self._own = tuple(own)
        self._scrubs = "scrubber" in panels
        for name, panel in panels.items():
            panel.id = name
        self.panels = {name: Guarded(name, widget, self._panel_failed) for name, widget in {**panels, **own}.items()}
        """Every part of the screen, the small ones of the screen's own included."""
        self._displayed: tuple[Guarded, ...] = ()
        """Those that have a box."""
        self._layout = DeskLayout()

    @property
    def layout(self) -> Layout:
        """Our own; styles know Textual's layouts only."""
        return self._layout

    def compose(self) -> Iterator[Widget]:
        """All panels; which are displayed is settled at the first resize."""
        for guarded in self.panels.values():
            guarded.widget.display = False
            yield guarded.widget

    @property
    def view(self) -> View:
        """What the operator chose to look at."""
        return self._view

    @view.setter
    def view(self, view: View) -> None:
        if view != self._view:
            self._view = view
            self._settle(self.size)

    def plan_for(self, size: Size) -> Plan:
        """Boxes at this size."""
        coached = self._coach is not None and self._coach.number
        kind = with_scrubber if self._scrubs else with_coach if coached else plan
        make = partial(kind, ladder_rows=self._ladder_rows)
        if self.sheet is not None and self.sheet.DOCKED:
            return docked(size.width, size.height, self._view, make)
        return make(size.width, size.height, self._view)

    def on_resize(self, event: events.Resize) -> None:
        """Another size may mean another shape; every state stays."""
        self._settle(event.size)

    def _settle(self, size: Size) -> None:
        """Display exactly the panels that have a box, with the latest frame."""
        now = self.plan_for(size)
        self.tabs.name_them(now.tabs, next((name for name in now.tabs if name in now.places), ""))
        self.footer.zoomed(self._view.zoomed)
        for name, guarded in self.panels.items():
            widget = guarded.widget
            widget.display = name in now.places
            if isinstance(widget, Panel) and name in NUMBERED:
                named = name in now.tabs or self._view.zoomed
                widget.name_key("" if named else str((NUMBERED.index(name) + 1) % 10))
        self._displayed = tuple(guarded for name, guarded in self.panels.items() if name in now.places)
        focused = self.focused
        if focused is not None and not focused.display:
            self.set_focus(None)
        self.refresh(layout=True)
        self.show(self._frame)

    def show(self, frame: DeskFrame, turn: int | None = None) -> None:
        """Hand the frame to what is displayed, or to those whose turn it is: the others see the next, or `catch_up`."""
        self._frame = frame
        if self.sheet is not None:
            self.sheet.show(frame)
        self.name_keys()
        for guarded in self._displayed:
            if turn is None or TURNS.get(guarded.name, turn) == turn:
                guarded.show(frame)

    def catch_up(self) -> None:
        """Hand the latest frame to those that have not seen it."""
        for guarded in self._displayed:
            guarded.show(self._frame)

    def name_keys(self) -> None:
        """The last line names the keys that work now."""
        self.footer.behind(None if self.sheet is None else self.sheet.keys)

    async def renew(self, panels: Mapping[str, Widget]) -> None:
        """Other widgets take the panels' places: what those before remembered was of another market."""
        await self.close_sheet()
        own = {name: self.panels[name] for name in self._own}
        gone = [guarded.widget for name, guarded in self.panels.items() if name not in own]
        self._displayed = tuple(own.values())
        self.set_focus(None)
        self._viewport, self._draft, self._level, self._beneath = Viewport(), "", None, None
        for name, panel in panels.items():
            panel.id, panel.display = name, False
        self.panels = {name: Guarded(name, panel, self._panel_failed) for name, panel in panels.items()} | own
        await self.remove_children(gone)
        await self.mount(*panels.values(), before="#compact")
        self._settle(self.size)

    @property
    def coached(self) -> bool:
        """Whether a hint is seen."""
        return "coach" in self.panels and self.panels["coach"].widget.display

    def hint_again(self) -> None:
        """Another hint, or none any more."""
        self.panels["coach"].widget.refresh()
        self._settle(self.size)

    def show_panel(self, number: int) -> None:
        """The panel of a number key."""
        self.reveal(NUMBERED[number - 1])

    def reveal(self, name: str) -> None:
        """A panel into its place where places are shared, and focused."""
        now, seat = self.plan_for(self.size), self._view.seat_of(name)
        if self._view.zoomed:
            self.view = replace(self._view, zoomed=name)
        elif now.shape == "small":
            self.view = replace(self._view, panel=name)
        elif now.shape == "medium" and seat in TABS:
            self.view = replace(self._view, tab=seat)
        elif now.shape == "wide" and name in now.tabs:
            self.view = replace(self._view, lower=seat)
        widget = self.panels[name].widget
        if widget.display and widget.focusable:
            self.set_focus(widget)

    def zoom(self, name: str) -> None:
        """A panel to the full screen; an empty name brings the desk back."""
        self.view = replace(self._view, zoomed=name)

    def panel_of(self, widget: Widget | None) -> str:
        """The panel that a widget belongs to, or an empty name."""
        for node in widget.ancestors_with_self if widget is not None else ():
            if node.id in NUMBERED or node.id in LETTERED or node.id in FULL_SCREEN:
                return node.id
            if node.id == "strip":
                return "fills"
        return ""

    def on_click(self, event: events.Click) -> None:
        """A double click enlarges a panel, and brings the desk back; any click takes away a crosshair elsewhere."""
        name = self.panel_of(event.widget)
        for other in _POINTED:
            guarded = self.panels.get(other)
            if other != name and guarded is not None and guarded.error is None:
                let_go = getattr(guarded.widget, "let_go", None)
                if let_go is not None:
                    let_go()
        if event.chain == 2 and name:  # noqa: PLR2004 - a double click
            self.zoom("" if self._view.zoomed else name)

    def on_tabs_chosen(self, message: Tabs.Chosen) -> None:
        """A name in the bar was clicked."""
        message.stop()
        self.reveal(message.panel)

    def on_ladder_look(self, message: Ladder.Look) -> None:
        """The ladder wants to see another part of the book.

        It ends here: a message that a panel posts while the screen hands it a frame rises no further.
        """
        message.stop()
        self._viewport = message.viewport
        self._look_on()

    def try_out(self, draft: str) -> None:
        """Parameters are tried, as `set` takes them; none where empty."""
        self._draft = draft
        self._look_on()

    def ask_about(self, level: int | None) -> None:
        """A price of the ladder is to be explained, ticks; None for none."""
        self._level = level
        self._look_on()

    def _look_on(self) -> None:
        self._look_at(replace_field(self._viewport, draft=self._draft, level=self._level))

    async def open(self, sheet: Sheet) -> None:
        """Put a sheet in front; one at a time."""
        await self.close_sheet()
        self._beneath = self.focused
        self.sheet = sheet
        if sheet.DOCKED:
            self._settle(self.size)
        await self.mount(sheet)
        self.name_keys()
        if sheet.is_attached:  # a key may have closed it while it was being put up
            sheet.take_focus()

    async def close_sheet(self) -> None:
        """Take the sheet away, if there is one."""
        if self.sheet is not None:
            sheet, self.sheet = self.sheet, None
            sheet.ended()
            self.name_keys()
            if sheet.DOCKED:
                self._settle(self.size)
            await sheet.remove()
            before, self._beneath = self._beneath, None
            self.set_focus(before if before is not None and before.display else None, scroll_visible=False)

    def _panel_failed(self, name: str, error: Exception) -> None:
        self.post_message(PanelFailed(name, error))
