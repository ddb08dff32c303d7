"""The app by its keys, over a recorded link and the real panels."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from desk_link import Recorded
from hand_frames import depth, desk_frame, flat, halted, paused, shadows
from textual import events
from textual.geometry import Size
from textual.pilot import Pilot
from textual.widgets import Input
from waiting import until

from mm_tui.app.app import DeskApp
from mm_tui.app.intents.intents import price_of
from mm_tui.app.palette import needs_ascii
from mm_tui.app.panels import make_panels
from mm_tui.settings.sections import Ui
from mm_tui.views.frames import DeskFrame

Drive = Callable[[DeskApp, Recorded, Pilot[None]], Awaitable[None]]


async def drive(
    steps: Drive,
    *,
    frame: DeskFrame | None = None,
    size: tuple[int, int] = (120, 40),
    ui: Ui | None = None,
    **options: Any,
) -> Recorded:
    """Run the app over a link, do the steps, and give the link back."""
    link = Recorded(frame or desk_frame())
    app = DeskApp(link, ui, **options)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await steps(app, link, pilot)
    return link


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


async def test_flatten_pulls_at_once_and_closes_on_y() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("f")
        assert link.acts == [("pull", "flatten")]
        words = "\n".join(line.plain for line in app.desk.sheet.lines()) if app.desk.sheet else ""
        assert "sell 0.00412 BTC" in words
        assert "0.81 bps" in words
        await pilot.press("y")
        await pilot.pause()
        assert app.desk.sheet is None

    assert (await drive(steps)).acts == [("pull", "flatten"), ("flatten", "")]


@pytest.mark.parametrize("key", ["n", "escape", "enter", "space", "q"])
async def test_any_other_key_leaves_the_position(key: str) -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("f", key)
        await pilot.pause()
        assert app.desk.sheet is None
        assert app.is_running

    assert (await drive(steps)).acts == [("pull", "flatten")]


async def test_flatten_without_confirmation_asks_nothing() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("f")

    link = await drive(steps, ui=Ui(confirm_flatten=False))
    assert link.acts == [("pull", "flatten"), ("flatten", "")]


async def test_the_question_follows_the_market() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("f")
        assert link.frame.flatten is not None
        moved = msgspec.structs.replace(link.frame.flatten, slippage_bps=2.5)
        link.frame = msgspec.structs.replace(link.frame, flatten=moved)
        app.poll()
        assert app.desk.sheet is not None
        assert "2.50 bps" in app.desk.sheet.lines()[1].plain
        link.frame = flat(link.frame)
        app.poll()
        assert "no position" in app.desk.sheet.lines()[1].plain

    await drive(steps)


async def test_rearm_asks() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("a", "n")
        await pilot.pause()
        assert link.acts == []
        await pilot.press("a", "y")
        await pilot.pause()

    assert (await drive(steps, frame=halted(desk_frame()))).acts == [("rearm", "")]


async def test_quit_asks_with_a_position_only() -> None:
    async def asked(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("q", "n")
        await pilot.pause()
        assert app.return_code is None
        await pilot.press("q", "y")
        await pilot.pause()
        assert app.return_code == 0

    async def at_once(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("q")
        await pilot.pause()
        assert app.return_code == 0

    await drive(asked)
    await drive(at_once, frame=flat(desk_frame()))


async def test_keys_typed_ahead_of_a_sheet_are_the_sheets() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        for key, character in (("colon", ":"), ("s", "s"), ("b", "b"), ("space", " "), ("u", "u")):
            app.post_message(events.Key(key, character))
        await pilot.pause()
        await pilot.pause()
        assert app.desk.query_one(Input).value == "sb u"

    assert (await drive(steps)).acts == []


async def test_x_cancels_the_selected_order_or_says_how_to_select_one() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("x")
        assert "no order is selected" in app.desk.footer.word
        await pilot.press("2", "down", "x")

    link = await drive(steps)
    assert [name for name, _ in link.acts] == ["cancel_order"]
    assert link.acts[0][1] in {order.order_id for order in link.frame.orders}


async def test_the_ladders_wishes_reach_the_desk() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        assert link.looks[-1].rows == 32
        await pilot.press("c")
        await pilot.pause()
        assert link.looks[-1].recentre == 1
        await pilot.press("g")
        await pilot.pause()
        assert link.looks[-1].group > 0

    await drive(steps)


async def test_units_and_window_change_what_the_panels_show() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        ladder: Any = app.desk.panels["ladder"].widget
        chart: Any = app.desk.panels["chart"].widget
        unit, minutes = ladder.unit, chart.minutes
        await pilot.press("percent_sign", "w")
        assert ladder.unit != unit
        assert chart.minutes != minutes

    await drive(steps)


async def test_the_command_line_sets_completes_and_says_what_is_wrong() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("colon", *"set strategy.passive.mi", "tab", "3", "enter")
        await pilot.pause()

    link = await drive(steps)
    assert link.acts == [("set", "strategy.passive.min_spread_bps=3")]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("risk.max_position 0.5", True), ("risk.max_position 0.01", False), ("risk.max_position none", False),
     ("risk.unheard_of 9", False), ("strategy.passive.order_amount 9", False)],
)  # fmt: skip
async def test_a_limit_is_loosened_on_a_yes_alone_and_tightened_at_once(
    typed: str,
    asked: bool,  # noqa: FBT001 - a row of the table
) -> None:
    argument = typed.replace(" ", "=")

    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("colon", *f"set {typed}", "enter")
        await pilot.pause()
        assert (app.desk.sheet is not None) == asked
        assert link.acts == ([] if asked else [("set", argument)])
        if asked and app.desk.sheet is not None:
            words = "\n".join(line.plain for line in app.desk.sheet.lines())
            assert "risk.max_position stands at 0.02; 0.5 would let more pass" in words
            await pilot.press("n")
            await pilot.pause()
            assert link.acts == []
            assert app.desk.footer.word == "limit kept"
            await pilot.press("colon", *f"set {typed}", "enter")
            await pilot.pause()
            await pilot.press("y")
            await pilot.pause()

    assert (await drive(steps)).acts == [("loosen" if asked else "set", argument)]


async def test_the_limits_complete_on_the_command_line() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("colon", *"set risk.max_po", "tab")
        assert app.desk.query_one(Input).value == "set risk.max_position "

    await drive(steps)


async def test_explain_enlarges_the_orders_on_the_one_that_is_named() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        orders: Any = app.desk.panels["orders"].widget
        await pilot.press("colon", *"explain b2", "enter")
        await pilot.pause()
        assert app.desk.view.zoomed == "orders"
        assert orders.selected_id == "b2"
        assert app.desk.focused is orders
        picture = app.export_screenshot().replace("&#160;", " ")
        assert "to a tick, away from the mid" in picture
        await pilot.press("escape")
        assert app.desk.view.zoomed == ""
        await pilot.press("e")
        assert app.desk.view.zoomed == "orders"
        assert orders.selected_id == "b2"

    assert (await drive(steps)).acts == []


@pytest.mark.parametrize(("word", "said"), [("zz", "no open order and no price 'zz'"), ("3", "'3' fits 2 orders")])
async def test_explain_says_when_it_cannot_tell_which_order_is_meant(word: str, said: str) -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("colon", *f"explain {word}", "enter")
        await pilot.pause()
        assert app.desk.footer.word == said
        assert app.desk.view.zoomed == ""

    await drive(steps)


@pytest.mark.parametrize("text", ["1e400", "1e999999", "-1", "0", "nan", "inf", "x", ""])
def test_what_no_market_can_cost_is_no_price(text: str) -> None:
    assert price_of(text, desk_frame()) is None
    assert price_of("61,800", desk_frame()) == 6_180_000


async def test_a_wrong_command_stays_open_with_its_error() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("colon", *"paus", "enter")
        await pilot.pause()
        sheet: Any = app.desk.sheet
        assert "did you mean pause" in sheet.word
        await pilot.press("e", "enter")
        await pilot.pause()
        assert app.desk.sheet is None

    assert (await drive(steps)).acts == [("pause", "")]


async def test_the_filter_narrows_as_it_is_typed_and_escape_undoes_it() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        panel: Any = app.desk.panels["events"].widget
        await pilot.press("slash", *"risk")
        await pilot.pause()
        assert panel.display
        assert panel.filter == "risk"
        await pilot.press("enter")
        await pilot.pause()
        assert panel.filter == "risk"
        await pilot.press("slash", "escape")
        await pilot.pause()
        assert panel.filter == ""

    await drive(steps)


async def test_the_theme_is_previewed_and_taken_back_by_escape() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        before = app.theme
        await pilot.press("t", "down")
        await pilot.pause()
        tried = app.theme
        assert tried != before
        await pilot.press("escape")
        await pilot.pause()
        assert app.theme == before
        await pilot.press("t", "down", "enter")
        await pilot.pause()
        assert app.theme == tried

    await drive(steps)


async def test_the_palette_does_what_is_chosen() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+p", *"widen", "enter")
        await pilot.pause()
        await pilot.press("ctrl+p", *"bids", "enter")
        await pilot.pause()
        await pilot.press("ctrl+p", *"paper", "enter")
        await pilot.pause()
        assert app.theme == "paper"
        await pilot.press("ctrl+p", *"zzzzz", "enter", "escape")
        await pilot.pause()
        assert app.desk.sheet is None

    assert (await drive(steps)).acts == [("widen", ""), ("toggle_bids", "")]


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


async def test_shadows_are_shown_by_a_key_promoted_on_a_yes_and_dropped_by_another() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("P")
        assert app.desk.footer.word == "no shadow is selected: S, the arrows"
        await pilot.press("S", "P")
        assert app.desk.focused is app.desk.panels["shadows"].widget
        assert app.desk.sheet is None, "the desk itself is selected first"
        await pilot.press("up", "P")
        sheet = app.desk.sheet
        assert sheet is not None
        words = "\n".join(line.plain for line in sheet.lines())
        assert "strategy.passive.min_spread_bps  2 → 4" in words
        assert "6 orders rest; the shadow has 6, 2 of them at a price of ours" in words
        assert "begins anew" not in words
        await pilot.press("n")
        assert link.acts == []
        await pilot.press("P", "y")
        assert link.acts == [("promote", "{}")]
        await pilot.press("D")
        await pilot.press("colon", *"shadow promote 2", "enter")
        words = "\n".join(line.plain for line in app.desk.sheet.lines()) if app.desk.sheet else ""
        assert "strategy  passive → glft" in words
        assert "begins anew" in words
        await pilot.press("y")
        await pilot.press("colon", *"shadow add strategy=pure", "enter")
        await pilot.press("colon", *"shadow promote 3", "enter")
        assert app.desk.footer.word == "shadow 3 cannot be promoted: 3 steps took too long, the last 140 ms"
        await pilot.press("colon", *"promote 9", "enter")
        assert app.desk.footer.word == "there is no shadow 9"
        await pilot.press("7")
        assert not app.desk.panels["shadows"].widget.display
        await pilot.press("D")

    link = await drive(steps, frame=desk_frame(shadows=shadows()))
    assert link.acts == [("promote", "{}"), ("shadow", "drop 1"), ("promote", "{}"), ("shadow", "add strategy=pure")]


async def test_charts_and_the_heat_map_by_key_and_by_name() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        desk: Any = app.desk
        chart, heatmap = desk.panels["chart"].widget, desk.panels["heatmap"].widget
        await pilot.press("W")
        assert chart.kind == "pnl"
        app.operate("chart", "latency")
        assert chart.kind == "latency"
        app.operate("chart", "pie")
        assert "there are mid, pnl" in desk.footer.word
        await pilot.press("6", "W")
        assert (desk.view.tab, chart.kind) == ("chart", "latency")
        await pilot.press("6", "H")
        assert desk.view.zoomed == "heatmap"
        assert heatmap.has_focus
        await pilot.press("enter")
        assert desk.view.zoomed == "heatmap"
        minutes = chart.minutes
        await pilot.press("w", "g", "c", "up")
        assert (chart.minutes, heatmap._span) == (minutes, 500_000_000)
        assert not any(look.recentre for look in link.looks)
        await pilot.press("left", "escape")
        assert heatmap.at is None
        assert desk.view.zoomed == "heatmap"
        await pilot.press("escape")
        assert desk.view.zoomed == ""
        await pilot.press("H", "H")
        assert desk.view.zoomed == ""
        strip = desk.panels["strip"].widget
        strip.focus()
        await pilot.press("left", "enter")
        assert desk.view.zoomed == "fills"
        assert strip.selected == 0

    await drive(steps, frame=desk_frame(depth=depth(400)))
