from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import pytest
from hand_frames import BTC, MID, PEPE, START, ladder, strained
from hypothesis import given
from hypothesis import strategies as st
from panel_app import PanelApp, lines_of
from textual import events

from mm_tui.app.palette import Palette, palette_of
from mm_tui.app.themes import load_themes
from mm_tui.app.widgets.columns import QUEUE, SETS, Needs, beside, columns_for, price_text, scale_for
from mm_tui.app.widgets.ladder import Ladder
from mm_tui.app.widgets.ladder_row import (
    EMPTY,
    LIT,
    Beside,
    Cells,
    Half,
    Place,
    headings,
    place_in_queue,
    row,
    spread_line,
)
from mm_tui.app.widgets.ladder_view import GROUPS
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Spans
from mm_tui.model.events import BUY
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame, LadderFrame

STEP = BTC.step_size


def line_with(panel: Panel, text: str) -> str:
    return next(line for line in lines_of(panel) if text in line)


def text(spans: Spans) -> str:
    return "".join(words for words, _ in spans)


NEEDS = Needs(price=9, own=200, largest=10**6, deepest=10**7, traded=10**5)


@pytest.mark.parametrize("chosen", SETS)
def test_columns_never_take_more_than_there_is(chosen: str) -> None:
    for width in range(1, 160):
        columns = columns_for(width, NEEDS, STEP, chosen)
        taken = columns.left + columns.price + 2 * columns.side + columns.right
        assert taken + columns.margin <= width
        assert min(columns[:-4]) >= 0


def test_columns_give_way_in_the_order_of_their_worth() -> None:
    widths = (120, 86, 76, 58, 46, 33, 14)
    kept = [columns_for(width, NEEDS, STEP) for width in widths]
    assert [bool(columns.ahead) for columns in kept] == [True, False, False, False, False, False, False]
    assert [bool(columns.traded) for columns in kept] == [True, True, True, False, False, False, False]
    assert [bool(columns.depth) for columns in kept] == [True, True, True, False, False, False, False]
    assert [bool(columns.queue) for columns in kept] == [True, True, True, True, False, False, False]
    assert [bool(columns.bar) for columns in kept] == [True, True, True, True, False, False, False]
    assert [columns.mine for columns in kept] == [9, 9, 9, 9, 9, 2, 0]
    assert [bool(columns.quantity) for columns in kept] == [True, True, True, True, True, True, False]


def test_a_set_takes_its_own_columns_first() -> None:
    flow, depth, queue = (columns_for(64, NEEDS, STEP, chosen) for chosen in ("flow", "depth", "queue"))
    assert flow.change and flow.traded and not flow.queue  # noqa: PT018 - one thing
    assert depth.depth and not depth.change  # noqa: PT018 - likewise
    assert queue.queue and queue.eta and queue.ahead  # noqa: PT018 - likewise


@given(
    most=st.integers(1, 10**13), lots=st.integers(-(10**13), 10**13), places=st.integers(0, 8),
)  # fmt: skip
def test_figures_of_a_column_fit_it_and_stand_on_one_decimal_point(most: int, lots: int, places: int) -> None:
    step, most = Decimal(1).scaleb(-places), 10 ** len(str(most)) - 1
    scale = scale_for(most, step)
    lots = max(-most, min(most, lots))
    text = beside(lots, step, scale, signed=True).rjust(scale.width + 1)
    assert len(text) == scale.width + 1
    assert text[0] == " "
    point = len(text) - text.index(".") - 1 if "." in text else 0
    assert point == scale.places
    number = text.strip().lstrip("+−<").replace(",", "")
    assert abs(Decimal(number).scaleb(scale.power) - abs(lots) * step) <= Decimal(1).scaleb(scale.power - scale.places)


def test_large_quantities_lose_digits_after_the_point_not_before() -> None:
    columns = columns_for(60, NEEDS._replace(largest=10**11), STEP)
    assert columns.places < 5
    assert columns.quantity >= len("1,000,000")


def test_prices_in_every_unit() -> None:
    assert price_text(MID, 2 * MID, "quote", BTC.tick_size) == "61,837.63"
    assert price_text(MID, None, "ticks", BTC.tick_size) == "6,183,763"
    assert price_text(MID + 6184, 2 * MID, "bps", BTC.tick_size) == "+10.0"
    assert price_text(MID, None, "bps", BTC.tick_size) == "–"


def cells(width: int = 80, **changes: Any) -> Cells:
    columns = columns_for(width, NEEDS, STEP)
    values: dict[str, Any] = {
        "price": "61,837.63", "bid": Half(100_000, 20, 200), "ask": EMPTY, "pending": False, "touch": "bid",
        "last": 0, "last_quantity": 0, "glow": 0, "chosen": False, "dimmed": False, "columns": columns,
        "place": Place("0.410", (2, 1, 2), "12 s"), "beside": Beside("+1.20", 3, "3.5", "0.41", 0),
    }  # fmt: skip
    return Cells(**(values | changes))


@cache
def look() -> Palette:
    return palette_of(load_themes().themes["graphite"])


def test_a_row_from_the_queue_to_what_traded() -> None:
    line = text(row(cells(120), BTC, look()))
    assert line.split() == [
        "0.410", "──━··", "12", "s", "0.00200", "▌██", "1.00000", "61,837.63", "+1.20", "3.5", "0.41",
    ]  # fmt: skip
    other = text(row(cells(120, bid=EMPTY, ask=Half(100_000, 20, 200), touch="ask"), BTC, look()))
    assert other.split() == [
        "0.410", "──━··", "12", "s", "61,837.63", "1.00000", "██▌", "0.00200", "+1.20", "3.5", "0.41",
    ]  # fmt: skip
    assert len(line) == len(other)
    bare = text(row(cells(120, bid=Half(5, 1, 0), place=None, beside=Beside()), BTC, look()))
    assert len(bare) == len(line)


@pytest.mark.parametrize(
    ("ahead", "own", "behind", "bar"),
    [
        (0, 10, 0, (0, 5, 0)), (0, 10, 90, (0, 1, 4)), (1, 10, 10_000, (1, 1, 3)), (50, 1, 50, (2, 1, 2)),
        (10_000, 1, 0, (4, 1, 0)), (0, 60, 40, (0, 3, 2)), (None, 10, None, (0, 0, 0)), (3, 10, None, (0, 0, 0)),
    ],
)  # fmt: skip
def test_a_place_in_a_queue_as_a_bar(ahead: int | None, own: int, behind: int | None, bar: tuple[int, ...]) -> None:
    place = place_in_queue(ahead, own, behind, "x", None)
    assert place.bar == bar
    assert place.eta == "–"
    assert sum(place.bar) in {0, QUEUE}


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 10**9))
def test_ours_is_always_seen_and_only_the_front_has_nothing_before_it(ahead: int, own: int, behind: int) -> None:
    before, ours, after = place_in_queue(ahead, own, behind, "x", 0).bar
    assert before + ours + after == QUEUE
    assert ours >= 1
    assert (before == 0) == (ahead == 0)


def test_a_queue_that_is_not_known_is_a_dash() -> None:
    line = text(row(cells(120, place=Place("", (0, 0, 0), "–")), BTC, look()))
    assert line.split()[:3] == ["–", "–", "–"]


def test_a_large_fresh_change_glows_and_a_dimmed_row_does_not() -> None:
    told = Beside("+1.20", 3, "", "", 2)
    assert any(style == "bid glow2 bold" for _, style in row(cells(beside=told), BTC, look()))
    assert not any("glow" in style for _, style in row(cells(beside=told, dimmed=True), BTC, look()))


def test_our_orders_are_marked_where_their_size_has_no_room() -> None:
    assert "◆" in text(row(cells(33), BTC, look()))
    assert "…" in text(row(cells(33, pending=True), BTC, look()))


def test_our_orders_on_their_way_are_dim_and_marked() -> None:
    spans = row(cells(pending=True), BTC, look())
    assert ("0.00200…".rjust(9), "dim") in spans
    assert ("0.00200 ".rjust(9), "own bold") in row(cells(), BTC, look())


@pytest.mark.parametrize(("side", "glyph"), [(1, "▲"), (-1, "▼")])
def test_the_last_trade_is_told_by_glyph_and_size(side: int, glyph: str) -> None:
    spans = row(cells(120, last=side, last_quantity=2000, glow=2), BTC, look())
    assert glyph in text(spans)
    assert any("0.02000" in words and style == "last bold" for words, style in spans)
    dimmed = row(cells(120, last=side, last_quantity=2000, glow=2, dimmed=True), BTC, look())
    assert {style for words, style in dimmed if glyph in words} == {"dim"}


def test_a_chosen_row_has_one_ground_from_edge_to_edge() -> None:
    spans = [span for span in row(cells(chosen=True), BTC, look()) if span[0]]
    assert all("on selection" in style for _, style in spans)


def test_a_dimmed_row_has_no_other_colour() -> None:
    spans = row(cells(dimmed=True), BTC, look())
    assert {style.split()[0] for words, style in spans if words.strip()} == {"dim"}


@pytest.mark.parametrize("width", [3, 14, 33, 46, 60, 90, 120])
def test_headings_stand_over_their_columns(width: int) -> None:
    columns = columns_for(width, NEEDS, STEP)
    head = text(headings(columns, BTC, "quote")).ljust(width)
    line = text(row(cells(width), BTC, look())).ljust(width)
    assert len(head) == max(width, len(head)) == width
    if columns.quantity:
        size = fmt.lots(100_000, STEP, columns.places)
        end = head.index("bids") + len("bids BTC" if "bids BTC" in head else "bids")
        assert end == line.index(size) + len(size)
    for name, value in (("depth", "3.5"), ("±2s", "+1.20"), ("traded", "0.41"), ("eta", "12 s"), ("ahead", "0.410")):
        if name in head:
            assert head.rindex(name) + len(name) == line.rindex(value) + len(value)
    if columns.mine > 2:
        assert head.index("mine") + 4 == line.index("0.00200") + len("0.00200")


def test_the_spread_is_said_in_every_unit() -> None:
    frame = ladder()
    lines = [text(spread_line(frame, BTC, unit, 60)).strip(" ─") for unit in ("quote", "ticks", "bps")]
    assert lines == ["spread 0.01 · 0.00 bps", "spread 1 ticks · 0.00 bps", "spread 0.00 bps · 0.01"]
    assert "–" in text(spread_line(LadderFrame(), BTC, "quote", 60))
    assert len(text(spread_line(frame, BTC, "quote", 5))) <= 5


async def test_the_spread_stands_between_the_touches_whatever_the_height() -> None:
    for height in (6, 9, 20, 50):
        panel = Ladder()
        app = PanelApp(panel)
        async with app.run_test(size=(70, height)):
            app.show(strained())
            lines = lines_of(panel)
            at = next(i for i, line in enumerate(lines) if "spread" in line)
            assert "61,837.64" in lines[at - 1]
            assert "61,837.63" in lines[at + 1]


async def test_it_asks_for_the_rows_it_has_room_for() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 30)) as pilot:
        await pilot.pause()
        assert app.posted[-1].viewport.rows == 26
        await pilot.resize_terminal(70, 20)
        await pilot.pause()
        assert app.posted[-1].viewport.rows == 16


async def test_wheel_recentre_and_group_say_what_to_look_at() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 30)) as pilot:
        panel.scroll_rows(1)
        assert panel.viewport.centre is None
        app.show(strained(ladder=ladder(group=100)))
        middle = panel.frame.ladder.rows[20].price
        await pilot._post_mouse_events([_scroll("Up")], panel, offset=(5, 5))
        assert app.posted[-1].viewport.centre == middle + 300
        await pilot._post_mouse_events([_scroll("Down")], panel, offset=(5, 5))
        assert app.posted[-1].viewport.centre == middle
        panel.recentre()
        await pilot.pause()
        await pilot.pause()
        assert app.posted[-1].viewport.centre is None
        assert app.posted[-1].viewport.recentre == 1
        seen = []
        for _ in GROUPS:
            panel.cycle_group()
            seen.append(panel.viewport.group)
        assert seen == [*GROUPS[1:], 0]
        panel.cycle_group(-1)
        assert panel.viewport.group == GROUPS[-1]


def _scroll(way: str) -> type[events.MouseEvent]:
    return getattr(events, f"MouseScroll{way}")


async def test_a_click_selects_a_level_and_a_second_gives_it_up() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 30)) as pilot:
        app.show(strained())
        at = next(i for i, line in enumerate(lines_of(panel)) if "61,837.60" in line)
        await pilot.click(panel, offset=(30, at))
        assert panel.picked == MID - 3
        assert app.posted[-1].price == MID - 3
        assert any("on selection" in style for _, style in panel._rows[at].spans)
        await pilot.click(panel, offset=(30, at))
        assert panel.picked is None
        assert app.posted[-1].price is None
        spread = next(i for i, line in enumerate(lines_of(panel)) if "spread" in line)
        await pilot.click(panel, offset=(30, spread))
        assert panel.picked is None


async def test_keys_select_a_level_from_the_touch_on_and_scroll_along_at_the_edges() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(100, 14)) as pilot:
        await pilot.press("down")
        assert panel.picked is None
        app.show(strained())
        panel.focus()
        await pilot.press("down")
        assert panel.picked == MID
        await pilot.press("up", "k")
        assert panel.picked == MID + 2
        await pilot.press("j", "j", "j")
        assert panel.picked == MID - 1
        assert f"{fmt.steps(MID - 1, BTC.tick_size)} · size" in lines_of(panel)[-1]
        lowest = panel._levels[-1].price
        await pilot.press("pagedown")
        assert panel.picked is not None
        assert panel.picked < lowest
        assert panel.viewport.centre is not None
        assert "out of sight" in lines_of(panel)[-1]
        await pilot.press("home")
        assert (panel.picked, panel.viewport.centre) == (None, None)
        await pilot.press("ctrl+u")
        assert panel.picked is None
        assert panel.viewport.centre is not None
        assert panel.viewport.centre > MID
        panel.pick(MID)
        await pilot.press("ctrl+d")
        assert panel.picked == MID - len(panel._levels) // 2


async def test_a_selection_stays_with_its_group_while_the_touch_moves() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(100, 30)) as pilot:
        app.show(strained(ladder=ladder(group=100)))
        panel.focus()
        await pilot.press("down")
        assert panel.picked == MID
        rows = panel.frame.ladder.rows
        moved = [msgspec.structs.replace(row, price=MID - 40) if row.price == MID else row for row in rows]
        app.show(strained(ladder=msgspec.structs.replace(ladder(group=100), rows=tuple(moved))))
        assert "61,837.23 · size" in lines_of(panel)[-1]


async def test_a_level_of_ours_tells_its_queue() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(120, 30)):
        frame = ladder(own_below=0)
        rows = tuple(
            msgspec.structs.replace(row, ahead=41_000, behind=9_000, eta_s=125, bought=500) if row.own_ask else row
            for row in frame.rows
        )
        app.show(strained(ladder=msgspec.structs.replace(frame, rows=rows)))
        panel.pick(MID + 5)
        foot = lines_of(panel)[-1]
        assert "0.410 ahead of mine, eta 2 m" in foot
        assert "bought 0.005 sold 0.308 in 5 m" in foot
        assert "2 m 0.00200" not in foot
        line = line_with(panel, "61,837.68")
        assert line.split()[1:5] == ["0.410", "───━·", "2", "m"]


async def test_sets_of_columns_go_round_and_the_corner_says_which() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(68, 30)):
        app.show(strained())
        seen = []
        for _ in SETS:
            panel.cycle_columns()
            seen.append((panel.columns_set, lines_of(panel)[1].split()))
        assert [name for name, _ in seen] == ["queue", "flow", "depth", "auto"]
        assert "eta" in seen[0][1]
        assert "traded" in seen[1][1]
        assert "depth" in seen[2][1]
        assert "depth · row" not in lines_of(panel)[0]
        panel.wear({"columns": "flow", "unit": "bps", "group": 50})
        assert panel.kept == {"columns": "flow", "unit": "bps", "group": 50}
        assert (panel.columns_set, panel.unit, panel.viewport.group) == ("flow", "bps", 50)
        assert "flow · row" in lines_of(panel)[0]
        panel.wear({"columns": "none such", "unit": 3, "group": "7"})
        assert panel.kept == {"columns": "auto", "unit": "quote", "group": 0}


async def test_units_go_round_and_the_corner_says_so() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(80, 30)):
        app.show(strained())
        panel.cycle_units()
        assert "6,183,763" in "".join(lines_of(panel))
        assert "in ticks" in lines_of(panel)[0]
        panel.cycle_units()
        assert "in bps" in lines_of(panel)[0]
        panel.cycle_units()
        assert "61,837.63" in "".join(lines_of(panel))


@pytest.mark.parametrize("state", ["stale", "invalid book"])
async def test_a_book_that_is_not_to_be_trusted_is_dim_framed_and_explained(state: str) -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 30)):
        header = msgspec.structs.replace(strained().header, state=state, reason="gap at 1204", hint="wait")
        app.show(strained(header=header, ladder=ladder(valid=False)))
        shown = "\n".join(lines_of(panel))
        assert state.upper() in shown
        assert "gap at 1204" in shown
        assert "wait" in shown
        assert panel._edge_colour == "halt"
        trusted = {"bid", "ask", "own", "bright"}
        row_styles = [style for _, style in panel._rows[3].spans[1:-1]]
        assert not trusted & {style.split()[0] for style in row_styles}
        app.show(strained())
        assert state.upper() not in "\n".join(lines_of(panel))
        assert panel._edge_colour == "accent"


async def test_an_invalid_book_is_said_even_when_the_state_lags_behind() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 30)):
        app.show(strained(ladder=ladder(valid=False)))
        shown = "\n".join(lines_of(panel))
        assert "INVALID BOOK" in shown
        assert "waiting for a fresh book" in shown


async def test_a_halt_is_said_below_the_touch_and_the_book_stays_lit() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 50)):
        header = msgspec.structs.replace(strained().header, state="halted", reason="daily loss", hint="a re-arm")
        app.show(strained(header=header))
        lines = lines_of(panel)
        halted = next(i for i, line in enumerate(lines) if "HALTED" in line)
        spread = next(i for i, line in enumerate(lines) if "spread" in line)
        assert halted > spread + 1
        assert any(style.startswith("bid") for _, style in panel._rows[spread + 1].spans)


async def test_before_the_first_book_it_says_that_it_starts() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(50, 12)):
        app.show(DeskFrame())
        assert "STARTING" in "\n".join(lines_of(panel))


async def test_own_orders_out_of_sight_are_counted_in_the_frame() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 20)):
        app.show(strained(ladder=ladder(own_above=1, own_below=2)))
        assert "↑ 1 own order above" in lines_of(panel)[0]
        assert "↓ 2 own orders below" in lines_of(panel)[-1]


async def test_the_last_trade_fades_with_time_alone() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 30)):
        frame = strained(ladder=ladder(last_ts=START))
        levels = []
        for later in range(0, 1_200_000_000, 100_000_000):
            app.show(msgspec.structs.replace(frame, ts=START + later))
            at = next(i for i, line in enumerate(lines_of(panel)) if "▼" in line)
            levels.append(next(LIT.index(style) for words, style in panel._rows[at].spans if "▼" in words))
        assert levels == [3, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0]


async def test_the_last_trade_moves_from_its_old_row_to_its_new_one() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 30)):
        frame = strained()
        app.show(frame)
        moved = msgspec.structs.replace(frame.ladder, last_price=MID + 1, last_side=BUY)
        app.show(msgspec.structs.replace(frame, ladder=moved))
        marked = [line for line in lines_of(panel) if "▲" in line or "▼" in line]
        assert len(marked) == 1
        assert "61,837.64" in marked[0]


async def test_a_trade_inside_a_group_lights_the_groups_row() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 30)):
        app.show(strained(ladder=ladder(group=100, last_price=MID - 230)))
        assert "61,836.00" in line_with(panel, "▼")


async def test_widths_do_not_jump_when_a_number_gets_longer() -> None:
    panel = Ladder()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 30)):
        app.show(strained())
        columns = panel._columns(BTC)
        small = ladder(largest=100)
        app.show(strained(ladder=small, orders=()))
        assert panel._columns(BTC) == columns
        app.show(strained(instrument=PEPE))
        assert panel._columns(PEPE) != columns


@given(
    st.lists(
        st.tuples(
            st.integers(1, 10**9), st.integers(0, 10**6), st.integers(-(10**9), 10**9), st.integers(0, 10**10),
            st.integers(0, 10**9), st.booleans(),
        ),
        min_size=2, max_size=12,
    ),
    st.sampled_from([46, 58, 76, 86, 108, 140]),
    st.sampled_from([BTC, PEPE]),
    st.sampled_from(list(SETS)),
)  # fmt: skip
def test_every_column_has_its_decimal_point_in_one_place(
    levels: list[tuple[int, int, int, int, int, bool]], width: int, instrument: Instrument, chosen: str
) -> None:
    step = instrument.step_size
    needs = Needs(11, 10**6, 10**9 - 1, 10**10 - 1, 10**9 - 1)
    columns = columns_for(width, needs, step, chosen)
    ends: dict[str, set[int]] = {}
    for size, own, change, depth, traded, asks in levels:
        half = Half(size, 5, own)
        told = Beside(
            beside(change, step, columns.fine, signed=True) if columns.change else "", 0,
            beside(depth, step, columns.deep) if columns.depth else "",
            beside(traded, step, columns.flow) if columns.traded else "",
        )  # fmt: skip
        place = place_in_queue(7, own, 7, beside(own, step, columns.fine), 99) if own else None
        values = {"bid": EMPTY, "ask": half} if asks else {"bid": half, "ask": EMPTY}
        spans = row(cells(columns=columns, place=place, beside=told, touch="", **values), instrument, look())
        line = text(spans)
        assert len(line.rstrip()) <= width
        right = len(line)
        for name, cell in (("traded", columns.traded), ("depth", columns.depth), ("change", columns.change)):
            part = line[right - cell : right]
            right -= cell
            if cell and "." in part:
                ends.setdefault(name, set()).add(part.rindex("."))
        bids = columns.margin + columns.left + columns.mine + columns.bar
        start = bids + columns.quantity + columns.price if asks else bids
        part = line[start : start + columns.quantity]
        assert part.strip() == (fmt.lots(size, step, columns.places) if columns.quantity else "")
        if "." in part:
            ends.setdefault("asks" if asks else "bids", set()).add(part.rindex("."))
    assert all(len(places) == 1 for places in ends.values())
