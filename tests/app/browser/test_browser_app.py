"""The screen over another process's desk: what it may do, and when it ends."""

import threading
from pathlib import Path

import pytest
from desk_link import Recorded
from hand_frames import desk_frame

from mm_tui.app.browser.app import VIEW, LookingApp, ViewApp, run_view
from mm_tui.errors import UsageError
from mm_tui.settings.load import load


class Seen(Recorded):
    """A link that may be cut."""

    def __init__(self) -> None:
        super().__init__(desk_frame())
        self.gone = threading.Event()


async def test_who_may_look_only_looks() -> None:
    link = Seen()
    app = LookingApp(link)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "K", "f12", "f", "plus", "x", "u", "p", "v", "I")
        assert link.acts == []
        assert link.kills == 0
        assert app.desk.sheet is None
        await pilot.press("f12")
        await pilot.pause()
        assert "this screen may only look" in app.export_screenshot().replace("&#160;", " ")
        await pilot.press("question_mark")
        await pilot.pause()
        picture = app.export_screenshot().replace("&#160;", " ")
        assert "leave; the desk goes on" in picture
        assert "halt until re-armed" not in picture
        await pilot.press("escape", "q")
        await pilot.pause()
    assert app.return_code == 0


async def test_who_may_act_acts_and_leaves_the_desk_alone() -> None:
    link = Seen()
    app = ViewApp(link)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "K", "q")
        await pilot.pause()
    assert link.acts == [("pause", "")]
    assert link.kills == 1
    assert app.return_code == 0


async def test_the_end_of_the_desk_is_the_screen_s() -> None:
    link = Seen()
    app = ViewApp(link)
    async with app.run_test(size=(80, 24)) as pilot:
        link.gone.set()
        app.poll()
        await pilot.pause()
    assert app.return_code == 0


def test_nothing_in_the_table_changes_the_desk() -> None:
    assert not [action.id for action in VIEW.actions if action.desk]
    assert {"venue", "parameters", "inject", "promote", "rearm", "kill"}.isdisjoint(VIEW.by_id)
    assert {name for name, _ in VIEW.footer} <= set(VIEW.by_id)


def test_no_desk_no_screen(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        run_view(tmp_path / "none", load(None, [], {}, tmp_path), may_act=False)
