"""Lists: a row that is selected, the keys of vi, a filter, the mouse."""

from typing import Any

import msgspec
import pytest
from hand_frames import START, desk_frame, events, strained
from hand_orders import history
from panel_app import PanelApp, lines_of

from mm_tui.app.widgets.events import Events
from mm_tui.app.widgets.fills import Fills
from mm_tui.app.widgets.history import History
from mm_tui.app.widgets.orders import Orders
from mm_tui.app.widgets.scrolling import chosen_ground, matching, out_of_sight
from mm_tui.views.frames import EventRow, ReplayFrame

Line = list[Any]


def marked(panel: Any) -> list[int]:
    """Lines that stand on the ground of a selection."""
    return [at for at, row in enumerate(panel._rows) if any("on selection" in style for _, style in row.spans)]


def test_every_word_of_a_filter_must_stand_somewhere() -> None:
    rows = ["Fill bought", "fill SOLD", "quote"]
    assert matching(rows, "", str) is rows
    assert matching(rows, "sold fill", str) == ("fill SOLD",)
    assert matching(rows, "no", str) == ()


def test_the_ground_of_a_selection_goes_from_edge_to_edge() -> None:
    assert chosen_ground([("ab", "text")], 5) == [("ab", "text on selection"), ("   ", "text on selection")]


def test_what_is_out_of_sight_is_counted_on_either_side() -> None:
    assert out_of_sight(0, 0) == out_of_sight(-3, -1) == ""
    assert out_of_sight(0, 1) == "↓ 1 more"
    assert out_of_sight(2, 1204) == "↑ 2  ↓ 1,204 more"


@pytest.mark.parametrize(("kind", "total"), [(Events, 60), (Fills, 0), (History, 0), (Orders, 0)])
async def test_a_list_that_is_cut_says_so_and_a_whole_one_does_not(kind: type[Any], total: int) -> None:
    panel, frame = kind(), strained()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 9)) as pilot:
        app.show(frame)
        shown = {
            Events: frame.events, Fills: frame.worth.fills, History: frame.history, Orders: (*frame.orders, *frame.held)
        }[kind]  # fmt: skip
        assert len(shown) >= total
        foot = lines_of(panel)[-1]
        assert f"↓ {len(shown) - panel._seen} more" in foot
        panel.focus()
        await pilot.press("G")
        assert "↓" not in lines_of(panel)[-1]
        assert "↑" in lines_of(panel)[-1]
        await pilot.resize_terminal(90, len(shown) + 16)
        panel.let_go() if hasattr(panel, "let_go") else None
        assert "more" not in lines_of(panel)[-1]


async def test_the_keys_of_vi_do_what_the_arrows_do() -> None:
    panel = Events()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 12)) as pilot:
        app.show(strained())
        panel.focus()
        rows = events()
        for keys, at in (
            ("j", 0), ("j j", 2), ("k", 1), ("G", 59), ("g", 0), ("ctrl+d", 5), ("ctrl+d", 10), ("ctrl+u", 5),
            ("end", 59), ("home", 0), ("pagedown", 9), ("pageup", 0), ("n", 0), ("N", 0),
        ):  # fmt: skip
            await pilot.press(*keys.split())
            assert panel.selected == rows[at], keys
            assert len(marked(panel)) == 1
        panel.filter = "fill"
        await pilot.press("n", "n")
        assert panel.selected == rows[20]
        await pilot.press("N")
        assert panel.selected == rows[10]
        assert panel.let_go()
        assert not panel.let_go()
        assert marked(panel) == []
        await pilot.press("G")
        assert panel.selected == rows[50]
        panel.filter = ""
        panel.let_go()
        panel._listed = ()  # as before its first picture
        panel.action_move(10**6)
        assert panel.selected == rows[59]


async def test_a_selection_stays_with_its_row_and_goes_with_it() -> None:
    panel = Events()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 12)) as pilot:
        app.show(strained())
        panel.focus()
        await pilot.press("down", "down")
        before = marked(panel)
        app.show(strained(events=(EventRow(ts=START, kind="info", text="fresh"), *events())))
        assert panel.selected == events()[1]
        assert marked(panel) == before
        app.show(strained(events=(EventRow(ts=START, kind="info", text="alone"),)))
        assert panel.selected is None
        await pilot.press("k")
        assert panel.selected.text == "alone"


async def test_a_click_selects_a_row_and_a_second_gives_it_up() -> None:
    panel = Fills()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 24)) as pilot:
        app.show(strained())
        await pilot.click(panel, offset=(10, 4))
        assert panel.selected == panel.frame.worth.fills[2]
        assert marked(panel) == [4]
        told = "\n".join(lines_of(panel))
        assert "maker  spread" in told
        assert "100ms" in told
        await pilot.click(panel, offset=(10, 4))
        assert panel.selected is None
        await pilot.click(panel, offset=(10, 0))
        assert panel.selected is None


async def test_a_line_that_was_cut_is_told_in_full_where_it_is_selected() -> None:
    panel = Events()
    app = PanelApp(panel)
    async with app.run_test(size=(44, 14)) as pilot:
        app.show(strained())
        panel.focus()
        await pilot.press("down")
        shown = " ".join(" ".join(lines_of(panel)).replace("│", " ").split())
        assert "bought 0.0006 BTC at 61,825.00, queue 0.02 ahead, fee 0.00" in shown
        await pilot.press("j", "j", "j", "j", "j")
        app.show(strained(events=(EventRow(ts=START, kind="info", text="short"),)))
        await pilot.press("j")
        assert "────────────" not in "".join(lines_of(panel)[1:-1])


@pytest.mark.parametrize(
    ("kind", "words", "left"),
    [(Fills, "sell", 14), (Events, "risk", 6), (History, "canceled sell", 9), (Orders, "buy", 3)],
)
async def test_every_list_has_a_filter(kind: type[Any], words: str, left: int) -> None:
    panel = kind()
    app = PanelApp(panel)
    async with app.run_test(size=(110, 24)):
        app.show(strained())
        panel.filter = words
        assert panel.filter == words
        corner = lines_of(panel)[0]
        assert f"/ {words} · {left} of" in corner
        panel.filter = "nothing like it"
        assert "matches the filter" in "".join(lines_of(panel))
        panel.filter = ""
        assert "/ " not in lines_of(panel)[0].replace("/ filter", "")


async def test_orders_have_the_same_keys_and_a_filter_hides_the_held() -> None:
    panel = Orders()
    app = PanelApp(panel)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(strained())
        panel.focus()
        for keys, order in (
            ("j", "a3"),
            ("G", "b3"),
            ("g", "a3"),
            ("ctrl+d", "b2"),
            ("ctrl+u", "a3"),
            ("pagedown", "b3"),
        ):
            await pilot.press(keys)
            assert panel.selected_id == order, keys
        await pilot.press("n")
        assert panel.selected_id == "b3"
        panel.filter = "buy"
        await pilot.press("N")
        assert panel.selected_id == "b2"
        panel.filter = "sell"
        assert panel.selected_id is None
        panel.filter = ""
        assert panel.selected_id == "b2"


async def test_the_history_tells_lives() -> None:
    panel = History()
    app = PanelApp(panel)
    async with app.run_test(size=(120, 30)) as pilot:
        app.show(desk_frame(history=()))
        assert "no orders yet" in "".join(lines_of(panel))
        app.show(desk_frame(history=(), replay=ReplayFrame()))
        assert "it comes with the desk itself" in "".join(lines_of(panel))
        app.show(strained())
        rows = history()
        lines = lines_of(panel)
        assert lines[1].split("│")[1].split() == [
            "time", "side", "price", "size", "filled", "ahead", "alive", "status", "why",
        ]  # fmt: skip
        assert "new …" in lines[2] or "live" in lines[2]
        panel.focus()
        await pilot.press("j", "j")
        told = "\n".join(lines_of(panel))
        assert rows[1].order_id in told
        assert "placed" in told
        assert "ahead in the queue" in told
        assert "cancelling" in told
        later = msgspec.structs.replace(strained(), ts=strained().ts + 3_000_000_000)
        alive = lines_of(panel)[2]
        app.show(later)
        assert lines_of(panel)[2] != alive
        assert panel.selected == rows[1]


@pytest.mark.parametrize("width", [40, 60, 75, 90])
async def test_columns_of_the_history_give_way_and_its_lines_keep_their_width(width: int) -> None:
    panel = History()
    app = PanelApp(panel)
    async with app.run_test(size=(width, 12)):
        app.show(strained())
        lines = lines_of(panel)
        assert {len(line) for line in lines} == {width}
        assert ("ahead" in lines[1]) == (width >= 90)
        assert "61,8" in lines[2]
