"""The life of orders through the whole core: retries, doubt, late and double reports."""

from pure_desk import ASK, BID, MS, SECOND, Rig, ask, bid

from mm_tui.core.config import CoreConfig, Execution, Orders
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.events import BUY
from mm_tui.model.orders import Status
from mm_tui.strategy.api import Quote

B, A = bid(BID - 1000), ask(ASK + 1000)


def rejected(rig: Rig, order_id: str, code: int = -2010) -> None:
    rig.hear(ev.OrderRejected(ts=rig.ts, order_id=order_id, code=code, reason="no"))


def test_a_placement_is_sent_once_and_accepted() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    assert (order.status, order.price, order.quantity, order.reason) == (Status.LIVE, B.price, 100, "wanted")
    rig.tick()
    rig.tick()
    assert not rig.take()


def test_a_move_is_one_replace_and_the_old_order_waits_for_proof() -> None:
    rig = Rig()
    (old,) = rig.quoting(B)
    rig.want(bid(BID - 2000))
    (command,) = rig.take()
    assert isinstance(command, cmd.ReplaceOrder)
    assert (command.order_id, command.price) == (old.order_id, BID - 2000)
    assert old.status is Status.PENDING_CANCEL
    new = rig.core.orders.get(command.new_order_id)
    assert new is not None
    assert new.replaces == old.order_id
    rig.hear(ev.OrderCanceled(ts=rig.ts, order_id=old.order_id, reason="replaced"))
    rig.accept(new)
    assert list(rig.core.orders.open) == [new]
    assert not rig.take()


def test_a_smaller_size_amends_and_the_answer_is_taken() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want(bid(BID - 1000, 60))
    assert rig.take() == [cmd.AmendOrder(ts=rig.ts, order_id=order.order_id, quantity=60)]
    assert order.status is Status.PENDING_AMEND
    rig.hear(ev.OrderAmended(ts=rig.ts, order_id=order.order_id, quantity=60))
    assert (order.status, order.quantity) == (Status.LIVE, 60)
    rig.tick()
    assert not rig.take()


def test_an_order_that_was_amended_as_often_as_the_exchange_allows_is_cancelled_to_be_cut() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    for quantity in range(99, 89, -1):
        rig.want(bid(BID - 1000, quantity))
        rig.hear(ev.OrderAmended(ts=rig.ts, order_id=order.order_id, quantity=quantity))
        rig.flow(1)
    assert order.amends == rig.core.instrument.max_amends
    rig.take()
    rig.act("set", "risk.max_position=0.0005")
    assert rig.take() == [cmd.CancelOrder(ts=rig.ts, order_id=order.order_id)]
    words = f"waits until {order.order_id} is gone: amended 10 times, the exchange allows no more"
    assert [one.why for one in rig.core.executor.held] == [words]
    rig.canceled(order)
    assert [(one.price, one.quantity) for one in rig.take(cmd.PlaceOrder)] == [(BID - 1000, 50)]


def test_an_amend_that_is_refused_leaves_the_order_as_it_was_until_it_is_cancelled() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.strategy.want(bid(BID - 1000, 60))
    rig.tick()
    rig.take()
    rig.hear(ev.CancelRejected(ts=rig.ts, order_id=order.order_id, code=-2038, reason="no"))
    assert (order.status, order.quantity, order.pending_quantity) == (Status.PENDING_CANCEL, 100, 0)
    assert rig.take() == [cmd.CancelOrder(ts=rig.ts, order_id=order.order_id)]
    words = f"waits until {order.order_id} is gone: the venue refused to make it smaller"
    assert [one.why for one in rig.core.executor.held] == [words]
    rig.canceled(order)
    (placed,) = rig.take(cmd.PlaceOrder)
    assert placed.quantity == 60


def test_a_refused_amend_does_not_leave_the_desk_over_a_tightened_limit() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.act("set", "risk.max_position=0.0005")
    rig.hear(ev.CancelRejected(ts=rig.ts, order_id=order.order_id, code=-2038, reason="no"))
    rig.canceled(order)
    rig.accept()
    rig.flow(20)
    assert [one.left for one in rig.core.orders.open] == [50]


def test_an_amend_that_nobody_answered_is_asked_for_again_once_the_order_is_known_to_rest() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want(bid(BID - 1000, 60))
    rig.flow(6)
    assert order.status is Status.UNKNOWN
    rig.take()
    rig.accept(order)
    assert rig.take() == [cmd.AmendOrder(ts=rig.ts, order_id=order.order_id, quantity=60)]
    assert order.pending_quantity == 60


def test_an_order_that_was_made_smaller_stays_under_other_jitter_of_the_same_target() -> None:
    rig = Rig()
    (order,) = rig.quoting(Quote(BUY, 0, BID - 1000, 205, 200))
    rig.want(Quote(BUY, 0, BID - 1000, 95, 100))
    (amend,) = rig.take()
    assert amend.quantity == 95
    rig.hear(ev.OrderAmended(ts=rig.ts, order_id=order.order_id, quantity=95))
    for quantity in (90, 95, 105):
        rig.want(Quote(BUY, 0, BID - 1000, quantity, 100))
        assert rig.take() == []


def test_an_amend_under_way_outlives_a_part_that_is_filled() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want(bid(BID - 1000, 60))
    rig.take()
    rig.fill(order, 10)
    assert (order.status, order.pending_quantity, order.target) == (Status.PENDING_AMEND, 60, 60)
    assert rig.take() == []


def test_a_late_fill_after_the_cancel_is_booked() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want()
    rig.canceled(order)
    rig.fill(order, 40)
    assert rig.core.account.position_lots == 40
    assert rig.said(facts.Filled)[-1].quantity == 40
    assert rig.state == "quoting"


def test_double_reports_are_booked_once() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    for _ in range(3):
        rig.fill(order, 40, trade_id="same")
    rig.accept(order)
    assert rig.core.account.position_lots == 40
    assert rig.core.account.fills == len(rig.said(facts.Filled)) == 1
    for _ in range(2):
        rig.canceled(order)
    assert order.status is Status.CANCELED


def test_a_fill_that_overtakes_its_acknowledgement_is_booked() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(B)
    (order,) = rig.core.orders.open
    rig.fill(order, 40)
    rig.accept(order)
    assert (order.status, order.filled) == (Status.PARTIALLY_FILLED, 40)


def test_an_overfill_is_booked_and_halts() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.fill(order, 100)
    assert rig.state == "quoting"
    rig.fill(order, 1)
    assert rig.core.account.position_lots == 101
    assert (rig.state, rig.core.reason) == ("halted", "overfill 101, limit 100")


def test_reports_that_cannot_be_are_noted_and_change_nothing() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rejected(rig, order.order_id)
    assert order.status is Status.LIVE
    assert rig.said(facts.Noted)[-1].text == "mm-1: an order that is live cannot reject; the report is ignored"
    rejected(rig, "somebody-elses")
    assert rig.said(facts.Noted)[-1].text == "the venue speaks of an order that is not ours: somebody-elses"
    rig.hear(ev.CancelRejected(ts=rig.ts, order_id="x", code=-2011, reason=""))
    rig.hear(ev.OrderAmended(ts=rig.ts, order_id="x", quantity=1))
    assert rig.state == "quoting"


def test_a_batch_and_the_rate_pace_what_leaves() -> None:
    rig = Rig(CoreConfig(execution=Execution(batch_size=2, rate_limit_per_s=3)))
    rig.open_book()
    rig.want(*[bid(BID - 1000 * n, 100, n) for n in range(1, 6)])
    assert len(rig.take(cmd.PlaceOrder)) == 2
    rig.sleep(0.0011)
    assert len(rig.take(cmd.PlaceOrder)) == 1
    rig.flow(0.9)
    assert not rig.take()
    rig.flow(0.1)
    assert len(rig.take(cmd.PlaceOrder)) == 2


def test_finished_orders_are_archived_under_steady_trade() -> None:
    rig = Rig(CoreConfig(orders=Orders(archive_after_s=5)))
    rig.open_book()
    for number in range(40):
        rig.want(bid(BID - 1000 - 2000 * (number % 2)))
        rig.accept()
        rig.want()
        rig.canceled(*rig.core.orders.open)
        rig.flow(1)
    assert rig.core.orders.placed == 40
    assert len(list(rig.core.orders.query())) <= 7
    assert len(list(rig.core.orders.query(archived=True))) == 40


def test_the_periodic_reset_makes_quotes_anew_and_spares_what_stands_well() -> None:
    rig = Rig(CoreConfig(orders=Orders(reset_interval_s=30)))
    rig.quoting(B, A)
    asked = rig.strategy.asked
    assert rig.timers["reset"] - rig.ts == 30 * SECOND
    rig.flow(31)
    assert rig.strategy.asked > asked + 300
    assert not rig.take()
    assert rig.timers["reset"] > rig.ts


def test_no_reset_where_it_is_switched_off() -> None:
    rig = Rig(CoreConfig(orders=Orders(reset_interval_s=0)))
    rig.quoting(B)
    assert "reset" not in rig.timers


def test_an_order_far_off_is_cancelled_first_and_placed_after_proof() -> None:
    rig = Rig()
    (order,) = rig.quoting(bid(BID - 35_000))
    rig.want(bid(BID - 100))
    (command,) = rig.take()
    assert isinstance(command, cmd.CancelOrder)
    assert order.reason == "too far from its quote"
    rig.canceled(order)
    assert [one.price for one in rig.take(cmd.PlaceOrder)] == [BID - 100]


def test_client_ids_count_up_and_are_the_exchanges_kind() -> None:
    rig = Rig(CoreConfig(order_prefix="desk"))
    rig.quoting(B, A)
    assert [one.order_id for one in rig.core.orders.open] == ["desk-1", "desk-2"]
    assert rig.core.orders.get("desk-1") is not None
    assert MS * 1000 == SECOND
