"""The replay's screen by its keys, and its thread."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from desk_link import Recorded
from hand_frames import desk_frame
from small_session import capture, loaded
from textual.widgets import Input
from waiting import until

from mm_tui.app.replay.app import ReplayApp
from mm_tui.app.replay.link import ReplayLink
from mm_tui.app.replay.run import ReplayOptions, raise_fault, run_replay
from mm_tui.backtest.recording import Changes, open_recording
from mm_tui.backtest.replay.player import Replay
from mm_tui.errors import UsageError
from mm_tui.settings.sections import Ui
from mm_tui.views.frames import DeskFrame, ReplayFrame, Viewport


def frame() -> DeskFrame:
    return msgspec.structs.replace(desk_frame(), replay=ReplayFrame(start=1, end=9, ts=5, known=9))


async def pressed(
    *keys: str, check: str = "", ui: Ui | None = None, size: tuple[int, int] = (120, 40)
) -> tuple[ReplayApp, Recorded, str]:
    """The app after the keys, its link, and the word at the bottom."""
    link = Recorded(frame())

    def checked(_: Sequence[str]) -> str:
        return check

    app = ReplayApp(link, ui, check=checked)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        word = app.desk.footer.word
    return app, link, word


async def test_a_click_on_the_scrubber_goes_there_and_one_on_its_word_plays() -> None:
    link = Recorded(frame())
    app = ReplayApp(link)
    async with app.run_test(size=(120, 40)) as pilot:
        scrubber = app.desk.panels["scrubber"].widget
        await until(pilot, lambda: scrubber.region.area > 0 and "●" in scrubber.render_line(0).text)
        line = scrubber.render_line(0).text
        begin, end = len(" pause  ×1    "), line.index(" 0:00 / ")
        for x in (begin, (begin + end) // 2, end - 1, 2, end + 3):
            await pilot.click(scrubber, offset=(x, 0))
        await pilot.pause()
        assert [name for name, _ in link.acts] == ["goto", "goto", "goto", "play"]
        at = [float(share.removesuffix("%")) for _, share in link.acts[:3]]
        assert (at[0], at[2]) == (0, 100)
        assert at[1] == pytest.approx(50, abs=1)
        await pilot.press("question_mark")
        await pilot.click(scrubber, offset=(begin, 0))
        await pilot.pause()
        assert len(link.acts) == 4, "a page in front of it has everything"


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("space", "play"), ("full_stop", "step"), ("less_than_sign", "slower"), ("greater_than_sign", "faster"),
        ("left", "rewind"), ("right", "forward"), ("shift+left", "rewind_minute"), ("shift+right", "forward_minute"),
        ("n", "next_fill"), ("N", "previous_fill"), ("G", "next_gap"), ("T", "next_trip"), ("home", "first"),
        ("end", "last"),
    ],
)  # fmt: skip
async def test_a_key_asks_the_replay(key: str, action: str) -> None:
    _, link, _ = await pressed(key)
    assert link.acts == [(action, "")]


@pytest.mark.parametrize(
    ("key", "action"), [("f", "flatten"), ("plus", "widen"), ("K", "kill"), ("f12", "kill"), ("a", "rearm")]
)
async def test_keys_of_the_desk_reach_the_replay_alone(key: str, action: str) -> None:
    app, link, _ = await pressed(key)
    assert (link.acts, link.kills) == ([(action, "")], 0)
    assert app.desk.sheet is None


async def test_a_time_is_typed() -> None:
    _, link, _ = await pressed("@", *"14:02", "enter")
    assert link.acts == [("goto", "14:02")]


async def test_a_time_on_the_command_line() -> None:
    _, link, _ = await pressed("colon", *"goto +9", "enter")
    assert link.acts == [("goto", "+9")]


async def test_looking_works_as_on_the_desk() -> None:
    app, link, _ = await pressed("5", "enter")
    assert link.acts == []
    assert app.desk.view.zoomed == "chart"


async def test_b_asks_what_to_change_and_leaves() -> None:
    app, _, _ = await pressed("B", *"a.b=1 c.d=2", "enter")
    assert app.branched == ("a.b=1", "c.d=2")


async def test_a_branch_without_changes() -> None:
    app, _, _ = await pressed("B", "enter")
    assert app.branched == ()


async def test_what_is_wrong_with_a_branch_is_said_and_the_replay_stays() -> None:
    app, _, word = await pressed("B", *"a.b=1", "enter", check="no such key")
    assert (app.branched, word) == (None, "no such key")


async def test_escape_leaves_the_branch_unmade() -> None:
    app, _, _ = await pressed("B", "escape")
    assert app.branched is None
    assert not app.desk.query(Input)


async def test_q_leaves_without_a_question() -> None:
    app, link, _ = await pressed("q")
    assert app.branched is None
    assert link.acts == []
    assert app._exit


async def test_habits_are_answered() -> None:
    assert (await pressed("ctrl+c"))[2] == "q leaves the replay"


async def test_keys_of_a_replay_can_be_remapped() -> None:
    _, link, _ = await pressed("z", "n", ui=Ui(keys={"next_fill": "z", "widen": "Y"}))
    assert link.acts[0] == ("next_fill", "")
    assert ("next_fill", "") not in link.acts[1:]


async def test_warnings_of_the_recording_are_no_news() -> None:
    link = Recorded(frame())
    app = ReplayApp(link)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        row = msgspec.structs.replace(frame().events[0], kind="warn", text="old news")
        link.frame = msgspec.structs.replace(frame(), events=(row, *frame().events))
        app.poll()
        await pilot.pause()
        assert app.desk.footer.word == ""


@pytest.mark.parametrize(("size", "shown"), [((120, 40), True), ((80, 24), True), ((20, 5), True), ((20, 1), False)])
async def test_the_scrubber_is_on_every_screen(size: tuple[int, int], shown: bool) -> None:  # noqa: FBT001 - a table
    link = Recorded(frame())
    app = ReplayApp(link)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert app.desk.panels["scrubber"].widget.display is shown


def test_a_terminal_that_cannot_move_its_cursor_is_told_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(UsageError, match="mm-tui backtest gives its figures"):
        run_replay(lambda: pytest.fail("opened"), ReplayOptions(), loaded())


def test_a_fault_of_the_replay_is_raised_where_it_can_be_told() -> None:
    raise_fault(None)
    with pytest.raises(UsageError, match="told"):
        raise_fault(UsageError("told"))
    with pytest.raises(RuntimeError, match="the replay failed: KeyError: 3"):
        raise_fault(KeyError(3))


def opened(tmp_path: Path) -> Replay:
    replay = Replay(open_recording(capture(tmp_path), Changes(), loaded().settings), lambda: 0)
    replay.begin()
    return replay


def test_a_turn_does_what_was_asked_and_shows_it(tmp_path: Path) -> None:
    link = ReplayLink(opened(tmp_path), 20)
    link.turn()
    assert link.frame.header.state == "replay"
    link.act("play")
    link.act("last")
    link.look(Viewport(rows=7))
    left = link.turn()
    assert link.frame.replay is not None
    assert link.frame.replay.ts == link.replay.end
    assert left <= 0.05
    link.kill()
    link.turn()
    assert link.frame.replay is not None
    assert "sends nothing" in link.frame.replay.word
    link.stop()


def test_the_thread_ends_when_it_is_told_to(tmp_path: Path) -> None:
    link = ReplayLink(opened(tmp_path), 20)
    link.start()
    link.act("last")
    link.stop()
    assert link.error is None
    assert not link._thread.is_alive()


def test_a_fault_is_kept_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = ReplayLink(opened(tmp_path), 20)
    told = threading.Event()

    def broken(*_: Any) -> bool:
        raise RuntimeError("broken")

    monkeypatch.setattr(link.replay, "work", broken)
    link.when_failed(told.set)
    link.start()
    assert told.wait(10)
    assert isinstance(link.error, RuntimeError)
    link.stop()
