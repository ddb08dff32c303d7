"""Each rule of what requests do as they reach the exchange."""

from decimal import Decimal

import msgspec
import pytest
from paper_exchange import TINY, Exchange
from pure_desk import ASK, BID

from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL, Side


@pytest.mark.parametrize(("side", "price"), [(BUY, ASK), (BUY, ASK + 5), (SELL, BID), (SELL, BID - 5)])
def test_a_post_only_order_that_would_meet_the_other_side_is_rejected(side: Side, price: int) -> None:
    exchange = Exchange()
    exchange.place("a", side, price, 100)
    (rejected,) = exchange.heard(ev.OrderRejected)
    assert (rejected.code, rejected.reason) == (-2010, "Order would immediately match and take.")
    assert exchange.venue.orders == {}


@pytest.mark.parametrize(("side", "price"), [(BUY, BID), (SELL, ASK)])
def test_a_post_only_order_at_its_own_touch_rests(side: Side, price: int) -> None:
    exchange = Exchange()
    exchange.rest("a", side, price, 100)


def test_an_immediate_order_is_gone_after_what_it_could_take() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 30)
    exchange.place("a", SELL, BID, 100, post_only=False, immediate=True)
    exchange.sleep(20)
    kinds = [type(one) for one in exchange.replies]
    assert kinds == [ev.OrderAccepted, ev.OrderFilled, ev.OrderCanceled]
    assert exchange.replies[1].quantity == 30
    assert not exchange.replies[1].maker
    assert exchange.replies[2].reason == "expired"


def test_a_smaller_size_keeps_the_place() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 50)
    exchange.rest("a", BUY, BID, 10)
    exchange.trade(BID, 30, SELL)
    exchange.submit(cmd.AmendOrder(ts=exchange.ts, order_id="a", quantity=6))
    (amended,) = exchange.heard(ev.OrderAmended)
    assert amended.quantity == 6
    assert exchange.venue.orders["a"].queue.ahead == 20
    assert exchange.venue.orders["a"].left == 6


@pytest.mark.parametrize(("quantity", "code"), [(10, -2038), (11, -2038), (3, -2038), (2, -2038)])
def test_an_amend_must_be_smaller_and_over_what_is_filled(quantity: int, code: int) -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID - 1, 10)
    exchange.trade(BID - 2, 3, SELL)
    exchange.submit(cmd.AmendOrder(ts=exchange.ts, order_id="a", quantity=quantity))
    (refused,) = exchange.heard(ev.CancelRejected)
    assert refused.code == code
    exchange.submit(cmd.AmendOrder(ts=exchange.ts, order_id="z", quantity=quantity))
    assert exchange.heard(ev.CancelRejected)[-1].code == -2011


def test_a_replace_goes_to_the_end() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 50)
    exchange.rest("a", BUY, BID, 10)
    exchange.trade(BID, 30, SELL)
    replace = cmd.ReplaceOrder(ts=exchange.ts, order_id="a", new_order_id="b", side=BUY, price=BID, quantity=12)
    exchange.submit(replace)
    exchange.sleep(20)
    answers: list[tuple[type, str]] = [(ev.OrderCanceled, "a"), (ev.OrderAccepted, "b")]
    assert [(type(one), one.order_id) for one in exchange.replies] == answers
    assert exchange.replies[0].reason == "replaced"
    assert exchange.venue.orders["b"].queue.ahead == 50


def test_a_replace_of_an_order_that_is_gone_places_nothing() -> None:
    exchange = Exchange()
    exchange.submit(cmd.ReplaceOrder(ts=exchange.ts, order_id="a", new_order_id="b", side=BUY, price=BID, quantity=12))
    exchange.sleep(20)
    assert [(type(one), one.order_id, one.code) for one in exchange.replies] == [
        (ev.CancelRejected, "a", -2011),
        (ev.OrderRejected, "b", -2022),
    ]


def test_a_replace_that_fails_its_filters_leaves_the_old_order() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID, 10)
    exchange.submit(
        cmd.ReplaceOrder(ts=exchange.ts, order_id="a", new_order_id="b", side=BUY, price=BID, quantity=10**9)
    )
    exchange.sleep(20)
    assert [type(one) for one in exchange.replies] == [ev.CancelRejected, ev.OrderRejected]
    assert list(exchange.venue.orders) == ["a"]


def test_a_replace_that_would_match_cancels_and_places_nothing() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID, 10)
    exchange.submit(cmd.ReplaceOrder(ts=exchange.ts, order_id="a", new_order_id="b", side=BUY, price=ASK, quantity=10))
    exchange.sleep(20)
    assert [type(one) for one in exchange.replies] == [ev.OrderCanceled, ev.OrderRejected]
    assert exchange.venue.orders == {}


def test_cancels_are_answered_each() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID, 10)
    exchange.rest("b", SELL, ASK, 10)
    exchange.rest("c", SELL, ASK, 10)
    exchange.submit(cmd.CancelOrder(ts=exchange.ts, order_id="a"))
    exchange.submit(cmd.CancelOrder(ts=exchange.ts, order_id="a"))
    exchange.submit(cmd.CancelAll(ts=exchange.ts))
    exchange.sleep(20)
    assert [(type(one), one.order_id) for one in exchange.replies] == [
        (ev.OrderCanceled, "a"),
        (ev.CancelRejected, "a"),
        (ev.OrderCanceled, "b"),
        (ev.OrderCanceled, "c"),
    ]


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_post_only_order_that_would_meet_our_own_is_rejected_too(side: Side) -> None:
    """Binance says so of whatever stands in the book; ours may stand there after the market went through it."""
    exchange = Exchange()
    touch = BID if side is BUY else ASK
    exchange.rest("own", side, touch, 10)
    exchange.show(side, touch, 0)
    exchange.place("other", side.opposite, touch, 10)
    (rejected,) = exchange.heard(ev.OrderRejected)
    assert (rejected.order_id, rejected.code, rejected.reason) == (
        "other", -2010, "Order would immediately match and take.",
    )  # fmt: skip


def test_an_order_that_was_amended_too_often_is_amended_no_more() -> None:
    exchange = Exchange(instrument=msgspec.structs.replace(TINY, max_amends=2))
    exchange.rest("a", BUY, BID - 1, 10)
    for quantity in (9, 8, 7):
        exchange.submit(cmd.AmendOrder(ts=exchange.ts, order_id="a", quantity=quantity))
    (refused,) = exchange.heard(ev.CancelRejected)
    assert (refused.code, refused.reason) == (-2038, "Filter failure: MAX_NUM_ORDER_AMENDS")
    assert exchange.venue.orders["a"].quantity == 8


@pytest.mark.parametrize(
    ("quantity", "code", "words"),
    [
        (100, -2038, "The requested action would change no state; rejecting"),
        (101, -2038, "Order amend (quantity increase) is not supported."),
        (9, -1013, "Filter failure: LOT_SIZE"),
        (50, -1013, "Filter failure: NOTIONAL"),
    ],
)
def test_an_amend_is_refused_in_the_exchanges_words(quantity: int, code: int, words: str) -> None:
    instrument = msgspec.structs.replace(TINY, min_quantity=10, min_notional=Decimal(40))
    exchange = Exchange(instrument=instrument)
    exchange.rest("a", BUY, BID - 1, 100)
    exchange.submit(cmd.AmendOrder(ts=exchange.ts, order_id="a", quantity=quantity))
    (refused,) = exchange.heard(ev.CancelRejected)
    assert (refused.code, refused.reason) == (code, words)
    assert exchange.venue.orders["a"].quantity == 100


def test_a_pair_that_only_takes_cancels_refuses_everything_else() -> None:
    exchange = Exchange(instrument=TINY)
    exchange.rest("a", BUY, BID - 1, 100)
    closed = msgspec.structs.replace(TINY, status="CANCEL_ONLY")
    exchange.venue._requests._instrument = closed
    exchange.place("b", BUY, BID - 1, 100)
    exchange.submit(cmd.AmendOrder(ts=exchange.ts, order_id="a", quantity=50))
    exchange.submit(
        cmd.ReplaceOrder(ts=exchange.ts, order_id="a", new_order_id="c", side=BUY, price=BID - 2, quantity=100)
    )
    exchange.submit(cmd.CancelOrder(ts=exchange.ts, order_id="a"))
    exchange.sleep(20)
    assert [(type(one).__name__, one.order_id, getattr(one, "code", 0)) for one in exchange.replies] == [
        ("OrderRejected", "b", -1013),
        ("CancelRejected", "a", -1013),
        ("CancelRejected", "a", -1013),
        ("OrderRejected", "c", -1013),
        ("OrderCanceled", "a", 0),
    ]
    assert exchange.replies[0].reason == "Market is closed."
