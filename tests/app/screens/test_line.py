"""Keys that arrive all at once are done in their order."""

import pytest
from desk_link import Recorded
from hand_frames import desk_frame
from textual import events
from textual.widgets import Input

from mm_tui.app.app import DeskApp


def keys(text: str) -> list[events.Key]:
    """`<` is a backspace, `{` goes left, `|` to the beginning, `;` is enter."""
    named = {"<": "backspace", "{": "left", "|": "home", ";": "enter"}
    return [events.Key(named[one], None) if one in named else events.Key(one, one) for one in text]


@pytest.mark.parametrize(
    ("typed", "value"),
    [("set x 10<<5", "set x 5"), ("abc{{x", "axbc"), ("bc|a", "abc"), ("ab<<<<c", "c"), ("12<3<4", "14")],
)
async def test_a_burst_leaves_what_was_meant(typed: str, value: str) -> None:
    app = DeskApp(Recorded(desk_frame()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("colon")
        for key in keys(typed):
            app.post_message(key)
        await pilot.pause()
        assert app.desk.query_one(Input).value == value


async def test_enter_in_a_burst_enters_what_stands_before_it() -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("colon")
        for key in keys("paux<se;"):
            app.post_message(key)
        await pilot.pause()
        await pilot.pause()
    assert link.acts == [("pause", "")]
