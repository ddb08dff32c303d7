"""The crosshair by mouse: a press puts it, a drag moves it, a click elsewhere or escape takes it away."""

from typing import Any

import pytest
from desk_link import Recorded
from hand_frames import depth, desk_frame, strained
from panel_app import PanelApp
from textual.events import MouseDown
from waiting import until

from mm_tui.app.app import DeskApp
from mm_tui.app.widgets.chart.chart import Chart
from mm_tui.app.widgets.heatmap.heatmap import Heatmap


def at(panel: Any) -> object:
    """Where the crosshair stands."""
    return panel.at if isinstance(panel, Heatmap) else panel.picture.at


@pytest.mark.parametrize("kind", [Chart, Heatmap])
async def test_a_press_puts_it_and_it_follows_the_mouse_until_the_button_is_up(kind: type[Any]) -> None:
    panel, other = kind(), Chart()
    app = PanelApp(panel, other)
    async with app.run_test(size=(110, 50)) as pilot:
        app.show(strained(depth=depth(200)))
        await pilot.hover(panel, offset=(60, 8))
        assert at(panel) is None, "motion alone does nothing"
        await pilot._post_mouse_events([MouseDown], panel, offset=(60, 8), button=3)
        assert at(panel) is None, "nor does another button"
        await pilot.mouse_down(panel, offset=(60, 8))
        first = at(panel)
        assert first is not None
        await pilot.hover(panel, offset=(50, 8))
        second = at(panel)
        assert second not in (None, first)
        await pilot.hover(other, offset=(40, 8))
        assert at(other) is None, "it is the panel's where it began"
        if kind is Chart:
            assert at(panel) not in (None, first, second)
        await pilot.mouse_up(panel, offset=(55, 8))
        last = at(panel)
        await pilot.hover(panel, offset=(45, 8))
        assert at(panel) == last
        assert app.mouse_captured is None


async def test_a_panel_that_goes_out_of_sight_gives_the_mouse_back() -> None:
    panel = Chart()
    app = PanelApp(panel)
    async with app.run_test(size=(110, 30)) as pilot:
        app.show(strained())
        await pilot.mouse_down(panel, offset=(60, 8))
        assert app.mouse_captured is panel
        panel.display = False
        await until(pilot, lambda: app.mouse_captured is None)
        await pilot.mouse_up(offset=(60, 8))


async def test_a_click_elsewhere_or_escape_takes_it_away() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(120, 40)) as pilot:
        chart: Any = app.desk.panels["chart"].widget
        for away in ("click", "escape"):
            await pilot.click(chart, offset=(40, 3))
            assert at(chart) is not None
            if away == "click":
                await pilot.click(app.desk.panels["position"].widget, offset=(10, 3))
            else:
                await pilot.press("escape")
            await until(pilot, lambda: at(chart) is None)
        assert app.desk.view.zoomed == ""
