"""The desk's screen: tabs, number keys, full screen."""

from typing import Any

import pytest
from desk_link import Recorded
from hand_frames import desk_frame
from textual.pilot import Pilot
from waiting import until

from mm_tui.app.app import DeskApp
from mm_tui.app.layout.places import LETTERED, LOWER_TABS, NUMBERED, TABS, View
from mm_tui.app.widgets.lines import Panel


def displayed(app: DeskApp) -> set[str]:
    return {name for name, guarded in app.desk.panels.items() if guarded.widget.display}


async def run(size: tuple[int, int], *keys: str) -> tuple[set[str], Any]:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        return displayed(app), app.desk.view


async def test_number_keys_and_clicks_show_each_panel_on_a_small_screen() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(80, 24)) as pilot:
        for number, name in enumerate(NUMBERED, 1):
            await pilot.press(str(number % 10))
            await pilot.pause()
            shown = displayed(app)
            assert shown & set(NUMBERED) == {name}
            assert "summary" in shown
        line = "".join(segment.text for segment in app.desk.tabs.render_line(0))
        for number, name in enumerate(NUMBERED, 1):
            await pilot.click(app.desk.tabs, offset=(line.index(f"{number % 10} "), 0))
            await pilot.pause()
            assert displayed(app) & set(NUMBERED) == {name}


async def test_escape_brings_the_ladder_back_on_a_small_screen() -> None:
    shown, _ = await run((80, 24), "5", "escape")
    assert shown & set(NUMBERED) == {"ladder"}


async def test_number_keys_choose_the_tab_in_two_columns() -> None:
    shown, _ = await run((120, 40), "6")
    assert "tape" in shown
    assert "chart" not in shown
    shown, _ = await run((120, 40), "3")
    assert "chart" in shown


async def test_number_keys_choose_what_stands_in_the_lower_place_of_three_columns() -> None:
    shown, _ = await run((160, 30), "9")
    assert shown & set(LOWER_TABS) == {"fills"}
    shown, view = await run((160, 30), "9", "7")
    assert shown & set(LOWER_TABS) == {"events"}
    assert view.tab == "chart"
    shown, _ = await run((200, 55), "0")
    assert shown & set(LOWER_TABS) == {"fills", "history"}


def titled(app: DeskApp) -> str:
    """The numbers that stand before titles."""
    panels = [app.desk.panels[name].widget for name in NUMBERED if name in displayed(app)]
    frames = [panel.render_line(0).text for panel in panels if isinstance(panel, Panel)]
    return "".join(frame[3] for frame in frames if frame[3].isdigit() and frame[4] == " ")


async def test_a_panel_that_no_line_of_names_has_says_its_key_before_its_title() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(200, 55)) as pilot:
        assert titled(app) == "12345689"
        await pilot.press("1", "enter")
        await pilot.pause()
        assert titled(app) == ""
        await pilot.press("escape")
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: titled(app) == "1234")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: titled(app) == "")


@pytest.mark.parametrize("width", [60, 66, 80, 120])
async def test_every_tab_is_named_at_every_width(width: int) -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(width, 40)):
        line = "".join(segment.text for segment in app.desk.tabs.render_line(0))
        assert len(line) == app.desk.tabs.size.width
        names = TABS if width >= 110 else NUMBERED if width < 66 else (*NUMBERED, *LETTERED)
        keys = {"shadows": "S", **{name: str(number % 10) for number, name in enumerate(NUMBERED, 1)}}
        short = {"position": "pos", "history": "hist", "workers": "work", "events": "evts", "orders": "ords"}
        for name in names:
            word = name if width >= 110 and name not in ("history", "workers") else short.get(name, name)
            word = name[:3] if width < 80 else "shad" if (width, name) == (80, "shadows") else word
            assert f"{keys[name]} {word}" in line


async def test_the_shadows_have_a_place_on_a_small_screen_that_their_name_or_key_calls() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(80, 24)) as pilot:
        line = "".join(segment.text for segment in app.desk.tabs.render_line(0))
        await pilot.click(app.desk.tabs, offset=(line.index("S shad"), 0))
        await until(pilot, lambda: "shadows" in displayed(app))
        await pilot.press("5")
        await until(pilot, lambda: "shadows" not in displayed(app))
        await pilot.press("S")
        await until(pilot, lambda: "shadows" in displayed(app))
        assert "▸S shad" in "".join(segment.text for segment in app.desk.tabs.render_line(0))


async def test_a_panel_in_anothers_place_is_found_by_its_number() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(120, 40)) as pilot:
        app.desk.view = View().swapped("tape", "orders")
        await pilot.press("2")
        await pilot.pause()
        assert "orders" in displayed(app)
        assert "chart" not in displayed(app)
        assert app.desk.panel_of(app.desk.focused) == "orders"
        await pilot.press("5", "6")
        await pilot.pause()
        assert {"tape", "chart"} <= displayed(app)
        line = "".join(segment.text for segment in app.desk.tabs.render_line(0))
        assert "▸5 chart" in line
        assert "2 orders" in line
        assert "tape" not in line


@pytest.mark.parametrize("size", [(200, 55), (120, 40), (80, 24)])
async def test_enter_fills_the_screen_with_the_focused_panel_and_escape_goes_back(size: tuple[int, int]) -> None:
    before, _ = await run(size)
    shown, view = await run(size, "2", "enter")
    assert view.zoomed == "orders"
    assert shown == {"header", "orders", "footer"}
    shown, _ = await run(size, "2", "enter", "7")
    assert shown == {"header", "events", "footer"}
    after, _ = await run(size, "enter", "escape")
    assert after == before


async def test_a_double_click_enlarges_and_restores() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.click(app.desk.panels["risk"].widget, offset=(3, 2), times=2)
        await pilot.pause()
        assert app.desk.view.zoomed == "risk"
        await pilot.click(app.desk.panels["risk"].widget, offset=(3, 2), times=2)
        await pilot.pause()
        assert app.desk.view.zoomed == ""


async def test_a_click_focuses_but_never_moves_the_keyboard_from_a_sheet() -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)
    async with app.run_test(size=(120, 40)) as pilot:
        pilot_: Pilot[None] = pilot
        await pilot_.press("f")
        await pilot_.click(app.desk.panels["risk"].widget, offset=(3, 2))
        await pilot_.press("s")
        await pilot_.pause()
    assert link.acts == [("pull", "flatten")]


async def test_tab_moves_among_the_panels_that_are_shown() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(120, 40)) as pilot:
        seen = set()
        for _ in range(8):
            await pilot.press("tab")
            seen.add(app.desk.panel_of(app.desk.focused))
        assert seen == {"ladder", "orders", "position", "risk", "chart", "fills"}  # the last by their strip


@pytest.mark.parametrize("size", [(200, 55), (80, 24), (60, 16), (40, 10), (20, 5)])
@pytest.mark.parametrize("key", ["f", "q"])
async def test_a_question_shows_its_answer_at_every_size(size: tuple[int, int], key: str) -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=size) as pilot:
        await pilot.press(key)
        await pilot.pause()
        rows = [
            "".join(segment.text for segment in strip)
            for strip in app.screen._compositor.render_strips(app.screen.size)
        ]
        assert any("y close it" in row or "y quit" in row for row in rows)
        if size >= (40, 10):
            text = " ".join(" ".join(row.strip("│ ") for row in rows).split())
            assert "any other key keep the position" in text or "any other key stay" in text
            assert "slippage about" in text or "Quitting cancels all orders and keeps the position." in text
        if size[0] >= 60:
            assert any("sell 0.00412 BTC" in row or "+0.00412 BTC." in row for row in rows)
