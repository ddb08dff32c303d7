"""Estimates of volatility and intensity, against streams whose truth is known, and on recorded data."""

import gzip
import json
from math import exp, log, sqrt
from pathlib import Path

import pytest

from mm_tui.model.events import BUY, SELL, Side, Trade
from mm_tui.model.generator import Generator
from mm_tui.strategy.signals import FRESH_LIMIT, GAP_S, Estimates, SignalRules, Signals, fit_line

SECOND = 1_000_000_000
START = 1_723_161_253 * SECOND
MID2 = 20_000_000
BP2 = MID2 // 10_000
"""One bp of the mid, half ticks."""
RULES = SignalRules(volatility_window=600, intensity_window=600, volatility=1.2, decay=0.6, arrivals=1.0)
PRIOR = Estimates(1.2, 0.6, 1.0, None, 0)
CAPTURE = Path(__file__).resolve().parents[3] / "shared" / "data" / "btcusdt_20240808.gz"


def following(rules: SignalRules = RULES) -> Signals:
    signals = Signals()
    signals.follow(rules)
    signals.move(START, MID2)
    return signals


def trade(ts: int, price2: int, side: Side) -> Trade:
    return Trade(ts=ts, trade_id=1, price=price2 // 2, quantity=5, side=side)


def test_without_data_the_prior_is_believed() -> None:
    signals = Signals()
    signals.follow(RULES)
    assert signals.estimates(START) == PRIOR
    assert following().estimates(START) == PRIOR


def test_the_volatility_of_a_random_walk_is_found() -> None:
    signals, chance, mid2 = following(), Generator(5), float(MID2)
    for second in range(600):
        for quarter in range(4):
            mid2 *= 1 + chance.normal() * 2.5 / sqrt(4) / 10_000
            signals.move(START + second * SECOND + quarter * SECOND // 4, round(mid2))
    assert signals.estimates(START + 600 * SECOND).volatility == pytest.approx(2.5, rel=0.08)


def test_volatility_is_the_prior_and_the_moves_weighted_by_their_seconds() -> None:
    signals = following()
    for second in range(1, 31):
        signals.move(START + second * SECOND - 1, MID2 + 2 * BP2 * (second % 2))
    found = signals.estimates(START + 30 * SECOND).volatility
    squares = sum((2 if second % 2 else -2 / (1 + 2e-4)) ** 2 for second in range(1, 31))
    assert found == pytest.approx(sqrt((30 * 1.2**2 + squares) / 60), abs=2e-6)


def test_quiet_seconds_count_as_seconds_without_a_move() -> None:
    signals = following()
    assert signals.estimates(START + 30 * SECOND).volatility == pytest.approx(1.2 / sqrt(2), abs=1e-6)


def test_the_intensity_that_made_the_trades_is_found() -> None:
    """Trades arrive at rate A and reach a distance that is exponential with κ: the model's own market."""
    signals, chance, now = following(), Generator(7), 0.0
    while now < 600:
        now += chance.exponential(2 * 1.5)
        side = BUY if chance.uniform() < 0.5 else SELL
        reach = chance.exponential(0.8)
        signals.trade(trade(START + round(now * SECOND), round(MID2 + side * reach * BP2), side))
    found = signals.estimates(START + 600 * SECOND)
    assert found.decay == pytest.approx(0.8, rel=0.15)
    assert found.arrivals == pytest.approx(1.5, rel=0.15)
    assert found.fit is not None
    assert found.fit > 0.97
    assert found.seconds == 600


def test_the_line_goes_through_depths_that_keep_to_it_exactly() -> None:
    decay, arrivals, seconds = 1.1, 0.4, 4000
    shares = [(rank + 0.5) / seconds for rank in range(int(seconds * (1 - exp(-arrivals))))]
    depths = [-log(-log(1 - share) / arrivals) / decay for share in shares]
    line = fit_line(depths, seconds)
    assert line is not None
    assert line.decay == pytest.approx(decay, rel=0.02)
    assert line.arrivals == pytest.approx(arrivals, rel=0.02)
    assert line.fit > 0.999


@pytest.mark.parametrize("depths", [[], [1.0] * 5, [1.0] * 50], ids=["none", "few", "all alike"])
def test_depths_that_show_no_line_leave_the_prior(depths: list[float]) -> None:
    assert fit_line(depths, 100) is None


def test_what_is_known_is_the_mid_of_the_seconds_begin_not_where_the_sweep_left_it() -> None:
    signals = following()
    for second in range(40):
        at, depth = START + second * SECOND, BP2 * (1 + second % 8)
        signals.move(at + 1, MID2 + 2 * depth)
        signals.trade(trade(at + 2, MID2 + depth, BUY))
        signals.move(at + 3, MID2)
    found = signals.estimates(START + 40 * SECOND)
    assert found.fit is not None
    assert found.volatility == pytest.approx(1.2 * sqrt(30 / 70), abs=1e-6)


def test_old_seconds_leave_their_window() -> None:
    short = SignalRules(volatility_window=10, intensity_window=20, volatility=1.2, decay=0.6, arrivals=1.0)
    signals = following(short)
    signals.move(START + SECOND // 2, MID2 + 50 * BP2)
    assert signals.estimates(START + 5 * SECOND).volatility > 5
    late = signals.estimates(START + 40 * SECOND)
    assert late.volatility == pytest.approx(1.2 * sqrt(30 / 40), abs=1e-6)
    assert late.seconds == 20


def test_a_silence_is_no_quiet_market() -> None:
    signals = following()
    assert signals.estimates(START + (GAP_S + 1) * SECOND).seconds == 0
    assert signals.estimates(START + (GAP_S + 6) * SECOND).seconds == 5


def test_missed_frames_drop_their_second() -> None:
    signals = following()
    signals.estimates(START + 3 * SECOND)
    signals.move(START + 3 * SECOND + 5, MID2 + 100 * BP2)
    signals.restart()
    signals.trade(trade(START + 4 * SECOND, MID2, BUY))
    signals.move(START + 9 * SECOND, MID2 + 100 * BP2)
    found = signals.estimates(START + 10 * SECOND)
    assert found.seconds == 4
    assert found.volatility < 1.2


def test_the_same_object_comes_back_within_a_second_and_other_rules_count_at_once() -> None:
    signals = following()
    first = signals.estimates(START + 5 * SECOND)
    assert signals.estimates(START + 6 * SECOND - 1) is first
    assert signals.estimates(START + 6 * SECOND) is not first
    signals.follow(SignalRules(volatility_window=600, intensity_window=600, volatility=9, decay=0.2, arrivals=2))
    found = signals.estimates(START + 6 * SECOND)
    assert (found.decay, found.arrivals, found.seconds) == (0.2, 2.0, 6)
    assert found.volatility > 8


def test_nothing_is_watched_unless_asked_for() -> None:
    signals = following()
    assert signals.watched
    signals.estimates(START + 9 * SECOND)
    signals.follow(None)
    assert not signals.watched
    signals.follow(RULES)
    assert signals.estimates(START + 20 * SECOND) == PRIOR


def test_events_do_not_pile_up_while_nobody_asks() -> None:
    signals = following()
    for number in range(FRESH_LIMIT + 10):
        signals.trade(trade(START + number, MID2, SELL))
        signals.move(START + number, MID2 + 2 * (number % 2))
    assert len(signals._fresh) < FRESH_LIMIT


@pytest.mark.skipif(not CAPTURE.exists(), reason="the captured data is not beside the project")
def test_a_recorded_market_keeps_to_the_model_about_as_the_defaults_say() -> None:
    signals, mid2 = Signals(), 0
    signals.follow(RULES)
    with gzip.open(CAPTURE) as lines:
        for line in lines:
            stamp, raw = line.split(b" ", 1)
            if b"@bookTicker" in raw:
                data = json.loads(raw)["data"]
                found2 = round((float(data["b"]) + float(data["a"])) * 100)
                if found2 != mid2:
                    mid2 = found2
                    signals.move(int(stamp), mid2)
            elif b"@trade" in raw:
                data = json.loads(raw)["data"]
                signals.trade(trade(int(stamp), 2 * round(float(data["p"]) * 100), SELL if data["m"] else BUY))
    estimates = signals.estimates(int(stamp))
    assert 0.9 < estimates.volatility < 1.6
    assert 0.5 < estimates.decay < 2.5
    assert estimates.fit is not None
    assert estimates.fit > 0.6
