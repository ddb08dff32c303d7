import msgspec
import pytest
from hand_frames import BTC, MID, PEPE, START, ladder, strained
from panel_app import PanelApp, lines_of
from textual import events

from mm_tui.app.widgets.ladder.columns import SETS
from mm_tui.app.widgets.ladder.ladder import Ladder
from mm_tui.app.widgets.ladder.looking import GROUPS
from mm_tui.app.widgets.ladder.row import (
    LIT,
)
from mm_tui.app.widgets.lines import Panel
from mm_tui.app.widgets.spans import Spans
from mm_tui.model.events import BUY
from mm_tui.views import fmt
from mm_tui.views.frames import DeskFrame


def line_with(panel: Panel, text: str) -> str:
    return next(line for line in lines_of(panel) if text in line)


def text(spans: Spans) -> str:
    return "".join(words for words, _ in spans)


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
