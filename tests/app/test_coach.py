"""Hints of a first start: one at a time, gone when they are followed, dismissed for good."""

import os
import stat
from pathlib import Path

import pytest
from desk_link import Recorded
from hand_frames import desk_frame
from textual.geometry import Size

from mm_tui.app.actions import resolve
from mm_tui.app.app import DeskApp
from mm_tui.app.browser.app import LookingApp
from mm_tui.app.coach import FILE, HINTS, Coach
from mm_tui.app.layout.places import View, plan, shape_of, with_coach
from mm_tui.app.replay.app import ReplayApp
from mm_tui.settings.sections import Ui

KEYS, _ = resolve({"pause": "f5"})
NONE = '{"version":1,"seen":[1,2,3]}'


def line(app: DeskApp) -> str:
    guarded = app.desk.panels["coach"]
    return guarded.widget.render_line(0).text if guarded.widget.display else ""


def test_three_hints_name_keys_as_they_are_remapped_and_fit_80_columns(tmp_path: Path) -> None:
    coach = Coach(tmp_path / "state" / FILE, KEYS)
    assert len(HINTS) == 3
    told = []
    for action in ("pause", "explain", "parameters"):
        told.append(coach.words)
        assert coach.number == len(told)
        assert not coach.did("widen")
        assert coach.did(action)
        assert not coach.did(action), "once"
    assert told[0] == "F5 pauses and resumes the quotes; K cancels all and halts"
    assert all(len(words) <= 80 - len(" 1/3 ") - len("esc ends ") and words.isascii() for words in told)
    assert (coach.number, coach.words) == (0, "")
    coach.know({})
    assert Coach(tmp_path / "other", {}).words.startswith(":pause pauses"), "an action without a key has its command"


def test_what_was_seen_is_the_users_alone_and_outlives_the_screen(tmp_path: Path) -> None:
    path = tmp_path / "state" / FILE
    first = Coach(path, KEYS)
    assert not path.exists(), "nothing is written before anything was done"
    first.did("help")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = Coach(path, KEYS)
    assert again.number == 1
    again.did("kill")
    assert again.number == 2, "a later hint that was followed before is not told any more"
    again.did("explain")
    assert again.number == 0
    other = Coach(tmp_path / FILE, KEYS)
    other.dismiss()
    assert (tmp_path / FILE).read_text().strip() == NONE
    assert Coach(tmp_path / FILE, KEYS).number == 0


@pytest.mark.parametrize(
    "content",
    [b"{", b'{"version":1,"seen":"all"}', b"\xff", b'{"a":' * 100_000, b" " * (2 << 20)],
    ids=["cut", "of another type", "no text", "deep", "large"],
)
def test_a_file_that_cannot_be_read_was_there_before(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert Coach(tmp_path / FILE).number == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    assert Coach(tmp_path / FILE).number == 0


def test_a_folder_that_takes_no_file_leaves_the_hints_to_this_screen(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    coach = Coach(tmp_path / "elsewhere" / FILE)
    (tmp_path / "elsewhere").write_text("likewise")
    coach.dismiss()
    assert coach.number == 0


@pytest.mark.parametrize("size", [(200, 55), (160, 45), (120, 40), (80, 24)])
def test_the_line_covers_nothing_and_keeps_the_shape(size: tuple[int, int]) -> None:
    width, height = size
    made, without = with_coach(width, height, View()), plan(width, height, View())
    assert made.shape == without.shape
    assert set(made.places) == {*without.places, "coach"}
    box = made.places["coach"]
    assert (box.y, box.height, box.width) == (height - 2, 1, width)
    assert all(
        place.y + place.height <= box.y or name == "footer" for name, place in made.places.items() if place != box
    )


def test_where_a_line_less_is_another_shape_there_is_none() -> None:
    for width, height in ((160, 30), (110, 30), (60, 16), (40, 10)):
        assert with_coach(width, height, View()) == plan(width, height, View())
    assert shape_of(160, 29) != shape_of(160, 30)
    assert "coach" not in with_coach(120, 40, View(zoomed="chart")).places


async def test_on_the_desk_they_go_by_what_is_done_and_never_take_a_key(tmp_path: Path) -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link, Ui(keys={"pause": "f5"}), coach=Coach(tmp_path / FILE))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert line(app).startswith(" hint 1/3  F5 pauses")
        assert line(app).endswith("esc: no more hints ")
        await pilot.press("plus")
        assert link.acts == [("widen", "")]
        await pilot.press("f5")
        await pilot.pause()
        assert line(app).startswith(" hint 2/3  click a price")
        await pilot.press("5", "enter", "escape", "escape")
        await pilot.pause()
        assert line(app), "esc does first what it did: the way back"
        await pilot.press("question_mark")
        await pilot.press("escape")
        assert line(app), "and closes a sheet"
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert line(app).startswith(" 2/3 click a price")
        assert line(app).endswith("esc ends ")
        await pilot.resize_terminal(61, 17)
        await pilot.pause()
        assert "…" in line(app)
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        before = app.desk.panels["ladder"].widget.size
        await pilot.press("escape")
        await pilot.pause()
        assert line(app) == ""
        assert app.desk.panels["ladder"].widget.size == before + Size(0, 1)
        await pilot.press("escape", "f5")
        assert (tmp_path / FILE).read_text().strip() == NONE


async def test_a_click_on_the_way_out_takes_it_and_one_beside_it_does_not(tmp_path: Path) -> None:
    app = DeskApp(Recorded(desk_frame()), coach=Coach(tmp_path / FILE))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.click("#coach", offset=(20, 0))
        await pilot.pause()
        assert line(app)
        await pilot.click("#coach", offset=(110, 0))
        await pilot.pause()
        assert line(app) == ""
    again = DeskApp(Recorded(desk_frame()), coach=Coach(tmp_path / FILE))
    async with again.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert line(again) == ""


def test_a_replay_and_a_viewer_have_none() -> None:
    link = Recorded(desk_frame())
    assert ReplayApp(link).coach is None
    assert LookingApp(link).coach is None
