"""The panel of the fills: columns that give way, figures at the bottom, scrolling."""

from decimal import Decimal

import msgspec
import pytest
from hand_frames import BTC, PEPE, desk_frame, strained
from hand_orders import fills, worth
from panel_app import PanelApp, lines_of

from mm_tui.app.widgets.fills import Fills, foot_lines, places_of
from mm_tui.views.frames import DeskFrame, WorthFrame


async def shown(frame: DeskFrame, size: tuple[int, int]) -> list[str]:
    panel = Fills()
    app = PanelApp(panel)
    async with app.run_test(size=size):
        app.show(frame)
        return lines_of(panel)


async def test_each_fill_says_what_it_was_worth() -> None:
    lines = await shown(desk_frame(), (80, 20))
    assert lines[1].split()[1:-1] == ["time", "price", "USDT", "size", "spread", "adverse", "fee", "net"]
    first = lines[2]
    assert "00:02:09 ▲  61,825.23  0.00200  +0.2400        –  −0.0620        – taker" in first
    assert "00:01:48 ▲  61,825.53  0.00060  +0.0390  −0.0180   0.0000  +0.0210" in lines[3]
    assert "37" in lines[0]


@pytest.mark.parametrize(("width", "left_out"), [
    (78, set()), (72, set()), (60, {"fee"}), (56, {"fee", "spread"}), (46, {"fee", "spread", "adverse"}),
    (38, {"fee", "spread", "adverse", "size"}),
])  # fmt: skip
async def test_columns_give_way_in_the_order_of_their_worth(width: int, left_out: set[str]) -> None:
    lines = await shown(desk_frame(), (width, 12))
    heads = set(lines[1].split())
    assert {"size", "spread", "adverse", "fee", "net"} - heads == left_out
    assert "61,825.53" in lines[3]
    assert "+0.0210" in lines[3]


async def test_the_net_adds_up_where_all_is_known() -> None:
    for row in fills():
        if row.net is not None and row.spread is not None and row.adverse is not None:
            assert row.net == row.spread + row.adverse + row.fee


@pytest.mark.parametrize(("width", "height", "lines"), [
    (80, 4, 0), (80, 5, 1), (80, 7, 2), (80, 10, 4), (50, 10, 2), (50, 16, 2), (50, 17, 9),
])  # fmt: skip
def test_the_figures_take_what_the_height_allows(width: int, height: int, lines: int) -> None:
    assert len(foot_lines(worth(), width, height)) == lines


def test_every_figure_has_its_unit() -> None:
    text = "\n".join("".join(words for words, _ in line) for line in foot_lines(worth(), 74, 12))
    for words in (
        "break-even  1.4 bps", "maker       97 %", "fill ratio   4.21 %", "fills/1000  18.4", "quote life     11 s",
        "half-life   42 s", "at limit      0.3 %", "bps   100ms    1s    5s   30s   60s",
        "buy    −0.3  −0.6  −1.1  −0.9     –", "sell   −0.5  −0.8  −1.0  +0.4     –",
    ):  # fmt: skip
        assert words in text
    assert max(len(line) for line in text.split("\n")) <= 74


def test_what_is_not_known_is_a_dash() -> None:
    text = "".join("".join(words for words, _ in line) for line in foot_lines(WorthFrame(), 80, 12))
    assert "0" not in text.replace("100ms", "").replace("30s", "").replace("60s", "").replace("fills/1000", "")
    assert text.count("–") == 17


async def test_no_fills_are_said() -> None:
    assert any("no fills yet" in line for line in await shown(desk_frame(worth=WorthFrame()), (80, 12)))


async def test_it_scrolls_and_what_is_being_read_stays() -> None:
    panel = Fills()
    app = PanelApp(panel)
    async with app.run_test(size=(80, 12)) as pilot:
        app.show(desk_frame())
        panel.focus()
        panel.scroll_rows(6)
        assert "↑ 6 newer" in lines_of(panel)[-1]
        reading = lines_of(panel)[2:7]
        newest = msgspec.structs.replace(fills()[0], ts=fills()[0].ts + 10**9)
        app.show(desk_frame(worth=msgspec.structs.replace(worth(), fills=(newest, *fills()))))
        assert lines_of(panel)[2:7] == reading
        assert "↑ 7 newer" in lines_of(panel)[-1]
        await pilot.press("end")
        assert "↑ 33 newer" in lines_of(panel)[-1]
        await pilot.press("home")
        assert "newer" not in lines_of(panel)[-1]


async def test_widths_only_grow_while_the_market_stays() -> None:
    panel = Fills()
    app = PanelApp(panel)
    async with app.run_test(size=(80, 12)):
        app.show(desk_frame())
        before = panel._columns(fills(), BTC)
        huge = msgspec.structs.replace(fills()[3], spread=Decimal("12345.6789"))
        app.show(desk_frame(worth=msgspec.structs.replace(worth(), fills=(huge,))))
        wider = panel._columns((), BTC)
        assert wider.net > before.net
        app.show(desk_frame())
        assert panel._columns(fills(), BTC).net == wider.net
        assert panel._columns((), PEPE).net == before.net


def test_digits_follow_the_value_of_the_smallest_order() -> None:
    assert places_of(BTC) == 4
    assert places_of(PEPE) == 4
    assert places_of(msgspec.structs.replace(BTC, min_notional=Decimal("0.0001"))) == 8
    assert places_of(msgspec.structs.replace(BTC, min_notional=Decimal(10_000))) == 2


async def test_sides_are_told_by_glyph_and_colour() -> None:
    panel = Fills()
    app = PanelApp(panel)
    async with app.run_test(size=(80, 20)):
        app.show(strained())
        for row in panel._rows[2:8]:
            buy = any("▲" in text for text, _ in row.spans)
            assert any(style == ("bid" if buy else "ask") for _, style in row.spans)
