"""A price explained beside the ladder: opened on the selected level, moved along it, closed."""

import msgspec
from desk_link import Recorded
from hand_frames import MID, desk_frame
from hand_frames import ladder as ladder_of
from hand_ghost import hand_level
from panel_app import PanelApp, lines_of
from textual.pilot import Pilot

from mm_tui.app.app import DeskApp
from mm_tui.app.intents.intents import price_of
from mm_tui.app.screens.level import Level
from mm_tui.app.widgets.ladder.ladder import Ladder
from mm_tui.app.widgets.whylevel import WhyLevel
from mm_tui.views.frames import DeskFrame


def levels(link: Recorded) -> list[int | None]:
    """What the desk was asked about, without repeats."""
    found = [look.level for look in link.looks]
    return [level for at, level in enumerate(found) if at == 0 or level != found[at - 1]]


async def opened(pilot: Pilot[None], app: DeskApp, *keys: str) -> Level:
    await pilot.press(*keys)
    await pilot.pause()
    sheet = app.desk.sheet
    assert isinstance(sheet, Level)
    return sheet


async def test_a_level_is_explained_and_the_arrows_ask_about_the_next() -> None:
    link = Recorded(desk_frame(ladder=ladder_of()))
    app = DeskApp(link)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        sheet = await opened(pilot, app, "1", "down", "down", "e")
        assert levels(link) == [None, MID - 1]
        assert "waiting for the book" in "\n".join(lines_of(sheet.panel))
        link.frame = msgspec.structs.replace(link.frame, level=hand_level())
        app.poll()
        text = "\n".join(lines_of(sheet.panel))
        assert "none of ours here: spread carries level 0 past" in text
        assert "× rule" in text
        assert "● desk      quoting" in text
        assert "── bid 61,825.00, level 0" in text
        ladder = app.desk.panels["ladder"].widget
        assert isinstance(ladder, Ladder)
        assert ladder.display
        assert not ladder.region.overlaps(sheet.panel.region)
        await pilot.press("j", "up", "up", "x")
        await pilot.pause()
        assert levels(link)[2:] == [MID - 2, MID - 1, MID]
        await pilot.click(ladder, offset=(20, 10))
        await pilot.pause()
        app.poll()
        link.frame = msgspec.structs.replace(link.frame, ts=link.frame.ts + 1)
        app.poll()
        assert levels(link)[-1] == ladder.level != MID
        await pilot.press("escape")
        await pilot.pause()
        assert app.desk.sheet is None
        assert levels(link)[-1] is None
        assert app.focused is ladder
    assert link.acts == []


async def test_what_is_explained_follows_where_one_points() -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("e")
        assert app.desk.view.zoomed == "orders"
        await pilot.press("escape", "escape", "colon", *"explain 61,825", "enter")
        await pilot.pause()
        assert isinstance(app.desk.sheet, Level)
        assert levels(link)[-1] == 6_182_500
        await pilot.press("q", "2", "e")
        await pilot.pause()
        assert app.desk.sheet is None
        assert app.desk.view.zoomed == "orders"
        await pilot.press("escape", "colon", *"explain nobody", "enter")
        await pilot.pause()
        assert app.desk.footer.word == "no open order and no price 'nobody'"


def test_a_price_is_read_as_people_write_it() -> None:
    frame = desk_frame()
    assert price_of("61,825.004", frame) == 6_182_500
    assert [price_of(text, frame) for text in ("b2", "0", "-5", "nan", "inf", "")] == [None] * 6
    assert price_of("5", DeskFrame()) is None


async def test_orders_in_the_row_have_their_own_waterfall_and_a_group_says_its_prices() -> None:
    panel = WhyLevel()
    async with PanelApp(panel).run_test(size=(72, 40)) as pilot:
        frame = desk_frame(
            level=hand_level(orders=("b1",), low=6_182_500, high=6_182_599, verdict="1 order of ours here")
        )
        panel.show(frame)
        text = "\n".join(lines_of(panel))
        assert "61,825.00 – 61,825.99" in text
        assert "1 order of ours here" in text
        assert "buy 0.00200 BTC at 61,825.00" in text
        assert "fate" in text
        panel.show(msgspec.structs.replace(frame, level=hand_level(quote="", steps=())))
        assert "──" not in "\n".join(lines_of(panel)[1:-1])
        await pilot.pause()


async def test_what_has_no_room_is_a_page_further_down_and_another_price_begins_at_its_top() -> None:
    link = Recorded(desk_frame(ladder=ladder_of(), level=hand_level()))
    app = DeskApp(link)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        sheet = await opened(pilot, app, "1", "down", "e")
        asked = levels(link)[-1]
        first = lines_of(sheet.panel)
        await pilot.press("pagedown")
        assert levels(link)[-1] == asked, "it did not move to another price"
        second = lines_of(sheet.panel)
        assert second != first
        for _ in range(3):
            await pilot.press("pagedown")
        last = lines_of(sheet.panel)
        assert "pgup" in last[-1]
        assert "rounding" in "".join(last), "the last step"
        assert "…" not in "".join(first[1:-1] + second[1:-1] + last[1:-1]), "nothing is cut"
        link.frame = msgspec.structs.replace(link.frame, level=hand_level(price=6_183_600), ts=link.frame.ts + 1)
        app.poll()
        assert "more" in lines_of(sheet.panel)[-1]
        await pilot.resize_terminal(80, 55)
        await pilot.pause()
        assert "another price" in lines_of(sheet.panel)[-1]
        await pilot.press("pagedown")
        assert levels(link)[-1] != asked
