"""The one state that the parts of a core speak for: told once, and on the way out of quoting all is cancelled once."""

from typing import Any

import pytest
from pure_desk import ASK, BID, MID2, SECOND, Rig, ask, bid

from mm_tui.core.config import CoreConfig, Orders
from mm_tui.core.outputs import Outputs
from mm_tui.model import commands as cmd
from mm_tui.model import facts
from mm_tui.model.events import BUY
from mm_tui.risk.gate import Approved

B, A = bid(BID - 1000), ask(ASK + 1000)
COOLING = "price change 61 bps, limit 60 bps in 10 s"


def settled(rig: Rig) -> tuple[bool, Outputs]:
    """Whether all was cancelled, and what was said and sent."""
    cancelled = rig.core.settle()
    return cancelled, rig.core.outbox.take()


def states(outputs: Outputs) -> list[tuple[str, str]]:
    return [(one.state, one.reason) for one in outputs.facts if isinstance(one, facts.StateChanged)]


def sent(outputs: Outputs) -> list[Any]:
    return [one.command if isinstance(one, Approved) else one for one in outputs.commands]


def test_a_state_is_told_when_it_or_its_reason_changes_and_not_again() -> None:
    rig = Rig()
    rig.quoting(B, A)
    conduct = rig.core.conduct
    assert settled(rig) == (False, Outputs([], []))
    conduct.paused = "by the operator"
    assert states(settled(rig)[1]) == [("paused", "by the operator")]
    assert settled(rig) == (False, Outputs([], []))
    conduct.paused = "again"
    cancelled, outputs = settled(rig)
    assert not cancelled, "it was not quoting"
    assert outputs.facts == [facts.StateChanged(ts=rig.ts, state="paused", reason="again")]
    assert not outputs.commands
    assert (rig.core.state.value, rig.core.reason) == ("paused", "again")


def test_out_of_quoting_all_that_rests_is_cancelled_and_that_is_said() -> None:
    rig = Rig()
    orders = rig.quoting(B, A)
    rig.core.conduct.stale = "no market data for 3 s"
    cancelled, outputs = settled(rig)
    assert cancelled
    assert [one for one in sent(outputs) if not isinstance(one, cmd.ArmTimer)] == [cmd.CancelAll(ts=rig.ts)]
    assert {order.status.value for order in orders} == {"pending_cancel"}
    first, second = outputs.facts[:2]
    assert first == facts.StateChanged(ts=rig.ts, state="stale", reason="no market data for 3 s")
    assert second == facts.QuotesPulled(ts=rig.ts, reason="no market data for 3 s")
    rig.canceled(*orders)
    rig.core.conduct.stale = ""
    settled(rig)
    assert rig.state == "quoting"
    rig.core.conduct.paused = "by the operator"
    cancelled, outputs = settled(rig)
    assert not cancelled, "nothing rests"
    assert not outputs.commands
    assert outputs.facts == [facts.StateChanged(ts=rig.ts, state="paused", reason="by the operator")]


def test_from_one_state_with_quotes_to_another_nothing_is_cancelled() -> None:
    rig = Rig(CoreConfig(orders=Orders(reset_interval_s=30)))
    rig.quoting(B, A)
    rig.core.quoter.dirty = False
    rig.core.conduct.side_on[BUY] = False
    cancelled, outputs = settled(rig)
    assert (cancelled, states(outputs)) == (False, [("one-sided", "bids are off")])
    assert rig.core.quoter.dirty, "the strategy is asked what it wants now"
    assert sent(outputs) == [cmd.ArmTimer(ts=rig.ts, name="reset", due=rig.ts + 30 * SECOND)]


@pytest.mark.parametrize("before", ["quoting", "quoting nothing", "paused"])
def test_standing_down_cancels_all_once_whatever_the_state_was(before: str) -> None:
    rig = Rig()
    rig.quoting(*(() if before == "quoting nothing" else (B, A)))
    if before == "paused":
        rig.core.conduct.paused = "by the operator"
        settled(rig)
    rig.core.gate.closed = "kill"
    rig.core.stand_down()
    commands = sent(rig.core.outbox.take())
    assert [one for one in commands if not isinstance(one, cmd.ArmTimer)] == [cmd.CancelAll(ts=rig.ts)]
    assert rig.state == "halted"


def test_a_decision_that_was_spoilt_too_often_pauses_and_leaves_a_reason_of_before_alone() -> None:
    rig = Rig()
    rig.quoting(B)
    rig.strategy.error = ValueError("broke")
    for _ in range(3):
        rig.core.quoter.dirty = True
        rig.core.go_on()
    assert rig.state == "paused"
    assert rig.core.reason == "the strategy failed 3 times in a row"
    rig = Rig()
    rig.quoting(B)
    rig.strategy.error = ValueError("broke")
    rig.core.conduct.paused = "by the operator"
    for _ in range(3):
        rig.core.quoter.dirty = True
        rig.core.go_on()
    assert rig.core.conduct.paused == "by the operator"


def test_while_nothing_is_wanted_the_strategy_is_not_asked() -> None:
    rig = Rig()
    rig.quoting(B)
    rig.act("pause")
    asked = rig.strategy.asked
    rig.core.quoter.dirty = True
    rig.core.go_on()
    assert rig.strategy.asked == asked


def test_a_flatten_waits_for_the_venue_and_for_data_and_its_end_is_told_and_settled() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    rig.strategy.want()
    rig.fill(order, 100)
    rig.take()
    until = rig.core.gate.quiet_until = rig.ts + 2 * SECOND
    rig.act("flatten")
    assert rig.core.flattener.active
    assert not rig.take(cmd.PlaceOrder)
    assert rig.timers["retry"] == until
    rig.core.gate.quiet_until = 0
    rig.core.conduct.stale = "no market data for 3 s"
    rig.core.go_on()
    assert not sent(rig.core.outbox.take())
    rig.core.conduct.stale = ""
    rig.tick()
    (close,) = rig.take(cmd.PlaceOrder)
    assert (rig.state, rig.core.reason) == ("paused", "flattening")
    closing = rig.core.orders.get(close.order_id)
    assert closing is not None
    rig.fill(closing, 100, price=BID)
    assert rig.said(facts.Noted)[-1].text == "flat"
    assert (rig.state, rig.core.reason) == ("paused", "flattened by the operator")


def test_what_the_limits_allow_and_what_waits_for_a_person() -> None:
    rig = Rig()
    rig.quoting(B)
    core = rig.core
    assert (core.risk_state, core.halted) == ("running", "")
    core.gate.restrained = "inventory age 912 s, limit 900"
    assert (core.risk_state, core.halted) == ("reduce-only", "")
    core.gate.cooling, core.gate.cooling_until = COOLING, rig.ts + SECOND
    assert (core.risk_state, core.halted) == ("halted", ""), "it ends by itself"
    core.gate.closed = "drawdown 31, limit 30"
    assert (core.risk_state, core.halted) == ("halted", "drawdown 31, limit 30")
    core.conduct.closing = True
    assert (core.risk_state, core.halted) == ("reduce-only", ""), "the orderly end is no halt"


def test_pnl_is_in_quote_at_the_mid() -> None:
    rig = Rig()
    (order,) = rig.quoting(B)
    assert (rig.core.mid2, rig.core.pnl) == (MID2, 0.0)
    rig.fill(order, 100)
    held, below = 100 * 0.00001, (MID2 / 2 - (BID - 1000)) * 0.01
    assert rig.core.pnl == pytest.approx(held * below)
