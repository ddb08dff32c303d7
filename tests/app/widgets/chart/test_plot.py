"""The plot by itself: only what is new is worked out, and every scale holds what it must show."""

import msgspec
import pytest
from hand_frames import BTC, START, chart
from hypothesis import given, settings
from hypothesis import strategies as st

from mm_tui.app.widgets.chart.line_charts import LINES
from mm_tui.app.widgets.chart.plot import EMPTY, Plot, Series, nice_scale
from mm_tui.model.events import BUY
from mm_tui.views.frames import ChartFill, ChartFrame, ChartSample

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
