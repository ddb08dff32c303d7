"""The heat map: what colours mean, where prices stand, and that shifted lines are what whole lines would be."""

from typing import Any

import msgspec
import pytest
from hand_frames import BTC, PEPE, depth, strained
from panel_app import PanelApp, lines_of
from textual.geometry import Offset

from mm_tui.app.widgets.heatmap.heatmap import SPANS, Heatmap
from mm_tui.app.widgets.heatmap.memory import FACTORS, LEVELS, Alphabet, Heat
from mm_tui.model.events import BUY, SELL
from mm_tui.views import fmt
from mm_tui.views.frames import ChartFill, DepthFrame, DepthTrades
from mm_tui.views.frames.depth import UNKNOWN, lots_of

QUARTER = SPANS[0]
WHOLE = depth(700)


def part(end: int, count: int = 300) -> DepthFrame:
    return DepthFrame(group=WHOLE.group, columns=WHOLE.columns[max(0, end - count) : end])


def fed(*frames: DepthFrame, halves: bool = True, fills: tuple[ChartFill, ...] = (), span: int = QUARTER) -> Heat:
    heat = Heat(Alphabet(halves=halves, ascii=not halves))
    heat.shape(100, 20, span)
    for frame in frames:
        heat.feed(frame, fills)
    return heat


def test_step_by_step_is_what_it_is_at_once() -> None:
    steps = fed(*(part(end) for end in range(300, 420, 3)))
    once = fed(part(419 - 419 % 3))
    once._top, once._auto, once.ends = steps._top, steps._auto, steps.ends
    once._drawn.clear()
    assert steps.newest == once.newest
    for slot in range(once.first, once.newest + 1):
        assert steps.cells(slot) == once.cells(slot)


def test_only_new_columns_are_drawn() -> None:
    heat = fed(part(300))
    for slot in range(heat.first, heat.newest + 1):
        heat.cells(slot)
    heat.void, kept = False, dict(heat._drawn)
    heat.touched.clear()
    heat.feed(part(301), ())
    assert heat.touched == {heat.newest}
    assert not heat.void
    heat.cells(heat.newest)
    assert [slot for slot, cells in heat._drawn.items() if kept.get(slot) is not cells] == [heat.newest]


def test_more_displayed_is_a_stronger_colour_and_unknown_is_none() -> None:
    heat = fed(part(300))
    faint, strong = heat.ends
    levels = [heat.level_of(code, LEVELS) for code in range(1, 60_000, 50)]
    assert levels == sorted(levels)
    assert heat.level_of(faint, LEVELS) == 1
    assert heat.level_of(strong, LEVELS) == LEVELS - 1
    assert heat.level_of(0, LEVELS) == heat.level_of(UNKNOWN, LEVELS) == 0


def test_coarser_rows_add_up() -> None:
    heat = fed(part(300))
    before = heat.groups
    heat.cycle_factor()
    heat.feed(part(301), ())
    assert heat.groups == next(factor for factor in FACTORS if factor > before)
    column = heat.slot(heat.newest).column
    row = heat.rows // 2 + 3
    bucket = heat.price_at(row) // heat._group
    together = sum(lots_of(column.code(bucket + at)) for at in range(heat.groups))
    assert lots_of(heat.code_at(column, row)) == pytest.approx(together, rel=3e-4)
    last = column.low
    assert heat.code_at(column, heat.row_of(last * heat._group - 1)) == UNKNOWN
    for _ in FACTORS:
        heat.cycle_factor()
    assert heat.factor in {0, *FACTORS}


def test_own_quotes_are_kept_in_sight_and_the_mid_in_the_middle() -> None:
    far = msgspec.structs.replace(WHOLE.columns[299], own_bids=(WHOLE.columns[299].bid - 9_000,))
    heat = fed(DepthFrame(group=100, columns=(*WHOLE.columns[:299], far)))
    assert heat.groups == 5
    assert 0 <= heat.row_of(far.own_bids[0]) < heat.rows
    top = heat._top
    heat.feed(part(301), ())
    assert (heat.groups, heat._top) == (5, top)
    heat.recentre()
    heat.feed(part(302), ())
    assert heat.groups == 2
    assert abs(heat.row_of(WHOLE.columns[301].bid) - heat.rows // 2) <= 1


def test_trades_fills_and_quotes_are_marks_on_their_rows() -> None:
    column = WHOLE.columns[299]
    bucket = column.bid // 100 + 9
    trades = (DepthTrades(bucket=bucket, bought=5_000), DepthTrades(bucket=bucket + 2, sold=200))
    column = msgspec.structs.replace(column, trades=trades, own_asks=(), own_bids=(column.bid - 700,))
    fill = ChartFill(ts=column.ts, side=SELL, price=column.bid + 1_500)
    heat = Heat(Alphabet(halves=True, ascii=False))
    heat.large = 1_000
    heat.shape(60, 20, QUARTER)
    heat.feed(DepthFrame(group=100, columns=(*WHOLE.columns[:299], column)), (fill,))
    cells = heat.cells(heat.newest)
    at = {cell.glyph: (y, cell.style) for y, cell in enumerate(cells) if cell.glyph not in " ▀"}
    assert at["●"][0] == heat.row_of(bucket * 100) // 2
    assert at["●"][1].startswith("bid bold clear on heat")
    assert at["•"][1].startswith("ask bold clear on heat")
    assert at["▼"][0] == heat.row_of(fill.price) // 2
    assert at["─"][1].startswith("own clear on heat")
    assert heat.traded_at(heat.slot(heat.newest), heat.row_of(bucket * 100)) == (5_000, 0)


def test_a_late_fill_touches_its_column_and_shades_stand_for_colours() -> None:
    heat = fed(part(300), halves=False)
    heat.touched.clear()
    early = WHOLE.columns[250]
    heat.feed(part(301), (ChartFill(ts=early.ts, side=BUY, price=early.bid),))
    assert early.ts // QUARTER in heat.touched
    cells = heat.cells(early.ts // QUARTER)
    assert cells[heat.row_of(early.bid)].glyph == "^"
    glyphs = {cell.glyph for slot in range(heat.first, heat.newest) for cell in heat.cells(slot)}
    assert glyphs <= set(" .:+#=-OoXx,^v")
    assert {".", ":", "+", "#", "=", "-", "o", "x"} <= glyphs


def test_steps_without_a_sample_hold_the_one_before_unless_it_is_long() -> None:
    near, far = WHOLE.columns[:100:4], WHOLE.columns[140:150]
    heat = fed(DepthFrame(group=100, columns=(*near, *far)))
    held = near[15].ts // QUARTER + 2
    assert heat.slot(held).column is near[15]
    assert heat.slot(held).trades == {}
    assert heat.slot(near[-1].ts // QUARTER + 10) is None
    assert {cell.glyph for cell in heat.cells(near[-1].ts // QUARTER + 10)} == {" "}


def test_another_session_or_step_of_time_starts_over() -> None:
    heat = fed(part(400))
    newest = heat.newest
    heat.feed(part(300), ())
    assert heat.newest < newest
    heat.shape(100, 20, 4 * QUARTER)
    heat.feed(part(400), ())
    assert heat.newest == newest // 4
    traded = sum(bought + sold for slot in heat._slots.values() for bought, sold in slot.trades.values())
    first = min(heat._slots)
    assert traded == sum(
        one.bought + one.sold for c in part(400).columns if c.ts // (4 * QUARTER) >= first for one in c.trades
    )


class Way:
    """The short way, with a terminal's lines in place of a terminal."""

    def __init__(self, width: int, height: int) -> None:
        self.lines = [[(" ", "")] * width for _ in range(height)]
        self.shifts = self.writes = self.lost = 0

    def place_of(self, _: Any) -> Offset:
        return Offset(0, 0)

    def write(self, place: Offset, rows: Any, look: Any) -> None:
        self.writes += 1
        for at, row, _ in rows:
            self.lines[at] = list(cells(row.spans))

    def shift(self, place: Offset, ends: Any, look: Any) -> None:
        self.shifts += 1
        for at, x, gone, tail, end in ends:
            line = self.lines[at]
            del line[x : x + gone]
            line += [("?", "?")] * gone
            new = list(cells(end.spans))
            line[tail : tail + len(new)] = new


def cells(spans: Any) -> Any:
    return ((glyph, style) for text, style in spans for glyph in text)


async def test_lines_that_are_shifted_are_what_whole_lines_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = Heatmap()
    app = PanelApp(panel)
    async with app.run_test(size=(100, 24)):
        app.show(strained(depth=part(300)))
        way = Way(100, 24)
        way.write(Offset(0, 0), [(at, row, None) for at, row in enumerate(panel._rows)], None)
        for module in ("heatmap.heatmap", "lines"):
            monkeypatch.setattr(f"mm_tui.app.widgets.{module}.direct", lambda _: way)
        for end in [*range(301, 330), 332, 333, 340]:
            app.show(strained(depth=part(end)))
            assert ["".join(g for g, _ in line) for line in way.lines] == lines_of(panel)
            assert way.lines == [list(cells(row.spans)) for row in panel._rows]
        assert way.shifts >= 25
        panel.action_move(-3, 2)
        assert way.lines == [list(cells(row.spans)) for row in panel._rows]
        app.show(strained(depth=part(341)))
        assert way.lines == [list(cells(row.spans)) for row in panel._rows]


async def test_the_crosshair_says_exactly_what_was_where() -> None:
    panel = Heatmap()
    app = PanelApp(panel)
    async with app.run_test(size=(120, 30)) as pilot:
        frame = strained(depth=part(400))
        app.show(frame)
        await pilot.click(panel, offset=(80, 10))
        heat = panel.heat
        step, price = panel.at
        slot = heat.slot(step)
        low = price // heat.ticks * heat.ticks
        shown = fmt.compact(float(lots_of(heat.code_at(slot.column, heat.row_of(price))) * BTC.step_size))
        line = lines_of(panel)[1]
        assert fmt.clock(slot.column.ts) in line
        assert f"{fmt.steps(low, BTC.tick_size)} – {fmt.steps(low + heat.ticks - 1, BTC.tick_size)}" in line
        assert f"displayed {shown} BTC" in line
        assert lines_of(panel)[10][80] == "┼"
        await pilot.press("left", "j", "l", "k", "shift+left", "shift+right")
        assert panel.at == (step, low)
        await pilot.press("up")
        assert panel.at[1] == low + heat.ticks
        for _ in range(12):
            await pilot.press("shift+right")
        assert panel.at is None
        panel.action_move(-1, 0)
        assert panel.at[0] == heat.newest - 1
        assert panel.let_go()
        assert not panel.let_go()
        assert "own fills" in lines_of(panel)[1]


async def test_it_says_why_there_is_nothing_and_takes_another_market() -> None:
    panel = Heatmap()
    app = PanelApp(panel)
    async with app.run_test(size=(120, 30)) as pilot:
        app.show(strained())
        assert "no book yet" in lines_of(panel)[1]
        panel.action_move(-1, 0)
        assert panel.at is None
        app.show(strained(depth=part(400), instrument=PEPE))
        assert "PEPE a row" not in lines_of(panel)[0]
        assert "USDT a row" in lines_of(panel)[0]
        for span in (*SPANS[1:], SPANS[0]):
            panel.cycle_window()
            assert f"{span / 1e9:g} s a column" in lines_of(panel)[0]
        rows = lines_of(panel)[0]
        panel.cycle_group()
        assert lines_of(panel)[0] != rows
        panel.recentre()
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        assert "too small" in lines_of(panel)[1]
