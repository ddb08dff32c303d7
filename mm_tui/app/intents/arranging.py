"""What the actions `layout` and `swap` do: arrangements of the desk worn, kept and forgotten by name."""

from mm_tui.app.intents.stage import Stage
from mm_tui.app.layout.places import SEATS
from mm_tui.app.layout.saved import BUILT_IN, START, Arrangement, SavedLayouts

_NEW = "save as …"


class Arranging:
    """The arrangements of one app."""

    def __init__(self, app: Stage, saved: SavedLayouts) -> None:
        self._app = app
        self.saved = saved
        self.worn = BUILT_IN
        """The name of the one put on last."""

    def begin(self) -> None:
        """Put on the one that a desk starts with, where the user kept one."""
        kept = self.saved.get(START)
        if kept is not None:
            self._wear(START, kept)
        if self.saved.problem:
            self._app.say(self.saved.problem)

    def layout(self, argument: str) -> None:
        """`NAME` puts one on, `save NAME` and `delete NAME` keep and forget one; without a word they are listed."""
        verb, _, name = argument.partition(" ")
        name = name.strip()
        if not argument:
            self._list()
        elif verb == "save":
            self._say(self.saved.save(name or START, self._now()), f"layout {name or START} kept")
        elif verb == "delete":
            self._say(self.saved.delete(name), f"layout {name} deleted")
        elif (kept := self.saved.get(argument)) is not None:
            self._wear(argument, kept)
            self._app.say(f"layout {argument}")
        else:
            there = ", ".join(self.saved.choices)
            self._app.say(f"no layout {argument!r}; there are {there}; layout save {argument} keeps this one")

    def swap(self, argument: str) -> None:
        """Two panels change places: `FIRST SECOND`, or the focused one with `SECOND`."""
        desk = self._app.desk
        words = argument.split()
        if len(words) == 1:
            words.insert(0, desk.panel_of(desk.focused) or "ladder")
        if len(words) != 2 or not set(words) <= set(SEATS):  # noqa: PLR2004 - two panels
            self._app.say(f"write swap PANEL PANEL, of {', '.join(SEATS)}")
            return
        desk.view = desk.view.swapped(*words)

    def take_off(self) -> Arrangement:
        """What is worn, to be put on again."""
        return self._now()

    def put_on(self, arrangement: Arrangement) -> None:
        """Wear what was taken off."""
        self._wear(self.worn, arrangement)

    def _list(self) -> None:
        from mm_tui.app.screens.picker import Picker  # noqa: PLC0415 - loaded with the first list

        items = [(name, "at the start" if name == START else "") for name in self.saved.names]
        items += [(BUILT_IN, "as it comes"), (_NEW, "keep this one")]

        def chosen(name: str) -> None:
            if name == _NEW:
                self._app.operate("command", "layout save ")
            elif name:
                self.layout(name)

        self._app.ask(Picker("Layouts", items, self.worn), chosen)

    def _now(self) -> Arrangement:
        """What is worn at this moment."""
        desk = self._app.desk
        view = desk.view
        panels = {
            name: guarded.widget.kept
            for name, guarded in desk.panels.items()
            if guarded.error is None and hasattr(guarded.widget, "kept")
        }
        return Arrangement(
            tab=view.tab,
            lower=view.lower,
            panel=view.panel,
            zoomed=view.zoomed,
            seats=dict(view.seats),
            panels=panels,
        )

    def _wear(self, name: str, arrangement: Arrangement) -> None:
        """Put one on; a panel of which nothing was kept is as it comes."""
        desk = self._app.desk
        for panel, guarded in desk.panels.items():
            if guarded.error is None and hasattr(guarded.widget, "wear"):
                guarded.widget.wear(arrangement.panels.get(panel, {}))
        desk.view = arrangement.view
        self.worn = name

    def _say(self, problem: str, done: str) -> None:
        self._app.say(problem or done)
