"""Cancels, and orders that nobody answers for, through the whole core."""

from pure_desk import ASK, BID, SECOND, Rig, ask, bid

from mm_tui.core.cancels import ACK_TIMEOUT
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.orders import Status

B = bid(BID - 1000)


def test_a_placement_without_an_answer_comes_into_doubt_though_other_timers_fire_between() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(B, bid(BID - 2000, 5000, 1))
    (command,) = rig.take(cmd.PlaceOrder)
    order = rig.core.orders.get(command.order_id)
    assert order is not None
    rig.flow(4.9)
    assert order.status == "pending_new"
    assert rig.said(facts.RiskRefused)
    rig.flow(0.1)
    assert order.status is Status.UNKNOWN
    assert order.reason == "no answer to the placement"
    assert rig.ts - order.created == ACK_TIMEOUT
    assert not rig.take(cmd.CancelOrder, cmd.QueryOrder)


def test_what_happens_at_the_very_moment_does_not_put_off_the_doubt() -> None:
    """A refusal by the gate asks for another look a second later, just before the timer of this moment goes off."""
    rig = Rig()
    rig.open_book()
    rig.want(B)
    (order,) = rig.core.orders.open
    rig.flow(4)
    rig.ts = rig.timers["retry"]
    assert rig.ts == order.created + ACK_TIMEOUT
    rig.want(B, bid(BID - 2000, 5000, 1))
    assert rig.said(facts.RiskRefused)
    rig.sleep(0)
    assert order.status is Status.UNKNOWN


def test_an_amend_without_an_answer_comes_into_doubt() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want(bid(BID - 1000, 60))
    rig.flow(5)
    assert (order.status, order.reason) == (Status.UNKNOWN, "no answer to the amend")


def test_cancels_without_an_answer_are_repeated_then_the_order_is_in_doubt_and_stays_reserved() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want()
    assert rig.take() == [cmd.CancelOrder(ts=rig.ts, order_id=order.order_id)]
    assert order.status == "pending_cancel"
    asked = rig.ts
    cancels = []
    for _ in range(60):
        rig.flow(0.1)
        cancels += [(one.ts - asked) // SECOND for one in rig.take(cmd.CancelOrder)]
        if order.status is Status.UNKNOWN:
            break
    assert cancels == [1, 2, 3, 4]
    assert order.unwanted
    assert order.reason == "no answer to its cancels"
    assert rig.core.orders.reserved(order.side) == 100
    assert not rig.take(cmd.PlaceOrder)


def test_a_cancel_that_was_refused_is_no_proof() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want()
    rig.hear(ev.CancelRejected(ts=rig.ts, order_id=order.order_id, code=-2011, reason="unknown"))
    assert order.status is Status.PENDING_CANCEL
    assert rig.core.orders.reserved(order.side) == 100


def test_a_replace_without_an_answer_is_asked_about_by_cancels_of_the_old_order() -> None:
    rig = Rig()
    (old,) = rig.quoting(B)
    rig.want(bid(BID - 2000))
    assert [type(one) for one in rig.take()] == [cmd.ReplaceOrder]
    asked = rig.ts
    rig.sleep(1)
    assert rig.take(cmd.CancelOrder) == [cmd.CancelOrder(ts=asked + SECOND, order_id=old.order_id)]
    assert old.cancel_tries == 2


def test_a_cancel_of_everything_is_followed_up_order_by_order() -> None:
    rig = Rig()
    orders = rig.quoting(B, ask(ASK + 1000))
    rig.act("pause")
    assert [type(one) for one in rig.take()] == [cmd.CancelAll]
    rig.canceled(orders[0])
    rig.sleep(1)
    assert [one.order_id for one in rig.take(cmd.CancelOrder)] == [orders[1].order_id]
