"""Rows of the orders panel."""

from pure_desk import SECOND, START

from mm_tui.model.events import BUY
from mm_tui.model.orders import Order, Status
from mm_tui.views.ladder import Place
from mm_tui.views.orders import order_row

ORDER = Order(order_id="mm-1", side=BUY, price=999, quantity=10, filled=4, status=Status.LIVE, created=START, level=1)


def test_an_order_stands_at_a_distance_an_age_and_a_place_in_its_queue() -> None:
    row = order_row(ORDER, 2_000, START + 3 * SECOND, "sent", Place(7, 3, 20))
    assert (row.bps, row.age_s, row.left, row.quantity, row.status) == (-10.0, 3, 6, 10, "live")
    assert (row.queue_ahead, row.queue_behind, row.eta_s, row.level, row.fate) == (7, 3, 20, 1, "sent")


def test_what_nobody_knows_is_none_and_no_order_is_younger_than_now() -> None:
    row = order_row(ORDER, 0, START - SECOND, "")
    assert (row.bps, row.age_s, row.queue_ahead, row.queue_behind, row.eta_s) == (None, 0, None, None, None)
