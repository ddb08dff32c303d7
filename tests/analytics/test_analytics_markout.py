"""How sure the markouts are: the running sums give what the report works out from all fills at once."""

import random
from typing import Any

import pytest

from mm_tui.analytics.markout import DELAYS, Markouts, Mean
from mm_tui.analytics.worth import HORIZONS, Worth
from mm_tui.backtest.report.figures import markout
from mm_tui.model.events import BUY, SELL


def fill(number: int, ts: int, **changes: Any) -> Worth:
    values: dict[str, Any] = {
        "number": number, "ts": ts, "side": BUY if number % 3 else SELL, "price": 1_000_000, "quantity": 1 + number % 7,
        "maker": True, "mid2": 2_000_000, "known": True, "signed": 1, "spread2": 0, "fee2": 0, "fee_base": 0,
    }  # fmt: skip
    return Worth(**{**values, **changes})


@pytest.mark.parametrize("place", range(len(HORIZONS)))
def test_errors_are_those_of_the_report(place: int) -> None:
    chance = random.Random(place)
    mean, fills, ts = Mean(), [], 0
    for number in range(200):
        ts += int(chance.expovariate(1) * DELAYS[place] * 0.7)
        one = fill(number, ts, side=BUY)
        one.markouts[place] = chance.gauss(1, 3)
        mean.add(place, one.markouts[place] or 0.0, one.quantity, one.ts)
        fills.append(one)
    sure = markout(fills, HORIZONS[place], 0)
    assert mean.counts()[place] == sure.count == 200
    assert mean.errors()[place] == pytest.approx(sure.error, abs=1e-4)


def test_one_draw_says_nothing_of_its_spread() -> None:
    mean = Mean()
    assert mean.errors() == (None,) * 5
    mean.add(1, 2.0, 3, 10)
    mean.add(1, 4.0, 3, 20)
    assert mean.errors() == (None,) * 5
    assert mean.counts() == (0, 2, 0, 0, 0)
    mean.add(1, 3.0, 3, 2 * DELAYS[1])
    assert mean.errors()[1] == pytest.approx(0.0)


def test_a_late_report_counts_with_the_stretch_under_way() -> None:
    mean = Mean()
    mean.add(0, 1.0, 1, 5 * DELAYS[0])
    mean.add(0, 3.0, 1, 0)
    assert mean.counts()[0] == 2
    assert mean.errors()[0] is None


def test_sides_are_told_apart() -> None:
    markouts = Markouts()
    for number in range(6):
        markouts.on_fill(fill(number, number * 10**9, side=SELL))
    markouts.settle(10**12, lambda _: (2_000_200, True))
    assert markouts.sure(BUY) == ((None,) * 5, (0,) * 5)
    errors, counts = markouts.sure(SELL)
    assert counts == (6,) * 5
    assert errors[0] == 0.0
    assert errors[4] is None
