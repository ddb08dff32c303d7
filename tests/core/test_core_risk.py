"""Halts, the kill switch and re-arm through the whole core."""

import itertools

import pytest
from pure_desk import ASK, BID, SECOND, Rig, ask, bid, delta, placed, snapshot

from mm_tui.core.config import CoreConfig
from mm_tui.model import commands as cmd
from mm_tui.model import facts
from mm_tui.model.clock import time_of_day
from mm_tui.model.events import BUY, SELL
from mm_tui.model.orders import Status
from mm_tui.risk.gate import Refused
from mm_tui.risk.limits import Limits

B, A = bid(BID - 1000), ask(ASK + 1000)


def test_a_kill_cancels_all_and_halts_until_a_person_rearms() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.act("kill")
    assert rig.take() == [cmd.CancelAll(ts=rig.ts)]
    assert (rig.state, rig.core.gate.closed) == ("halted", "kill pressed")
    rig.flow(60)
    assert not placed(rig.take())
    rig.canceled(*rig.core.orders.open)
    rig.act("rearm")
    assert (rig.state, rig.core.reason) == ("paused", "re-armed")
    rig.flow(1)
    assert not rig.take()
    rig.act("pause")
    assert rig.state == "quoting"
    assert len(placed(rig.take())) == 2


def test_a_kill_cancels_even_where_nothing_is_known_to_rest() -> None:
    for prepare in ("starting", "quoting"):
        rig = Rig()
        if prepare == "quoting":
            rig.open_book()
        rig.act("kill")
        assert rig.take() == [cmd.CancelAll(ts=rig.ts)]
        rig.act("kill")
        assert rig.take() == [cmd.CancelAll(ts=rig.ts)]


def test_nothing_to_rearm_is_said() -> None:
    rig = Rig()
    rig.open_book()
    rig.act("rearm")
    assert rig.said(facts.Noted)[-1].text == "nothing to re-arm"
    assert rig.state == "quoting"


@pytest.mark.parametrize("before", ["nothing", "sent", "resting", "moving", "shrinking", "leaving"])
@pytest.mark.parametrize("order", list(itertools.permutations(("accept", "fill", "cancel", "tick"))))
def test_no_new_order_after_a_kill_in_any_interleaving(  # noqa: C901 - one branch a moment
    before: str, order: tuple[str, ...]
) -> None:
    rig = Rig()
    rig.open_book()
    if before != "nothing":
        rig.want(B, A)
    if before not in ("nothing", "sent"):
        rig.accept()
    if before == "moving":
        rig.want(bid(BID - 3000), ask(ASK + 3000))
    elif before == "shrinking":
        rig.want(bid(BID - 1000, 50), ask(ASK + 1000, 50))
    elif before == "leaving":
        rig.want()
    known = list(rig.core.orders.open)
    rig.take()
    rig.act("kill")
    for step in order:
        for one in known:
            if step == "accept":
                rig.accept(one)
            elif step == "fill":
                rig.fill(one, 10)
            elif step == "cancel":
                rig.canceled(one)
        rig.flow(2)
    for action in ("pause", "toggle_bids", "toggle_bids", "widen", "larger", "undo", "pull"):
        rig.act(action)
    rig.hear(delta(rig.ts, 10_000, 10_001))
    rig.hear(snapshot(rig.ts, update=20_000))
    rig.flow(400)
    commands = rig.take()
    assert not placed(commands)
    assert not [one for one in commands if isinstance(one, cmd.AmendOrder)]
    assert rig.state == "halted"


def test_a_loss_beyond_the_limit_halts_in_the_event_that_shows_it() -> None:
    rig = Rig(
        CoreConfig(limits=Limits(max_daily_loss=1, max_drawdown=1000, max_price_change_bps=10_000, soft_limit_pct=100))
    )
    order = rig.quoting(B, A)[0]
    rig.fill(order, 100)
    rig.take()
    rig.tick(BID - 90_000, ASK - 90_000)
    assert rig.state == "quoting"
    rig.take()
    rig.tick(BID - 110_000, ASK - 110_000)
    assert rig.state == "halted"
    assert cmd.CancelAll(ts=rig.ts) in rig.take()
    (trip,) = rig.said(facts.RiskTripped)
    assert (trip.rule, trip.action, trip.limit) == ("daily loss", "halt", "1")
    assert rig.core.trips == [trip]


@pytest.mark.parametrize("end", ["kill", "close"])
def test_what_is_lost_once_the_gate_is_closed_counts_and_trips_nothing(end: str) -> None:
    rig = Rig(CoreConfig(limits=Limits(max_daily_loss=2, max_drawdown=1000, max_price_change_bps=10_000)))
    (order,) = rig.quoting(B)
    rig.fill(order, 90)
    rig.act(end)
    rig.tick(BID - 500_000, ASK - 500_000)
    rig.fill(order, 10)
    assert rig.core.breaker.pnl == rig.core.pnl < -4
    assert rig.core.breaker.day_pnl == rig.core.pnl
    assert rig.core.breaker.drawdown > 4
    assert [trip.rule for trip in rig.core.trips] == ["kill"] * (end == "kill")


def test_a_limit_that_halted_starts_anew_even_where_the_loss_shrank_since() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_daily_loss=1, max_drawdown=1000, max_price_change_bps=10_000)))
    (order,) = rig.quoting(B)
    rig.fill(order, 100)
    rig.tick(BID - 110_000, ASK - 110_000)
    assert rig.state == "halted"
    rig.tick(BID - 95_000, ASK - 95_000)
    assert 0 < rig.core.breaker.loss < 1
    rig.act("rearm")
    rig.tick(BID - 110_000, ASK - 110_000)
    assert rig.state == "paused"


def test_a_fill_that_breaks_a_limit_is_answered_with_cancels_alone() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_daily_loss=1, max_drawdown=1000)))
    order = rig.quoting(B, A)[0]
    rig.fill(order, 100, price=BID + 200_000)
    assert rig.state == "halted"
    assert rig.take() == [cmd.CancelAll(ts=rig.ts)]


def test_a_price_that_jumps_halts_for_the_cool_off_and_the_second_time_until_a_rearm() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.tick(BID + 38_000, ASK + 38_000)
    until = time_of_day(rig.ts + 30 * SECOND)
    assert rig.state == rig.core.risk_state == "halted"
    assert rig.core.reason == f"price change 61.5 bps, limit 60 bps in 10 s: quotes return {until}"
    assert rig.take(cmd.CancelAll)
    assert not rig.core.halted
    rig.canceled(*rig.core.orders.open)
    rig.strategy.want(bid(BID + 36_000))
    rig.flow(29, BID + 38_000, ASK + 38_000)
    assert not rig.take()
    rig.flow(1, BID + 38_000, ASK + 38_000)
    assert (rig.state, rig.core.risk_state) == ("quoting", "running")
    assert len(placed(rig.take())) == 1
    rig.tick(BID, ASK)
    assert rig.state == "halted"
    rig.flow(60, BID, ASK)
    assert (rig.state, rig.core.halted) == ("halted", rig.core.reason)


def test_a_cool_off_shuts_the_gate_but_for_the_operators_flatten_and_a_rearm_ends_it_in_a_pause() -> None:
    rig = Rig()
    first, _ = rig.quoting(B, A)
    rig.fill(first, 100)
    rig.tick(BID + 38_000, ASK + 38_000)
    rig.canceled(*rig.core.orders.open)
    rig.take()
    new = cmd.PlaceOrder(ts=rig.ts, order_id="x", side=BUY, price=BID + 37_000, quantity=1)
    verdict = rig.core.gate.check(new, rig.core.executor._passage.exposure(BUY))
    assert isinstance(verdict, Refused)
    assert verdict.rule == "gate closed"
    rig.act("flatten")
    (closing,) = rig.take(cmd.PlaceOrder)
    assert closing.reduce_only
    assert rig.state == "halted"
    rig.fill(next(iter(rig.core.orders.open)), 100)
    rig.act("rearm")
    assert (rig.state, rig.core.reason) == ("paused", "re-armed")
    rig.flow(40, BID + 38_000, ASK + 38_000)
    assert rig.state == "paused"


def test_a_pause_within_a_cool_off_is_told_and_outlasts_it() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.tick(BID + 38_000, ASK + 38_000)
    for words in ("no quotes once the cool-off is over", "quotes once the cool-off is over") * 2:
        rig.act("pause")
        assert rig.said(facts.Noted)[-1].text == words
        assert rig.state == "halted"
    rig.act("pause")
    rig.flow(31, BID + 38_000, ASK + 38_000)
    assert (rig.state, rig.core.reason) == ("paused", "by the operator")


def test_one_side_filled_in_a_row_is_switched_off_and_its_orders_leave() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_same_side_fills=1)))
    first, second, asked = rig.quoting(B, bid(BID - 2000, 100, 1), A)
    rig.fill(first, 100)
    assert rig.state == "quoting"
    rig.take()
    rig.fill(second, 100)
    assert (rig.state, rig.core.reason) == ("one-sided", "bids are off: 2 buys in a row")
    assert not [one for one in placed(rig.take()) if one.side is BUY]
    rig.flow(5)
    assert not [one for one in placed(rig.take()) if one.side is BUY]
    assert asked.status is Status.LIVE
    rig.act("toggle_bids")
    assert rig.state == "quoting"
    assert [one for one in placed(rig.take()) if one.side is BUY]


def test_a_rearm_after_a_halt_brings_back_the_sides_that_a_limit_switched_off_and_no_other() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_same_side_fills=1)))
    first, second, _ = rig.quoting(B, bid(BID - 2000, 100, 1), A)
    rig.act("toggle_asks")
    rig.fill(first, 100)
    rig.fill(second, 100)
    assert rig.core.conduct.side_on == {BUY: False, SELL: False}
    rig.act("kill")
    rig.act("rearm")
    assert rig.core.conduct.side_on == {BUY: True, SELL: False}
    assert rig.core.conduct.side_why == {}


def test_a_side_that_a_person_switched_off_is_not_the_limits_to_give_back() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_same_side_fills=1)))
    first, second = rig.quoting(B, bid(BID - 2000, 100, 1))
    rig.act("toggle_bids")
    rig.fill(first, 100)
    rig.fill(second, 100)
    rig.act("kill")
    rig.act("rearm")
    assert rig.core.conduct.side_on == {BUY: False, SELL: True}


def test_taking_note_of_a_soft_limit_switches_no_side_on() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_drawdown=1, max_price_change_bps=10_000)))
    (order,) = rig.quoting(B)
    rig.fill(order, 100)
    rig.act("toggle_asks")
    rig.tick(BID - 85_000, ASK - 85_000)
    assert rig.core.breaker.soft
    rig.act("rearm")
    assert rig.core.conduct.side_on == {BUY: True, SELL: False}
    assert rig.core.reason == "re-armed"


def test_a_rearm_ends_the_cooling_off() -> None:
    rig = Rig()
    rig.quoting(B)
    rig.tick(BID + 38_000, ASK + 38_000)
    rig.tick(BID, ASK)
    assert rig.state == "halted"
    rig.canceled(*rig.core.orders.open)
    rig.act("rearm")
    assert (rig.state, rig.core.reason) == ("paused", "re-armed")


@pytest.mark.parametrize("action", ["kill", "pull", "flatten", "close"])
def test_all_is_cancelled_once_whatever_was_quoted(action: str) -> None:
    quoting = Rig()
    orders = quoting.quoting(B, A)
    paused = Rig()
    paused.quoting(B, A)
    paused.act("pause")
    paused.take()
    empty = Rig()
    for rig in (quoting, paused, empty):
        rig.act(action)
        assert rig.take() == [cmd.CancelAll(ts=rig.ts)]
    assert [order.cancel_tries for order in orders] == [1, 1]


def test_closing_cancels_and_leaves_nothing_behind() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.act("close", "closing: quit")
    commands = rig.take()
    assert commands
    assert {type(one) for one in commands} == {cmd.CancelAll}
    assert rig.core.conduct.closing
    rig.canceled(*rig.core.orders.open)
    rig.flow(5)
    assert not rig.take()
    rig.act("close", "closing: quit again")
    assert rig.core.conduct.closing
    halted = Rig()
    halted.act("kill")
    halted.act("close", "closing: quit")
    assert not halted.core.conduct.closing
    assert halted.core.gate.closed.startswith("kill")


def test_a_halt_is_one_even_where_a_limit_is_broken_twice() -> None:
    rig = Rig(CoreConfig(limits=Limits(max_daily_loss=1, max_drawdown=1000)))
    (order,) = rig.quoting(B)
    rig.fill(order, 50, price=BID + 400_000)
    rig.fill(order, 50, price=BID + 400_000)
    assert len(rig.said(facts.RiskTripped)) == 1
