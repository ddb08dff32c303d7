"""Each rule of what is left of the displayed book after our own takers."""

import pytest
from paper_exchange import Exchange
from pure_desk import ASK, BID, snapshot

from mm_tui.book.side import BookSide
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.sim.depth import SideDepth


def taken(displayed: int, quantity: int) -> tuple[BookSide, SideDepth]:
    side = BookSide(SELL)
    side.replace([(100, displayed), (101, 70)])
    depth = SideDepth(side)
    depth.take(100, quantity)
    return side, depth


@pytest.mark.parametrize(
    ("then", "left"),
    [
        (50, 20),  # the same is displayed
        (58, 28),  # eight were added
        (30, 20),  # what went was what we had taken
        (20, 20),
        (15, 15),  # never more than is displayed
    ],
)
def test_what_is_left_after_an_update_of_the_level(then: int, left: int) -> None:
    side, depth = taken(50, 30)
    assert (depth.displayed(100), list(depth.walk(101))) == (20, [(100, 20), (101, 70)])
    side.apply([(100, then)])
    depth.renew()
    assert depth.displayed(100) == left
    assert bool(depth.used) == (left < then)


def test_updates_of_a_level_add_up() -> None:
    side, depth = taken(50, 30)
    for then, left in ((60, 30), (40, 30), (45, 35), (10, 10), (90, 90)):
        side.apply([(100, then)])
        depth.renew()
        assert depth.displayed(100) == left
    depth.follow(100, 5)
    assert not depth.used, "all that was displayed was there: nothing is missing any more"


def test_a_second_taker_takes_from_what_is_left() -> None:
    side, depth = taken(50, 30)
    depth.take(100, 15)
    assert depth.displayed(100) == 5
    side.apply([(100, 51)])
    depth.renew()
    assert depth.displayed(100) == 6


def test_a_level_that_is_used_up_is_not_there_and_not_the_best() -> None:
    side, depth = taken(50, 50)
    assert (depth.best(), list(depth.walk(101)), depth.displayed(100)) == (101, [(101, 70)], 0)
    depth.take(101, 70)
    assert depth.best() == 0
    side.apply([(101, 71)])
    depth.renew()
    assert depth.best() == 101


def test_a_level_that_is_removed_is_forgotten() -> None:
    side, depth = taken(50, 30)
    side.apply([(100, 0)])
    depth.renew()
    side.apply([(100, 50)])
    depth.renew()
    assert depth.displayed(100) == 50


def test_where_nothing_was_taken_it_is_the_book() -> None:
    side = BookSide(BUY)
    side.replace([(99, 5), (97, 6)])
    depth = SideDepth(side)
    assert (depth.best(), list(depth.walk(97)), depth.displayed(98)) == (99, [(99, 5), (97, 6)], 0)
    assert depth.displayed(90) is None


@pytest.mark.parametrize(("side", "touch"), [(BUY, ASK), (SELL, BID)])
def test_what_a_taker_took_is_not_there_for_the_next_one_until_the_market_puts_it_there(side: Side, touch: int) -> None:
    exchange = Exchange()
    exchange.show(side.opposite, touch, 30)
    exchange.place("a", side, touch, 20, post_only=False, immediate=True)
    assert exchange.filled() == [("a", touch, 20)]
    exchange.place("b", side, touch, 20, post_only=False, immediate=True)
    assert exchange.filled() == [("b", touch, 10)]
    exchange.place("c", side, touch, 20, post_only=False, immediate=True)
    assert exchange.filled() == []
    exchange.show(side.opposite, touch, 37)
    exchange.place("d", side, touch, 20, post_only=False, immediate=True)
    assert exchange.filled() == [("d", touch, 7)]


def test_a_post_only_order_rests_where_only_what_we_took_is_displayed() -> None:
    exchange = Exchange()
    exchange.show(SELL, ASK, 30)
    exchange.place("a", BUY, ASK, 30, post_only=False, immediate=True)
    exchange.filled()
    exchange.rest("b", BUY, ASK, 10)
    assert exchange.filled() == []
    exchange.show(SELL, ASK, 50)
    assert exchange.filled() == [("b", ASK, 10)]
    exchange.place("c", BUY, ASK, 10)
    assert [one.reason for one in exchange.heard(ev.OrderRejected)] == ["Order would immediately match and take."]


def test_what_we_took_is_not_ahead_of_an_order_that_comes_to_that_price() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 50)
    exchange.place("a", SELL, BID, 20, post_only=False, immediate=True)
    exchange.filled()
    exchange.rest("b", BUY, BID, 10)
    assert exchange.venue.orders["b"].queue.ahead == 30
    exchange.trade(BID, 31, SELL)
    assert exchange.filled() == [("b", BID, 1)]


def test_a_fresh_snapshot_is_an_update_of_every_level() -> None:
    exchange = Exchange()
    exchange.place("a", BUY, ASK, 99_990, post_only=False, immediate=True)
    exchange.filled()
    exchange.market(snapshot(exchange.ts, update=exchange.update + 1))
    exchange.place("b", BUY, ASK, 20, post_only=False, immediate=True)
    assert exchange.filled() == [("b", ASK, 10)]
