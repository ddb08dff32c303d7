"""Standard errors by hand, histograms, ticks, unusual settings."""

from math import sqrt

import msgspec
import pytest

from mm_tui.analytics.worth import HORIZONS, Worth
from mm_tui.backtest.report.figures import Markout, bars, markout, round_up, spread_bps, ticks, unusual
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.settings.sections import Settings

SECOND = 1_000_000_000


def fill(ts: int, markout_bps: float | None, quantity: int = 1, side: Side = BUY) -> Worth:
    one = Worth(
        number=1, ts=ts, side=side, price=10_000, quantity=quantity, maker=True, mid2=20_002, known=True, signed=0,
        spread2=0, fee2=0, fee_base=0,
    )  # fmt: skip
    one.markouts = [markout_bps] * len(HORIZONS)
    return one


def test_fills_far_apart_have_the_textbook_s_error() -> None:
    values = (1.0, 2.0, 6.0)
    fills = [fill(at * 100 * SECOND, value) for at, value in enumerate(values)]
    deviation = sqrt(sum((value - 3) ** 2 for value in values) / 2)
    found = markout(fills, "60s", 0)
    assert found.count == 3
    assert found.error == pytest.approx(deviation / sqrt(3))


def test_fills_of_one_move_are_one_draw() -> None:
    fills = [fill(SECOND + at, value) for at, value in enumerate((1.0, 1.1, 0.9))]
    fills += [fill(61 * SECOND + at, value) for at, value in enumerate((3.0, 3.1, 2.9))]
    together = markout(fills, "60s", 0)
    assert together.error == pytest.approx(1.0)
    apart = markout(fills, "100ms", 0)
    assert apart.error == pytest.approx(1.0)
    assert markout(fills[:3], "60s", 0) == Markout(3, None)
    shifted = markout(fills, "60s", -30 * SECOND)
    assert shifted.error == pytest.approx(1.0)


def test_quantity_weighs_and_sides_are_apart() -> None:
    fills = [fill(0, 0.0, 3), fill(100 * SECOND, 4.0, 1), fill(200 * SECOND, 9.0, 5, SELL), fill(300 * SECOND, None)]
    found = markout(fills, "5s", 0, BUY)
    assert found.count == 2
    assert found.error == pytest.approx(sqrt(2 * ((3 * 1) ** 2 + (1 * 3) ** 2)) / 4)
    assert markout(fills, "5s", 0, SELL) == Markout(1, None)
    assert markout([], "5s", 0) == Markout(0, None)
    assert markout(fills, "5s", 0).count == 3


def test_spread_captured_has_a_side_and_may_be_unknown() -> None:
    assert spread_bps(fill(0, None)) == pytest.approx(1.0)
    assert spread_bps(fill(0, None, side=SELL)) == pytest.approx(-1.0)
    unknown = msgspec.structs.replace(fill(0, None), known=False)
    assert spread_bps(unknown) is None


def test_bars_hold_every_value_and_gather_the_tails() -> None:
    values = [at / 10 for at in range(1000)] + [1e6, -1e6]
    found = bars(values)
    assert found is not None
    assert sum(found.counts) == len(values)
    assert len(found.counts) <= 26
    assert found.width == 5.0
    assert found.beyond == 2
    assert bars([]) is None
    alone = bars([0.002] * 7)
    assert alone is not None
    assert alone.counts == [7]
    assert alone.start == pytest.approx(0.002)
    zeros = bars([0.0])
    assert zeros is not None
    assert (zeros.start, zeros.counts) == (0.0, [1])


def test_a_value_on_the_edge_belongs_to_the_bar_that_begins_there() -> None:
    found = bars([0.1, 0.2, 0.3, 0.4], wanted=3)
    assert found is not None
    assert found.counts == [1, 1, 1, 1]
    assert found.width == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("value", "expected"), [(1.0, 1), (1.1, 2), (3.0, 5), (7.0, 10), (0.011, 0.02), (20.0, 20), (0.3, 0.5)]
)
def test_round_up(value: float, expected: float) -> None:
    assert round_up(value) == pytest.approx(expected)


def test_ticks_are_round_and_inside() -> None:
    assert ticks(-1.3, 2.6, 5) == [-1, 0, 1, 2]
    assert ticks(0.1, 0.3, 4) == pytest.approx([0.1, 0.15, 0.2, 0.25, 0.3])
    assert ticks(5, 5, 5) == [5]


def test_settings_that_differ_are_named_with_their_default() -> None:
    assert unusual(Settings()) == []
    settings = Settings()
    risk = msgspec.structs.replace(settings.risk, max_position=0.5)
    changed = msgspec.structs.replace(settings, risk=risk)
    ((key, value, default),) = unusual(changed)
    assert (key, value) == ("risk.max_position", "0.5")
    assert default == msgspec.json.encode(settings.risk.max_position).decode()
