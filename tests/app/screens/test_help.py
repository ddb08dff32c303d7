"""The help holds every key and fits a small screen."""

import pytest
from desk_link import Recorded
from hand_frames import desk_frame

from mm_tui.app.actions import ACTIONS, resolve, shown
from mm_tui.app.app import DeskApp
from mm_tui.app.screens.help import Help, help_lines, here_of
from mm_tui.app.widgets.ladder import Ladder
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


@pytest.mark.parametrize("key", ["question_mark", "escape", "space"])
async def test_it_fits_80x24_and_any_key_closes_it(key: str) -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        sheet = app.desk.sheet
        assert sheet is not None
        columns, rows = sheet.wanted()
        assert columns <= 80
        assert rows <= 24
        await pilot.press(key)
        await pilot.pause()
        assert app.desk.sheet is None
    assert link.acts == []


async def test_a_focused_panel_has_its_own_keys_first() -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("9", "question_mark")
        await pilot.pause()
        sheet = app.desk.sheet
        assert isinstance(sheet, Help)
        text = "\n".join(line.plain for line in sheet.lines())
        assert "Fills" in text
        assert "half a page up" in text
        assert "halt until re-armed" in text, "how to stop is always there"
        assert "? shows all keys" in text
        size = sheet.size
        await pilot.press("question_mark")
        await pilot.pause()
        assert "widen, tighten" in "\n".join(line.plain for line in sheet.lines())
        assert sheet.size == size
        await pilot.press("question_mark")
        await pilot.pause()
        assert app.desk.sheet is None


def test_a_panel_without_keys_of_its_own_changes_nothing() -> None:
    assert here_of(None) is None
    assert here_of(Risk()) is None
    here = here_of(Ladder())
    assert here is not None
    assert here.title == "Ladder"
    assert all(keys and words for keys, words in here.lines)
