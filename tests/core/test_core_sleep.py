"""How far the market may go before a core does anything by itself, and what it has to be told of where it was not."""

from math import inf

import pytest
from pure_desk import ASK, BID, Rig, ask, bid

from mm_tui.core.config import CoreConfig
from mm_tui.core.sleep import at_rest, settled_mids, slept
from mm_tui.core.state import State
from mm_tui.model.events import LinkDown
from mm_tui.risk.limits import Limits

MID2 = BID + ASK
B, A = bid(BID - 1000), ask(ASK + 1000)


def quoting(lots: int = 0, **limits: float) -> Rig:
    """Both sides rest; so many lots were bought at the bid."""
    rig = Rig(CoreConfig(limits=Limits(**limits)))
    orders = rig.quoting(B, A)
    if lots:
        rig.fill(orders[0], lots)
        rig.accept()
        rig.tick()
    return rig


def test_nothing_is_promised_before_the_market_is_known_while_stale_or_with_a_change_under_way() -> None:
    rig = Rig()
    assert settled_mids(rig.core) is None
    rig = quoting()
    rig.core.quoter.dirty = True
    assert settled_mids(rig.core) is None
    rig.core.quoter.dirty = False
    assert settled_mids(rig.core) == (-inf, inf)
    rig.hear(LinkDown(ts=rig.ts, venue="test", reason="gone"))
    assert rig.core.conduct.stale
    assert settled_mids(rig.core) is None


def test_flat_or_halted_no_mid_matters() -> None:
    rig = quoting()
    assert settled_mids(rig.core) == (-inf, inf)
    rig.act("kill")
    assert rig.core.state is State.HALTED
    assert settled_mids(rig.core) == (-inf, inf)


def test_a_state_that_time_is_about_to_change_is_not_settled() -> None:
    rig = quoting()
    rig.act("pause")
    assert settled_mids(rig.core) == (-inf, inf)
    rig.core.conduct.paused = ""
    assert settled_mids(rig.core) is None


def test_a_position_is_at_rest_only_as_far_as_the_limits_of_its_loss() -> None:
    rig = quoting(100, max_daily_loss=0.3, max_drawdown=0.3)
    found = settled_mids(rig.core)
    assert found is not None
    low, high = found
    assert low < MID2 < high
    assert low == pytest.approx(2 * MID2 - high)
    for mid2, state in ((int(low) + 4, State.QUOTING), (MID2 - int(1.1 * (high - low)), State.REDUCE_ONLY)):
        other = quoting(100, max_daily_loss=0.3, max_drawdown=0.3)
        other.tick(mid2 // 2, mid2 - mid2 // 2)
        assert other.core.state is state
    assert settled_mids(other.core) is None


def test_at_rest_no_order_is_under_way_and_none_is_missing() -> None:
    rig = quoting()
    assert at_rest(rig.core)
    rig.want(bid(BID - 2000), A)
    assert not at_rest(rig.core)
    rig = quoting(100)
    rig.act("flatten")
    assert not at_rest(rig.core)
    rig = quoting()
    rig.core.quoter.dirty = True
    assert not at_rest(rig.core)


@pytest.mark.parametrize("halted", [False, True])
def test_the_extremes_that_were_slept_through_count_for_the_drawdown(*, halted: bool) -> None:
    rig, awake = quoting(100), quoting(100)
    for one in (rig, awake):
        if halted:
            one.act("kill")
    low2, high2 = MID2 - 40_000, MID2 + 60_000
    slept(rig.core, rig.ts, low2, high2)
    for mid2 in (low2, high2, MID2):
        awake.core.breaker.mark(awake.ts, awake.core.account.total2(mid2) * awake.core.unit)
    assert rig.core.breaker.drawdown == awake.core.breaker.drawdown > 0
    assert rig.core.breaker.deepest == awake.core.breaker.deepest
    assert not [one for one in rig.core.guard.trips if one.rule == "drawdown"]


def test_without_a_fill_nothing_is_counted() -> None:
    rig = quoting()
    slept(rig.core, rig.ts, MID2 - 40_000, MID2 + 60_000)
    assert (rig.core.breaker.drawdown, rig.core.breaker.deepest) == (0.0, 0.0)
