"""The palette lists everything that can be typed."""

import pytest
from desk_link import Recorded
from hand_frames import desk_frame
from textual.events import MouseScrollDown, MouseScrollUp
from waiting import until

from mm_tui.app.actions import ACTIONS
from mm_tui.app.app import DeskApp
from mm_tui.app.command.language import Command, parse
from mm_tui.app.screens.palette import Palette, found, offers
from mm_tui.app.screens.picker import Picker


def test_every_action_is_offered() -> None:
    offered = {line for line, _, _ in offers([])}
    assert {action.id for action in ACTIONS} <= offered
    assert all(isinstance(parse(line), Command) for line, _, _ in offers(["paper"]))


def test_names_come_before_words_of_the_help() -> None:
    assert found("kill", offers([]))[0][0] == "kill"
    assert [line for line, _, _ in found("spread", offers([]))][:2] == ["chart spread", "widen"]
    assert found("", offers(["paper"])) == offers(["paper"])
    assert found("zzzz", offers([])) == []


async def test_the_arrows_go_round_and_long_lists_scroll() -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", "up")
        sheet = app.desk.sheet
        assert isinstance(sheet, Palette)
        last = offers(app.theme_names)[-1][0]
        await pilot.press("enter")
        await pilot.pause()
        assert app.theme == last.removeprefix("theme ")
    assert link.acts == []


async def test_the_mouse_moves_and_chooses_and_the_edge_says_where_the_list_stands() -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        sheet = app.desk.sheet
        assert isinstance(sheet, Palette)
        count = len(sheet._offers)
        await until(pilot, lambda: sheet.region.area and sheet.query_one(".list").region.area)
        assert sheet.border_subtitle == f"1 of {count}"
        await pilot._post_mouse_events([MouseScrollDown], sheet, offset=(5, 5))
        await until(pilot, lambda: sheet.border_subtitle == f"2 of {count}")
        await pilot._post_mouse_events([MouseScrollUp], sheet, offset=(5, 5))
        await until(pilot, lambda: sheet.border_subtitle == f"1 of {count}")
        await pilot.click(sheet, offset=(8, 1))
        assert app.desk.sheet is sheet, "the input is no offer"
        wanted = sheet._found[1][0]
        assert wanted == "pause"
        await pilot.click(sheet.query_one(".list"), offset=(4, 1))
        await until(pilot, lambda: app.desk.sheet is None)
        await until(pilot, lambda: link.acts == [("pause", "")])
        await pilot.press("ctrl+p", *"zoo")
        assert isinstance(app.desk.sheet, Palette)
        assert app.desk.sheet.border_subtitle == ""


async def test_a_picker_is_chosen_from_by_the_mouse() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t")
        sheet = app.desk.sheet
        assert isinstance(sheet, Picker)
        await until(pilot, lambda: sheet.region.area)
        first = sheet.chosen
        await pilot._post_mouse_events([MouseScrollDown], sheet)
        await until(pilot, lambda: sheet.chosen != first)
        assert app.theme == sheet.chosen
        await pilot._post_mouse_events([MouseScrollUp], sheet)
        await until(pilot, lambda: app.theme == first)
        await pilot.click(sheet, offset=(6, sheet.size.height - 1))
        assert app.desk.sheet is sheet, "the line of the keys is no theme"
        await pilot.click(sheet, offset=(6, 3))
        await until(pilot, lambda: app.desk.sheet is None)
        assert app.theme == app.theme_names[2]


@pytest.mark.parametrize("size", [(60, 18), (40, 10), (20, 5)])
async def test_on_a_small_screen_the_chosen_offer_is_always_seen_on_a_line_of_its_own(size: tuple[int, int]) -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+p")
        sheet = app.desk.sheet
        assert isinstance(sheet, Palette)
        await until(pilot, lambda: sheet.query_one(".list").region.area)
        for _ in range(len(sheet._offers)):
            await pilot.press("down")
            box = sheet.query_one(".list").region
            rows = ["".join(text for text, _, _ in strip) for strip in app.screen._compositor.render_strips()]
            listed = rows[box.y : box.bottom]
            assert sum("▸" in row for row in listed) == 1
            assert all("│" in row or row.strip() for row in listed)
