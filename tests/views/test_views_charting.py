"""Samples of a real desk for its charts."""

from pure_desk import ASK, BID, MS, Rig, ask, bid, delta

from mm_tui.analytics.scores import Scores
from mm_tui.model.account import MICRO
from mm_tui.model.events import SELL
from mm_tui.views.charting import TIERS, ChartView


def test_a_sample_says_what_is_quoted_held_and_earned() -> None:
    rig = Rig()
    view = ChartView(rig.core, Scores())
    view.sample(rig.ts)
    assert view.frame(()).samples == ()
    rig.quoting(bid(BID - 3), ask(ASK + 3))
    view.sample(rig.ts)
    view.sample(rig.ts + 1)
    (sample,) = view.frame(()).samples
    assert (sample.mid2, sample.bid2, sample.ask2, sample.spread) == (
        BID + ASK,
        2 * (BID - 3),
        2 * (ASK + 3),
        ASK - BID,
    )
    assert sample.position == 0
    assert sample.limit == rig.core.gate.max_position * MICRO
    assert sample.pnl == (0, 0, 0, 0, 0)


def test_the_order_that_closes_the_position_is_no_quote() -> None:
    rig = Rig()
    (order,) = rig.quoting(bid(BID - 1000, 100))
    rig.strategy.want()
    rig.fill(order, 100)
    rig.act("flatten")
    view = ChartView(rig.core, Scores())
    assert rig.core.orders.touch(SELL) is not None
    view.sample(rig.ts)
    (sample,) = view.frame(()).samples
    assert (sample.mid2, sample.bid2, sample.ask2) == (BID + ASK, None, None)


def test_what_cannot_be_known_is_none_and_the_frame_is_kept_between_samples() -> None:
    rig = Rig()
    view = ChartView(rig.core, Scores())
    rig.quoting(bid(BID - 3))
    view.sample(rig.ts)
    first = view.frame(())
    assert view.frame(()) is first
    rig.hear(delta(rig.ts + 250 * MS, 5_000, 5_001))
    view.sample(rig.ts + 250 * MS)
    second = view.frame(())
    assert second is not first
    last = second.samples[-1]
    assert (last.mid2, last.spread, last.pnl, last.ask2) == (None, None, None, None)
    assert last.position == 0


def test_four_hours_are_kept_in_few_samples() -> None:
    rig = Rig()
    view = ChartView(rig.core, Scores())
    rig.quoting(bid(BID - 3))
    for tick in range(0, 5 * 3600 * 4, 20):
        view.sample(rig.ts + tick * 250 * MS)
    samples = view.frame(()).samples
    assert samples[-1].ts - samples[0].ts > 239 * 60 * 10**9
    most = sum(
        (tier.until - before) // tier.every for tier, before in zip(TIERS, (0, *(t.until for t in TIERS)), strict=False)
    )
    assert len(samples) < most < 3000
