"""Reduce-only through the whole core: by the operator, by a soft limit, by age and by the day's messages."""

import pytest
from limited_desk import A, B, long, rig_with
from pure_desk import ASK, BID, SECOND, START, Rig, ask, bid, delta, placed, snapshot

from mm_tui.core.config import CoreConfig
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.clock import DAY
from mm_tui.model.events import BUY, SELL
from mm_tui.risk.limits import Limits
from mm_tui.strategy.api import Quote

DAY_NOW = START // DAY


def test_the_operators_reduce_only_pulls_what_increases_and_cuts_what_reduces() -> None:
    rig = long(60)
    rig.act("reduce_only")
    assert (rig.state, rig.core.reason) == ("reduce-only", "by the operator")
    cancel, amend = rig.take()
    assert isinstance(cancel, cmd.CancelOrder)
    assert (type(amend), amend.quantity) == (cmd.AmendOrder, 60)
    rig.flow(1)
    assert not placed(rig.take())
    rig.act("reduce_only")
    assert rig.state == "quoting"
    assert rig.said(facts.Noted)[-1].text == "reduce-only off"


def test_nothing_goes_out_while_flat() -> None:
    rig = rig_with()
    rig.quoting(B, A)
    rig.act("reduce_only")
    assert [type(one) for one in rig.take()] == [cmd.CancelOrder, cmd.CancelOrder]
    rig.canceled(*rig.core.orders.open)
    rig.flow(2)
    assert not rig.take()
    assert rig.state == "reduce-only"


@pytest.mark.parametrize("side", [BUY, SELL])
def test_quotes_that_reduce_are_together_no_more_than_the_position(side: int) -> None:
    rig = rig_with()
    quotes = (B, A)
    (order,) = rig.quoting(B if side == BUY else A)
    rig.strategy.want()
    rig.fill(order, 90)
    rig.canceled(order)
    rig.take()
    rig.act("reduce_only")
    other = ask if side == BUY else bid
    far = 1 if side == BUY else -1
    rig.want(*quotes, *(other((ASK if side == BUY else BID) + far * 1000 * level, 40, level) for level in range(1, 4)))
    sent = placed(rig.take())
    assert {int(one.side) for one in sent} == {-side}
    assert sum(one.quantity for one in sent) == 90


def test_a_move_in_reduce_only_waits_for_the_order_that_leaves() -> None:
    rig = long(100)
    rig.act("reduce_only")
    rig.canceled(*[one for one in rig.core.orders.open if one.side is BUY])
    rig.take()
    rig.want(ask(ASK + 3000))
    (cancel,) = rig.take()
    assert isinstance(cancel, cmd.CancelOrder)
    rig.flow(0.3)
    assert not rig.take()
    rig.canceled(*rig.core.orders.open)
    (place,) = rig.take()
    assert (place.side, place.quantity, place.price) == (SELL, 100, ASK + 3000)


def test_a_soft_limit_makes_the_desk_reduce_only_in_the_event_that_shows_it_and_leaves_it_again() -> None:
    rig = long(100, max_daily_loss=1000, max_drawdown=1, max_price_change_bps=10_000)
    rig.tick(BID - 85_000, ASK - 85_000)
    assert rig.state == "reduce-only"
    assert rig.core.reason.startswith("drawdown 0.8")
    (trip,) = rig.said(facts.RiskTripped)
    assert (trip.rule, trip.action, trip.limit) == ("drawdown", "reduce only", "0.8, the soft limit")
    rig.tick(BID - 76_000, ASK - 76_000)
    assert rig.state == "reduce-only"
    rig.tick(BID - 60_000, ASK - 60_000)
    assert rig.state == "quoting"
    assert rig.core.trips == [trip]


def test_a_rearm_takes_note_of_a_soft_limit_and_pauses() -> None:
    rig = long(100, max_daily_loss=1000, max_drawdown=1, max_price_change_bps=10_000)
    rig.tick(BID - 85_000, ASK - 85_000)
    rig.act("rearm")
    assert (rig.state, rig.core.reason) == ("paused", "re-armed")
    rig.act("pause")
    assert rig.state == "quoting"
    rig.tick(BID - 110_000, ASK - 110_000)
    assert rig.state == "halted"


def test_a_rearm_does_not_lift_what_the_operator_wants() -> None:
    rig = rig_with()
    rig.open_book()
    rig.act("reduce_only")
    rig.act("rearm")
    assert rig.said(facts.Noted)[-1].text == "nothing to re-arm; reduce-only stays: by the operator"
    assert rig.state == "reduce-only"


def test_reduce_only_says_what_still_speaks_for_it() -> None:
    rig = long(100, max_daily_loss=1000, max_drawdown=1, max_price_change_bps=10_000)
    rig.act("reduce_only")
    rig.tick(BID - 85_000, ASK - 85_000)
    assert rig.core.reason == "by the operator"
    rig.act("reduce_only")
    assert rig.said(facts.Noted)[-1].text.startswith("reduce-only off, but it stays so: drawdown 0.8")
    assert rig.state == "reduce-only"


def test_a_position_held_too_long_may_only_be_reduced_until_it_is_flat() -> None:
    rig = long(100, max_inventory_age_s=60)
    rig.flow(59.8)
    assert rig.state == "quoting"
    rig.flow(0.4)
    assert (rig.state, rig.core.reason) == ("reduce-only", "the position is held for over 60 s")
    (trip,) = rig.said(facts.RiskTripped)
    assert (trip.rule, trip.value, trip.limit, trip.action) == ("inventory age", "60 s", "60 s", "reduce only")
    (asked,) = [one for one in rig.core.orders.open if one.side is SELL]
    rig.fill(asked, 50)
    assert rig.state == "reduce-only"
    rig.fill(asked, 47)
    assert rig.state == "quoting"
    assert rig.core.restraint.held_since is None


@pytest.mark.parametrize(("lots", "is_dust"), [(9, True), (10, False)])
def test_what_a_flatten_calls_dust_does_not_grow_old(lots: int, is_dust: bool) -> None:  # noqa: FBT001 - a case
    """Both are over the smallest order at the mid; nine lots are not at the collar's edge, where a flatten may sell."""
    rig = Rig(CoreConfig(limits=Limits(max_inventory_age_s=10, price_collar_bps=1100)))
    (order,) = rig.quoting(bid(BID - 1000, 10))
    rig.fill(order, lots)
    assert lots * rig.core.mid2 > 2 * rig.core.instrument.min_notional_units
    assert (rig.core.restraint.held_since is None) is is_dust
    rig.act("flatten")
    rig.canceled(order)
    assert bool(rig.take(cmd.PlaceOrder)) is not is_dust


def test_a_position_that_crosses_zero_is_a_new_one() -> None:
    rig = long(100, max_inventory_age_s=60)
    rig.flow(50)
    (asked,) = [one for one in rig.core.orders.open if one.side is SELL]
    rig.fill(asked, 100)
    rig.accept()
    asked = next(one for one in rig.core.orders.open if one.side is SELL)
    rig.fill(asked, 100)
    assert rig.core.account.position_lots == -100
    rig.flow(30)
    assert rig.state == "quoting"
    rig.flow(31)
    assert rig.state == "reduce-only"


def test_an_age_that_is_tightened_below_the_present_one_counts_at_once() -> None:
    rig = long(100)
    rig.flow(30)
    rig.act("set", "risk.max_inventory_age_s=20")
    assert rig.state == "reduce-only"
    rig.act("loosen", "risk.max_inventory_age_s=0")
    assert rig.state == "quoting"


def test_the_days_messages_used_up_to_the_reserve_make_the_desk_reduce_only_until_midnight() -> None:
    rig = rig_with(max_messages_per_day=5)
    (order, _) = rig.quoting(B, A)
    rig.fill(order, 50)
    rig.want(B, ask(ASK + 3000))
    rig.accept()
    assert rig.core.gate.messages(rig.ts) == 3
    rig.want(B, ask(ASK + 5000))
    assert rig.core.gate.messages(rig.ts) == 4
    rig.accept()
    rig.flow(0.1)
    assert (rig.state, rig.core.reason) == ("reduce-only", "4 of 5 messages a day are used")
    assert [one.rule for one in rig.core.trips] == ["message budget"]
    rig.take()
    rig.hear(ev.LinkDown(ts=rig.ts, venue="x", reason="night"))
    rig.sleep((DAY_NOW + 1) * DAY / SECOND - rig.ts / SECOND + 1)
    rig.hear(ev.LinkUp(ts=rig.ts, venue="x"))
    rig.hear(snapshot(rig.ts, update=50_000))
    rig.update = 50_000
    rig.flow(1.5)
    assert rig.state == "quoting"
    assert rig.core.gate.messages(rig.ts) <= 2


def test_reduce_only_waits_for_a_whole_book_like_any_quote() -> None:
    rig = long(100)
    rig.act("reduce_only")
    rig.take()
    rig.hear(delta(rig.ts, 9_000, 9_001))
    assert rig.state == "invalid book"
    assert rig.take(cmd.CancelAll)
    rig.canceled(*rig.core.orders.open)
    rig.hear(snapshot(rig.ts, update=9_001))
    rig.update = 9_001
    rig.tick()
    assert rig.state == "reduce-only"
    assert {one.side for one in placed(rig.take())} == {SELL}


def test_reduce_only_cuts_a_jittered_order_to_the_position() -> None:
    rig = Rig()
    (order,) = rig.quoting(bid(BID - 1000, 100))
    rig.strategy.want(Quote(SELL, 0, ASK + 1000, 105, 100, "wanted"))
    rig.fill(order, 100)
    rig.accept()
    rig.act("reduce_only")
    amend = rig.take()[-1]
    assert isinstance(amend, cmd.AmendOrder)
    assert amend.quantity == 100
