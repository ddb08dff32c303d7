"""The tape by its width: value and bar where there is room, several columns on a full screen."""

import pytest
from hand_frames import BTC, strained
from panel_app import PanelApp, lines_of

from mm_tui.app.widgets.tape import Tape, fitting


async def shown(width: int, height: int = 24) -> list[str]:
    panel = Tape()
    app = PanelApp(panel)
    async with app.run_test(size=(width, height)):
        app.show(strained())
        return [line[2:-2] for line in lines_of(panel)]


def test_the_value_comes_before_the_bar_and_the_bar_before_a_second_column() -> None:
    assert fitting(40, 10, 10, 10)[2:] == (0, 0, 1)
    assert fitting(48, 10, 10, 10)[2:] == (10, 0, 1)
    assert fitting(56, 10, 10, 10)[2:] == (10, 7, 1)
    assert fitting(73, 10, 10, 10)[2:] == (10, 24, 1)
    assert fitting(149, 10, 10, 10)[2:] == (10, 24, 2)
    for width in range(40, 300):
        widths = fitting(width, 10, 10, 10)
        assert widths.beside * (widths.whole + 3) - 3 <= width


async def test_a_trade_has_its_value_in_quote_and_a_bar_by_what_is_significant() -> None:
    frame = strained()
    lines = (await shown(80))[2:20]
    lengths = {}
    for line, trade in zip(lines, frame.tape.trades, strict=False):
        words = line.replace("●", "").replace("own", "").split()
        assert words[4] == f"{BTC.price(trade.price) * BTC.quantity(trade.quantity):,.0f}"
        lengths[trade.quantity] = sum(glyph in "▏▎▍▌▋▊▉█" for glyph in line)
        assert ("own" in line) == trade.own
    assert [lengths[each] for each in sorted(lengths)] == sorted(lengths.values()), "the larger the longer"


@pytest.mark.parametrize("width", [60, 90, 160])
async def test_columns_go_on_where_the_one_before_ends(width: int) -> None:
    frame, height = strained(), 14
    lines = (await shown(width, height))[2:-4]
    beside = lines[0].count(":") // 2
    assert beside == (2 if width == 160 else 1)
    second = 75
    told = [line[:second] for line in lines] + [line[second:] for line in lines if beside == 2]
    sizes = [f"{trade.quantity * BTC.step_size:,.5f}" for trade in frame.tape.trades[: len(told)]]
    assert [size for size, line in zip(sizes, told, strict=False) if size not in line] == []
