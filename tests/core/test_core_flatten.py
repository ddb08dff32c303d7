"""A flatten closes the position inside its collar, or says why it does not."""

import msgspec
from pure_desk import ASK, BID, Rig, ask, bid, delta, placed, snapshot

from mm_tui.core.config import CoreConfig
from mm_tui.model import commands as cmd
from mm_tui.model import facts
from mm_tui.model.events import BUY, SELL
from mm_tui.risk.limits import Limits

B, A = bid(BID - 1000), ask(ASK + 1000)


def filled(rig: Rig, lots: int = 100) -> None:
    """Rest a bid and have it filled; nothing is wanted any more."""
    (order,) = rig.quoting(bid(BID - 1000, lots))
    rig.strategy.want()
    rig.fill(order, lots)
    rig.take()
    assert rig.core.account.position_lots == lots


def test_a_flatten_cancels_waits_for_proof_and_closes_inside_the_collar() -> None:
    rig = Rig()
    (order, resting) = rig.quoting(bid(BID - 1000, 100), A)
    rig.strategy.want(A)
    rig.fill(order, 100)
    rig.take()
    rig.act("flatten")
    assert {type(one) for one in rig.take()} == {cmd.CancelAll}
    assert rig.state == "paused"
    rig.flow(0.5)
    assert not rig.take()
    rig.canceled(resting)
    (close,) = rig.take()
    assert (close.side, close.quantity, close.immediate, close.reduce_only, close.post_only) == (
        SELL,
        100,
        True,
        True,
        False,
    )
    assert close.price * 2 >= (BID + ASK) * (1 - 60 / 10_000) > close.price * 2 - 2
    one = rig.core.orders.get(close.order_id)
    assert one is not None
    rig.fill(one, 100, price=BID)
    assert rig.said(facts.Noted)[-1].text == "flat"
    assert (rig.state, rig.core.reason) == ("paused", "flattened by the operator")
    assert not placed(rig.take())


def test_a_flatten_goes_on_after_a_part_and_names_what_is_left_as_dust() -> None:
    rig = Rig()
    filled(rig)
    rig.act("flatten")
    (close,) = rig.take(cmd.PlaceOrder)
    order = rig.core.orders.get(close.order_id)
    assert order is not None
    rig.fill(order, 95, price=BID)
    rig.canceled(order)
    assert not rig.take()
    assert rig.said(facts.Noted)[-1].text == "flat but for dust: 0.00005 BTC, below the smallest order"
    assert not rig.core.flattener.active


def test_a_large_position_is_closed_in_pieces_that_leave_no_dust() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_order_quantity=0.001, max_position=0.02)))
    orders = rig.quoting(bid(BID - 1000, 100), bid(BID - 2000, 3, 1))
    rig.strategy.want()
    for order in orders:
        rig.fill(order, order.quantity)
    rig.take()
    assert rig.core.account.position_lots == 103
    rig.act("flatten")
    sizes = []
    while rig.core.flattener.active:
        (close,) = rig.take(cmd.PlaceOrder)
        order = next(iter(rig.core.orders.open))
        sizes.append(close.quantity)
        rig.fill(order, close.quantity, price=BID)
    assert sizes == [94, 9]
    assert rig.core.account.position == 0


def test_a_short_is_bought_back() -> None:
    rig = Rig()
    (order,) = rig.quoting(A)
    rig.strategy.want()
    rig.fill(order, 100)
    rig.take()
    rig.act("flatten")
    (close,) = rig.take(cmd.PlaceOrder)
    assert (close.side, close.quantity) == (BUY, 100)
    assert close.price * 2 <= (BID + ASK) * (1 + 60 / 10_000) < close.price * 2 + 2


def test_a_flatten_of_nothing_is_done_at_once() -> None:
    rig = Rig()
    rig.open_book()
    rig.act("flatten")
    assert rig.said(facts.Noted)[-1].text == "flat"
    assert rig.state == "paused"


def test_a_flatten_waits_while_the_book_is_invalid_or_stale() -> None:
    rig = Rig()
    filled(rig)
    rig.hear(delta(rig.ts, 9_000, 9_001))
    rig.act("flatten")
    assert not rig.take(cmd.PlaceOrder)
    rig.hear(snapshot(rig.ts, update=9_001))
    rig.update = 9_001
    assert rig.take(cmd.PlaceOrder)
    rig.canceled(*rig.core.orders.open)
    rig.take()
    rig.sleep(3)
    assert rig.state == "stale"
    rig.canceled(*rig.core.orders.open)
    rig.take()
    rig.act("flatten")
    assert not rig.take(cmd.PlaceOrder)
    rig.flow(1.2)
    assert rig.take(cmd.PlaceOrder)


def test_a_flatten_gives_up_where_the_book_is_too_thin() -> None:
    rig = Rig()
    filled(rig)
    rig.act("flatten")
    sent = 0
    while rig.core.flattener.active:
        sent += len(rig.take(cmd.PlaceOrder))
        rig.canceled(*rig.core.orders.open)
    assert sent == 20
    assert "flatten gave up after 20 orders" in rig.said(facts.Noted)[-1].text
    assert rig.state == "paused"


def test_a_flatten_that_the_gate_refuses_stops_and_says_so() -> None:
    rig = Rig()
    filled(rig)
    rig.core.gate.set_limits(msgspec.structs.replace(rig.core.config.limits, max_order_quantity=0.00001))
    rig.act("flatten")
    assert not rig.take(cmd.PlaceOrder)
    assert rig.said(facts.Noted)[-1].text == "flatten stopped: the gate refused its order"
    assert not rig.core.flattener.active


def test_a_flatten_passes_a_closed_gate_and_a_second_kill_stops_it() -> None:
    rig = Rig()
    filled(rig)
    rig.act("kill")
    rig.take()
    rig.act("flatten")
    assert [one.reduce_only for one in rig.take(cmd.PlaceOrder)] == [True]
    assert rig.state == "halted"
    rig.act("kill")
    assert cmd.CancelAll(ts=rig.ts) in rig.take()
    rig.canceled(*rig.core.orders.open)
    rig.flow(2)
    assert not rig.take(cmd.PlaceOrder)


def test_a_price_that_moves_while_halted_does_not_stop_the_operators_flatten() -> None:
    rig = Rig()
    filled(rig)
    rig.act("kill")
    rig.act("flatten")
    rig.take()
    for price in (BID + 40_000, BID, BID + 40_000):
        rig.tick(price, price + 1)
    assert rig.core.flattener.active
    assert [trip.rule for trip in rig.said(facts.RiskTripped)] == ["kill"]
