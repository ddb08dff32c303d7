"""What the smaller panels say, and what they do with keys and mouse."""

from decimal import Decimal

import msgspec
import pytest
from hand_frames import START, events, formula, reducing, strained
from hand_orders import orders
from panel_app import PanelApp, lines_of
from textual.events import MouseScrollDown, MouseScrollUp

from mm_tui.app.widgets.events import Events
from mm_tui.app.widgets.header import Header
from mm_tui.app.widgets.ladder.ladder import Ladder
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.orders import Orders
from mm_tui.app.widgets.parameters import Parameters
from mm_tui.app.widgets.position import Position
from mm_tui.app.widgets.risk import Risk
from mm_tui.app.widgets.summary import Summary
from mm_tui.app.widgets.tape import Tape
from mm_tui.app.widgets.truth import Truth
from mm_tui.app.widgets.workers import Workers
from mm_tui.views.frames import (
    DeskFrame,
    EventRow,
    Gauge,
    ParameterRow,
    PositionFrame,
    RiskFrame,
    TapeFrame,
    TruthFrame,
    WorkerRow,
)


def style_of(panel: Panel, words: str) -> str:
    return next(style for row in panel._rows for text, style in row.spans if words in text)


async def shown(panel: Panel, frame: DeskFrame, size: tuple[int, int] = (100, 30)) -> list[str]:
    app = PanelApp(panel)
    async with app.run_test(size=size):
        app.show(frame)
        return lines_of(panel)


async def test_the_header_keeps_state_and_symbol_longest() -> None:
    frame = strained(header=msgspec.structs.replace(strained().header, demo_cause="Binance is out of reach"))
    (wide,) = await shown(Header(), frame, (200, 1))
    assert "DEMO no real market   Binance is out of reach" in wide
    assert "PAPER no real orders" in wide
    assert "passive 2.0–6.0 bps × 3" in wide
    (narrow,) = await shown(Header(), frame, (30, 1))
    assert "QUOTING" in narrow
    assert "BTC/USDT" in narrow
    (tiny,) = await shown(Header(), frame, (10, 1))
    assert "QUOTING" in tiny


async def test_what_to_press_outlasts_all_but_the_badges_and_the_reason_is_cut_to_the_room() -> None:
    header = msgspec.structs.replace(
        strained().header, state="paused", venue="demo", venue_words="embedded exchange",
        reason="bids are off: 7 buys in a row; asks are off: 7 sells in a row", hint="b s turn both sides on",
    )  # fmt: skip
    frame = strained(header=header)
    (line,) = await shown(Header(), frame, (120, 1))
    assert "PAPER no real orders" in line
    assert "PAUSED   bids are off: 7 buys in a …  b s turn both sides on" in line
    (line,) = await shown(Header(), frame, (80, 1))
    assert "PAPER no real orders" in line
    (line,) = await shown(Header(), frame, (200, 1))
    assert "asks are off: 7 sells in a row  b s turn both sides on" in line
    state, *_ = await shown(Summary(), frame, (80, 4))
    assert "bids are off: 7 buys in a row; asks are off: 7 sell…  b s turn both sides on" in state
    assert "PAUSED" not in state, "the line above says so"
    bare = msgspec.structs.replace(header, reason="", hint="")
    (line,) = await shown(Header(), strained(header=bare), (120, 1))
    assert "embedded exchange" in line


async def test_the_headers_second_line_says_why_and_what_to_press() -> None:
    first, second = await shown(Header(), strained(), (120, 2))
    assert "both sides" not in first
    assert second.strip().startswith("both sides, 3 orders each  space pause")
    assert second.strip().endswith("captures 2.0 bps, pays 10.0")
    bare = msgspec.structs.replace(strained().header, reason="", hint="", venue_words="", badge="")
    first, second = await shown(Header(), strained(header=bare), (120, 2))
    assert second.strip() == "captures 2.0 bps, pays 10.0"


async def test_a_state_is_a_word_in_reverse() -> None:
    header = Header()
    await shown(header, strained())
    assert style_of(header, "QUOTING") == "bid bold reverse"


async def test_the_truth_has_fixed_widths_and_says_when_the_link_is_down() -> None:
    places = []
    for age in (3, 84, 1999, None):
        truth = msgspec.structs.replace(strained().truth, age_ms=age)
        (line,) = await shown(Truth(), strained(truth=truth), (100, 1))
        places.append((line.index("late"), line.index("gaps"), line.index("loop"), line.index("msgs")))
    assert len(set(places)) == 1
    (down,) = await shown(Truth(), strained(truth=TruthFrame(link="retrying in 3 s", bad_frames=2)), (100, 1))
    assert "retrying in 3 s" in down
    assert "bad  2" in down
    assert "age      –" in down
    (narrow,) = await shown(Truth(), strained(truth=TruthFrame(link="down")), (12, 1))
    assert "down" in narrow


@pytest.mark.parametrize(("age", "colour"), [(84, "text"), (500, "warn"), (2000, "halt bold"), (None, "dim")])
async def test_an_old_age_is_drawn_as_one(age: int | None, colour: str) -> None:
    truth = Truth()
    frame = strained(truth=msgspec.structs.replace(strained().truth, age_ms=age))
    await shown(truth, frame, (100, 1))
    spans = truth._rows[0].spans
    at = next(i for i, (text, _) in enumerate(spans) if text == "age ")
    assert spans[at + 1][1] == colour


async def test_the_tape_tells_sides_by_glyph_and_marks_what_matters() -> None:
    lines = await shown(Tape(), strained(), (60, 24))
    trades = [line for line in lines if "61,837.6" in line]
    assert all(("▲" in line) == ("61,837.64" in line) for line in trades)
    assert sum("own" in line for line in trades) == 1
    assert all((float(line.split()[4]) >= 0.01) == ("●" in line) for line in trades)
    assert "buy  3.12  sell  4.40  net  −1.28  60 s" in lines[-4]
    assert "vol  1.80 bps/√s" in lines[-3]
    assert "spread 0.020 bps" in lines[-2]
    dots = {line.index(".") for line in trades}
    assert len(dots) == 1


async def test_an_empty_tape_says_so() -> None:
    lines = await shown(Tape(), strained(tape=TapeFrame()), (50, 10))
    assert any("no trades yet" in line for line in lines)


async def test_orders_are_selected_by_keys_wheel_and_mouse_and_the_selection_stays_with_its_order() -> None:
    panel = Orders()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 12)) as pilot:
        app.show(strained())
        assert panel.selected_id is None
        panel.focus()
        await pilot.press("down")
        assert panel.selected_id == "a3"
        await pilot.press("down", "down", "up")
        assert panel.selected_id == "a2"
        assert [message.order_id for message in app.posted] == ["a3", "a2", "a1", "a2"]
        await pilot.click(panel, offset=(10, 5))
        assert panel.selected_id == "b1"
        await pilot.click(panel, offset=(10, 1))
        assert panel.selected_id == "b1"
        app.show(strained(orders=orders()[1:]))
        assert panel.selected_id == "b1"
        assert any("on selection" in style for _, style in panel._rows[4].spans)
        app.show(strained(orders=orders()[:3]))
        assert panel.selected_id is None


async def test_a_long_list_of_orders_scrolls_to_the_selected_one() -> None:
    panel = Orders()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 6)) as pilot:
        app.show(strained())
        panel.focus()
        await pilot.press(*["down"] * 6)
        assert "61,801.00" in "".join(lines_of(panel))
        assert "61,858.00" not in "".join(lines_of(panel))
        await pilot.press(*["up"] * 9)
        assert "61,858.00" in "".join(lines_of(panel))


async def test_orders_say_what_is_on_its_way_and_what_is_unknown() -> None:
    lines = await shown(Orders(), strained(), (80, 12))
    words = [
        next(word for word in ("live", "new …", "unknown", "part", "cancel …") if word in line) for line in lines[2:8]
    ]
    assert words == ["live", "new …", "unknown", "part", "live", "cancel …"]
    narrow = await shown(Orders(), strained(), (30, 12))
    assert any("61,858.00" in line and "0.00200" in line for line in narrow)


async def test_no_orders_are_said_and_keys_do_nothing() -> None:
    panel = Orders()
    app = PanelApp(panel)
    async with app.run_test(size=(50, 6)) as pilot:
        app.show(strained(orders=(), held=()))
        panel.focus()
        await pilot.press("down")
        assert panel.selected_id is None
        assert "no open orders" in lines_of(panel)[1]


async def test_risk_shows_each_figure_against_its_limit() -> None:
    panel = Risk()
    lines = await shown(panel, strained(), (60, 11))
    assert "0.00412 / 0.02 BTC" in lines[1]
    assert "21 %" in lines[1]
    assert [style_of(panel, words) for words in (" 80 %", "100 %", "  4 %")] == ["warn bold", "halt bold", "text"]
    assert "ask OFF" in lines[8]
    assert "refused 3" in lines[8]
    assert "size over 0.0030" in lines[9]
    halted = Risk()
    lines = await shown(halted, strained(risk=RiskFrame(state="halted")), (60, 11))
    assert "HALTED" in lines[0]
    assert halted._edge_colour == "halt"


async def test_an_unknown_share_is_a_dash_and_an_empty_bar() -> None:
    gauge = Gauge(name="loss", value="–", limit="50 USDT", share=None)
    lines = await shown(Risk(), strained(risk=RiskFrame(gauges=(gauge,))), (60, 6))
    assert "█" not in lines[1]
    assert "– %" in lines[1]
    narrow = await shown(Risk(), strained(), (24, 9))
    assert "0.00412" in narrow[1]


async def test_the_position_says_what_is_held_and_what_it_earned() -> None:
    lines = "\n".join(await shown(Position(), strained(), (60, 20)))
    for words in (
        "+0.00412 BTC",
        "21 %",
        "61,837.21",
        "+1.84 USDT",
        "band",
        "−0.42 … +3.10",
        "+4.02",
        "−1.61",
        "−0.26",
        "37 fills",
    ):
        assert words in lines
    narrow = "\n".join(await shown(Position(), strained(), (28, 20)))
    for words in ("+4.02", "−1.61", "−0.31", "−0.26"):
        assert words in narrow
    empty = "\n".join(await shown(Position(), strained(position=PositionFrame()), (60, 20)))
    assert "+0" not in empty
    assert empty.count("–") >= 10


async def test_the_band_stands_beside_the_profit_at_a_fixed_place() -> None:
    ends = set()
    for band, text in (
        ((Decimal("-0.42"), Decimal("1.84"), Decimal("3.10")), "−0.42 … +3.10"),
        ((Decimal("3.10"), None, Decimal("-12.42")), "−12.42 … +3.10"),
        ((None, Decimal("1.84"), None), "+1.84 … +1.84"),
        ((None, None, None), "–"),
    ):
        frame = strained(position=msgspec.structs.replace(strained().position, band=band))
        line = next(line for line in await shown(Position(), frame, (60, 12)) if "PnL" in line)
        assert f"{text} │" in line
        ends.add(line.index("band"))
        assert text in (await shown(Summary(), frame, (80, 5)))[2]
        narrow = next(line for line in await shown(Position(), frame, (30, 12)) if "PnL" in line)
        assert "+1.84" in narrow
    assert len(ends) == 1


async def test_gauges_without_room_for_a_bar_share_a_line() -> None:
    lines = await shown(Risk(), strained(), (48, 8))
    for name, line in zip(("position", "loss", "drawdown", "open"), lines[1:5], strict=True):
        assert line.startswith(f"│ {name} ")
    assert "orders/s 100 %" in lines[5]
    assert "msgs/day   8 %" in lines[5]
    assert "ask OFF" in lines[6]
    tight = await shown(Risk(), strained(), (30, 4))
    assert "orders/s 100 %" in tight[1]
    assert "sides" in tight[2]
    starts = {line.index("/") for line in await shown(Risk(), strained(), (60, 11)) if "USDT" in line}
    assert len(starts) == 1


async def test_reduce_only_colours_the_frames() -> None:
    ladder, risk = Ladder(), Risk()
    app = PanelApp(ladder, risk)
    async with app.run_test(size=(80, 40)):
        app.show(reducing(strained()))
        assert "REDUCE-ONLY" in lines_of(risk)[0]
        assert (ladder._edge_colour, risk._edge_colour) == ("warn", "warn")
        app.show(strained())
        assert "warn" not in {ladder._edge_colour, risk._edge_colour}


async def test_the_estimates_stand_above_the_parameters() -> None:
    lines = await shown(Parameters(), formula(strained()), (54, 9))
    assert "σ 1.24 bps/√s  κ 0.61 /bp  A 3.18 /s  R² 0.94  5 m" in lines[1]
    assert "p 2 more" in lines[-1]
    assert "execution_timef… infinite" in "".join(lines)
    narrow = await shown(Parameters(), formula(strained()), (30, 9))
    assert "σ 1.24 bps/√s  κ 0.61 /bp" in narrow[1]
    prior = formula(strained())
    assert prior.estimates is not None
    alone = msgspec.structs.replace(prior, estimates=msgspec.structs.replace(prior.estimates, fit=None, seconds=0))
    assert "R² prior" in (await shown(Parameters(), alone, (60, 9)))[1]


async def test_a_fresh_profit_glows_and_fades() -> None:
    panel = Position()
    app = PanelApp(panel)
    async with app.run_test(size=(60, 16)):
        frame = strained()
        app.show(frame)
        assert style_of(panel, "+1.84") == "bid bold"
        richer = msgspec.structs.replace(frame.position, total=Decimal("2.50"))
        seen = []
        for later in (0, 400_000_000, 700_000_000, 1_000_000_000):
            app.show(msgspec.structs.replace(frame, position=richer, ts=START + later))
            seen.append(style_of(panel, "+2.50"))
        assert seen == ["bid bold glow3", "bid bold glow2", "bid bold glow1", "bid bold"]


async def test_workers_have_lamps_and_the_broken_ones_a_line() -> None:
    lines = await shown(Workers(), strained(), (60, 13))
    assert "feed ◐  strategy ●  risk ●  sim ●  rec ×" in lines[1]
    assert "retrying in 3 s: connection refused" in lines[8]
    assert "disk full" in lines[9]
    assert "seed · 3/5" in lines[0]
    narrow = await shown(Workers(), strained(), (40, 8))
    assert "fee ◐  str ●" in narrow[1]
    none = await shown(Workers(), DeskFrame(), (40, 8))
    assert "no workers yet" in none[1]
    paused = (WorkerRow(name="feed", state="paused"),)
    assert "paused" in "".join(await shown(Workers(), strained(workers=paused), (40, 12)))
    long = (WorkerRow(name="recorder", state="running", detail="black box 20260101T000000Z-demo-BTCUSDT-kill"),)
    assert "black box 20260101T…" in "".join(await shown(Workers(), strained(workers=long), (36, 12)))


async def test_parameters_glow_where_they_changed() -> None:
    panel = Parameters()
    app = PanelApp(panel)
    async with app.run_test(size=(50, 8)):
        app.show(strained())
        assert style_of(panel, "2.0 bps") == "bright glow3"
        app.show(strained(ts=START + 10**9))
        assert style_of(panel, "2.0 bps") == "bright"
        app.show(strained(parameters=()))
        assert "no parameters" in lines_of(panel)[1]


async def test_parameters_side_by_side_end_at_the_same_cell_and_the_last_column_has_all_of_its_room() -> None:
    cells = {"spread": "×1.00", "order_amount": "3", "drift_threshold_bps": "2", "reference": "mid"}
    rows = tuple(ParameterRow(name=name, value=value) for name, value in cells.items())
    three = await shown(Parameters(), strained(parameters=rows[:3]), (48, 4))
    assert [line.index(value) for line, value in zip(three[1:], ("×1.00", "3"), strict=False)] == [17, 21]
    assert "drift_threshold_bps  2" in three[1]
    four = await shown(Parameters(), strained(parameters=rows), (48, 4))
    assert four[1] == three[1]


async def test_parameters_stand_side_by_side_in_a_low_panel() -> None:
    lines = await shown(Parameters(), strained(), (70, 5))
    assert all(name in "".join(lines) for name in ("min spread", "max spread", "size", "lean", "orders a side"))


async def test_the_summary_keeps_the_most_needed() -> None:
    lines = await shown(Summary(), strained(), (80, 5))
    assert "QUOTING" not in lines[0], "the header says so"
    assert "3 bid 3 ask" in lines[0]
    assert "+0.00412 BTC" in lines[1]
    assert "+1.84 USDT" in lines[2]
    assert "age  84 ms" in lines[3]
    assert "orders/s 100 %" in lines[4]
    (one,) = await shown(Summary(), strained(), (60, 1))
    assert all(words in one for words in ("QUOTING", "+0.00412", "+1.84"))
    assert "–" in "".join(await shown(Summary(), DeskFrame(), (80, 5)))


async def test_events_are_filtered_by_every_word() -> None:
    panel = Events()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 12)):
        app.show(strained())
        panel.filter = "FILL bought"
        lines = lines_of(panel)
        assert "/ FILL bought · 6 of 60" in lines[0]
        assert all("fill" in line for line in lines[1:7])
        assert panel.filter == "FILL bought"
        more = (EventRow(ts=START, kind="fill", text="bought more"), *events())
        app.show(strained(events=more))
        assert "7 of 61" in lines_of(panel)[0]
        panel.filter = "nothing like it"
        assert "no event matches" in lines_of(panel)[1]
        panel.filter = ""
        assert "/ filter" in lines_of(panel)[0]


async def test_events_scroll_and_what_is_being_read_stays() -> None:
    panel = Events()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 12)) as pilot:
        app.show(strained())
        panel.focus()
        await pilot.press("down", "pagedown", "down")
        assert panel.selected is events()[10] or panel.selected == events()[10]
        assert "↑ 1 newer" in lines_of(panel)[-1]
        reading = lines_of(panel)[1:-1]
        app.show(strained(events=(EventRow(ts=START, kind="info", text="fresh"), *events())))
        assert lines_of(panel)[1:-1] == reading
        assert "↑ 2 newer" in lines_of(panel)[-1]
        await pilot.press("end")
        assert "↑ 51 newer" in lines_of(panel)[-1]
        await pilot.press("home")
        assert "fresh" in lines_of(panel)[1]


async def test_the_wheel_scrolls_events_and_orders() -> None:
    log, list_ = Events(), Orders()
    app = PanelApp(log, list_)
    async with app.run_test(size=(90, 24)) as pilot:
        app.show(strained())
        await pilot._post_mouse_events([MouseScrollDown, MouseScrollDown], log, offset=(5, 5))
        assert "↑ 6 newer" in lines_of(log)[-1]
        await pilot._post_mouse_events([MouseScrollUp], log, offset=(5, 5))
        assert "↑ 3 newer" in lines_of(log)[-1]
        await pilot._post_mouse_events([MouseScrollDown, MouseScrollDown], list_, offset=(5, 5))
        assert list_.selected_id == "a2"
        await pilot._post_mouse_events([MouseScrollUp], list_, offset=(5, 5))
        assert list_.selected_id == "a3"
