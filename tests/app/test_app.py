"""The app by its keys, over a recorded link and the real panels."""

from typing import Any

import msgspec
import pytest
from desk_link import Recorded
from driven_app import drive
from hand_frames import desk_frame, paused
from textual import events
from textual.geometry import Size
from textual.pilot import Pilot
from textual.widgets import Input
from waiting import until

from mm_tui.app.app import DeskApp
from mm_tui.app.palette import needs_ascii
from mm_tui.app.panels import make_panels
from mm_tui.settings.sections import Ui
from mm_tui.views.frames import DeskFrame


@pytest.mark.parametrize(("key", "action"), [
    ("space", "pause"), ("plus", "widen"), ("equals_sign", "widen"), ("minus", "tighten"),
    ("right_square_bracket", "larger"), ("greater_than_sign", "larger"), ("left_square_bracket", "smaller"),
    ("less_than_sign", "smaller"), ("comma", "lean_down"), ("full_stop", "lean_up"), ("b", "toggle_bids"),
    ("s", "toggle_asks"), ("u", "undo"), ("r", "reduce_only"),
])  # fmt: skip
async def test_a_key_sends_its_action_at_once(key: str, action: str) -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press(key)

    assert (await drive(steps)).acts == [(action, "")]


@pytest.mark.parametrize("key", ["K", "f12"])
@pytest.mark.parametrize(
    "before", [[], ["f"], ["a"], ["question_mark"], ["colon"], ["colon", "s"], ["slash"], ["t"], ["ctrl+p"]]
)
async def test_the_kill_works_everywhere_without_a_question(key: str, before: list[str]) -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press(*before)
        await pilot.pause()
        await pilot.press(key)

    link = await drive(steps)
    assert link.kills == 1
    assert [act for act in link.acts if act[0] != "pull"] == []


async def test_a_kill_leaves_what_is_typed_as_it_was() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("colon", "s", "K", "e")
        assert app.desk.query_one(Input).value == "se"

    await drive(steps)


async def test_keys_typed_ahead_of_a_sheet_are_the_sheets() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        for key, character in (("colon", ":"), ("s", "s"), ("b", "b"), ("space", " "), ("u", "u")):
            app.post_message(events.Key(key, character))
        await pilot.pause()
        await pilot.pause()
        assert app.desk.query_one(Input).value == "sb u"

    assert (await drive(steps)).acts == []


async def test_remapped_keys_work_and_old_ones_do_not() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        assert app.problems == []
        await pilot.press("space", "z", "K", "f9")
        assert "z pause" in " ".join(f"{key} {label}" for _, key, label in app.desk.footer.items())

    link = await drive(steps, ui=Ui(keys={"pause": "z", "kill": "f9"}))
    assert link.acts == [("pause", "")]
    assert link.kills == 1


async def test_bad_remaps_and_themes_are_told_and_the_desk_starts() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.desk.sheet is not None)  # it comes behind the first paint
        assert app.desk.sheet is not None
        words = "\n".join(line.plain for line in app.desk.sheet.lines())
        assert "ui.keys.pauze: unknown action (did you mean pause?)" in words
        assert "no theme 'mauve'" in words
        await pilot.press("enter", "space")

    assert (await drive(steps, ui=Ui(keys={"pauze": "z"}, theme="mauve"))).acts == [("pause", "")]


async def test_habits_of_other_programs_get_a_word() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+c")
        assert app.desk.footer.word.startswith("q quits")
        assert app.is_running

    await drive(steps)


async def test_frames_are_shown_once_and_by_identity() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        shown: list[DeskFrame] = []
        ladder: Any = app.desk.panels["ladder"].widget
        inner = ladder.show

        def seen(frame: DeskFrame) -> None:
            shown.append(frame)
            inner(frame)

        ladder.show = seen
        app.poll()
        app.poll()
        assert shown == []
        link.frame = paused(link.frame)
        app.poll()
        app.poll()
        assert shown == [link.frame]

    await drive(steps, ui=Ui(frames_per_s=1))


async def test_lists_take_turns_while_frames_come_at_every_look_and_nobody_is_left_behind() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        def seen(name: str) -> DeskFrame | None:
            return app.desk.panels[name].frame

        begun = link.frame
        for _ in range(4):
            before, link.frame = link.frame, msgspec.structs.replace(link.frame, ts=link.frame.ts + 1)
            app.poll(in_turn=True)
            assert seen("ladder") is seen("header") is link.frame
            assert {id(seen("position")), id(seen("orders"))} == {id(before), id(link.frame)}
        app.poll(in_turn=True)
        assert seen("position") is seen("orders") is link.frame
        link.frame = begun
        app.poll()
        assert seen("position") is seen("orders") is begun

    await drive(steps, ui=Ui(frames_per_s=1))


async def test_a_look_that_fails_ends_the_screen_as_any_other_fault_does() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        def fail(**_: Any) -> None:
            raise ValueError("no")

        app.poll = fail  # type: ignore[assignment, method-assign]
        app._on_time()
        assert ("pull", "screen error in the app: ValueError") in link.acts

    with pytest.raises(ValueError, match="no"):
        await drive(steps, ui=Ui(frames_per_s=1))


async def test_a_panel_that_raises_shows_a_line_and_pulls_the_quotes() -> None:
    def broken() -> Any:
        panels = make_panels()

        def fail(frame: DeskFrame) -> None:
            secret = "hunter2"  # noqa: S105 - must not be seen on the screen
            raise ValueError(len(secret))

        panels["risk"].show = fail  # type: ignore[attr-defined]
        return panels

    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.pause()
        picture = app.export_screenshot().replace("&#160;", " ")
        assert "risk failed: ValueError" in picture
        assert "hunter2" not in picture
        await pilot.press("space")

    link = await drive(steps, make_panels=broken)
    assert link.acts == [("pull", "screen error in panel risk: ValueError"), ("pause", "")]


async def test_a_panel_that_cannot_be_drawn_leaves_the_others() -> None:
    def broken() -> Any:
        panels = make_panels()

        def fail(crop: object) -> Any:
            raise RuntimeError

        panels["position"].render_lines = fail  # type: ignore[method-assign]
        return panels

    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.pause()
        picture = app.export_screenshot().replace("&#160;", " ")
        assert "position failed: RuntimeError" in picture
        assert "61,837.64" in picture

    assert (await drive(steps, make_panels=broken)).acts == [("pull", "screen error in panel position: RuntimeError")]


async def test_what_escapes_the_panels_pulls_ends_and_tells_no_locals(capsys: pytest.CaptureFixture[str]) -> None:
    link = Recorded(desk_frame())
    app = DeskApp(link)

    def fail(_: str) -> None:
        secret = "hunter2"  # noqa: S105, F841 - must not be printed
        raise LookupError

    app.intents._do_units = fail  # type: ignore[method-assign]
    with pytest.raises(LookupError):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("percent_sign")
    assert app.return_code == 70
    assert link.acts == [("pull", "screen error in the app: LookupError")]
    said = capsys.readouterr().err
    assert "hunter2" not in said
    assert "quotes were pulled" in said


async def test_a_terminal_that_is_gone_pulls_and_ends_once() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        app.terminal_gone()
        app.terminal_gone()
        assert app.return_code == 129

    assert (await drive(steps)).acts == [("pull", "the terminal is gone")]


async def test_quotes_are_pulled_before_the_process_stops() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        app.before_stop()

    assert (await drive(steps)).acts == [("pull", "the process stops")]


async def test_rapid_resizing_keeps_every_choice() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("7")
        assert app.desk.view.tab == "events"
        for size in [(80, 24), (20, 5), (1, 1), (300, 100), (160, 30), (60, 16), (59, 15), (120, 40)]:
            await pilot.resize_terminal(*size)
        await pilot.pause()
        assert app.desk.size == Size(120, 40)
        assert app.desk.panels["events"].widget.display
        assert all(guarded.error is None for guarded in app.desk.panels.values())

    assert (await drive(steps)).acts == []


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (20, 5), (59, 15), (300, 100)])
async def test_no_size_crashes(size: tuple[int, int]) -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("f", "y", "question_mark", "space", "t", "escape", "colon", "escape", "space", "K")
        await pilot.pause()

    link = await drive(steps, size=size)
    assert link.acts == [("pull", "flatten"), ("flatten", ""), ("pause", "")]
    assert link.kills == 1


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"LC_ALL": "C"}, {"TERM": "linux"}])
async def test_poor_terminals_are_served(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        assert "61,837.64" in app.export_screenshot()
        assert app.ascii == ("NO_COLOR" not in environment or not _utf8())

    await drive(steps)


def _utf8() -> bool:
    return not needs_ascii()
