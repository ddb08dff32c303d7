"""The chart's panel: its kinds, windows, axes, crosshair, markouts and latencies."""

import msgspec
import pytest
from hand_frames import BTC, MID, PEPE, START, chart, strained
from panel_app import PanelApp, lines_of

from mm_tui.app.actions import CHARTS
from mm_tui.app.widgets.chart.chart import Chart
from mm_tui.app.widgets.chart.line_charts import LINES
from mm_tui.app.widgets.chart.over_time import TimeChart, rows_labelled
from mm_tui.app.widgets.chart.plot import EMPTY
from mm_tui.model.events import BUY, SELL
from mm_tui.model.instrument import Instrument
from mm_tui.views import fmt
from mm_tui.views.frames import ChartFill, ChartFrame, ChartSample, LatencyRow, ReplayFrame, WorthFrame

QUARTER = 250_000_000


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


def test_an_axis_has_a_second_value_wherever_there_is_room_beside_the_marked_one() -> None:
    assert rows_labelled(12, 5) == {3, 7, 11}
    assert rows_labelled(12, 4) == {7, 11}
    assert rows_labelled(4, 2) == {0}
    assert rows_labelled(4, 1) == rows_labelled(4, None) == {3}
    assert rows_labelled(5, 4) == {0}
    assert rows_labelled(3, 1) == rows_labelled(1, 0) == rows_labelled(0, None) == set()
