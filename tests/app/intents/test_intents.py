"""What actions do on the screen's side, by key and by line: questions first, panels, lists and inputs."""

from typing import Any

import msgspec
import pytest
from desk_link import Recorded
from driven_app import drive
from hand_frames import depth, desk_frame, flat, halted, reducing, shadows
from textual.pilot import Pilot
from textual.widgets import Input
from waiting import until

from mm_tui.app.app import DeskApp
from mm_tui.app.intents.intents import price_of
from mm_tui.settings.sections import Ui


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


async def test_a_question_is_answered_by_a_click_on_an_answer_and_by_no_other() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        async def click(words: str) -> None:
            sheet = app.desk.sheet
            assert sheet is not None
            await until(pilot, lambda: sheet.region.area > 0)
            y, text = next((y, line.plain) for y, line in enumerate(sheet.lines()) if words in line.plain)
            at = sheet.content_region.offset - sheet.region.offset
            await pilot.click(sheet, offset=(at.x + text.index(words), at.y + y))
            await pilot.pause()

        await pilot.press("f")
        await click("Quotes are pulled")
        assert app.desk.sheet is not None, "words are no answer"
        await click("keep the position")
        assert app.desk.sheet is None
        assert link.acts == [("pull", "flatten")]
        await pilot.press("f")
        await click("close it")
        assert app.desk.sheet is None
        assert link.acts[1:] == [("pull", "flatten"), ("flatten", "")]
        await pilot.press("question_mark")
        await click("cancel all")
        assert app.desk.sheet is None

    await drive(steps)


async def test_panels_and_the_full_screen_can_be_typed() -> None:
    async def steps(app: DeskApp, _: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("colon", *"panel tape", "enter")
        await until(pilot, lambda: app.desk.panel_of(app.desk.focused) == "tape")
        await pilot.press("colon", *"zoom", "enter")
        await until(pilot, lambda: app.desk.view.zoomed == "tape")
        await pilot.press("colon", *"back", "enter")
        await until(pilot, lambda: not app.desk.view.zoomed)
        await pilot.press("colon", *"panel nowhere", "enter")
        await until(pilot, lambda: app.desk.footer.word.startswith("no panel 'nowhere'; there are ladder"))
        await pilot.press("colon", *"panel", "enter")
        await until(pilot, lambda: app.desk.sheet is not None)
        assert app.desk.sheet is not None
        assert app.desk.sheet.query_one(Input).value == "panel "

    await drive(steps)


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


async def test_there_is_no_question_where_nothing_is_to_be_rearmed() -> None:
    async def steps(app: DeskApp, link: Recorded, pilot: Pilot[None]) -> None:
        await pilot.press("a", "y")
        await pilot.pause()
        assert app.desk.sheet is None
        assert app.desk.footer.word == "nothing to re-arm: the desk is quoting"
        link.frame = reducing(desk_frame())
        app.poll()
        await pilot.press("a")
        await pilot.pause()
        assert app.desk.sheet is not None

    assert (await drive(steps)).acts == []


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
        unit, seconds = ladder.unit, chart.seconds
        await pilot.press("percent_sign", "w")
        assert ladder.unit != unit
        assert chart.seconds != seconds

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
        seconds = chart.seconds
        await pilot.press("w", "g", "c", "up")
        assert (chart.seconds, heatmap._span) == (seconds, 500_000_000)
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
