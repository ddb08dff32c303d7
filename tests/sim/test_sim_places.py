"""Places in the queue, in hftbacktest's arithmetic and in our own; figures by hand."""

from math import inf, isnan, log

import pytest

from mm_tui.sim.places import FloatPlace, FloatShare, OwnPlace, float_log, float_power
from mm_tui.sim.queue import RiskAverse

STEP = 0.5


def test_risk_averse_is_reached_by_half_a_lot() -> None:
    place = FloatPlace(2.0, STEP)
    assert not place.reached(2.2)
    assert place.reached(0.05)


def test_risk_averse_moves_up_when_less_is_displayed() -> None:
    place = FloatPlace(2.0, STEP)
    place.displayed(2.0, 5.0)
    assert place.ahead == 2.0
    place.displayed(5.0, 1.5)
    assert place.ahead == 1.5
    assert place.reached(2.0)


def test_of_a_decrease_a_share_stood_behind() -> None:
    place = FloatShare(6.0, STEP, float_power(3))
    place.displayed(10.0, 8.0)
    behind = 1 - 0.6**3
    assert place.ahead == pytest.approx(6 - (1 - behind) * 2)


def test_what_traded_is_not_cancelled_as_well() -> None:
    place = FloatShare(6.0, STEP, float_power(3))
    assert not place.reached(2.0)
    place.displayed(10.0, 8.0)
    assert place.ahead == 4.0
    place.displayed(8.0, 9.0)
    assert place.ahead == 4.0
    place.displayed(9.0, 3.0)
    assert place.ahead <= 3.0


def test_the_log_share() -> None:
    assert float_log(3.0, 1.0) == pytest.approx(log(2) / (log(2) + log(4)))


def test_diffs_push_the_estimate_below_zero_and_below_minus_one_the_log_model_starts_over() -> None:
    place = FloatShare(1.0, STEP, float_log)
    place.displayed(1.0, 1001.0)
    place.displayed(1001.0, 1.0)
    behind = log(1001) / (log(1001) + log(2))
    assert place.ahead == pytest.approx(1 - (1 - behind) * 1000)
    assert place.ahead < -1
    place.displayed(1.0, 0.5)
    assert place.ahead == 0.5, "no number is not less: all that is displayed counts as ahead"


def test_the_power_model_starts_over_on_an_empty_level() -> None:
    place = FloatShare(0.0, STEP, float_power(3))
    place.displayed(0.0, 0.0)
    assert place.ahead == 0.0
    assert isnan(float_power(3)(0.0, 0.0))


@pytest.mark.parametrize(("ahead", "back"), [(-2.0, 1.0), (1.0, -3.0), (-2.0, -2.0)])
def test_a_logarithm_of_less_than_nothing_is_no_number(ahead: float, back: float) -> None:
    assert isnan(float_log(ahead, back))


def test_a_share_that_is_infinite_counts_as_one() -> None:
    assert float_power(3)(-1.0, 1.0) == inf
    place = FloatShare(-1.0, STEP, float_power(3))
    place.displayed(0.0, 0.0)
    assert place.ahead == -1.0
    assert float_log(-1.0, 1.0) == 0.0
    assert float_power(2)(1.0, -1.0) == -inf


def test_a_root_of_less_than_nothing_is_no_number_and_too_high_a_power_is_infinite() -> None:
    assert isnan(float_power(2.5)(-1.0, 3.0))
    assert float_power(400)(1e300, -1e300 * (1 - 1e-10)) == -inf


def test_our_own_model_serves_in_lots() -> None:
    place = OwnPlace(RiskAverse, 2.0, STEP)
    place.displayed(2.0, 1.0)
    assert not place.reached(1.0)
    assert place.reached(0.5)
