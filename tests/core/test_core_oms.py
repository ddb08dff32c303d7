import pytest
from pure_desk import SECOND

from mm_tui.core import oms as module
from mm_tui.core.oms import OrderManager
from mm_tui.errors import IllegalTransition
from mm_tui.model.events import BUY, SELL, OrderFilled, Side
from mm_tui.model.orders import Order, Status, Trigger


def order(name: str, side: Side = BUY, price: int = 100, quantity: int = 10, level: int = 0) -> Order:
    return Order(order_id=name, side=side, price=price, quantity=quantity, level=level)


def filled(name: str, quantity: int, trade: str, ts: int = 1) -> OrderFilled:
    return OrderFilled(
        ts=ts, order_id=name, trade_id=trade, price=100, quantity=quantity, maker=True, fee=0, fee_in_base=False
    )


def manager(*orders: Order) -> OrderManager:
    orders_of = OrderManager(60 * SECOND)
    for one in orders:
        orders_of.add(one)
        orders_of.accepted(one, f"v{one.order_id}", 1)
    return orders_of


def test_orders_are_found_by_id_venue_id_side_status_and_price() -> None:
    a, b, c = order("a"), order("b", SELL, 110), order("c", BUY, 90)
    orders = manager(a, b, c)
    orders.move(c, Trigger.CANCELED, 2)
    assert orders.get("a") is a
    assert orders.get("c") is c
    assert orders.get("z") is None
    assert orders.by_venue_id("vb") is b
    assert orders.by_venue_id("vz") is None
    assert list(orders.query(side=BUY)) == [a, c]
    assert list(orders.query(statuses=frozenset({Status.LIVE}))) == [a, b]
    assert list(orders.query(low=100, high=105)) == [a]
    assert list(orders.query(low=111)) == []
    assert list(orders.open) == [a, b]
    assert orders.open_count == 2
    assert orders.placed == 3


def test_finished_orders_are_archived_after_a_while_and_can_still_be_asked() -> None:
    a = order("a")
    orders = manager(a)
    assert orders.archive_due is None
    orders.move(a, Trigger.CANCELED, SECOND)
    assert orders.archive_due == 61 * SECOND
    orders.archive(61 * SECOND - 1)
    assert list(orders.query()) == [a]
    orders.archive(61 * SECOND)
    assert list(orders.query()) == []
    assert list(orders.query(archived=True)) == [a]
    assert orders.get("a") is a
    assert orders.by_venue_id("va") is a


def test_the_archive_is_bounded_and_forgets_the_venues_ids_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ARCHIVE_LIMIT", 2)
    many = [order(str(number)) for number in range(4)]
    orders = manager(*many)
    for one in many:
        orders.move(one, Trigger.CANCELED, 1)
    orders.archive(100 * SECOND)
    assert [one.order_id for one in orders.query(archived=True)] == ["2", "3"]
    assert orders.get("0") is None
    assert orders.by_venue_id("v1") is None
    assert orders.by_venue_id("v3") is many[3]
    assert len(orders._venue_ids) == len(orders._named) == 2


def test_a_fill_is_booked_once_by_its_trade() -> None:
    a = order("a")
    orders = manager(a)
    assert orders.fill(a, filled("a", 4, "t1"))
    assert not orders.fill(a, filled("a", 4, "t1"))
    assert (a.filled, a.left, a.status) == (4, 6, Status.PARTIALLY_FILLED)
    assert orders.fill(a, filled("a", 6, "t2"))
    assert (a.filled, a.status) == (10, Status.FILLED)
    assert (orders.partially_filled, orders.filled, orders.open_count) == (1, 1, 0)


def test_a_fill_after_the_cancel_is_booked() -> None:
    a, b = order("a"), order("b")
    orders = manager(a, b)
    for one in (a, b):
        orders.move(one, Trigger.CANCELED, 2)
    assert orders.canceled == 2
    assert orders.fill(a, filled("a", 4, "t1"))
    assert (a.status, a.filled) == (Status.CANCELED, 4)
    assert orders.fill(b, filled("b", 10, "t2"))
    assert (b.status, orders.canceled, orders.filled) == (Status.FILLED, 1, 1)


def test_a_fill_of_an_order_believed_rejected_brings_it_back_to_life() -> None:
    a = order("a")
    orders = OrderManager()
    orders.add(a)
    orders.move(a, Trigger.REJECT, 1)
    orders.archive(100 * SECOND)
    assert orders.open_count == 0
    assert orders.fill(a, filled("a", 4, "t1"))
    assert list(orders.open) == [a]
    assert orders.reserved(BUY) == 6


def test_more_than_was_asked_for_is_booked_too() -> None:
    a = order("a")
    orders = manager(a)
    orders.fill(a, filled("a", 10, "t1"))
    assert orders.fill(a, filled("a", 3, "t2"))
    assert (a.filled, a.status) == (13, Status.FILLED)
    assert orders.filled == 1


def test_an_illegal_move_changes_nothing() -> None:
    a = order("a")
    orders = manager(a)
    with pytest.raises(IllegalTransition):
        orders.move(a, Trigger.REJECT, 9, "too late")
    assert (a.status, a.updated, a.reason) == (Status.LIVE, 1, "")
    pending = order("p")
    orders.add(pending)
    with pytest.raises(IllegalTransition):
        orders.amend(pending, 5, 2)
    assert (pending.quantity, pending.amends, orders.amended) == (10, 0, 0)


def test_an_amend_makes_smaller_and_one_to_what_is_filled_ends_the_order() -> None:
    a, b = order("a"), order("b")
    orders = manager(a, b)
    for one in (a, b):
        orders.move(one, Trigger.ASK_AMEND, 2)
    assert orders.amend(a, 6, 3)
    assert (a.quantity, a.status, a.amends, a.pending_quantity) == (6, Status.LIVE, 1, 0)
    orders.fill(b, filled("b", 6, "t1"))
    assert b.status is Status.PENDING_AMEND
    assert orders.amend(b, 6, 4)
    assert (b.quantity, b.left, b.status) == (6, 0, Status.FILLED)
    assert not orders.amend(b, 5, 5)
    assert b.quantity == 6


def test_what_may_still_be_filled_is_reserved() -> None:
    a, b, c = order("a"), order("b", BUY, 90, 5), order("c", SELL, 110, 7)
    orders = manager(a, b, c)
    orders.fill(a, filled("a", 4, "t1"))
    orders.move(b, Trigger.ASK_CANCEL, 2)
    assert orders.reserved(BUY) == 11
    assert orders.reserved(SELL) == 7
    assert orders.reserved_value() == 6 * 100 + 5 * 90
    assert orders.touch(BUY) == 100
    assert orders.touch(SELL) == 110
    assert orders.leaving(BUY)
    assert not orders.leaving(SELL)
    orders.move(a, Trigger.ASK_CANCEL, 2)
    assert orders.touch(BUY) is None


def test_the_touch_is_the_best_of_a_side() -> None:
    orders = manager(order("a", BUY, 95), order("b", BUY, 99), order("c", SELL, 105), order("d", SELL, 103))
    assert (orders.touch(BUY), orders.touch(SELL)) == (99, 103)
    assert [one.price for one in orders.nearest_first(BUY, frozenset({Status.LIVE}))] == [99, 95]
    assert [one.price for one in orders.nearest_first(SELL, frozenset({Status.LIVE}))] == [103, 105]


def test_a_flatten_is_no_quote() -> None:
    orders = manager(order("f", level=-1))
    assert orders.nearest_first(BUY, frozenset(Status)) == []
