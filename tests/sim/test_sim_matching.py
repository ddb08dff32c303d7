"""Each fill rule of the matching, and each mode of self-trade prevention."""

from typing import Any

import msgspec
import pytest
from paper_exchange import PLAIN, Exchange
from pure_desk import ASK, BID, MS, delta, top

from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, SELL, Side


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_trade_through_our_price_fills_at_our_price_up_to_the_print(side: Side) -> None:
    exchange = Exchange()
    price = BID - 2 if side is BUY else ASK + 2
    exchange.rest("a", side, price, 10)
    exchange.trade(price - side, 4, side.opposite)
    assert exchange.filled() == [("a", price, 4)]
    exchange.trade(price - side, 100, side.opposite)
    assert exchange.filled() == [("a", price, 6)]
    assert exchange.venue.orders == {}


def test_a_dust_print_through_the_price_does_not_fill_a_large_order() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID - 2, 5_000)
    exchange.trade(BID - 90, 1, SELL)
    assert exchange.filled() == [("a", BID - 2, 1)]


def test_a_trade_at_our_price_takes_the_queue_ahead_first() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 50)
    exchange.rest("a", BUY, BID, 10)
    assert exchange.venue.orders["a"].queue.ahead == 50
    exchange.trade(BID, 49, SELL)
    assert exchange.filled() == []
    exchange.trade(BID, 1, SELL)
    assert exchange.filled() == []
    exchange.trade(BID, 4, SELL)
    (fill,) = exchange.heard(ev.OrderFilled)
    assert (fill.quantity, fill.queue_ahead, fill.maker) == (4, 0, True)


def test_what_is_beyond_the_queue_is_ours_in_part() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 50)
    exchange.rest("a", BUY, BID, 10)
    exchange.trade(BID, 57, SELL)
    assert exchange.filled() == [("a", BID, 7)]
    exchange.trade(BID, 57, SELL)
    assert exchange.filled() == [("a", BID, 3)]


def test_the_better_price_is_filled_first_and_then_the_older_order() -> None:
    exchange = Exchange()
    exchange.rest("old", BUY, BID - 2, 10)
    exchange.rest("new", BUY, BID - 2, 10)
    exchange.rest("best", BUY, BID - 1, 10)
    exchange.trade(BID - 3, 25, SELL)
    assert exchange.filled() == [("best", BID - 1, 10), ("old", BID - 2, 10), ("new", BID - 2, 5)]


def test_one_print_is_never_given_out_twice() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 5)
    exchange.rest("a", BUY, BID, 2)
    exchange.rest("b", BUY, BID, 9)
    exchange.trade(BID, 8, SELL)
    assert exchange.filled() == [("a", BID, 2), ("b", BID, 1)]
    exchange.rest("c", SELL, ASK, 4)
    exchange.rest("d", SELL, ASK + 1, 4)
    exchange.show(SELL, ASK, 0)
    exchange.show(SELL, ASK + 1, 0)
    exchange.trade(ASK + 1, 6, BUY)
    assert exchange.filled() == [("c", ASK, 4), ("d", ASK + 1, 2)]


def come_down(exchange: Exchange, price: int, quantity: int) -> None:
    """A diff: no bid at or over the price is left, and an ask stands there."""
    exchange.update += 1
    gone = [(bid, 0) for bid in list(exchange.book.bids.levels) if bid >= price]
    below = [(price - 1, 10)]
    exchange.market(delta(exchange.ts, exchange.update, exchange.update, gone + below, [(price, quantity)]))


def come_up(exchange: Exchange, price: int, quantity: int) -> None:
    """A diff: no ask at or under the price is left, and a bid stands there."""
    exchange.update += 1
    gone = [(ask, 0) for ask in list(exchange.book.asks.levels) if ask <= price]
    above = [(price + 1, 10)]
    exchange.market(delta(exchange.ts, exchange.update, exchange.update, [(price, quantity)], gone + above))


def test_a_book_that_comes_to_our_price_or_through_it_fills_us_up_to_what_is_displayed() -> None:
    for side, move, through in ((BUY, come_down, -3), (SELL, come_up, 3)):
        for beyond in (0, through):
            exchange = Exchange()
            price = BID if side is BUY else ASK
            exchange.rest("a", side, price, 50)
            move(exchange, price + beyond, 20)
            (report,) = exchange.heard(ev.OrderFilled)
            assert (report.price, report.quantity, report.maker, report.trade_id) == (price, 20, True, "book-1")
            assert report.matched == exchange.ts - 20 * MS
            assert exchange.venue.orders["a"].queue.ahead == 0


def test_what_is_displayed_is_given_out_once_and_to_the_better_price_first() -> None:
    exchange = Exchange()
    exchange.rest("low", BUY, BID - 1, 30)
    exchange.rest("high", BUY, BID, 30)
    come_down(exchange, BID - 2, 40)
    assert exchange.filled() == [("high", BID, 30), ("low", BID - 1, 10)]
    come_down(exchange, BID - 2, 40)
    assert exchange.filled() == []
    come_down(exchange, BID - 2, 45)
    assert exchange.filled() == [("low", BID - 1, 5)]


def test_a_book_that_is_not_whole_fills_nothing() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID, 50)
    exchange.show(SELL, BID - 1, 20)
    assert exchange.book.crossed
    assert not exchange.book.valid
    assert exchange.filled() == []


def test_the_touch_alone_never_fills() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID, 10)
    exchange.market(top(exchange.ts, BID - 50, BID - 49, 500))
    exchange.trade(BID - 50, 100, BUY)
    exchange.trade(BID + 1, 100, SELL)
    assert exchange.filled() == []


def test_a_smaller_displayed_size_shortens_the_queue_and_a_larger_one_does_not() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 50)
    exchange.rest("a", BUY, BID, 10)
    exchange.show(BUY, BID, 20)
    assert exchange.venue.orders["a"].queue.ahead == 20
    exchange.show(BUY, BID, 90)
    assert exchange.venue.orders["a"].queue.ahead == 20
    exchange.show(BUY, BID, 0)
    assert exchange.venue.orders["a"].queue.ahead == 0


def test_beyond_the_known_levels_only_a_trade_through_fills_until_the_price_is_displayed() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID - 50, 10)
    assert exchange.venue.orders["a"].queue.ahead is None
    exchange.trade(BID - 50, 1_000, SELL)
    assert exchange.filled() == []
    exchange.show(BUY, BID, 7)
    assert exchange.venue.orders["a"].queue.ahead is None
    exchange.show(BUY, BID - 50, 30)
    assert exchange.venue.orders["a"].queue.ahead == 30
    exchange.trade(BID - 51, 4, SELL)
    assert exchange.filled() == [("a", BID - 50, 4)]


def test_an_order_that_is_not_post_only_takes_level_by_level_and_the_rest_rests() -> None:
    exchange = Exchange()
    exchange.show(SELL, ASK, 30)
    exchange.show(SELL, ASK + 1, 40)
    exchange.place("a", BUY, ASK + 1, 100, post_only=False)
    assert exchange.filled() == [("a", ASK, 30), ("a", ASK + 1, 40)]
    assert exchange.venue.orders["a"].left == 30


def test_no_order_is_reached_before_an_older_one_at_its_price() -> None:
    """Whatever a queue model thinks to be ahead of the newer of the two."""
    exchange = Exchange()
    exchange.rest("old", BUY, BID, 10)
    exchange.show(BUY, BID, 0)
    exchange.rest("new", BUY, BID, 10)
    exchange.venue.orders["old"].queue.on_displayed(0)
    exchange.venue.orders["old"].queue.ahead = 8  # type: ignore[misc]
    assert exchange.venue.orders["new"].queue.ahead == 0
    exchange.trade(BID, 12, SELL)
    assert exchange.filled() == [("old", BID, 4)]


@pytest.mark.parametrize("model", ["risk_averse", "power", "log", "optimistic"])
def test_a_print_is_shared_out_in_whole_and_once_under_each_model(model: Any) -> None:
    exchange = Exchange(msgspec.structs.replace(PLAIN, queue_model=model))
    exchange.show(BUY, BID, 0)
    for name in "abc":
        exchange.rest(name, BUY, BID, 5)
    exchange.rest("better", BUY, BID, 5)
    exchange.trade(BID, 12, SELL)
    assert exchange.filled() == [("a", BID, 5), ("b", BID, 5), ("c", BID, 2)]
    exchange.trade(BID, 100, SELL)
    assert exchange.filled() == [("c", BID, 3), ("better", BID, 5)]


MAKERS = [("ahead", BID, 40), ("older", BID + 1, 10), ("newer", BID + 1, 10)]
"""Our own bids; what stands before the first of them is 50 lots of others at its price."""


def crossing(mode: Any, quantity: int, limit: int = BID, *, immediate: bool = False) -> Exchange:
    """Our own bids, 50 lots of others before the last of them, and a sell of ours that takes."""
    exchange = Exchange(msgspec.structs.replace(PLAIN, self_trade_prevention=mode))
    exchange.show(BUY, BID, 50)
    exchange.show(SELL, ASK, 0)
    for name, price, size in MAKERS:
        exchange.rest(name, BUY, price, size)
    exchange.place("taker", SELL, limit, quantity, post_only=False, immediate=immediate)
    exchange.sleep(20)
    return exchange


def story(exchange: Exchange) -> list[tuple[Any, ...]]:
    """Every report but the taker's acceptance, short."""
    first, *rest = exchange.replies
    assert isinstance(first, ev.OrderAccepted)
    told: list[tuple[Any, ...]] = []
    for one in rest:
        if isinstance(one, ev.OrderFilled):
            told.append((one.order_id, one.price, one.quantity, "maker" if one.maker else "taker"))
        elif isinstance(one, ev.OrderAmended):
            told.append((one.order_id, "now", one.quantity))
        else:
            told.append((one.order_id, one.reason))
    return told


def test_expire_maker_takes_our_resting_orders_away_and_the_taker_goes_on() -> None:
    exchange = crossing("expire_maker", 60)
    assert story(exchange) == [
        ("older", "EXPIRED_IN_MATCH"),
        ("newer", "EXPIRED_IN_MATCH"),
        ("taker", BID, 50, "taker"),
        ("ahead", "EXPIRED_IN_MATCH"),
    ]
    assert list(exchange.venue.orders) == ["taker"]
    assert exchange.venue.orders["taker"].left == 10


def test_expire_taker_ends_the_taker_at_the_first_meeting() -> None:
    exchange = crossing("expire_taker", 60)
    assert story(exchange) == [("taker", "EXPIRED_IN_MATCH")]
    assert sorted(exchange.venue.orders) == ["ahead", "newer", "older"]


def test_expire_both_ends_the_two_that_meet() -> None:
    exchange = crossing("expire_both", 60)
    assert story(exchange) == [("older", "EXPIRED_IN_MATCH"), ("taker", "EXPIRED_IN_MATCH")]
    assert sorted(exchange.venue.orders) == ["ahead", "newer"]


def test_decrement_takes_from_both_what_the_smaller_has() -> None:
    exchange = crossing("decrement", 60)
    assert story(exchange) == [
        ("older", "EXPIRED_IN_MATCH"),
        ("taker", "now", 50),
        ("newer", "EXPIRED_IN_MATCH"),
        ("taker", "now", 40),
        ("taker", BID, 40, "taker"),
    ]
    assert exchange.venue.orders["ahead"].queue.ahead == 10


def test_decrement_leaves_a_larger_resting_order_its_place() -> None:
    exchange = crossing("decrement", 4)
    assert story(exchange) == [("older", "now", 6), ("taker", "EXPIRED_IN_MATCH")]
    assert exchange.venue.orders["older"].left == 6
    exchange.replies.clear()
    exchange.trade(BID + 1, 7, SELL)
    assert exchange.filled() == [("older", BID + 1, 6), ("newer", BID + 1, 1)]


def test_decrement_ends_both_where_they_are_alike() -> None:
    assert story(crossing("decrement", 10)) == [("older", "EXPIRED_IN_MATCH"), ("taker", "EXPIRED_IN_MATCH")]


def test_without_prevention_our_orders_trade_with_each_other() -> None:
    exchange = crossing("none", 15)
    assert story(exchange) == [
        ("older", BID + 1, 10, "maker"),
        ("taker", BID + 1, 10, "taker"),
        ("newer", BID + 1, 5, "maker"),
        ("taker", BID + 1, 5, "taker"),
    ]
    assert len({one.trade_id for one in exchange.replies[1:]}) == 4
    fees_in_base = sum(one.fee for one in exchange.replies[1:] if one.fee_in_base)
    assert exchange.venue.base == 100_000 * MICRO - fees_in_base


def test_what_stood_ahead_of_our_order_at_its_price_is_taken_before_it() -> None:
    exchange = crossing("expire_taker", 60)
    exchange.submit(cmd.CancelOrder(ts=exchange.ts, order_id="older"))
    exchange.submit(cmd.CancelOrder(ts=exchange.ts, order_id="newer"))
    exchange.sleep(20)
    exchange.replies.clear()
    exchange.place("again", SELL, BID, 60, post_only=False)
    exchange.sleep(20)
    assert story(exchange) == [("again", BID, 50, "taker"), ("again", "EXPIRED_IN_MATCH")]
    assert exchange.venue.orders["ahead"].queue.ahead == 0


def test_what_stood_behind_our_order_at_its_price_is_taken_after_it() -> None:
    exchange = crossing("expire_maker", 20, limit=BID + 1)
    assert story(exchange) == [("older", "EXPIRED_IN_MATCH"), ("newer", "EXPIRED_IN_MATCH")]
    exchange.replies.clear()
    exchange.show(BUY, BID, 80)
    exchange.submit(cmd.CancelOrder(ts=exchange.ts, order_id="taker"))
    exchange.sleep(20)
    exchange.replies.clear()
    exchange.place("again", SELL, BID, 70, post_only=False, immediate=True)
    exchange.sleep(20)
    assert story(exchange) == [
        ("again", BID, 50, "taker"),
        ("ahead", "EXPIRED_IN_MATCH"),
        ("again", BID, 20, "taker"),
    ]


def test_where_the_queue_ahead_is_not_known_all_that_is_displayed_stands_ahead() -> None:
    exchange = Exchange()
    exchange.rest("far", BUY, BID - 50, 10)
    exchange.place("taker", SELL, BID - 50, 500_010, post_only=False, immediate=True)
    exchange.venue.purse.base = 10**12
    exchange.sleep(20)
    assert exchange.replies[-2].order_id == "far"
    assert exchange.replies[-2].reason == "EXPIRED_IN_MATCH"
    assert (exchange.replies[-1].order_id, exchange.replies[-1].reason) == ("taker", "expired")


def test_a_buying_taker_meets_our_own_asks_from_the_lowest_on() -> None:
    exchange = Exchange()
    exchange.rest("high", SELL, ASK + 4, 10)
    exchange.rest("low", SELL, ASK + 3, 10)
    for price in range(ASK, ASK + 5):
        exchange.show(SELL, price, 2 if price == ASK + 2 else 0)
    exchange.place("taker", BUY, ASK + 4, 5, post_only=False)
    exchange.sleep(20)
    assert story(exchange)[:2] == [("taker", ASK + 2, 2, "taker"), ("low", "EXPIRED_IN_MATCH")]
    assert story(exchange)[2:] == [("high", "EXPIRED_IN_MATCH")]
