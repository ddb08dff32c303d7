"""The strip of fills: bars that grow and take their colour as markouts come in."""

import msgspec
import pytest
from hand_frames import START, desk_frame, strained
from hand_orders import fills, worth
from panel_app import PanelApp, lines_of

from mm_tui.app.widgets.strip import FillStrip, newest_markout
from mm_tui.views import fmt
from mm_tui.views.frames import FillRow, WorthFrame

NOTHING = (None, None, None, None, None)


def of(*rows: FillRow) -> WorthFrame:
    return msgspec.structs.replace(worth(), fills=rows)


def bars(panel: FillStrip) -> list[tuple[str, str]]:
    """The bars with their styles, newest first."""
    spans = panel._rows[0].spans
    return [span for span in spans[1:] if len(span[0]) == 1 and span[0] in "·▁▃▅▆▇.+-0"][: panel._shown][::-1]


@pytest.mark.parametrize(
    ("markouts", "glyph", "style"),
    [
        (NOTHING, "·", "dim"),
        ((0.2, None, None, None, None), "▁", "bid soft"),
        ((0.2, -1.0, None, None, None), "▃", "ask"),
        ((0.2, -1.0, -3.5, None, None), "▅", "ask bold"),
        ((0.2, -1.0, None, 2.0, None), "▆", "bid bold"),
        ((0.2, -1.0, -3.5, 2.0, 0.0), "▇", "text soft"),
    ],
)
async def test_a_bar_grows_with_what_is_known_and_takes_its_colour(
    markouts: tuple[float | None, ...], glyph: str, style: str
) -> None:
    panel = FillStrip()
    app = PanelApp(panel)
    async with app.run_test(size=(120, 1)):
        row = msgspec.structs.replace(fills(1)[0], markouts=markouts)
        app.show(strained(worth=of(row)))
        assert bars(panel) == [(glyph, style)]
        assert newest_markout(row) == next((m for m in reversed(markouts) if m is not None), None)


async def test_the_newest_is_last_and_told_of_until_another_is_selected() -> None:
    panel = FillStrip()
    app = PanelApp(panel)
    async with app.run_test(size=(130, 1)) as pilot:
        rows = fills(37)
        app.show(strained(worth=of(*rows)))
        (line,) = lines_of(panel)
        assert fmt.clock(rows[0].ts) in line
        assert "100ms  −1.0  1s  −2.1" in line
        panel.focus()
        await pilot.pause()
        await pilot.press("left", "left", "h")
        assert panel.selected == 2
        assert fmt.clock(rows[2].ts) in lines_of(panel)[0]
        assert [at for at, bar in enumerate(bars(panel)) if "reverse" in bar[1]] == [2]
        newer = msgspec.structs.replace(rows[0], ts=START)
        app.show(strained(worth=of(newer, *rows)))
        assert panel.selected == 3
        assert fmt.clock(rows[2].ts) in lines_of(panel)[0]
        await pilot.press("right", "home")
        assert panel.selected == 0
        await pilot.press("end")
        assert panel.selected == panel._shown - 1
        x = 7 + 2 * (panel._shown - 1 - 4)
        await pilot.click(panel, offset=(x, 0))
        assert panel.selected == 4
        await pilot.click(panel, offset=(2, 0))
        assert panel.selected == 4
        assert panel.let_go()
        assert not panel.let_go()
        app.show(strained(worth=of()))
        panel.action_move(1)
        assert panel.selected is None
        assert "none yet" in lines_of(panel)[0]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
async def test_it_fits_every_width(width: int) -> None:
    panel = FillStrip()
    app = PanelApp(panel)
    async with app.run_test(size=(width, 1)):
        app.show(desk_frame(worth=of(*fills(60))))
        assert 5 <= panel._shown <= 60
        assert len(bars(panel)) == panel._shown
        (line,) = lines_of(panel)
        assert len(line) == width
        assert "1s" in line
