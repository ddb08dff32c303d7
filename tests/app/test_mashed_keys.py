"""Keys mashed at random, on every sheet, in every size: no panel fails, no fault escapes, and the kill always works."""

from pathlib import Path
from typing import Any

import msgspec
from desk_link import Recorded
from hand_frames import desk_frame, flat, halted, paused, reducing, shadows, strained
from textual import events
from textual.keys import _character_to_key

from mm_tui.app.app import DeskApp
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
SIZES = ((120, 40), (80, 24), (200, 55), (20, 5), (1, 1), (60, 15), (160, 30))


def _frames() -> list[DeskFrame]:
    whole, empty = desk_frame(), DeskFrame()
    parts = [msgspec.structs.replace(whole, **{name: getattr(empty, name)}) for name in whole.__struct_fields__]
    changed = [change(whole) for change in (halted, paused, flat, reducing)]
    return [empty, whole, strained(), desk_frame(shadows=shadows()), *changed, *parts]


async def test_nothing_that_is_typed_breaks_the_screen_or_keeps_a_kill_away(tmp_path: Path) -> None:
    draw, frames = Generator(7), _frames()

    def pick(choices: Any) -> Any:
        return choices[draw.below(len(choices))]

    class Stays(DeskApp):
        def exit(self, *_given: Any, **_named: Any) -> None:
            """Quitting is no fault, and there is more to type."""

    link = Recorded(desk_frame())
    app = Stays(link, layouts=SavedLayouts(tmp_path / "layouts.json"))

    def typed(key: str) -> None:
        app.post_message(events.Key(_character_to_key(key) if len(key) == 1 else key, key if len(key) == 1 else None))

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
            assert [panel.error for panel in app.desk.panels.values() if panel.error is not None] == []
            assert [act for act in link.acts if "error" in act[1]] == []
        DeskApp.exit(app)
