"""The palette lists everything that can be typed."""

from desk_link import Recorded
from hand_frames import desk_frame

from mm_tui.app.actions import ACTIONS
from mm_tui.app.app import DeskApp
from mm_tui.app.command.language import Command, parse
from mm_tui.app.screens.palette import Palette, found, offers


def test_every_action_but_those_of_a_single_key_is_offered() -> None:
    offered = {line for line, _, _ in offers([])}
    assert {action.id for action in ACTIONS} - offered == {"panel", "command", "zoom", "back"}
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
