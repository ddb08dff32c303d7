"""The way through the gate: what an order adds to, and what is said of a refusal."""

from pure_desk import ASK, BID, Rig, ask, bid

from mm_tui.core.config import CoreConfig, Execution
from mm_tui.model import commands as cmd
from mm_tui.model import facts
from mm_tui.risk.limits import Limits

B = bid(BID - 1000)


def test_a_level_that_would_exceed_the_position_waits_for_the_order_on_its_way_out() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_position=0.0015)))
    (order,) = rig.quoting(B)
    rig.want(bid(BID - 2000))
    assert rig.take() == [cmd.CancelOrder(ts=rig.ts, order_id=order.order_id)]
    assert order.reason == "no room for a replace"
    rig.flow(0.5)
    assert not rig.take()
    rig.canceled(order)
    assert [one.price for one in rig.take(cmd.PlaceOrder)] == [BID - 2000]
    assert rig.core.gate.refused == 0


def test_a_refusal_is_said_once_a_second_not_on_every_event() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(bid(BID - 60_000))
    rig.flow(2.5)
    refused = rig.said(facts.RiskRefused)
    assert {one.rule for one in refused} == {"collar"}
    assert 2 <= len(refused) <= 3
    assert not rig.take()


def test_a_refusal_of_the_other_side_is_said_too() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(bid(BID - 60_000), ask(ASK + 60_000))
    assert [(one.rule, one.side) for one in rig.said(facts.RiskRefused)] == [("collar", 1), ("collar", -1)]


def test_the_funds_of_an_order_that_a_replace_takes_out_come_free_with_it() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    value = order.price * order.left
    rig.core.account.quote = value * 1_000_000
    rig.want(bid(BID - 1500))
    assert [type(one) for one in rig.take()] == [cmd.ReplaceOrder]


def test_all_orders_may_be_moved_at_once_where_no_more_may_be_open() -> None:
    rig = Rig(
        CoreConfig(limits=Limits(max_open_orders=4), execution=Execution(batch_size=20, rate_limit_per_s=50)),
    )
    rig.quoting(bid(BID - 1000), bid(BID - 2000, 100, 1), ask(ASK + 1000), ask(ASK + 2000, 100, 1))
    rig.want(bid(BID - 5000), bid(BID - 6000, 100, 1), ask(ASK + 5000), ask(ASK + 6000, 100, 1))
    assert [type(one) for one in rig.take()] == [cmd.ReplaceOrder] * 4
    assert rig.core.gate.refused == 0
    assert (rig.core.orders.open_count, rig.core.orders.places) == (8, 4)
    rig.want(bid(BID - 5000), bid(BID - 6000, 100, 1), bid(BID - 7000, 100, 2), ask(ASK + 5000))
    assert not rig.take(cmd.PlaceOrder)
    assert [one.rule for one in rig.said(facts.RiskRefused)] == ["open orders"]


def test_a_replaced_order_in_doubt_has_a_place_of_its_own() -> None:
    rig = Rig()
    (old,) = rig.quoting(B)
    rig.want(bid(BID - 2000))
    assert rig.core.orders.places == 1
    rig.accept(*[one for one in rig.core.orders.open if one is not old])
    rig.flow(10)
    assert old.status == "unknown"
    assert rig.core.orders.places == 2


def test_an_order_that_two_others_replace_is_counted_out_once() -> None:
    """The first replacement was lost, the order came back, and was moved again."""
    rig = Rig()
    (old,) = rig.quoting(B)
    rig.want(bid(BID - 2000))
    rig.flow(10)
    assert [order.status for order in rig.core.orders.open] == ["unknown", "unknown"]
    rig.accept(old)
    rig.want(bid(BID - 3000, 100, 1))
    assert [order.replaces for order in rig.core.orders.open] == ["", old.order_id, old.order_id]
    assert [order.status for order in rig.core.orders.open] == ["pending_cancel", "unknown", "pending_new"]
    assert rig.core.orders.places == 2
