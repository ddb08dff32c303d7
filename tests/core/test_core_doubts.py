"""Orders in doubt: when the venue is asked, what of its answers is believed, and what is cancelled meanwhile."""

from typing import Any

import pytest
from pure_desk import ASK, BID, SECOND, Rig, ask, bid, placed

from mm_tui.core.cancels import ACK_TIMEOUT
from mm_tui.core.preview import Previewer
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.codes import REQUEST_LIFE
from mm_tui.model.events import BUY
from mm_tui.model.orders import Order, Status

B = bid(BID - 1000)


def in_doubt(rig: Rig, *quotes: Any) -> Order:
    """A placement got no answer; its doubt begins now."""
    rig.open_book()
    rig.want(B, *quotes)
    order = next(iter(rig.core.orders.open))
    for other in list(rig.core.orders.open)[1:]:
        rig.accept(other)
    rig.flow(5)
    assert order.status is Status.UNKNOWN
    rig.take()
    return order


def asked(rig: Rig, seconds: float, kind: type = cmd.QueryOrder) -> list[float]:
    """When questions leave from now on."""
    began, times = rig.ts, []
    for _ in range(round(seconds * 10)):
        rig.flow(0.1)
        times += [(one.ts - began) / SECOND for one in rig.take(kind)]
    return times


def answer(rig: Rig, order: Order, state: Any, filled: int = 0, *fills: ev.OrderFilled, quantity: int = 100) -> None:
    rig.hear(
        ev.OrderStatus(
            ts=rig.ts, order_id=order.order_id, asked=rig.ts, state=state, quantity=quantity, filled=filled, fills=fills
        )
    )


def absent(rig: Rig, order: Order, asked_at: int, code: int = -2013, retry_after_ns: int = 0) -> None:
    rig.hear(
        ev.QueryRejected(
            ts=rig.ts, order_id=order.order_id, asked=asked_at, code=code, reason="said the venue",
            retry_after_ns=retry_after_ns,
        )
    )  # fmt: skip


def fill(order: Order, name: str, quantity: int, ts: int = 7) -> ev.OrderFilled:
    return ev.OrderFilled(
        ts=ts, order_id=order.order_id, trade_id=name, price=order.price, quantity=quantity, maker=True, fee=0,
        fee_in_base=True,
    )  # fmt: skip


def test_an_order_in_doubt_is_asked_for_at_2_4_and_8_seconds_and_no_more() -> None:
    rig = Rig()
    order = in_doubt(rig)
    assert asked(rig, 30) == [2.0, 4.0, 8.0]
    assert order.status is Status.UNKNOWN
    assert rig.core.orders.reserved(BUY) == 100
    assert not placed(rig.take())


def test_one_that_rests_is_live_again_and_kept_where_it_is_wanted() -> None:
    rig = Rig()
    order = in_doubt(rig)
    rig.flow(2)
    rig.take()
    answer(rig, order, "live")
    assert order.status is Status.LIVE
    rig.flow(10)
    assert not rig.take()


def test_one_that_rests_while_nothing_is_wanted_any_more_is_cancelled_again() -> None:
    rig = Rig()
    order = in_doubt(rig)
    rig.act("pause")
    assert rig.take() == [cmd.CancelAll(ts=rig.ts)]
    rig.flow(2)
    assert [type(one) for one in rig.take()] == [cmd.CancelOrder, cmd.QueryOrder]
    answer(rig, order, "live")
    assert order.status is Status.PENDING_CANCEL
    assert rig.take() == [cmd.CancelOrder(ts=rig.ts, order_id=order.order_id)]


def test_fills_that_an_answer_brings_are_booked_once_each_at_the_time_of_the_answer() -> None:
    rig = Rig()
    order = in_doubt(rig)
    answer(rig, order, "live", 30, fill(order, "a", 10), fill(order, "b", 20))
    assert (order.status, order.filled) == (Status.PARTIALLY_FILLED, 30)
    assert [(one.ts, one.trade_id, one.position) for one in rig.said(facts.Filled)] == [
        (rig.ts, "a", 10_000_000),
        (rig.ts, "b", 30_000_000),
    ]
    rig.hear(fill(order, "b", 20, rig.ts))
    answer(rig, order, "filled", 100, fill(order, "a", 10), fill(order, "b", 20), fill(order, "c", 70))
    assert (order.status, rig.core.account.position_lots) == (Status.FILLED, 100)
    answer(rig, order, "live", 30, fill(order, "a", 10))
    assert (order.status, rig.core.account.position_lots) == (Status.FILLED, 100)


def test_one_that_ended_is_let_go_once_all_its_fills_are_known() -> None:
    rig = Rig()
    order = in_doubt(rig)
    answer(rig, order, "canceled", 30, fill(order, "a", 10))
    assert not order.terminal
    assert rig.core.orders.reserved(BUY) == 90
    assert "30 lots are filled, 10 were told" in rig.said(facts.Noted)[-1].text
    answer(rig, order, "canceled", 30, fill(order, "b", 20))
    assert order.status is Status.CANCELED
    assert order not in rig.core.orders.open


def test_an_amend_in_doubt_is_known_by_the_size_that_the_venue_has() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want(bid(BID - 1000, 60))
    rig.flow(5)
    assert order.status is Status.UNKNOWN
    answer(rig, order, "live", quantity=60)
    assert (order.status, order.quantity, order.pending_quantity, order.amends) == (Status.LIVE, 60, 0, 1)
    answer(rig, order, "live", quantity=100)
    answer(rig, order, "live", quantity=0)
    assert order.quantity == 60


def test_a_smaller_size_of_one_that_ended_is_not_believed_before_its_fills_are_known() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want(bid(BID - 1000, 60))
    rig.flow(5)
    answer(rig, order, "filled", 60, fill(order, "a", 20), quantity=60)
    assert (order.quantity, order.amends, rig.core.orders.reserved(BUY)) == (100, 0, 80)
    assert "60 lots are filled, 20 were told" in rig.said(facts.Noted)[-1].text
    answer(rig, order, "filled", 60, fill(order, "b", 40), quantity=60)
    assert (order.status, order.quantity) == (Status.FILLED, 60)
    (done,) = rig.core.view.completions
    assert (done.level, done.quantity, done.ts) == (0, 60, rig.ts)
    answer(rig, order, "filled", 60, fill(order, "b", 40), quantity=60)
    assert len(rig.core.view.completions) == 1


def test_not_known_is_no_proof_while_the_request_may_still_come() -> None:
    rig = Rig()
    order = in_doubt(rig)
    absent(rig, order, order.created + REQUEST_LIFE - 1)
    rig.flow(30)
    assert order.status is Status.UNKNOWN
    assert not placed(rig.take())


def test_not_known_after_the_requests_own_time_lets_it_go_and_its_quote_gets_another_order() -> None:
    rig = Rig()
    order = in_doubt(rig)
    rig.flow(2)
    (query,) = rig.take()
    assert query.ts - order.created >= REQUEST_LIFE
    absent(rig, order, query.ts)
    assert (order.status, order.reason) == (Status.REJECTED, "it never came: -2013 said the venue")
    (new,) = placed(rig.take())
    assert new.order_id != order.order_id
    rig.accept(order)
    assert order.status is Status.LIVE


def test_not_known_says_nothing_of_one_that_the_venue_has_spoken_of() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want()
    rig.flow(6)
    assert order.status is Status.UNKNOWN
    absent(rig, order, rig.ts + 60 * SECOND)
    assert order.status is Status.UNKNOWN


def test_a_question_that_was_one_too_many_is_put_again_once_the_venue_allows_it() -> None:
    rig = Rig()
    order = in_doubt(rig)
    rig.flow(2)
    rig.take()
    absent(rig, order, rig.ts, 429, retry_after_ns=9 * SECOND)
    assert asked(rig, 30) == [9.0, 11.0, 13.0]
    assert order.status is Status.UNKNOWN


def test_a_refused_question_about_a_settled_order_changes_nothing() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    absent(rig, order, rig.ts, 429)
    assert (order.status, order.doubts) == (Status.LIVE, 0)
    absent(rig, order, rig.ts, 500)
    assert order.status is Status.LIVE


@pytest.mark.parametrize("want", [(), (bid(BID - 9000),)], ids=["side off", "price away"])
def test_one_that_no_quote_would_keep_is_cancelled_at_once_and_asked_for(want: tuple[Any, ...]) -> None:
    rig = Rig()
    order = in_doubt(rig, ask(ASK + 1000))
    rig.want(*want, ask(ASK + 1000))
    assert rig.take() == [cmd.CancelOrder(ts=rig.ts, order_id=order.order_id)]
    rig.want(*want, ask(ASK + 1000))
    assert not rig.take()
    rig.flow(2.1)
    assert [type(one) for one in rig.take()] == [cmd.CancelOrder, cmd.QueryOrder]


def test_an_order_whose_cancels_got_no_answer_is_cancelled_again_with_every_question() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want()
    while order.status is not Status.UNKNOWN:
        rig.take()
        rig.flow(0.1)
    assert [type(one) for one in rig.take()] == [cmd.CancelOrder]
    assert asked(rig, 30, cmd.CancelOrder) == [2.0, 4.0, 8.0]


def test_what_a_person_cancels_leaves_an_order_in_doubt_its_questions() -> None:
    rig = Rig()
    order = in_doubt(rig)
    rig.act("pull")
    rig.act("pull")
    rig.act("kill")
    rig.act("cancel_order", order.order_id)
    assert (order.status, order.cancel_tries, order.doubts) == (Status.UNKNOWN, 0, 0)
    rig.take()
    assert asked(rig, 10) == [2.0, 4.0, 8.0]


def test_a_preview_asks_nobody() -> None:
    rig = Rig()
    order = in_doubt(rig)
    before = order.unwanted, order.doubts
    assert Previewer(rig.core).look(rig.ts, "nonsense=1") is not None
    assert rig.core.executor.twin(rig.core.gate, rig.core.orders.twin(), rig.core.view, rig.core.outbox).cancels
    assert (order.unwanted, order.doubts) == before
    assert rig.ts - order.created == ACK_TIMEOUT
