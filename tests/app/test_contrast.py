"""Contrast as WCAG 2 counts it of every character that the running screen shows, in every theme, behind every key."""

import pytest
from desk_link import Recorded
from hand_frames import depth, halted, shadows
from hand_ghost import ghost, hand_level, tunable
from textual.app import App

from mm_tui.app.app import DeskApp
from mm_tui.app.colours import contrast
from mm_tui.app.themes import READABLE

VIEWS = {
    "the desk": (),
    "its list in focus": ("2", "down"),
    "history": ("0",),
    "shadows": ("S", "end", "up"),
    "parameters": ("p", "right", "right", "down"),
    "a level": ("1", "down", "down", "e"),
    "the heat map": ("H",),
    "markouts": ("5", "W", "W", "W", "W"),
    "help": ("question_mark",),
    "flatten": ("f",),
    "themes": ("t",),
    "layouts": ("L",),
    "quit": ("q",),
}
MADE_ONCE = {"the palette": ("ctrl+p",), "the command line": ("colon", *"set risk.max_position")}
"""Written when they are opened, and no theme is chosen while they are open."""
GRAPHIC = frozenset("─│╭╮╰╯┤├┴┬┼╴╶╌┄━▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▀▐░▒▓·•●○◐▲▼◆◌▮▯×|")
"""Drawn, not read: lines, bars, marks. What they say stands beside them in words."""


def faint(app: App[None]) -> dict[str, float]:
    """Words that are hard to read, with their contrast."""
    found: dict[str, float] = {}
    for strip in app.screen._compositor.render_strips():
        for text, style, _ in strip:
            assert style is not None
            read = "".join(
                glyph for glyph in text if glyph not in GRAPHIC and not "\u2800" <= glyph <= "\u28ff"
            ).strip()
            if not read or style.color is None or style.bgcolor is None:
                continue
            ratio = contrast(style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex)
            if ratio < READABLE:
                found[read] = round(ratio, 2)
    return found


@pytest.mark.untraced
async def test_all_that_is_read_can_be_read_in_every_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    frame = tunable(ghost=ghost(), level=hand_level(), shadows=shadows(), depth=depth(200))
    app = DeskApp(Recorded(frame))
    wrong: dict[tuple[str, str], dict[str, float]] = {}
    async with app.run_test(size=(130, 44)) as pilot:

        async def look(view: str, theme: str) -> None:
            app.theme = theme
            await pilot.pause()
            if found := faint(app):
                wrong[view, theme] = found

        for view, keys in VIEWS.items():
            await pilot.press(*keys)
            for theme in app.theme_names:
                await look(view, theme)
            await pilot.press("escape", "escape", "escape")
        for view, keys in MADE_ONCE.items():
            for theme in app.theme_names:
                app.theme = theme
                await pilot.press(*keys)
                await look(view, theme)
                await pilot.press("escape")
        app.link.frame = halted(frame)
        app.poll()
        for theme in app.theme_names:
            await look("halted", theme)
    assert wrong == {}
