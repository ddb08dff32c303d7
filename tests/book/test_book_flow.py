import pytest
from pure_desk import SECOND, trade

from mm_tui.book.flow import FlowWindow
from mm_tui.book.tape import TAPE_LENGTH, Tape
from mm_tui.model.events import BUY, SELL


def test_buying_and_selling_are_those_of_the_aggressors_within_the_window() -> None:
    window = FlowWindow(10)
    window.add(trade(1 * SECOND, 100, 5, BUY))
    window.add(trade(2 * SECOND, 100, 3, SELL))
    flow = window.figures(11 * SECOND)
    assert (flow.buy, flow.sell, flow.net, flow.trades, flow.average_trade) == (5, 3, 2, 2, 4.0)
    flow = window.figures(11 * SECOND + 1)
    assert (flow.buy, flow.sell, flow.net, flow.trades) == (0, 3, -3, 1)
    flow = window.figures(13 * SECOND)
    assert (flow.buy, flow.sell, flow.trades, flow.average_trade) == (0, 0, 0, None)


def test_mid_and_spread_are_sampled_once_a_second() -> None:
    window = FlowWindow(60)
    for ts, bid, ask in [(0, 99, 101), (SECOND // 2, 1, 3), (SECOND, 100, 102), (2 * SECOND, 98, 102)]:
        window.observe(ts, bid, ask)
    flow = window.figures(3 * SECOND)
    assert flow.change_bps == pytest.approx(0.0)
    assert flow.average_spread_bps == pytest.approx((200 + 2 / 101 * 10_000 + 400) / 3)
    first, second = 100.0, (100 / 101 - 1) * 10_000
    mean = (first + second) / 2
    assert flow.volatility_bps == pytest.approx(((first - mean) ** 2 + (second - mean) ** 2) ** 0.5)


def test_what_is_not_known_is_none() -> None:
    flow = FlowWindow(60).figures(0)
    assert (flow.change_bps, flow.average_spread_bps, flow.volatility_bps) == (None, None, None)


def test_samples_from_before_a_silence_are_forgotten() -> None:
    window = FlowWindow(10)
    window.observe(0, 99, 101)
    window.observe(600 * SECOND, 199, 201)
    flow = window.figures(600 * SECOND)
    assert flow.change_bps is None
    assert flow.average_spread_bps == pytest.approx(100.0)


def test_a_trade_is_significant_by_size_or_after_a_silence() -> None:
    tape = Tape(1_000, 5 * SECOND)
    assert tape.last is None
    sizes = [(0, 10, True), (1, 10, False), (2, 1_000, True), (6, 10, False), (7, 10, True), (8, 999, False)]
    for at, size, significant in sizes:
        assert tape.add(trade(at * SECOND, 100, size, BUY)) is significant
    assert (tape.count, tape.significant_count) == (6, 3)
    assert tape.last is not None
    assert tape.last.quantity == 999


def test_the_tape_is_bounded() -> None:
    tape = Tape(1, SECOND)
    for number in range(TAPE_LENGTH + 5):
        tape.add(trade(number, 100, 1, SELL, number))
    assert len(tape.prints) == TAPE_LENGTH
    assert tape.prints[0].trade.trade_id == 5
