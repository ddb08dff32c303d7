"""Limits that change while the desk runs, reduce-only, and what sessions before left, through the whole core."""

from typing import Any

import pytest
from pure_desk import ASK, BID, SECOND, START, Rig, ask, bid, delta, placed, snapshot

from mm_tui.core.config import CoreConfig
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.clock import DAY
from mm_tui.model.events import BUY, SELL
from mm_tui.risk.limits import Limits
from mm_tui.strategy.api import Quote

B, A = bid(BID - 1000), ask(ASK + 1000)
DAY_NOW = START // DAY


def rig_with(**limits: Any) -> Rig:
    return Rig(CoreConfig(limits=Limits(**limits)))


def long(lots: int = 100, **limits: Any) -> Rig:
    """A desk that bought so many lots, wants a bid and an ask, and has both resting."""
    rig = rig_with(**limits)
    (order,) = rig.quoting(bid(BID - 1000, lots))
    rig.strategy.want(B, A)
    rig.fill(order, lots)
    rig.accept()
    rig.take()
    assert rig.core.account.position_lots == lots
    assert {one.side for one in rig.core.orders.open} == {BUY, SELL}
    return rig


def resting(rig: Rig) -> list[tuple[int, int]]:
    return [(int(one.side), one.left) for one in rig.core.orders.open]


# -- live limits


def test_a_limit_is_tightened_at_once_and_said() -> None:
    rig = rig_with()
    rig.quoting(B, A)
    rig.act("set", "risk.max_position=0.0005")
    (change,) = rig.said(facts.ParameterChanged)
    assert (change.name, change.before, change.after) == ("risk.max_position", "0.02", "0.0005")
    assert rig.core.limits.max_position == 0.0005
    assert rig.core.gate.max_position == rig.core.view.max_position == 50
    assert [(type(one), one.quantity) for one in rig.take()] == [(cmd.AmendOrder, 50), (cmd.AmendOrder, 50)]


def test_a_limit_is_loosened_by_its_own_action_alone() -> None:
    rig = rig_with()
    rig.open_book()
    rig.act("set", "risk.max_position=0.05")
    assert rig.core.limits.max_position == 0.02
    assert not rig.said(facts.ParameterChanged)
    note = rig.said(facts.Noted)[-1]
    assert (note.kind, note.text) == (
        "warn",
        "risk.max_position from 0.02 to 0.05 loosens a limit; to confirm it: loosen risk.max_position=0.05",
    )
    rig.act("loosen", "risk.max_position=0.05")
    assert rig.core.view.max_position == 5_000
    assert rig.said(facts.ParameterChanged)[-1].after == "0.05"


def test_undo_leaves_limits_alone() -> None:
    rig = rig_with()
    rig.open_book()
    rig.act("set", "risk.max_open_orders=4")
    rig.act("undo")
    assert rig.core.limits.max_open_orders == 4
    assert rig.said(facts.Noted)[-1].text == "nothing to change"


@pytest.mark.parametrize(
    ("action", "text", "words"),
    [
        ("set", "risk.max_positon=1", "write risk.KEY=VALUE"),
        ("loosen", "nonsense", "write risk.KEY=VALUE"),
        ("set", "risk.max_position=0", "got 0"),
        ("set", "risk.max_position=0.02", "risk.max_position is 0.02 already"),
    ],
)
def test_what_cannot_be_changed_is_said(action: str, text: str, words: str) -> None:
    rig = rig_with()
    rig.open_book()
    rig.act(action, text)
    assert words in rig.said(facts.Noted)[-1].text
    assert rig.core.limits == Limits()


@pytest.mark.parametrize(
    ("text", "gone", "why"),
    [
        ("risk.max_order_quantity=0.0009", {"mm-1", "mm-2"}, "order size"),
        ("risk.max_order_value=61", {"mm-1", "mm-2"}, "order value"),
        ("risk.price_collar_bps=2", {"mm-2"}, "collar"),
        ("risk.max_open_orders=1", {"mm-2"}, "open orders"),
    ],
)
def test_what_rests_over_a_tightened_limit_is_cancelled_in_the_same_event(text: str, gone: set[str], why: str) -> None:
    rig = rig_with()
    rig.quoting(B, ask(ASK + 2000))
    rig.act("set", text)
    canceled = {one.order_id for one in rig.take() if isinstance(one, cmd.CancelOrder)}
    assert canceled == gone
    reasons = {one.reason for one in rig.said(facts.OrderChanged) if one.status == "pending_cancel"}
    assert reasons == {f"over the tightened limit: {why}"}


def test_a_loss_limit_tightened_below_the_loss_halts_in_the_same_event() -> None:
    rig = long(100, max_daily_loss=50)
    rig.tick(BID - 20_000, ASK - 20_000)
    assert rig.state == "quoting"
    rig.act("set", "risk.max_daily_loss=0.1")
    assert rig.state == "halted"
    assert cmd.CancelAll(ts=rig.ts) in rig.take()


def test_a_flatten_and_the_breaker_follow_live_limits() -> None:
    rig = long(100)
    rig.act("set", "risk.max_order_quantity=0.0006")
    rig.canceled(*rig.core.orders.open)
    rig.take()
    rig.act("flatten")
    (close,) = [one for one in rig.take(cmd.PlaceOrder) if one.reduce_only]
    assert close.quantity == 60
    rig.act("set", "risk.price_change_cooloff_s=40")
    assert rig.core.limits.price_change_cooloff_s == 40


def test_a_halted_desk_may_have_its_limits_changed_and_stays_halted() -> None:
    rig = long(100)
    rig.act("kill")
    rig.act("set", "risk.max_daily_loss=0.1")
    rig.act("loosen", "risk.max_daily_loss=1000")
    assert rig.state == "halted"
    assert [trip.rule for trip in rig.said(facts.RiskTripped)] == ["kill"]


# -- reduce-only


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


# -- what sessions before left


def opened(limits: Limits | None = None, **left: Any) -> Rig:
    """A session that begins with what others left."""
    rig = Rig(CoreConfig(limits=limits or Limits()))
    rig.take()
    rig.facts.clear()
    rig.hear(ev.SessionStarted(ts=rig.ts, base=10_000, quote=6_000_000_000 * 100, **left))
    return rig


def test_a_desk_that_was_halted_starts_halted_and_a_rearm_leads_to_a_pause() -> None:
    rig = opened(day=DAY_NOW, halted="drawdown 31.00, limit 30 (since yesterday)", drawdown=31.0)
    assert (rig.state, rig.core.reason) == ("halted", "drawdown 31.00, limit 30 (since yesterday)")
    rig.take()
    rig.strategy.want(B, A)
    rig.open_book()
    rig.flow(3)
    assert not placed(rig.take())
    rig.act("rearm")
    assert (rig.state, rig.core.reason) == ("paused", "re-armed")
    assert rig.core.breaker.drawdown == 0.0
    rig.act("pause")
    assert rig.state == "quoting"


def test_a_rearm_before_the_first_frame_leads_to_starting_and_then_to_a_pause() -> None:
    rig = opened(day=DAY_NOW, halted="kill pressed")
    rig.act("rearm")
    assert rig.state == "starting"
    rig.open_book()
    assert rig.state == "paused"


@pytest.mark.parametrize(("day_pnl", "state"), [(-50.0, "halted"), (-45.0, "reduce-only"), (-10.0, "quoting")])
def test_a_loss_of_the_same_day_counts_from_the_first_event(day_pnl: float, state: str) -> None:
    rig = opened(day=DAY_NOW, day_pnl=day_pnl)
    rig.open_book()
    assert rig.state == state
    assert rig.core.breaker.loss == -day_pnl


def test_yesterdays_loss_is_forgotten_and_its_drawdown_is_not() -> None:
    rig = opened(day=DAY_NOW - 1, day_pnl=-49.0, drawdown=26.0, messages=500)
    rig.open_book()
    assert (rig.core.breaker.loss, rig.core.breaker.drawdown) == (0.0, 26.0)
    assert rig.core.gate.messages(rig.ts) == 0
    assert rig.state == "reduce-only"


def test_the_messages_of_the_same_day_are_counted_on() -> None:
    rig = opened(Limits(max_messages_per_day=10), day=DAY_NOW, messages=8)
    rig.open_book()
    assert rig.state == "reduce-only"


def test_a_soft_loss_is_over_at_midnight_even_where_nothing_traded() -> None:
    rig = opened(Limits(max_drawdown=1000), day=DAY_NOW, day_pnl=-45.0)
    assert "restraint" in rig.timers
    rig.sleep(((DAY_NOW + 1) * DAY - rig.ts) / SECOND + 1)
    assert rig.core.gate.restrained == ""


# -- the end


def test_a_kill_while_the_desk_is_closing_is_a_halt() -> None:
    rig = rig_with()
    rig.quoting(B, A)
    rig.act("close", "closing: quit")
    rig.act("rearm")
    assert rig.said(facts.Noted)[-1].text == "the desk is closing"
    rig.act("kill")
    assert (rig.core.conduct.closing, rig.core.gate.closed) == (False, "kill pressed")


def test_an_overfill_halts() -> None:
    rig = rig_with()
    order, _ = rig.quoting(B, A)
    rig.fill(order, 100)
    rig.fill(order, 1)
    assert rig.state == "halted"
    assert rig.said(facts.RiskTripped)[-1].rule == "overfill"


def test_exposure_at_the_wire_that_nobody_knows_halts() -> None:
    rig = rig_with()
    rig.quoting(B, A)
    rig.hear(ev.WatchdogTripped(ts=rig.ts, rule="exposure", value="300 lots", limit="200 lots in the core"))
    assert (rig.state, rig.core.reason) == ("halted", "exposure at the wire 300 lots, limit 200 lots in the core")
    assert rig.take() == [cmd.CancelAll(ts=rig.ts)]


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


def test_an_order_whose_size_was_jittered_upwards_is_cut_to_a_limit_that_equals_its_target() -> None:
    rig = Rig()
    rig.quoting(Quote(BUY, 0, BID - 1000, 105, 100, "wanted"))
    rig.act("set", "risk.max_position=0.001")
    (amend,) = rig.take()
    assert isinstance(amend, cmd.AmendOrder)
    rig.hear(ev.OrderAmended(ts=rig.ts, order_id=amend.order_id, quantity=amend.quantity))
    rig.flow(1)
    assert resting(rig) == [(1, 100)]
    assert rig.take() == []


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
