"""What a venue may say of our orders beside the usual: that it does not know, that it was asked too often, nonsense."""

import pytest
from pure_desk import ASK, BID, MS, SECOND, Rig, ask, bid, placed

from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.events import BUY, SELL
from mm_tui.model.orders import Order, Status

B = bid(BID - 1000)


def sent(rig: Rig) -> Order:
    """One placement left and was not answered."""
    rig.open_book()
    rig.want(B)
    (command,) = rig.take(cmd.PlaceOrder)
    order = rig.core.orders.get(command.order_id)
    assert order is not None
    return order


def reject(rig: Rig, order: Order, code: int, retry_after_ns: int = 0) -> None:
    rig.hear(
        ev.OrderRejected(
            ts=rig.ts, order_id=order.order_id, code=code, reason="said the venue", retry_after_ns=retry_after_ns
        )
    )


@pytest.mark.parametrize("code", [-1006, -1007, 500, 504])
def test_a_placement_whose_end_the_venue_does_not_know_is_in_doubt_asked_for_and_never_sent_again(code: int) -> None:
    rig = Rig()
    order = sent(rig)
    reject(rig, order, code)
    assert (order.status, order.reason) == (Status.UNKNOWN, f"{code} said the venue")
    assert not rig.take()
    asked = []
    began = rig.ts
    for _ in range(300):
        rig.flow(0.1)
        asked += [((one.ts - began) // SECOND, type(one)) for one in rig.take()]
    assert asked == [(2, cmd.QueryOrder), (4, cmd.QueryOrder), (8, cmd.QueryOrder)]
    assert rig.core.orders.reserved(BUY) == 100
    assert order.status is Status.UNKNOWN


def test_an_amend_whose_end_the_venue_does_not_know_is_in_doubt_at_its_larger_size() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want(bid(BID - 1000, 60))
    rig.hear(ev.CancelRejected(ts=rig.ts, order_id=order.order_id, code=-1007, reason="timeout"))
    assert order.status is Status.UNKNOWN
    assert rig.core.orders.reserved(BUY) == 100


def test_a_cancel_whose_end_the_venue_does_not_know_is_no_proof() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want()
    rig.hear(ev.CancelRejected(ts=rig.ts, order_id=order.order_id, code=502, reason="bad gateway"))
    assert order.status is Status.PENDING_CANCEL
    assert rig.core.orders.reserved(BUY) == 100


def test_a_placement_that_was_cancelled_on_its_way_and_then_timed_out_keeps_its_level() -> None:
    rig = Rig()
    order = sent(rig)
    rig.act("pull")
    reject(rig, order, -1007)
    assert order.status is Status.UNKNOWN
    rig.take()
    rig.act("pause")
    rig.flow(1)
    assert rig.state == "quoting"
    assert not placed(rig.take())


def test_a_late_word_of_doubt_about_an_order_that_is_known_to_rest_says_nothing() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    reject(rig, order, -1007)
    rig.hear(ev.CancelRejected(ts=rig.ts, order_id=order.order_id, code=-1007, reason="timeout"))
    assert order.status is Status.LIVE


@pytest.mark.parametrize("code", [429, -1003, -1015])
def test_a_venue_that_was_asked_too_often_is_left_alone_for_as_long_as_it_says(code: int) -> None:
    rig = Rig()
    (resting,) = rig.quoting(B)
    rig.want(B, ask(ASK + 1000))
    (new,) = [one for one in rig.core.orders.open if one.side is SELL]
    reject(rig, new, code, retry_after_ns=3 * SECOND)
    until = rig.ts + 3 * SECOND
    assert new.status is Status.REJECTED
    rig.take()
    rig.want(bid(BID - 5000), ask(ASK + 1000))
    assert not rig.take()
    assert rig.said(facts.RiskRefused)[-1].rule == "retry after"
    rig.want(bid(BID - 5000, 60), ask(ASK + 1000))
    rig.flow(2.8)
    assert not rig.take()
    rig.flow(1.2)
    left = rig.take()
    assert len(placed(left)) == 2
    assert all(one.ts >= until for one in left)
    assert resting.status is Status.PENDING_CANCEL
    assert not rig.core.halted


def test_neither_an_amend_leaves_meanwhile_nor_a_flatten_and_cancels_do() -> None:
    rig = Rig()
    (order,) = rig.quoting(bid(BID - 1000, 200))
    rig.fill(order, 50)
    rig.want(bid(BID - 1000, 200), ask(ASK + 1000))
    (new,) = [one for one in rig.core.orders.open if one.side is SELL]
    reject(rig, new, 429, retry_after_ns=2 * SECOND)
    rig.take()
    rig.want(bid(BID - 1000, 60))
    assert not rig.take()
    rig.act("flatten")
    assert [type(one) for one in rig.take()] == [cmd.CancelAll]
    rig.canceled(order)
    rig.flow(1.9)
    assert not rig.take()
    rig.flow(0.1)
    (closing,) = rig.take(cmd.PlaceOrder)
    assert closing.reduce_only
    assert closing.quantity == 50


def test_a_429_without_a_time_is_left_alone_for_a_second_and_a_shorter_one_shortens_nothing() -> None:
    rig = Rig()
    order = sent(rig)
    reject(rig, order, 429)
    assert rig.core.gate.quiet_until == rig.ts + SECOND
    rig.hear(ev.CancelRejected(ts=rig.ts, order_id="none", code=429, reason="", retry_after_ns=5 * SECOND))
    rig.hear(ev.CancelRejected(ts=rig.ts, order_id="none", code=429, reason="", retry_after_ns=MS))
    assert rig.core.gate.quiet_until == rig.ts + 5 * SECOND


def test_a_429_is_not_counted_against_the_level() -> None:
    rig = Rig()
    order = sent(rig)
    for _ in range(6):
        reject(rig, order, 429)
        rig.flow(1.2)
        (order,) = rig.core.orders.open
    assert rig.core.executor.levels.resting((BUY, 0), rig.ts) == ""


def test_a_desk_that_is_shut_out_halts_once_and_cancels() -> None:
    rig = Rig()
    order, other = rig.quoting(B, ask(ASK + 1000))
    rig.want(bid(BID - 1000, 60), ask(ASK + 1000))
    rig.take()
    for one in (order, other):
        rig.hear(ev.CancelRejected(ts=rig.ts, order_id=one.order_id, code=418, reason="banned", retry_after_ns=SECOND))
    assert (rig.state, rig.core.halted) == ("halted", "banned by the venue 418 banned")
    assert [one.rule for one in rig.said(facts.RiskTripped)] == ["banned by the venue"]
    assert [type(one) for one in rig.take()] == [cmd.CancelAll]


def test_a_ban_ends_a_flatten_of_a_halted_desk_as_well() -> None:
    rig = Rig()
    (order,) = rig.quoting(bid(BID - 1000, 200))
    rig.fill(order, 50)
    rig.act("kill")
    rig.canceled(order)
    rig.act("flatten")
    (closing,) = rig.core.orders.open
    reject(rig, closing, 418, retry_after_ns=SECOND)
    rig.take()
    rig.flow(5)
    assert not rig.take()
    assert [one.rule for one in rig.said(facts.RiskTripped)] == ["kill", "banned by the venue"]


def test_an_order_that_turns_out_to_rest_while_nothing_is_wanted_is_cancelled() -> None:
    rig = Rig()
    order = sent(rig)
    rig.act("pull")
    rig.flow(10)
    assert order.status is Status.UNKNOWN
    rig.take()
    rig.accept(order)
    assert order.status is Status.PENDING_CANCEL
    assert rig.take() == [cmd.CancelOrder(ts=rig.ts, order_id=order.order_id)]
    rig.canceled(order)
    assert not rig.core.orders.open_count


def test_an_immediate_order_whose_end_is_not_told_is_cancelled_and_asked_for() -> None:
    rig = Rig()
    (order,) = rig.quoting(bid(BID - 1000, 200))
    rig.fill(order, 50)
    rig.act("flatten")
    rig.canceled(order)
    (closing,) = rig.core.orders.open
    assert closing.level < 0
    rig.accept(closing)
    rig.fill(closing, 10)
    rig.take()
    rig.flow(4.8)
    assert closing.status is Status.PARTIALLY_FILLED
    assert not rig.take()
    rig.flow(0.3)
    assert rig.take() == [cmd.CancelOrder(ts=closing.updated, order_id=closing.order_id)]
    rig.canceled(closing)
    (rest,) = rig.take(cmd.PlaceOrder)
    assert (rest.quantity, rest.reduce_only) == (40, True)


def test_a_part_filled_late_of_an_immediate_order_in_doubt_is_asked_for_again() -> None:
    rig = Rig()
    (order,) = rig.quoting(bid(BID - 1000, 200))
    rig.fill(order, 50)
    rig.act("flatten")
    rig.canceled(order)
    (closing,) = rig.core.orders.open
    rig.flow(20)
    assert closing.status is Status.UNKNOWN
    rig.take()
    rig.fill(closing, 10)
    assert closing.status is Status.PARTIALLY_FILLED
    rig.flow(0.1)
    assert closing.status is Status.PENDING_CANCEL
    assert rig.take() == [cmd.CancelOrder(ts=closing.updated, order_id=closing.order_id)]


def test_an_order_believed_refused_that_rests_all_the_same_is_known_again() -> None:
    rig = Rig()
    order = sent(rig)
    reject(rig, order, -2010)
    assert not rig.core.orders.open_count
    rig.accept(order)
    assert order.status is Status.LIVE
    assert rig.core.orders.reserved(BUY) == 100


@pytest.mark.parametrize(("price", "quantity"), [(BID, 0), (BID, -3), (0, 5), (-BID, 5)])
def test_a_fill_of_nothing_is_noted_and_not_booked(price: int, quantity: int) -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    before = rig.core.account.base, rig.core.account.quote
    rig.hear(
        ev.OrderFilled(
            ts=rig.ts, order_id=order.order_id, trade_id="t", price=price, quantity=quantity, maker=True, fee=7,
            fee_in_base=True,
        )
    )  # fmt: skip
    assert (rig.core.account.base, rig.core.account.quote) == before
    assert order.status is Status.LIVE
    assert "is none; it is ignored" in rig.said(facts.Noted)[-1].text


def test_an_order_whose_last_fill_overtook_its_amend_counts_as_a_quote_that_was_filled() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want(bid(BID - 1000, 60))
    rig.fill(order, 60)
    assert not rig.core.view.completions
    rig.hear(ev.OrderAmended(ts=rig.ts, order_id=order.order_id, quantity=60))
    assert order.status is Status.FILLED
    assert [(one.level, one.quantity) for one in rig.core.view.completions] == [(0, 60)]
    rig.hear(ev.OrderAmended(ts=rig.ts, order_id=order.order_id, quantity=60))
    assert len(rig.core.view.completions) == 1


def test_an_amend_told_again_late_makes_nothing_larger() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    for lots in (60, 30):
        rig.want(bid(BID - 1000, lots))
        rig.hear(ev.OrderAmended(ts=rig.ts, order_id=order.order_id, quantity=lots))
    rig.hear(ev.OrderAmended(ts=rig.ts, order_id=order.order_id, quantity=60))
    assert order.quantity == 30
