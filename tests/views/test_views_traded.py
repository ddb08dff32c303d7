"""What traded at each price over the window, and what a queue makes of it."""

import pytest
from pure_desk import ASK, BID, MS, SECOND, START, trade

from mm_tui.book.tape import TAPE_LENGTH, Tape
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.views.traded import TradedAtPrice, unknown_queue


def tape_of(*trades: tuple[int, int, int, Side]) -> Tape:
    """`(ms after the start, price, lots, aggressor)`."""
    tape = Tape(1, 0)
    for at, price, lots, side in trades:
        tape.add(trade(START + at * MS, price, lots, side))
    return tape


def test_what_buyers_and_sellers_took_is_kept_apart_by_price() -> None:
    tape = tape_of((0, ASK, 5, BUY), (1, ASK, 7, BUY), (2, BID, 3, SELL), (3, ASK, 2, SELL))
    traded = TradedAtPrice(tape)
    traded.refresh(START + 4 * MS)
    assert traded.bought == {ASK: 12}
    assert traded.sold == {BID: 3, ASK: 2}
    traded.refresh(START + 5 * MS)
    assert traded.sold == {BID: 3, ASK: 2}
    tape.add(trade(START + 6 * MS, BID, 4, SELL))
    traded.refresh(START + 6 * MS)
    assert traded.sold[BID] == 7


def test_trades_leave_with_the_window_and_a_price_without_any_is_gone() -> None:
    tape = tape_of((0, BID, 5, SELL), (4000, BID, 7, SELL), (4000, ASK, 2, BUY))
    traded = TradedAtPrice(tape, window_s=5)
    traded.refresh(START + 4 * SECOND)
    assert traded.sold == {BID: 12}
    traded.refresh(START + 5 * SECOND + 1)
    assert traded.sold == {BID: 7}
    traded.refresh(START + 10 * SECOND)
    assert (traded.sold, traded.bought) == ({}, {})


def test_a_rate_counts_opposing_trades_over_the_time_that_was_seen() -> None:
    tape = tape_of((0, BID, 5, BUY))
    traded = TradedAtPrice(tape, window_s=100)
    traded.refresh(START)
    tape.add(trade(START + SECOND, BID, 60, SELL))
    traded.refresh(START + 4 * SECOND)
    assert traded.rate(BUY, BID, START + 4 * SECOND) is None  # seen for too short a time
    traded.refresh(START + 10 * SECOND)
    assert traded.rate(BUY, BID, START + 10 * SECOND) == pytest.approx(6.0)
    assert traded.rate(SELL, BID, START + 10 * SECOND) == pytest.approx(0.5)
    assert traded.rate(BUY, BID - 1, START + 10 * SECOND) is None
    assert traded.rate(BUY, BID, START + 100 * SECOND) == pytest.approx(0.6)
    assert traded.rate(BUY, BID, START + 100 * SECOND + 1) == pytest.approx(0.6)  # the window, not the session


def test_the_time_to_fill_is_what_stands_ahead_over_the_rate_and_unknown_without_either() -> None:
    tape = tape_of()
    traded = TradedAtPrice(tape, window_s=100)
    traded.refresh(START)
    tape.add(trade(START, BID, 60, SELL))
    now = START + 10 * SECOND
    traded.refresh(now)
    assert traded.eta_s(BUY, BID, 120, now) == 20
    assert traded.eta_s(BUY, BID, 121, now) == 21
    assert traded.eta_s(BUY, BID, 0, now) == 0
    assert traded.eta_s(BUY, BID, None, now) is None
    assert traded.eta_s(BUY, BID - 1, 0, now) is None
    assert unknown_queue("x") is None


def test_where_the_tape_lost_trades_the_count_begins_again_with_what_it_kept() -> None:
    tape = tape_of((0, BID, 1000, SELL))
    traded = TradedAtPrice(tape)
    traded.refresh(START)
    for at in range(TAPE_LENGTH + 1):
        tape.add(trade(START + (2000 + at) * MS, ASK, 1, BUY))
    now = START + 2201 * MS
    traded.refresh(now)
    assert (traded.sold, traded.bought) == ({}, {ASK: TAPE_LENGTH})
    assert traded.rate(SELL, ASK, now) is None
    later = START + 2001 * MS + 10 * SECOND
    assert traded.rate(SELL, ASK, later) == pytest.approx(TAPE_LENGTH / 10)
