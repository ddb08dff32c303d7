"""What traded at each price over the window, and what a queue makes of it."""

import pytest
from pure_desk import ASK, BID, MS, SECOND, START, trade

from mm_tui.book.tape import TAPE_LENGTH, Tape
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.generator import Generator
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
    assert traded.rate(BUY, BID + 1, START + 10 * SECOND) == pytest.approx(6.0), "it would have been served first"
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
    assert traded.eta_s(BUY, BID, None, now) is None
    assert traded.eta_s(BUY, BID - 1, 0, now) is None
    assert traded.eta_s(SELL, BID, 0, now) is None, "nobody bought"
    assert unknown_queue("x") is None


@pytest.mark.parametrize(("side", "taker", "away"), [(BUY, SELL, -1), (SELL, BUY, 1)])
def test_a_trade_through_a_price_serves_the_queue_there(side: Side, taker: Side, away: int) -> None:
    tape = tape_of()
    traded = TradedAtPrice(tape, window_s=20)
    traded.refresh(START)
    for at, distance, lots in ((1, 5, 10), (2, 9, 20), (3, 7, 30)):
        tape.add(trade(START + at * SECOND, BID + away * distance, lots, taker))
    now = START + 10 * SECOND
    traded.refresh(now)
    rates = [traded.rate(side, BID + away * distance, now) for distance in (0, 5, 6, 7, 8, 9, 10)]
    assert rates == [6.0, 6.0, 5.0, 5.0, 2.0, 2.0, None]
    assert traded.eta_s(side, BID + away * 7, 100, now) == 20
    assert traded.eta_s(side, BID + away * 7, 1, now) == 7, "the market was there seven seconds ago"
    assert traded.eta_s(side, BID + away * 9, 0, now) == 8
    assert traded.eta_s(side, BID + away * 10, 0, now) is None, "it never came as far"
    tape.add(trade(now, BID + away * 12, 40, taker))
    traded.refresh(now)
    assert traded.rate(side, BID + away * 10, now + SECOND // 2) is None, "worked out a moment ago"
    assert traded.rate(side, BID + away * 10, now + SECOND) == pytest.approx(40 / 11)
    assert traded.eta_s(side, BID + away * 10, 0, now + SECOND) == 1
    traded.refresh(START + 23 * SECOND + 1)  # the first three are out of the window
    assert traded.rate(side, BID + away * 5, START + 23 * SECOND + 1) == pytest.approx(40 / 20)
    assert traded.eta_s(side, BID + away * 13, 0, START + 24 * SECOND) is None
    traded.refresh(START + 31 * SECOND)
    assert traded.rate(side, BID, START + 31 * SECOND) is None


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


def test_a_rate_is_that_of_all_trades_at_a_price_or_through_it_one_by_one() -> None:
    draw, tape = Generator(5), Tape(1, 0)
    traded = TradedAtPrice(tape, window_s=20)
    traded.refresh(START)
    made: list[tuple[int, int, int, Side]] = []
    for at in range(400):
        ts, price, lots = START + at * SECOND // 10, BID + draw.below(2000) - 1000, 1 + draw.below(9)
        taker = BUY if draw.below(2) else SELL
        made.append((ts, price, lots, taker))
        tape.add(trade(ts, price, lots, taker))
        traded.refresh(ts)
    now = START + 40 * SECOND
    traded.refresh(now)
    kept = [one for one in made if one[0] >= now - 20 * SECOND]
    for side in (BUY, SELL):
        for price in range(BID - 1010, BID + 1010, 37):
            through = [one for one in kept if one[3] is not side and (price - one[1]) * side >= 0]
            lots = sum(one[2] for one in through)
            rate = traded.rate(side, price, now)
            assert rate == (lots / 20 if lots else None)
            if lots:
                since = (now - max(one[0] for one in through)) // SECOND
                assert traded.eta_s(side, price, 100, now) == max(-(-100 * 20 // lots), since)
