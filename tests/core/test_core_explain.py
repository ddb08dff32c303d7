"""What became of each wanted quote: its order's fate, or why it has none."""

import msgspec
from pure_desk import ASK, BID, SECOND, Rig, ask, bid

from mm_tui.core.cancels import ACK_TIMEOUT
from mm_tui.core.config import CoreConfig, Execution, Orders
from mm_tui.core.explain import Explanation, Fate, fate_in_words
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.events import BUY, SELL
from mm_tui.model.orders import Order, Status
from mm_tui.model.waterfall import Step
from mm_tui.risk.limits import Limits
from mm_tui.strategy.api import Quote

STEPS = (Step("reference", 2.0 * BID, "mid"), Step("spread", 2.0 * (BID - 1000), "half 1.62"))
B, A = bid(BID - 1000), ask(ASK + 1000)
SENT = "sent 23:54:13"
"""START, as a time of day."""


def with_steps(quote: Quote) -> Quote:
    return msgspec.structs.replace(quote, steps=STEPS, reason="explained")


def explained(rig: Rig, order: Order) -> Explanation:
    found = rig.core.orders.explain(order.order_id)
    assert found is not None
    assert found.order is order
    return found


def fates(rig: Rig) -> list[str]:
    return [explained(rig, order).fate for order in rig.core.orders.open]


def held(rig: Rig) -> list[tuple[int, int, str]]:
    return [(one.quote.side, one.quote.level, one.why) for one in rig.core.executor.held]


def why(rig: Rig) -> str:
    """Why the only quote that has no order has none."""
    (one,) = rig.core.executor.held
    return one.why


# -- orders


def test_an_order_keeps_the_steps_of_its_quote_and_the_journal_gets_them() -> None:
    rig = Rig()
    (order,) = rig.quoting(with_steps(B))
    assert explained(rig, order) == Explanation(order, STEPS, SENT)
    assert not held(rig)
    assert [fact.steps for fact in rig.said(facts.QuoteDecided)] == [STEPS]


def test_an_order_on_its_way_in_waits_for_the_acknowledgement() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(B)
    assert fates(rig) == [f"{SENT}, waiting for the acknowledgement"]


def test_an_order_inside_the_tolerance_is_kept_and_says_how_far_off_it_is() -> None:
    rig = Rig()
    (order,) = rig.quoting(with_steps(B))
    rig.want(bid(B.price + 200))
    assert explained(rig, order).fate == f"{SENT}, kept: 0.3 bps off its quote"
    assert explained(rig, order).steps == STEPS
    rig.want(B)
    assert explained(rig, order).fate == SENT


def test_a_moved_order_names_the_one_whose_place_it_took() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want(bid(B.price - 2000))
    assert fates(rig) == [
        f"{SENT}, on its way out since 23:54:13: moved to its quote",
        f"{SENT} in place of mm-1, waiting for the acknowledgement",
    ]
    rig.canceled(order)
    assert explained(rig, order).fate == f"{SENT}, canceled 23:54:13: canceled"


def test_a_smaller_size_on_its_way_and_one_that_may_not_leave_yet() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_orders_per_s=2)))
    (order,) = rig.quoting(B)
    rig.want(bid(B.price, 60))
    assert explained(rig, order).fate == f"{SENT}, being made smaller since 23:54:13"
    rig.hear(ev.OrderAmended(ts=rig.ts, order_id=order.order_id, quantity=60))
    rig.want(bid(B.price, 50))
    assert explained(rig, order).fate == f"{SENT}, not made smaller: order rate 3, limit 2/s"
    assert not held(rig)


def test_an_order_that_may_not_be_moved_says_why() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_orders_per_s=1)))
    (order,) = rig.quoting(B)
    rig.want(bid(B.price - 2000))
    assert explained(rig, order).fate == f"{SENT}, not moved 3.2 bps to its quote: order rate 2, limit 1/s"
    assert not held(rig)


def test_an_order_in_doubt_says_since_when_and_why() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want()
    for _ in range(20):
        rig.flow(1)
        if order.status is Status.UNKNOWN:
            break
    assert explained(rig, order).fate.endswith(": no answer to its cancels")
    assert "in doubt since 23:54:" in explained(rig, order).fate


def test_finished_orders_say_how_they_ended_archived_ones_too() -> None:
    rig = Rig(CoreConfig(orders=Orders(archive_after_s=5)))
    filled, canceled = rig.quoting(with_steps(B), A)
    rig.want(A)
    rig.fill(filled, 100)
    assert explained(rig, filled).fate == f"{SENT}, filled 23:54:13"
    rig.want()
    rig.canceled(canceled)
    rig.flow(10)
    assert explained(rig, canceled).fate == f"{SENT}, canceled 23:54:13: canceled"
    assert explained(rig, filled).steps == STEPS


def test_an_order_that_is_not_ours_has_no_explanation() -> None:
    assert Rig().core.orders.explain("mm-1") is None


def test_an_order_that_no_quote_stands_for_was_sent_and_no_more() -> None:
    order = Order(order_id="mm-1", side=BUY, price=100, quantity=10, status=Status.LIVE)
    assert fate_in_words(order, None) == "sent 00:00:00"
    order.status = Status.REJECTED
    assert fate_in_words(order, None) == "sent 00:00:00, rejected 00:00:00"
    order.status = Status.PARTIALLY_FILLED
    assert fate_in_words(order, Fate(Quote(BUY, 0, 100, 10), "paced: 6 a second")).endswith(
        "not renewed: paced: 6 a second"
    )


# -- quotes without an order


def test_what_is_over_the_pace_is_held_until_there_is_room() -> None:
    rig = Rig(CoreConfig(execution=Execution(batch_size=1, rate_limit_per_s=2)))
    rig.open_book()
    rig.want(B, bid(BID - 2000, level=1), bid(BID - 3000, level=2))
    assert held(rig) == [(BUY, 1, "paced: 1 at once"), (BUY, 2, "paced: 1 at once")]
    rig.sleep(0.0011)
    assert held(rig) == [(BUY, 2, "paced: 2 a second")]
    rig.flow(1.1)
    assert not held(rig)


def test_what_the_gate_refuses_is_held_with_rule_value_and_limit() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(bid(BID - 60_000))
    assert why(rig) == "collar 97.1 bps, limit 60 bps"


def test_what_the_position_leaves_no_room_for_is_held() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_position=0.001)))
    rig.open_book()
    rig.want(B, bid(BID - 2000, 50, 1), A)
    assert held(rig) == [(BUY, 1, "no room for an order: the position limit")]


def test_what_the_balance_cannot_pay_is_held() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_position=10, max_order_quantity=10, max_order_value=10**6)))
    rig.open_book()
    rig.want(ask(ASK + 1000, 9_999), ask(ASK + 2000, 100, 1))
    assert held(rig) == [(SELL, 1, "no room for an order: what is free")]
    (order,) = rig.core.orders.open
    assert order.quantity == 9_999


def test_a_level_that_the_venue_refused_waits_then_rests() -> None:
    rig = Rig(CoreConfig(execution=Execution(max_retries=1)))
    rig.open_book()
    rig.want(B)
    rig.hear(ev.OrderRejected(ts=rig.ts, order_id="mm-1", code=-2010, reason="no"))
    assert why(rig) == "again 23:54:14: refused 1 time, -2010 no"
    rig.flow(1)
    rig.hear(ev.OrderRejected(ts=rig.ts, order_id="mm-2", code=-2010, reason="no"))
    assert why(rig) == "rests: refused 2 times, -2010 no"
    rig.want(bid(BID - 1100))
    assert not held(rig)


def test_a_level_whose_order_is_in_doubt_gets_no_other() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(B)
    rig.flow(ACK_TIMEOUT / SECOND + 0.1)
    assert why(rig) == "mm-1 of this level is in doubt"


def test_what_a_person_cancelled_is_held_by_the_operator() -> None:
    rig = Rig()
    order, _ = rig.quoting(B, A)
    rig.act("cancel_order", order.order_id)
    assert explained(rig, order).fate.endswith("on its way out since 23:54:13: cancelled by the operator")
    rig.canceled(order)
    assert held(rig) == [(BUY, 0, "held by the operator")]


def test_quotes_of_a_side_that_is_off_are_held() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.act("toggle_asks")
    assert held(rig) == [(SELL, 0, "asks are off")]
    rig.act("toggle_asks")
    assert not held(rig)


def test_a_quote_waits_for_the_acknowledgement_of_the_order_in_its_place() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(B)
    rig.want(bid(BID - 3000))
    assert why(rig) == "waits for the acknowledgement of mm-1"
    rig.accept()
    assert not held(rig)


def test_a_quote_waits_until_an_order_too_far_off_is_gone() -> None:
    rig = Rig(CoreConfig(orders=Orders(max_modify_deviation_bps=5)))
    (order,) = rig.quoting(B)
    rig.want(bid(BID - 9000))
    assert why(rig) == f"waits until {order.order_id} is gone: too far from its quote"
    rig.canceled(order)
    assert not held(rig)


def test_a_quote_waits_for_room_where_a_replace_would_exceed_the_position() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_position=0.0015)))
    (order,) = rig.quoting(B)
    rig.want(bid(BID - 3000))
    assert why(rig) == f"waits until {order.order_id} is gone: no room for a replace"
    rig.flow(0.1)
    assert why(rig) == f"waits until {order.order_id} is gone: no room for a replace"
    rig.act("toggle_asks")
    assert why(rig) == "waits for room: an order of this side is on its way out"
    rig.canceled(order)
    assert not held(rig)


def test_nothing_is_held_while_nothing_is_wanted() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.act("toggle_asks")
    assert held(rig)
    rig.act("pause")
    assert not held(rig)
    assert not rig.core.orders.fates


def test_a_quote_that_fits_in_part_is_cut_and_says_so_in_reason_and_steps() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_position=0.0006)))
    (order,) = rig.quoting(with_steps(B))
    assert (order.quantity, order.reason) == (60, "mid −1.62 bps: half 1.62, cut to the position limit")
    assert order.steps == (*STEPS, Step("size", 2.0 * (BID - 1000), "cut to the position limit"))


# -- since


def test_an_order_older_than_its_quote_allows_is_replaced_at_the_same_price() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.want(msgspec.structs.replace(B, since=order.created))
    assert not rig.take()
    rig.flow(1)
    rig.want(msgspec.structs.replace(B, since=rig.ts))
    (command,) = rig.take()
    assert isinstance(command, cmd.ReplaceOrder)
    assert (command.price, command.quantity) == (B.price, B.quantity)
    rig.canceled(order)
    rig.accept()
    rig.flow(1)
    assert not rig.take()


def test_an_order_that_is_too_old_is_never_amended() -> None:
    rig = Rig()
    rig.quoting(B)
    rig.flow(1)
    rig.want(msgspec.structs.replace(B, quantity=60, target=60, since=rig.ts))
    (command,) = rig.take()
    assert isinstance(command, cmd.ReplaceOrder)
    assert command.quantity == 60


def test_a_renewal_that_is_paced_says_so() -> None:
    rig = Rig(CoreConfig(execution=Execution(rate_limit_per_s=1)))
    (order,) = rig.quoting(B)
    rig.sleep(0.2)
    rig.want(msgspec.structs.replace(B, since=rig.ts))
    assert explained(rig, order).fate == f"{SENT}, not renewed: paced: 1 a second"


def test_a_quote_that_would_meet_an_order_without_an_answer_waits_for_it() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(bid(BID))
    (first,) = rig.core.orders.open
    rig.want(bid(BID - 1000), ask(BID - 500))
    why = f"waits for the answer to {first.order_id}, which it would meet"
    assert (SELL, 0, why) in held(rig)
    assert rig.core.gate.refused == 0
    rig.accept(first)
    assert first.status is Status.PENDING_CANCEL
    assert [one.side for one in rig.core.orders.open if one.status is Status.PENDING_NEW] == [BUY, SELL]
    assert rig.core.executor.held == ()
    assert rig.core.gate.refused == 0
