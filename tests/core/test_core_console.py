"""What the operator's actions do to the desk, in the event that brings them."""

from typing import cast

import pytest
from pure_desk import ASK, BID, BTC, START, Rig, ask, bid, placed, snapshot

from mm_tui.core.config import CoreConfig
from mm_tui.core.engine import Core
from mm_tui.model import commands as cmd
from mm_tui.model import facts
from mm_tui.model.events import BUY, SELL, LinkUp, OperatorAction, SessionStarted
from mm_tui.risk.limits import Limits
from mm_tui.strategy.api import Strategy
from mm_tui.strategy.passive import Passive, PassiveParams

B, A = bid(BID - 1000), ask(ASK + 1000)


def passive_core() -> Core:
    params = PassiveParams(quantity_jitter=0.0)
    core = Core(CoreConfig(), BTC, params, lambda one: cast("Strategy", Passive(cast("PassiveParams", one))))
    core.process(SessionStarted(ts=START, base=10_000, quote=6_000 * 10_000_000))
    core.process(LinkUp(ts=START, venue="x"))
    core.process(snapshot(START))
    return core


def test_a_set_parameter_reaches_the_strategy_and_its_orders_in_the_same_event() -> None:
    core = passive_core()
    outputs = core.process(OperatorAction(ts=START + 1, action="set", argument="strategy.passive.orders_per_side=5"))
    assert [one for one in outputs.facts if isinstance(one, facts.ParameterChanged)]
    assert core.strategy.describe() == "passive 2.0–6.0 bps × 5"
    assert len({one.level for one in outputs.facts if isinstance(one, facts.QuoteDecided)}) == 5
    outputs = core.process(OperatorAction(ts=START + 2, action="set", argument="strategy.passive.reference=median"))
    (note,) = [one for one in outputs.facts if isinstance(one, facts.Noted)]
    assert note.kind == "warn"
    outputs = core.process(OperatorAction(ts=START + 3, action="undo"))
    assert core.strategy.describe() == "passive 2.0–6.0 bps × 3"


def test_what_was_dropped_leaves_a_record_and_the_strategy_is_not_even_asked() -> None:
    rig = Rig()
    rig.quoting(B, A)
    asked = rig.strategy.asked
    rig.act("drop", "min_spread_bps 2 → 3\nreference mid → vwap")
    assert rig.strategy.asked == asked
    assert not rig.take()
    assert rig.said(facts.Noted)[-1].text == "dropped unsent: min_spread_bps 2 → 3, reference mid → vwap"


def test_setting_what_is_set_already_changes_nothing() -> None:
    core = passive_core()
    outputs = core.process(OperatorAction(ts=START + 1, action="set", argument="orders_per_side=3"))
    assert [one.text for one in outputs.facts if isinstance(one, facts.Noted)] == ["nothing to change"]
    assert not outputs.commands


def test_widening_moves_the_orders_and_undo_moves_them_back() -> None:
    core = passive_core()
    wide = core.process(OperatorAction(ts=START + 1, action="widen"))
    prices = [one.price for one in wide.facts if isinstance(one, facts.QuoteDecided) and one.side is BUY]
    back = core.process(OperatorAction(ts=START + 2, action="undo"))
    again = [one.price for one in back.facts if isinstance(one, facts.QuoteDecided) and one.side is BUY]
    assert prices[0] < again[0]
    nothing = core.process(OperatorAction(ts=START + 3, action="undo"))
    assert [one.text for one in nothing.facts if isinstance(one, facts.Noted)] == ["nothing to change"]


def test_pause_cancels_all_and_keeps_the_position() -> None:
    rig = Rig()
    (order, _) = rig.quoting(B, A)
    rig.fill(order, 40)
    rig.take()
    rig.act("pause")
    assert rig.take() == [cmd.CancelAll(ts=rig.ts)]
    assert (rig.state, rig.core.reason) == ("paused", "by the operator")
    assert rig.core.account.position_lots == 40
    rig.flow(3)
    rig.canceled(*rig.core.orders.open)
    assert not placed(rig.take())
    rig.act("pause")
    assert rig.state == "quoting"
    assert len(placed(rig.take())) == 2


def test_pull_pauses_and_never_resumes() -> None:
    rig = Rig()
    rig.quoting(B, A)
    for _ in range(2):
        rig.act("pull", "the screen failed")
        assert (rig.state, rig.core.reason) == ("paused", "the screen failed")
        assert rig.take(cmd.CancelAll)


@pytest.mark.parametrize(
    ("action", "side", "words"), [("toggle_bids", BUY, "bids are off"), ("toggle_asks", SELL, "asks are off")]
)
def test_one_side_off_cancels_its_orders_and_leaves_the_other(action: str, side: int, words: str) -> None:
    rig = Rig()
    orders = rig.quoting(B, A)
    rig.act(action)
    assert (rig.state, rig.core.reason) == ("one-sided", words)
    (gone,) = [one for one in orders if one.side == side]
    assert rig.take() == [cmd.CancelOrder(ts=rig.ts, order_id=gone.order_id)]
    rig.canceled(gone)
    rig.flow(1)
    assert not rig.take()
    rig.act(action)
    assert [one.side for one in placed(rig.take())] == [side]


def test_both_sides_off_is_a_pause() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.act("toggle_bids")
    rig.act("toggle_asks")
    assert (rig.state, rig.core.reason) == ("paused", "bids are off; asks are off")


def test_an_order_on_its_way_in_of_a_side_that_went_off_is_cancelled_once_it_is_known() -> None:
    rig = Rig()
    rig.open_book()
    rig.want(B)
    rig.take()
    rig.act("toggle_bids")
    assert not rig.take()
    rig.accept()
    assert [type(one) for one in rig.take()] == [cmd.CancelOrder]


def test_an_unknown_action_is_noted() -> None:
    rig = Rig()
    rig.open_book()
    rig.act("dance")
    assert rig.said(facts.Noted)[-1].text == "unknown action dance"


def test_pause_while_halted_says_what_to_do_first() -> None:
    rig = Rig()
    rig.quoting(B, A)
    rig.act("kill")
    rig.act("pause")
    assert rig.said(facts.Noted)[-1].text == "halted: re-arm first"
    assert not rig.core.conduct.paused


def test_a_limit_that_is_loosened_as_it_is_printed_is_the_one_that_was_asked_for() -> None:
    rig = Rig()
    rig.open_book()
    rig.act("set", "risk.max_order_value=1234567.8")
    words = rig.said(facts.Noted)[-1].text
    assert words.endswith("to confirm it: loosen risk.max_order_value=1234567.8")
    rig.act("loosen", words.partition("loosen risk")[2].join(("risk", "")))
    assert rig.core.limits.max_order_value == 1234567.8
    assert rig.said(facts.ParameterChanged)[-1].after == "1234567.8"


@pytest.mark.parametrize("text", ["inf", "nan", "1e13", "1e300"])
def test_a_limit_is_a_number_that_means_something(text: str) -> None:
    rig = Rig()
    rig.act("loosen", f"risk.max_order_value={text}")
    assert rig.said(facts.Noted)[-1].text.startswith(f"risk.max_order_value: got {text}")
    assert rig.core.limits == Limits()
