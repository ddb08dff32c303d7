"""Levels that are left alone, refused by the venue or held back by a person, through the whole core."""

from pure_desk import ASK, BID, Rig, ask, bid

from mm_tui.core.config import CoreConfig, Execution
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.orders import Status

B, A = bid(BID - 1000), ask(ASK + 1000)


def rejected(rig: Rig, order_id: str, code: int = -2010) -> None:
    rig.hear(ev.OrderRejected(ts=rig.ts, order_id=order_id, code=code, reason="no"))


def test_a_replace_that_came_too_late_is_nobodys_refusal() -> None:
    rig = Rig()
    (old,) = rig.quoting(B)
    rig.want(bid(BID - 2000))
    (command,) = rig.take()
    rig.fill(old, 100)
    rig.hear(ev.CancelRejected(ts=rig.ts, order_id=old.order_id, code=-2011, reason="gone"))
    rejected(rig, command.new_order_id, -2022)
    assert old.status is Status.FILLED
    (again,) = rig.take(cmd.PlaceOrder)
    assert again.price == BID - 2000


def test_a_refused_placement_waits_and_is_tried_so_many_times() -> None:
    rig = Rig(CoreConfig(execution=Execution(max_retries=2, retry_delay_ms=1000)))
    rig.open_book()
    rig.want(B)
    for _ in range(2):
        (command,) = rig.take(cmd.PlaceOrder)
        rejected(rig, command.order_id)
        rig.flow(0.9)
        assert not rig.take()
        rig.flow(0.1)
    (command,) = rig.take(cmd.PlaceOrder)
    rejected(rig, command.order_id)
    rig.flow(10)
    assert not rig.take()
    assert "bid level 0 rests: refused 3 times, -2010 no" in rig.said(facts.Noted)[-1].text
    rig.want(bid(BID - 1001))
    assert rig.take(cmd.PlaceOrder)


def test_an_acceptance_forgets_earlier_refusals() -> None:
    rig = Rig(CoreConfig(execution=Execution(max_retries=1)))
    rig.open_book()
    rig.want(B)
    for _ in range(3):
        (command,) = rig.take(cmd.PlaceOrder)
        rejected(rig, command.order_id)
        rig.flow(1)
        (command,) = rig.take(cmd.PlaceOrder)
        order = rig.core.orders.get(command.order_id)
        assert order is not None
        rig.accept(order)
        rig.canceled(order)
    assert not [one for one in rig.said(facts.Noted) if "rests" in one.text]


def test_a_person_cancels_one_order_and_its_level_rests_until_other_quotes_are_wanted() -> None:
    rig = Rig()
    (order, _) = rig.quoting(B, A)
    rig.act("cancel_order", order.order_id)
    assert rig.take() == [cmd.CancelOrder(ts=rig.ts, order_id=order.order_id)]
    rig.canceled(order)
    rig.flow(2)
    assert not rig.take()
    rig.act("cancel_order", order.order_id)
    assert rig.said(facts.Noted)[-1].text == f"order {order.order_id} is not open"
    rig.act("cancel_order")
    assert rig.said(facts.Noted)[-1].text == "order – is not open"
    rig.want(bid(BID - 1000), A)
    assert len(rig.take(cmd.PlaceOrder)) == 1
