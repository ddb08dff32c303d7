"""The help holds every key and fits a small screen."""

import pytest
from desk_link import Recorded
from hand_frames import desk_frame
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot
from waiting import until

from mm_tui.app.actions import ACTIONS, DESK, resolve, shown
from mm_tui.app.app import DeskApp
from mm_tui.app.replay_actions import REPLAY
from mm_tui.app.screens.help import Help, help_lines, here_of
from mm_tui.app.widgets.ladder.ladder import Ladder
from mm_tui.app.widgets.risk import Risk


def test_every_action_has_its_keys_and_words_in_the_help() -> None:
    keys, _ = resolve({})
    lines = [line for group in help_lines(keys).values() for line in group]
    for action in ACTIONS:
        if action.keys:
            assert any(shown(action.keys[0]) in written.split(" ") for written, _ in lines), action.id
        if not action.beside:
            assert any(action.help == words for _, words in lines)


def test_remapped_keys_are_shown() -> None:
    keys, _ = resolve({"pause": "z"})
    assert ("z", "pause or resume quoting") in help_lines(keys)["Stop"]


def words(sheet: Help) -> str:
    return "\n".join(line.plain for line in sheet.lines())


def read(sheet: Help) -> list[str]:
    """What is seen of it."""
    return sheet.render().plain.splitlines()


async def opened(app: DeskApp, pilot: Pilot[None], *keys: str) -> Help:
    """The help, once it has its room."""
    await pilot.press(*keys, "question_mark")
    await until(pilot, lambda: app.desk.sheet is not None and app.desk.sheet.border_subtitle is not None)
    sheet = app.desk.sheet
    assert isinstance(sheet, Help)
    return sheet


async def test_it_fits_80x24_and_any_key_closes_it() -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("question_mark", "escape", "space", "j"):
            sheet = await opened(app, pilot)
            columns, rows = sheet.wanted()
            assert columns <= 80
            assert rows <= 24
            assert sheet.border_subtitle == ""
            await pilot.press(key)
            await until(pilot, lambda: app.desk.sheet is None)
    assert link.acts == []


async def test_a_focused_panel_has_its_own_keys_first() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(80, 24)) as pilot:
        sheet = await opened(app, pilot, "9")
        assert "Fills" in words(sheet)
        assert "half a page up" in words(sheet)
        assert "cancel all, halt until re-armed\n" in "\n".join(line.rstrip() for line in read(sheet)) + "\n"
        assert "? shows all keys" in words(sheet)
        size = sheet.size
        await pilot.press("question_mark")
        await until(pilot, lambda: "widen, tighten" in words(sheet))
        assert sheet.size == size
        await pilot.press("question_mark")
        await until(pilot, lambda: app.desk.sheet is None)


@pytest.mark.parametrize("size", [(60, 18), (80, 20), (60, 40), (40, 10), (20, 5), (20, 3)])
async def test_on_a_small_screen_all_of_it_can_be_scrolled_to(size: tuple[int, int]) -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=size) as pilot:
        sheet = await opened(app, pilot)
        every = [line.plain for line in sheet.text()]
        room = sheet.content_size.height
        foot = "close"
        if size >= (40, 10):
            assert max(len(line.rstrip()) for line in every) <= sheet.content_size.width, "nothing is cut"
            assert foot in read(sheet)[-1]
        if size == (20, 3):
            assert read(sheet), "one line of it"
            return
        seen = read(sheet)[:-1]
        assert sheet.border_subtitle == f"↓ {len(every) - len(seen)} more"
        while "↓" in str(sheet.border_subtitle):
            await pilot.press("pagedown")
            seen += [line for line in read(sheet)[:-1] if line not in seen]
        assert {line for line in every if line} <= set(seen)
        assert sheet.border_subtitle == f"↑ {len(every) - room + 1} more"
        last = len(every) - room + 1
        for key, top in (("home", 0), ("j", 1), ("down", 2), ("k", 1), ("up", 0), ("G", last), ("g", 0)):
            await pilot.press(key)
            line = every[min(top, last)]
            await until(pilot, lambda line=line: read(sheet)[0] == line)
        await pilot._post_mouse_events([MouseScrollDown], sheet)
        await until(pilot, lambda: read(sheet)[0] == every[min(3, last)])
        await pilot._post_mouse_events([MouseScrollUp], sheet)
        await until(pilot, lambda: read(sheet)[0] == every[0])
        await pilot.press("end")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: sheet.border_subtitle == "")
        assert "Quote" in words(sheet).splitlines()[0]
        await pilot.press("x")
        await until(pilot, lambda: app.desk.sheet is None)
    assert app.link.acts == []


async def test_the_columns_of_a_replay_stand_apart_too() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(80, 24)) as pilot:
        for table in (DESK, REPLAY):
            sheet = Help(resolve({}, table)[0], table)
            await app.desk.open(sheet)
            lines = [line.plain for line in sheet.text()]
            assert all(line[37] == " " for line in lines if len(line) > 38)
            assert sheet.wanted()[0] <= 80
            await pilot.press("x")


def test_a_panel_without_keys_of_its_own_changes_nothing() -> None:
    assert here_of(None) is None
    assert here_of(Risk()) is None
    here = here_of(Ladder())
    assert here is not None
    assert here.title == "Ladder"
    assert all(keys and words for keys, words in here.lines)
