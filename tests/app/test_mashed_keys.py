"""Keys mashed at random, on every sheet, in every size, and every key of every panel in turn.

No panel fails, no fault escapes, and the kill always works. Chance alone finds a fault that one key in one place has
only now and then, so the second test leaves none of them out.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from desk_link import Recorded
from hand_frames import depth, desk_frame, flat, halted, paused, reducing, shadows, strained
from textual import events
from textual.binding import Binding
from textual.keys import _character_to_key

from mm_tui.app.actions import ACTIONS
from mm_tui.app.app import DeskApp
from mm_tui.app.layout.places import FULL_SCREEN, LETTERED, NUMBERED
from mm_tui.app.layout.saved import SavedLayouts
from mm_tui.model.generator import Generator
from mm_tui.views.frames import DeskFrame

ROUNDS = 30
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJLMNOPQRSTUVWXYZ0123456789 +-=[]<>,.%:/?!'\"\\é買\u202e"
KEYS = (
    "enter", "escape", "tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pageup", "pagedown",
    "backspace", "delete", "f1", "ctrl+p", "ctrl+u", "ctrl+w", "ctrl+d", "ctrl+f", "ctrl+c", "shift+up", "alt+x",
)  # fmt: skip
LINES = (
    "set min_spread_bps=nan", "set [b]=", "explain 0.01", "explain 1e400", "explain 61800", "layout save 買",
    "layout save a", "layout a", "layout \u202e", "swap ladder chart", "inject jump 99%", "inject latency 300",
    "shadows add '", "promote 9", "chart pnl", "filter [", "filter \u202e", "loosen x", "theme x", "zoom", "x" * 60,
)  # fmt: skip
MEANT = ("ladder", "orders", "chart", "events", "shadows", "heatmap")
"""Panels that some action means where they have the keyboard."""
SIZES = ((120, 40), (80, 24), (200, 55), (20, 5), (1, 1), (60, 15), (160, 30))


def _frames() -> list[DeskFrame]:
    whole, empty = desk_frame(), DeskFrame()
    parts = [msgspec.structs.replace(whole, **{name: getattr(empty, name)}) for name in whole.__struct_fields__]
    changed = [change(whole) for change in (halted, paused, flat, reducing)]
    return [empty, whole, strained(), desk_frame(shadows=shadows()), *changed, *parts]


class Stays(DeskApp):
    """Quitting is no fault, and there is more to type."""

    def exit(self, *_given: Any, **_named: Any) -> None:
        """Stay."""


def typist(app: DeskApp) -> Callable[[str], None]:
    """Types a key, by its character or by Textual's name for it, without waiting for what comes of it."""

    def typed(key: str) -> None:
        character = key if len(key) == 1 else None
        app.post_message(events.Key(_character_to_key(key) if character else key, character))

    return typed


def well(app: DeskApp, link: Recorded) -> None:
    """No panel has failed, and no error was told to the desk."""
    assert {name: panel.error for name, panel in app.desk.panels.items() if panel.error is not None} == {}
    assert [act for act in link.acts if "error" in act[1]] == []


async def test_nothing_that_is_typed_breaks_the_screen_or_keeps_a_kill_away(tmp_path: Path) -> None:
    draw, frames = Generator(7), _frames()

    def pick(choices: Any) -> Any:
        return choices[draw.below(len(choices))]

    link = Recorded(desk_frame())
    app = Stays(link, layouts=SavedLayouts(tmp_path / "layouts.json"))

    typed = typist(app)
    async with app.run_test(size=(120, 40)) as pilot:
        for turn in range(ROUNDS):
            for _ in range(8):
                typed(pick(LETTERS) if draw.below(2) else pick(KEYS))
            if not draw.below(3):
                for key in ("escape", "escape", ":", *pick(LINES), "enter"):
                    typed(key)
            if not draw.below(3):
                link.frame = pick(frames)
            if not draw.below(10):
                await pilot.resize_terminal(*pick(SIZES))
            typed("K")
            await pilot.pause()
            assert link.kills == turn + 1
            well(app, link)
        DeskApp.exit(app)


async def test_every_key_of_every_panel_and_every_action_there_does_no_harm(tmp_path: Path) -> None:
    whole = strained(shadows=shadows(), depth=depth(80))
    link = Recorded(whole)
    app = Stays(link, layouts=SavedLayouts(tmp_path / "layouts.json"))
    typed, kills = typist(app), 0
    actions = [action.keys[0] for action in ACTIONS if action.keys and action.id != "kill"]
    async with app.run_test(size=(120, 40)) as pilot:
        for name in (*NUMBERED, *LETTERED, *FULL_SCREEN, "strip"):
            panel: Any = app.desk.panels[name].widget
            own = [binding.key.split(",") for binding in type(panel).BINDINGS if isinstance(binding, Binding)]
            link.frame = halted(whole) if name == "ladder" else whole
            app.poll()
            for words in ("", "sell") if name in ("orders", "fills") else ("",):
                app.desk.zoom(name) if name in FULL_SCREEN else app.desk.reveal(name)
                await pilot.pause()
                app.desk.set_focus(panel)
                if words:
                    panel.filter = words
                for key in [key for keys in own for key in keys] * 2:
                    typed(key)
                await pilot.pause()
                assert app.desk.focused is panel or not panel.focusable, f"{name} kept the keyboard"
                well(app, link)
                if name == "shadows":
                    panel.select(1)
                for key in actions if name in MEANT else ():
                    app.desk.zoom(name if name in FULL_SCREEN else "")
                    app.desk.set_focus(panel if panel.display else None)
                    typed(key)
                    typed("y")
                    typed("escape")
                    await pilot.pause()
                typed("K")
                await pilot.pause()
                kills += 1
                assert link.kills == kills
                well(app, link)
                while app.desk.view.zoomed or app.desk.sheet is not None:
                    typed("escape")
                    await pilot.pause()
        assert {name for name, _ in link.acts} >= {"widen", "pause", "undo", "promote", "shadow", "rearm", "flatten"}
        DeskApp.exit(app)
