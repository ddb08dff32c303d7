"""A past in tiers: nothing fresh is lost, old samples stand further apart, and there is an end to it."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from mm_tui.backtest.replay.freeze import Frozen
from mm_tui.views.thinned import Thinned, Tier

TIERS = (Tier(1, 10), Tier(5, 50), Tier(20, 200))


class Sample(msgspec.Struct, frozen=True):
    ts: int
    weight: int = 1


def test_samples_thin_out_as_they_grow_old() -> None:
    past: Thinned[Sample] = Thinned(Sample, TIERS)
    for ts in range(1, 301):
        past.add(Sample(ts))
    times = [sample.ts for sample in past.all]
    assert times[-10:] == list(range(291, 301))
    assert times[-19:-10] == [254, 259, 264, 269, 274, 279, 284, 289, 290]
    assert times[:-19] == [119, 139, 159, 179, 199, 219, 239, 249]
    assert len(past) == 27


def test_without_a_new_sample_it_is_the_same_object() -> None:
    past: Thinned[Sample] = Thinned(Sample, TIERS)
    assert past.all == ()
    past.add(Sample(7))
    assert past.all is past.all
    before = past.all
    past.add(Sample(8))
    assert past.all is not before


def test_two_samples_of_a_step_become_one() -> None:
    past: Thinned[Sample] = Thinned(Sample, TIERS, lambda older, newer: Sample(newer.ts, older.weight + newer.weight))
    for ts in range(40):
        past.add(Sample(ts))
    assert sum(sample.weight for sample in past.all) == 40
    assert past.all[0] == Sample(4, 5)


@given(st.lists(st.integers(1, 60), max_size=120))
@settings(deadline=None)
def test_whatever_comes_stays_in_order_and_bounded(steps: list[int]) -> None:
    past: Thinned[Sample] = Thinned(Sample, TIERS)
    ts = 0
    for step in steps:
        ts += step
        past.add(Sample(ts))
        times = [sample.ts for sample in past.all]
        assert times == sorted(set(times))
        assert times[-1] == ts
        assert times[0] > ts - TIERS[-1].until
        assert len(times) <= 10 + 10 + 10


def test_what_is_kept_as_it_stands_goes_on_as_it_was() -> None:
    past: Thinned[Sample] = Thinned(Sample, TIERS)
    for ts in range(1, 301):
        past.add(Sample(ts))
    again = Frozen(past).thaw()
    assert again.all == past.all
    for ts in range(301, 400):
        past.add(Sample(ts))
        again.add(Sample(ts))
    assert again.all == past.all
    assert len(again) == len(past)
