"""Limits that change while the desk runs, and what sessions before left, through the whole core."""

from typing import Any

import pytest
from limited_desk import A, B, long, resting, rig_with
from pure_desk import ASK, BID, SECOND, START, Rig, ask, placed

from mm_tui.core.config import CoreConfig
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.clock import DAY
from mm_tui.model.events import BUY
from mm_tui.risk.limits import Limits
from mm_tui.strategy.api import Quote

DAY_NOW = START // DAY


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
