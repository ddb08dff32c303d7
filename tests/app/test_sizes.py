"""The whole screen at every size: lines of the screen's width, boxes that are closed and beside each other."""

from itertools import combinations

import pytest
from desk_link import Recorded
from hand_frames import depth, shadows, strained
from textual.widget import Widget

from mm_tui.app.app import DeskApp

SIZES = [
    (200, 55), (160, 45), (160, 30), (120, 40), (110, 30), (80, 24), (300, 100), (60, 16), (59, 15), (40, 12), (20, 5),
    (2, 3), (1, 1), (400, 20), (120, 41), (80, 25),
]  # fmt: skip
KEYS = [(), ("0", "enter"), ("escape", "escape", "H"), ("escape", "S"), ("escape", "question_mark")]
CORNERS = {False: ("╭", "╮", "╰", "╯"), True: ("+", "+", "+", "+")}


def shown(app: DeskApp) -> list[str]:
    return ["".join(text for text, _, _ in strip) for strip in app.screen._compositor.render_strips()]


def panels(app: DeskApp) -> list[Widget]:
    return [
        guarded.widget for guarded in app.desk.panels.values() if guarded.widget.display and guarded.widget.region.area
    ]


@pytest.mark.untraced
@pytest.mark.parametrize("seven_bits", [False, True], ids=["utf8", "seven bits"])
async def test_every_size_is_whole(monkeypatch: pytest.MonkeyPatch, *, seven_bits: bool) -> None:
    monkeypatch.setenv("LC_ALL", "C" if seven_bits else "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    app = DeskApp(Recorded(strained(shadows=shadows(), depth=depth(80))))
    async with app.run_test(size=(100, 30)) as pilot:
        for keys in KEYS:
            await pilot.press(*keys)
            for width, height in SIZES:
                await pilot.resize_terminal(width, height)
                await pilot.pause()
                lines, where = shown(app), f"{keys} at {width}x{height}"
                assert [strip.cell_length for strip in app.screen._compositor.render_strips()] == [width] * height, (
                    where
                )
                if seven_bits:
                    assert all(line.isascii() for line in lines), where
                _closed(app, lines, where, seven_bits=seven_bits)
        assert all(guarded.error is None for guarded in app.desk.panels.values())
    assert app.link.acts == []


def _closed(app: DeskApp, lines: list[str], where: str, *, seven_bits: bool) -> None:
    """No two panels overlap, all lie on the screen, a frame has its four corners where nothing stands in front."""
    seen = panels(app)
    for one, other in combinations(seen, 2):
        assert not one.region.overlaps(other.region), f"{one.id} and {other.id}, {where}"
    for panel in seen:
        region = panel.region
        assert app.screen.region.contains_region(region), f"{panel.id}, {where}"
        framed = getattr(panel, "framed", False) and region.width > 1 and region.height > 1
        if not framed or app.desk.sheet is not None:
            continue
        top, bottom = lines[region.y], lines[region.bottom - 1]
        corners = (top[region.x], top[region.right - 1], bottom[region.x], bottom[region.right - 1])
        assert corners == CORNERS[seven_bits], f"{panel.id}, {where}"
