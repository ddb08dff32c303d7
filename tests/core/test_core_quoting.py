import pytest
from pure_desk import BTC, ask, bid

from mm_tui.core.explain import Held
from mm_tui.core.oms import OrderManager
from mm_tui.core.quoting import ANY, Move, Pair, Place, Remove, Room, Shrink, Tolerance, diff, fit, lasting
from mm_tui.model.events import BUY, SELL
from mm_tui.model.orders import Order, Status, Trigger
from mm_tui.strategy.api import Quote, Quotes

STAY = Tolerance(0.5 / 10_000, 50 / 10_000)
P = 1_000_000


def orders_at(*quotes: Quote, status: Status = Status.LIVE) -> OrderManager:
    orders = OrderManager()
    for number, quote in enumerate(quotes):
        order = Order(
            order_id=str(number),
            side=quote.side,
            price=quote.price,
            quantity=quote.quantity,
            target=quote.target,
            level=quote.level,
            status=status,
            created=number,
        )
        orders.add(order)
    return orders


def quotes(*wanted: Quote) -> Quotes:
    return Quotes(tuple(q for q in wanted if q.side is BUY), tuple(q for q in wanted if q.side is SELL))


def test_what_is_wanted_and_stands_needs_nothing() -> None:
    wanted = (bid(P), bid(P - 10, level=1), ask(P + 10))
    assert diff(quotes(*wanted), orders_at(*wanted), STAY).steps == []


@pytest.mark.parametrize(("off", "steps"), [(49, 0), (50, 0), (51, 1), (5000, 1)])
def test_an_order_within_the_tolerance_stays(off: int, steps: int) -> None:
    found = diff(quotes(bid(P)), orders_at(bid(P - off)), STAY).steps
    assert len(found) == steps
    assert all(isinstance(step, Move) for step in found)


def test_an_order_too_far_off_is_cancelled_and_placed_anew_later() -> None:
    far = round(P * 51 / 10_000)
    (step,) = diff(quotes(bid(P)), orders_at(bid(P - far)), STAY).steps
    assert isinstance(step, Remove)
    assert step.reason == "too far from its quote"


def test_a_quote_without_an_order_is_placed_and_an_order_without_a_quote_removed() -> None:
    (step,) = diff(quotes(ask(P)), orders_at(), STAY).steps
    assert step == Place(ask(P))
    (step,) = diff(quotes(), orders_at(ask(P)), STAY).steps
    assert isinstance(step, Remove)
    assert step.reason == "no longer wanted"


def test_a_smaller_size_amends_and_a_larger_one_moves() -> None:
    (step,) = diff(quotes(bid(P, 60)), orders_at(bid(P, 100)), STAY).steps
    assert isinstance(step, Shrink)
    assert step.left == 60
    (step,) = diff(quotes(bid(P, 140)), orders_at(bid(P, 100)), STAY).steps
    assert isinstance(step, Move)


def test_a_part_that_was_filled_is_not_asked_for_again() -> None:
    orders = orders_at(bid(P, 100))
    (order,) = orders.open
    order.filled, order.status = 70, Status.PARTIALLY_FILLED
    assert diff(quotes(bid(P, 100)), orders, STAY).steps == []
    assert diff(quotes(bid(P, 60)), orders, STAY).steps == []
    (step,) = diff(quotes(bid(P, 20)), orders, STAY).steps
    assert isinstance(step, Shrink)


def test_the_same_target_leaves_another_jitter_alone() -> None:
    orders = orders_at(Quote(BUY, 0, P, 97, 100))
    assert diff(quotes(Quote(BUY, 0, P, 103, 100)), orders, STAY).steps == []


@pytest.mark.parametrize("status", [Status.PENDING_CANCEL, Status.UNKNOWN])
def test_an_order_whose_fate_is_open_neither_counts_nor_moves(status: Status) -> None:
    assert diff(quotes(bid(P)), orders_at(bid(P), status=status), STAY).steps == [Place(bid(P))]
    assert diff(quotes(), orders_at(bid(P), status=status), STAY).steps == []


def test_an_order_on_its_way_in_is_waited_for() -> None:
    orders = orders_at(bid(P - 500), status=Status.PENDING_NEW)
    assert diff(quotes(bid(P)), orders, STAY).steps == []
    assert diff(quotes(), orders, STAY).steps == []
    assert diff(quotes(bid(P - 500, 50)), orders, STAY).steps == []
    assert diff(quotes(bid(P - 500, 150)), orders, STAY).steps == []


def test_an_amend_on_its_way_is_not_repeated() -> None:
    orders = orders_at(bid(P, 100))
    (order,) = orders.open
    orders.move(order, Trigger.ASK_AMEND, 1)
    assert diff(quotes(bid(P, 60)), orders, STAY).steps == []


def test_removals_come_first_then_amends_then_the_side_that_moves_away() -> None:
    orders = orders_at(bid(P - 500), ask(P + 500), ask(P + 900, level=1), ask(P + 2000, level=2))
    steps = diff(quotes(bid(P), ask(P + 900, 50), ask(P + 1500)), orders, STAY).steps
    assert [type(step) for step in steps] == [Remove, Shrink, Move, Move]
    moves = diff(quotes(bid(P), ask(P + 1000)), orders_at(bid(P - 500), ask(P + 500)), STAY).steps
    assert [step.quote.side for step in moves if isinstance(step, Move)] == [SELL, BUY]
    moves = diff(quotes(bid(P - 1000), ask(P)), orders_at(bid(P - 500), ask(P + 500)), STAY).steps
    assert [step.quote.side for step in moves if isinstance(step, Move)] == [BUY, SELL]


def test_the_plan_says_which_orders_stay_and_which_quotes_wait() -> None:
    stays, leaves = bid(P), ask(P + 500)
    orders = orders_at(stays, leaves)
    orders.add(Order(order_id="new", side=BUY, price=P - 5000, quantity=100, level=1, created=9))
    wanted = (bid(P - 40), bid(P - 9000, level=1), ask(P + 9000))
    plan = diff(quotes(*wanted), orders, STAY)
    first, second, new = orders.open
    assert plan.kept == [Pair(first, wanted[0])]
    assert plan.waiting == [Pair(new, wanted[1])]
    assert plan.steps == [Remove(second, "too far from its quote", wanted[2])]


def test_as_many_orders_as_possible_stay() -> None:
    standing = (bid(P), bid(P - 1000, level=1), bid(P - 2000, level=2))
    wanted = (bid(P - 1000), bid(P - 2000, level=1), bid(P - 3000, level=2))
    (step,) = diff(quotes(*wanted), orders_at(*standing), STAY).steps
    assert isinstance(step, Move)
    assert (step.order.price, step.quote.price) == (P, P - 3000)


def test_quotes_are_cut_to_the_room_nearest_first() -> None:
    wanted = (bid(P, 100), bid(P - 10, 100, 1), bid(P - 20, 100, 2))
    assert fit(wanted, Room(300, 10**12), BTC, 0, []) is wanted
    held: list[Held] = []
    cut = fit(wanted, Room(150, 10**12), BTC, 0, held)
    assert held == [Held(wanted[2], "no room for an order: the position limit")]
    assert [quote.quantity for quote in cut] == [100, 50]
    assert cut[1].target == 50
    assert cut[1].reason == "wanted, cut to the position limit"
    assert fit(wanted, Room(0, 10**12), BTC, 0, []) == ()
    assert fit(wanted, Room(-5, 10**12), BTC, 0, []) == ()


def test_a_bid_is_cut_to_the_quote_and_an_ask_to_the_base_that_is_free() -> None:
    assert [quote.quantity for quote in fit((bid(P, 100), bid(P - 1, 100)), Room(1000, 130 * P), BTC, 0, [])] == [
        100,
        30,
    ]
    assert [quote.quantity for quote in fit((ask(P, 100), ask(P + 1, 100)), Room(1000, 130), BTC, 0, [])] == [100, 30]


def test_what_is_left_under_the_smallest_value_is_skipped_and_a_later_one_may_fit() -> None:
    wanted = (bid(P, 100), bid(P - 10, 30, 1))
    assert fit(wanted, Room(40, 10**12), BTC, 50 * P, []) == (wanted[1],)


def test_an_order_over_its_quote_is_made_smaller_where_the_side_has_no_room_for_it() -> None:
    orders = orders_at(Quote(BUY, 0, P, 108, 100), Quote(BUY, 1, P - 900, 103, 100))
    wanted = quotes(Quote(BUY, 0, P, 102, 100), Quote(BUY, 1, P - 900, 98, 100))
    assert diff(wanted, orders, STAY, (Room(211, 10**12), ANY)).steps == []
    (step,) = diff(wanted, orders, STAY, (Room(210, 10**12), ANY)).steps
    assert isinstance(step, Shrink)
    assert (step.order.order_id, step.left) == ("0", 102)
    plan = diff(wanted, orders, STAY, (Room(200, 10**12), ANY))
    assert [step.left for step in plan.steps if isinstance(step, Shrink)] == [102, 98]
    assert plan.kept == []
    funds = 211 * P - 900 * 103
    assert diff(wanted, orders, STAY, (Room(1000, funds), ANY)).steps == []
    assert len(diff(wanted, orders, STAY, (Room(1000, funds - 1), ANY)).steps) == 1


def test_asks_use_lots_of_what_is_held() -> None:
    orders, wanted = orders_at(Quote(SELL, 0, P, 108, 100)), quotes(Quote(SELL, 0, P, 100, 100))
    assert diff(wanted, orders, STAY, (ANY, Room(1000, 108))).steps == []
    assert len(diff(wanted, orders, STAY, (ANY, Room(1000, 107))).steps) == 1


def test_an_order_that_is_too_large_is_waited_for_until_it_is_acknowledged() -> None:
    orders = orders_at(Quote(BUY, 0, P, 108, 100), status=Status.PENDING_NEW)
    wanted, rooms = quotes(Quote(BUY, 0, P, 100, 100)), (Room(100, 10**12), ANY)
    plan = diff(wanted, orders, STAY, rooms)
    assert plan.steps == []
    assert not lasting(plan, wanted, STAY)
    (order,) = orders.open
    orders.move(order, Trigger.ACCEPT, 1)
    assert len(diff(wanted, orders, STAY, rooms).steps) == 1
    order.pending_quantity = 100
    orders.move(order, Trigger.ASK_AMEND, 1)
    assert diff(wanted, orders, STAY, rooms).steps == []
    order.pending_quantity = 104
    assert diff(wanted, orders, STAY, rooms).steps == []


def test_a_size_that_may_have_to_change_after_the_acknowledgement_asks_for_another_comparison() -> None:
    orders = orders_at(bid(P, 100), status=Status.PENDING_NEW)
    for quantity, lasts in ((100, True), (60, False), (140, False)):
        wanted = quotes(bid(P, quantity))
        assert lasting(diff(wanted, orders, STAY), wanted, STAY) is lasts
