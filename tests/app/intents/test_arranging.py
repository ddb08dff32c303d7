"""Arrangements of the desk, worn and kept from the command line, the list and the palette."""

from pathlib import Path
from typing import Any

from desk_link import Recorded
from hand_frames import desk_frame

from mm_tui.app.app import DeskApp
from mm_tui.app.layout.places import View
from mm_tui.app.layout.saved import START, Arrangement, SavedLayouts
from mm_tui.app.screens.palette import offers


def ladder(app: DeskApp) -> Any:
    return app.desk.panels["ladder"].widget


def chart(app: DeskApp) -> Any:
    return app.desk.panels["chart"].widget


async def test_a_layout_is_kept_worn_listed_and_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "layouts.json"
    link = Recorded(desk_frame())
    app = DeskApp(link, layouts=SavedLayouts(path))
    async with app.run_test(size=(120, 40)) as pilot:

        async def line(text: str) -> str:
            await pilot.press("colon", *text, "enter")
            await pilot.pause()
            return app.desk.footer.word

        await line("swap tape orders")
        await pilot.press("d", "g", "percent_sign", "w", "7")
        await line("chart pnl")
        await pilot.pause()
        worn = app.desk.view
        assert worn.seats
        assert await line("layout save night") == "layout night kept"
        assert await line("layout built-in") == "layout built-in"
        assert app.desk.view == View()
        assert ladder(app).kept == {"columns": "auto", "unit": "quote", "group": 0}
        assert (chart(app).kind, chart(app).seconds) == ("mid", 300)
        assert await line("layout night") == "layout night"
        assert app.desk.view == worn
        assert ladder(app).kept == {"columns": "queue", "unit": "ticks", "group": 1}
        assert chart(app).kind == "pnl"
        assert "no layout 'day'; there are night, built-in" in await line("layout day")
        assert "has up to 24 letters" in await line("layout save a b")
        await pilot.press("L")
        await pilot.pause()
        assert app.desk.sheet is not None
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.desk.view == View()
        await pilot.press("L")
        await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.desk.sheet is not None
        await pilot.press("enter")
        await pilot.pause()
        assert app.desk.footer.word == "layout default kept"
        assert await line("layout delete night") == "layout night deleted"
        assert "no layout 'night' to delete" in await line("layout delete night")
        assert "write swap PANEL PANEL" in await line("swap chart footer")
        await pilot.press("5")
        await line("swap events")
        assert app.desk.view.in_seat("events") == "chart"
        assert link.acts == []
    assert SavedLayouts(path).names == [START]


async def test_the_default_one_is_worn_at_the_start(tmp_path: Path) -> None:
    saved = SavedLayouts(tmp_path / "layouts.json")
    saved.save(START, Arrangement(tab="fills", panels={"ladder": {"unit": "bps"}, "gone": {"x": 1}}))
    app = DeskApp(Recorded(desk_frame()), layouts=saved)
    async with app.run_test(size=(120, 40)):
        assert app.desk.view.tab == "fills"
        assert ladder(app).unit == "bps"
        assert app.desk.panels["fills"].widget.display


async def test_a_broken_file_leaves_the_built_in_one_and_a_word(tmp_path: Path) -> None:
    path = tmp_path / "layouts.json"
    path.write_text("{")
    app = DeskApp(Recorded(desk_frame()), layouts=SavedLayouts(path))
    async with app.run_test(size=(200, 55)):
        assert app.desk.view == View()
        assert "the built-in layout is used" in app.desk.footer.word


def test_the_palette_offers_each() -> None:
    assert ("layout night", "layout night", "arrange the desk like this") in offers([], layouts=["night"])


async def test_lists_have_their_keys_and_their_filter_where_they_have_the_focus() -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)
    async with app.run_test(size=(120, 40)) as pilot:
        fills: Any = app.desk.panels["fills"].widget
        await pilot.press("g")
        assert ladder(app).viewport.group == 1
        await pilot.press("9", "G", "j")
        assert fills.selected is fills.frame.worth.fills[-1]
        await pilot.press("g")
        assert fills.selected is fills.frame.worth.fills[0]
        assert ladder(app).viewport.group == 1
        await pilot.press("slash", *"taker", "enter")
        await pilot.pause()
        assert fills.filter == "taker"
        assert all(not row.maker for row in fills._listed)
        await pilot.press("escape")
        assert fills.selected is None
        await pilot.press("1", "slash", *"risk", "enter")
        await pilot.pause()
        events: Any = app.desk.panels["events"].widget
        assert events.filter == "risk"
        assert fills.filter == "taker"
        await pilot.press("1", "j")
        assert ladder(app).picked is not None
        await pilot.press("g", "escape")
        assert ladder(app).viewport.group == 2
        assert ladder(app).picked is None
        assert link.acts == []
