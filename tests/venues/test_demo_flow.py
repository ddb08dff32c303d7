from itertools import pairwise
from statistics import fmean

import pytest

from mm_tui.model.generator import Generator
from mm_tui.venues.demo.flow import Arrivals, Parents, Sizes


def arrival_times(seconds: float, rate: float, seed: int = 3) -> list[float]:
    arrivals, at, times = Arrivals(rate, 0.0, Generator(seed)), 0.0, []
    while (at := arrivals.after(at)) < seconds:
        arrivals.excite(at)
        times.append(at)
    return times


def test_orders_come_at_the_mean_rate_and_in_clusters() -> None:
    times = arrival_times(2000.0, 8.0)
    assert len(times) / 2000.0 == pytest.approx(8.0, rel=0.1)
    counts = [0] * 2000
    for at in times:
        counts[int(at)] += 1
    mean = fmean(counts)
    assert fmean((count - mean) ** 2 for count in counts) / mean > 3.0, "a Poisson process has 1"


def test_excitement_decays_to_the_base_rate() -> None:
    arrivals = Arrivals(10.0, 0.0, Generator(1))
    arrivals.excite(1.0, 20.0)
    at_once = arrivals.activity(1.0)
    assert at_once > arrivals.activity(1.1) > arrivals.activity(2.0) > arrivals.activity(60.0)
    assert arrivals.activity(60.0) == pytest.approx(arrivals.base / arrivals.mean)


def test_orders_that_others_call_forth_leave_room_for_themselves() -> None:
    alone, watched = Arrivals(10.0, 0.0, Generator(1)), Arrivals(10.0, 1.0, Generator(1))
    assert watched.base == pytest.approx(alone.base - 0.7)
    assert Arrivals(10.0, 1000.0, Generator(1)).base > 0


def test_sides_are_balanced_and_persist() -> None:
    parents = Parents(Generator(5))
    sides = [parents.sign() for _ in range(40_000)]
    assert abs(fmean(sides)) < 0.15
    assert fmean(side * later for side, later in pairwise(sides)) > 0.3
    assert fmean(side * later for side, later in zip(sides, sides[20:], strict=False)) > 0.05


def test_sizes_follow_their_quantiles() -> None:
    sizes = Sizes(Generator(9))
    drawn = sorted(sizes.order() for _ in range(20_000))
    assert drawn[0] == 9
    assert drawn[10_000] == pytest.approx(60, rel=0.1)
    assert drawn[18_000] == pytest.approx(5_200, rel=0.1)
    assert 60_000 < drawn[-1] <= 100_000


def test_the_last_quantile_catches_the_largest_draw() -> None:
    class Highest(Generator):
        def uniform(self) -> float:
            return 1.0

    assert Sizes(Highest(0)).order() == 100_000
