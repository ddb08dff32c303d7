import msgspec
import pytest
from hand_frames import BTC, MID, PEPE, START, chart, strained
from hypothesis import given, settings
from hypothesis import strategies as st
from panel_app import PanelApp, lines_of

from mm_tui.app.actions import CHARTS
from mm_tui.app.widgets.chart import Chart
from mm_tui.app.widgets.chart_lines import LINES
from mm_tui.app.widgets.chart_time import TimeChart
from mm_tui.app.widgets.plot import EMPTY, Plot, Series, nice_scale
from mm_tui.model.events import BUY, SELL
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import ChartFill, ChartFrame, ChartSample, LatencyRow, ReplayFrame, WorthFrame

QUARTER = 250_000_000
WINDOW = 300_000_000_000


def plot_of(kind: str = "mid") -> Plot:
    chart = LINES[kind]
    return Plot(chart.series, chart.scale(BTC).read, chart.mark, floor=chart.floor)


def grain_of(step: int) -> int:
    """What the lower edge of a low plot is a multiple of."""
    power: int = 10 ** (len(str(step)) - 1)
    return power // 4 if step % power else power


def fresh(frame: ChartFrame, like: Plot) -> Plot:
    plot = plot_of()
    plot.shape(like.width, like.height, like.span * 2 * like.width)
    plot.span = like.span
    plot.step, plot.bottom = like.step, like.bottom
    plot.feed(frame.samples, frame.fills)
    return plot


def test_what_is_worked_out_step_by_step_is_what_is_worked_out_at_once() -> None:
    whole = chart(1600)
    plot = plot_of()
    plot.shape(60, 14, WINDOW)
    for end in range(1200, 1600, 7):
        part = ChartFrame(samples=whole.samples[end - 1200 : end], fills=whole.fills)
        plot.feed(part.samples, part.fills)
        other = fresh(part, plot)
        assert [row[2:] for row in plot.rows()] == [row[2:] for row in other.rows()]  # the oldest cell has lost samples


def test_only_columns_that_are_new_are_drawn() -> None:
    whole = chart(1300)
    plot = plot_of()
    plot.shape(60, 14, WINDOW)
    plot.feed(whole.samples[:1200], ())
    plot.rows()
    kept = dict(plot._drawn)
    plot.feed(whole.samples[1:1201], ())
    plot.rows()
    again = [cell for cell, drawn in plot._drawn.items() if kept.get(cell) is not drawn]
    assert plot.step
    assert len(again) <= 2


def test_the_picture_moves_left_by_whole_cells() -> None:
    whole = chart(1300)
    plot = plot_of()
    plot.shape(60, 14, WINDOW)
    plot.feed(whole.samples[:1200], ())
    before, newest = plot.rows(), plot.newest
    plot.feed(whole.samples[60:1260], ())
    after, moved = plot.rows(), plot.newest - newest
    assert moved > 0
    assert plot.step
    for old, new in zip(before, after, strict=True):
        assert [cell.kind for cell in old[moved + 1 : -1]] == [cell.kind for cell in new[1 : -1 - moved]]


def test_the_scale_is_kept_while_it_fits_and_left_when_it_does_not() -> None:
    plot = plot_of()
    plot.shape(40, 10, WINDOW)

    def feed(at: int, mid2: int) -> tuple[int, int]:
        plot.feed((ChartSample(ts=START + at * QUARTER, mid2=mid2, bid2=None, ask2=None),), ())
        return plot.step, plot.bottom

    first = feed(0, 1000)
    feed(1, 1400)
    scale = feed(2, 600)
    assert scale != first
    assert feed(3, 700) == scale
    assert feed(4, 9000) != scale


@given(low=st.integers(0, 10**12), extent=st.integers(0, 10**9), height=st.integers(1, 60))
@settings(max_examples=300, deadline=None)
def test_a_scale_holds_what_it_must_show_at_round_prices(low: int, extent: int, height: int) -> None:
    step, bottom = nice_scale(low, low + extent, height, 0)
    grain = step if height >= 8 else grain_of(step)
    assert bottom % grain == 0
    assert bottom <= low
    assert low + extent < bottom + step * height
    assert str(step).rstrip("0") in {"1", "125", "2", "25", "4", "5", "75"}


@given(
    mids=st.lists(st.one_of(st.none(), st.integers(1, 10**8)), min_size=1, max_size=60),
    width=st.integers(1, 30),
    height=st.integers(1, 12),
)
@settings(max_examples=150, deadline=None)
def test_any_samples_give_a_full_grid(mids: list[int | None], width: int, height: int) -> None:
    samples = tuple(
        ChartSample(ts=START + at * 3 * QUARTER, mid2=mid, bid2=mid, ask2=None) for at, mid in enumerate(mids)
    )
    plot = plot_of()
    plot.shape(width, height, WINDOW)
    plot.feed(samples, (ChartFill(ts=START, side=BUY, price=5),))
    rows = plot.rows()
    assert [len(row) for row in rows] == [width] * height
    assert all(len(cell.glyph) == 1 for row in rows for cell in row)


def test_another_session_starts_over() -> None:
    whole = chart(1200)
    plot = plot_of()
    plot.shape(40, 10, WINDOW)
    plot.feed(whole.samples, whole.fills)
    earlier = tuple(msgspec.structs.replace(sample, ts=sample.ts - 10**12) for sample in whole.samples)
    plot.feed(earlier, ())
    assert plot.rows() == fresh(ChartFrame(samples=earlier), plot).rows()


async def test_the_current_mid_stands_on_the_axis_and_quotes_beside_it() -> None:
    panel = Chart()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 20)):
        frame = strained()
        app.show(frame)
        lines = lines_of(panel)
        mid = frame.chart.samples[-1].mid2 // 2
        marked = [
            at
            for at, row in enumerate(panel._rows[:-1])
            if at > 1 and any(style == "bright bold" for _, style in row.spans[1:])
        ]
        assert len(marked) == 1
        assert f"{mid / 100:,.2f}" in lines[marked[0]]
        kinds = {style for row in panel._rows[2:-1] for text, style in row.spans if any("⠀" < g <= "⣿" for g in text)}
        assert kinds == {"bright", "bid", "ask"}
        assert "5 min" in lines[0]


async def test_fills_are_arrows() -> None:
    panel = Chart()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 20)):
        base = chart(1200)
        fills = (
            ChartFill(ts=START - 100 * QUARTER, side=BUY, price=base.samples[-100].mid2 // 2),
            ChartFill(ts=START - 50 * QUARTER, side=SELL, price=base.samples[-50].mid2 // 2),
        )
        app.show(strained(chart=ChartFrame(samples=base.samples, fills=fills)))
        picture = "\n".join(lines_of(panel))
        assert picture.count("▲") == 1
        assert picture.count("▼") == 1


@pytest.mark.parametrize(
    ("presses", "window", "label"),
    [(0, "5 min", "00:01"), (1, "15 min", "00:00"), (2, "1 h", "23:50"), (3, "4 h", "22:00"), (4, "1 min", "00:02:00")],
)
async def test_windows_go_round_and_times_fit_them(presses: int, window: str, label: str) -> None:
    panel = Chart()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 20)):
        app.show(strained())
        for _ in range(presses):
            panel.cycle_window()
        lines = lines_of(panel)
        assert f"USDT · {window} " in lines[0]
        assert label in lines[-2]


async def test_before_a_window_is_chosen_it_grows_with_what_is_known() -> None:
    panel, seconds = Chart(), []
    app = PanelApp(panel)
    async with app.run_test(size=(100, 14)):
        for known in (2, 14, 50, 70, 89, 170, 299, 1000):
            app.show(strained(chart=chart(4 * known)))
            seconds.append(panel.seconds)
            filled = sum(
                any(row[x] != EMPTY for row in panel.picture.plot.rows()) for x in range(panel.picture.plot.width)
            )
            assert known < 10 or filled >= 0.6 * panel.picture.plot.width, "two thirds of it are filled"
        assert seconds == [10, 15, 60, 90, 90, 180, 300, 300]
        app.show(strained(chart=chart(4 * 22)))
        assert "USDT · 30 s" in lines_of(panel)[0]
        panel.cycle_window()
        assert panel.seconds == 60


def test_where_columns_are_shorter_than_samples_are_apart_the_line_is_whole_and_breaks_where_nothing_is_known() -> None:
    plot = plot_of()
    plot.shape(60, 6, 8 * 1_000_000_000)  # 120 columns of dots for 32 samples
    mids: list[int | None] = [100 + at % 7 for at in range(32)]
    mids[10] = mids[11] = None
    samples = tuple(ChartSample(ts=START + at * QUARTER, mid2=mid, bid2=None, ask2=None) for at, mid in enumerate(mids))
    plot.feed(samples, ())
    empty = [x for x in range(plot.width) if all(row[x] == EMPTY for row in plot.rows())]
    first, last = plot.cell_of(samples[9].ts), plot.cell_of(samples[12].ts)
    assert [x for x in empty if x] == list(range(first + 1, last))
    assert len(empty) >= 2
    late = ChartSample(ts=samples[-1].ts + 4 * QUARTER, mid2=103, bid2=None, ask2=None)
    plot.feed((*samples, late), ())
    assert any(
        all(row[x] == EMPTY for row in plot.rows()) for x in range(plot.cell_of(samples[-1].ts) + 1, plot.width - 1)
    )


@pytest.mark.parametrize(("low", "high"), [(61_730, 61_905), (61_780, 61_955)])
def test_a_low_plot_wastes_no_row_for_a_rounder_edge(low: int, high: int) -> None:
    assert nice_scale(low, high, 4)[0] == 50


async def test_it_says_when_there_is_nothing_to_draw_or_no_room() -> None:
    panel = Chart()
    app = PanelApp(panel)
    async with app.run_test(size=(50, 12)) as pilot:
        app.show(strained(chart=ChartFrame()))
        assert "no prices yet" in lines_of(panel)[1]
        nothing = tuple(ChartSample(ts=START + at, mid2=None, bid2=None, ask2=None) for at in range(3))
        app.show(strained(chart=ChartFrame(samples=nothing)))
        assert not any("⠀" < glyph <= "⣿" for line in lines_of(panel) for glyph in line)
        app.show(strained())
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        assert "too small" in lines_of(panel)[1]


async def test_another_market_gets_another_axis() -> None:
    panel = Chart()
    app = PanelApp(panel)
    async with app.run_test(size=(80, 16)):
        app.show(strained())
        small = tuple(ChartSample(ts=START + at * QUARTER, mid2=2400 + at, bid2=None, ask2=None) for at in range(40))
        app.show(strained(instrument=PEPE, chart=ChartFrame(samples=small)))
        assert any("0.0000121" in line for line in lines_of(panel))
        assert not any("61,8" in line for line in lines_of(panel))
        assert BTC.symbol != PEPE.symbol
        assert MID


def test_lines_of_one_colour_each_meet_in_one_character() -> None:
    plot = Plot((Series("a"), Series("b"), Series("c", dashed=True)), lambda sample: (sample.mid2, sample.bid2, 0))
    plot.shape(10, 5, WINDOW)
    plot.feed(tuple(ChartSample(ts=START + at * 40 * QUARTER, mid2=at, bid2=-at, ask2=None) for at in range(20)), ())
    kinds = {cell.kind for row in plot.rows() for cell in row}
    assert kinds - {"c"} == {"a", "b", ""}
    first = plot.rows()
    middle = plot.row_of(0)
    assert middle is not None
    assert any(cell.kind == "a" for cell in first[1])
    assert any(cell.kind == "b" for cell in first[-1])
    assert plot.value_at(middle) <= 0 < plot.value_at(middle - 1)


@given(low=st.integers(-(10**9), 10**9), extent=st.integers(0, 10**9), height=st.integers(1, 60))
@settings(max_examples=200, deadline=None)
def test_values_below_zero_have_scales_too(low: int, extent: int, height: int) -> None:
    step, bottom = nice_scale(low, low + extent, height)
    grain = step if height >= 8 else grain_of(step)
    assert bottom % grain == 0 or height == 1
    assert bottom <= low
    assert low + extent < bottom + step * height


@pytest.mark.parametrize(
    ("kind", "instrument", "step", "text"),
    [
        ("mid", BTC, 100, "61,837.64"), ("pnl", BTC, 500, "+1.23"), ("pnl", BTC, 5, "+1.2345"),
        ("inventory", BTC, 1000, "0.00"), ("spread", BTC, 20000, "1.2"), ("spread", BTC, 20, "1.234"),
    ],
)  # fmt: skip
def test_the_axis_is_written_with_the_digits_of_its_step(
    kind: str, instrument: Instrument, step: int, text: str
) -> None:
    scale = LINES[kind].scale(instrument)
    value = {"mid": 2 * MID + 1, "pnl": 12_345, "inventory": 412, "spread": 12_340}[kind]
    assert scale.text(value, scale.places(step)) == text
    assert scale.text(None) == "–"


async def test_the_crosshair_stands_where_it_is_put_and_moves_and_goes() -> None:
    panel = Chart()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 20)) as pilot:
        frame = strained()
        app.show(frame)
        panel.focus()
        await pilot.click(panel, offset=(50, 8))
        lines = lines_of(panel)
        assert sum("│" in line[50] for line in lines[2:-2]) >= 10
        picture = panel.picture
        assert isinstance(picture, TimeChart)
        at = picture.at
        assert at is not None
        sample = max((one for one in frame.chart.samples if one.ts <= at), key=lambda one: one.ts)
        assert f"mid {fmt.number(sample.mid2 * BTC.tick_size / 2, 2)}" in lines[1]
        assert lines[1].startswith(f"│ {fmt.clock(sample.ts)}")
        await pilot.press("left", "h", "shift+left", "right", "l", "shift+right")
        assert picture.at == at
        await pilot.press("left")
        assert picture.at == at - 2 * picture.plot.span
        for _ in range(10):
            await pilot.press("shift+right")
        assert picture.at is None
        await pilot.press("left")
        assert picture.at is not None
        assert panel.let_go()
        assert not panel.let_go()
        panel.action_move(-1)
        later = msgspec.structs.replace(frame.chart.samples[-1], ts=frame.chart.samples[-1].ts + 3600 * 10**9)
        app.show(strained(chart=ChartFrame(samples=(later,))))
        assert picture.at is None
        assert "│" not in "".join(line[20:-3] for line in lines_of(panel)[2:-2])


async def test_a_moment_without_a_sample_says_so() -> None:
    panel = Chart()
    app = PanelApp(panel)
    async with app.run_test(size=(90, 20)):
        whole = chart(1200)
        gap = ChartFrame(samples=(*whole.samples[:400], *whole.samples[800:]))
        app.show(strained(chart=gap))
        panel.picture.point(45, 5)
        panel.repaint()
        assert lines_of(panel)[1].count("–") == 3


async def test_kinds_go_round_and_each_keeps_its_own_window() -> None:
    panel = Chart()
    app = PanelApp(panel)
    async with app.run_test(size=(100, 20)):
        app.show(strained())
        titles = []
        for _ in CHARTS:
            panel.cycle_kind()
            titles.append(lines_of(panel)[0])
            panel.picture.move(-1)
            panel.picture.cycle_window()
            panel.repaint()
        assert panel.kind == CHARTS[0]
        assert [
            any(word in title for title in titles) for word in ("PnL", "Inventory", "Spread", "Markouts", "Latency")
        ]
        assert panel.seconds == 900
        panel.choose("latency")
        assert panel.seconds == 900
        assert not panel.let_go()
        with pytest.raises(KeyError):
            panel.choose("nothing")


async def test_a_low_panel_tells_the_values_at_the_crosshair_in_its_frame() -> None:
    panel = Chart()
    app = PanelApp(panel)
    async with app.run_test(size=(70, 7)) as pilot:
        app.show(strained())
        assert "USDT · 5 min" in lines_of(panel)[0]
        await pilot.click(panel, offset=(50, 3))
        head = lines_of(panel)[0]
        assert "Mid, quotes, fills" in head
        assert "mid 61,8" in head
        assert ":" in head
        assert "5 min" not in head
        assert panel.let_go()
        assert "USDT · 5 min" in lines_of(panel)[0]


async def test_markouts_stand_at_their_horizons_with_their_errors() -> None:
    panel = Chart()
    panel.kind = "markouts"
    app = PanelApp(panel)
    async with app.run_test(size=(90, 20)):
        app.show(strained())
        lines = lines_of(panel)
        assert "5s" in lines[1]
        assert "buy  −1.14 ±0.44 of 17 fills" in lines[1]
        assert sum(line.count("●") for line in lines) == 8
        assert "┬" in "".join(lines[2:])
        panel.picture.point(20, 5)
        panel.repaint()
        assert "100ms" in lines_of(panel)[1]
        assert panel.let_go()
        app.show(strained(worth=WorthFrame()))
        assert "no markouts yet" in lines_of(panel)[1]


async def test_latencies_have_bars_where_the_times_are() -> None:
    panel = Chart()
    panel.kind = "latency"
    app = PanelApp(panel)
    async with app.run_test(size=(90, 20)):
        row = LatencyRow(name="tick to order", counts=((900, 1_100, 3), (95_000, 105_000, 1)), count=4, p50_ms=0.001,
                         p99_ms=0.1, max_ms=0.105)  # fmt: skip
        app.show(strained(latency=(row,)))
        lines = lines_of(panel)
        assert "tick to order" in lines[1]
        assert "4 times" in lines[1]
        bars = lines[-3][2:-2]
        assert bars[0] == "█"
        assert 0 < bars.index("█", 20) / len(bars) < 0.75
        assert lines[-2][2:-2].split() == ["1", "µs", "10", "µs", "100", "µs", "1", "ms"]
        app.show(strained(latency=(LatencyRow(name="tick to order"),)))
        assert "nothing measured yet" in lines_of(panel)[1]
        app.show(strained(latency=(), replay=ReplayFrame()))
        assert "nothing is measured in a replay" in lines_of(panel)[1]
