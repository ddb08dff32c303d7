"""The queue models by themselves; figures of the probabilistic ones worked out by hand from their formulas."""

from math import log

import pytest

from mm_tui.sim.config import Simulator
from mm_tui.sim.queue import Optimistic, Probabilistic, RiskAverse, log_share, power_share, queue_model


def test_the_settings_name_the_model() -> None:
    assert isinstance(queue_model(Simulator(), 1e-5)(10), RiskAverse)
    assert isinstance(queue_model(Simulator(queue_model="optimistic"), 1e-5)(10), Optimistic)
    for name in ("power", "log"):
        assert isinstance(queue_model(Simulator(queue_model=name), 1e-5)(10), Probabilistic)


def test_risk_averse_takes_cancels_to_be_behind() -> None:
    queue = RiskAverse(100)
    queue.on_displayed(150)
    queue.on_displayed(120)
    assert queue.ahead == 100
    queue.on_displayed(60)
    assert queue.ahead == 60


def test_optimistic_has_nothing_ahead() -> None:
    queue = Optimistic(100)
    queue.on_displayed(5)
    queue.on_through()
    assert (queue.ahead, queue.on_trade(3)) == (0, 3)


def test_the_power_share_of_a_cancel() -> None:
    assert power_share(3)(60, 40) == pytest.approx(1 - 0.6**3)
    assert power_share(3)(0, 0) == 1
    queue = Probabilistic(60, power_share(3))
    queue.on_displayed(100)
    assert queue.ahead == 60
    queue.on_displayed(90)
    assert queue.ahead == 58  # 60 − 0.216 × 10 = 57.84, rounded up for show


def test_the_log_share_of_a_cancel() -> None:
    expected = log(41) / (log(41) + log(61))
    assert log_share(60, 40) == pytest.approx(expected)
    assert log_share(0, 0) == 1
    queue = Probabilistic(60, log_share)
    queue.on_displayed(100)
    queue.on_displayed(80)
    assert queue.ahead == 50  # 60 − (1 − 0.4746) × 20 = 49.49, rounded up for show


def test_what_traded_is_not_taken_twice() -> None:
    queue = Probabilistic(60, power_share(3))
    queue.on_displayed(100)
    assert queue.on_trade(20) == 0
    assert queue.ahead == 40
    queue.on_displayed(80)
    assert queue.ahead == 40


def test_what_is_beyond_the_queue_is_ours() -> None:
    queue = Probabilistic(10, log_share)
    assert queue.on_trade(15) == 5
    assert queue.ahead == 0
    queue.on_displayed(0)
    assert queue.on_trade(2) == 2


def test_more_cancelled_than_stands_behind_came_from_ahead() -> None:
    queue = Probabilistic(60, power_share(3))
    queue.on_displayed(70)
    queue.on_displayed(20)
    assert queue.ahead == 20


def test_beyond_the_known_levels_ahead_is_unknown_until_it_is_displayed_or_traded_through() -> None:
    queue = Probabilistic(None, log_share)
    assert (queue.ahead, queue.on_trade(5)) == (None, 0)
    queue.on_displayed(None)
    assert queue.ahead is None
    queue.on_displayed(30)
    assert queue.ahead == 30
    queue.on_through()
    assert queue.ahead == 0


def test_the_log_share_counts_in_base() -> None:
    queue = queue_model(Simulator(queue_model="log"), 0.1)(600)
    queue.on_displayed(1000)
    queue.on_displayed(800)
    assert queue.ahead == 495  # 600 − (1 − 0.4746) × 200 = 494.92, rounded up for show


def test_the_risk_averse_queue_by_itself() -> None:
    queue = RiskAverse(10)
    assert [queue.on_trade(4), queue.on_trade(6), queue.on_trade(5)] == [0, 0, 5]
    unknown = RiskAverse(None)
    unknown.on_displayed(None)
    assert unknown.on_trade(100) == 0
    assert unknown.ahead is None
