"""What shadows may cost the main desk: one that raises, is slow or too dear is dropped, and none holds up its end."""

from typing import Any

import pytest
from crowded_market import crowded_market
from pure_desk import MS, SECOND
from shadow_rig import BIGGER, BIGGER_PARAMS, FORMULA, Rig, Watch, alone, passive

from mm_tui.model import events as ev
from mm_tui.runtime.followers.shadows import WINDOW


def test_a_shadow_that_raises_is_dropped_with_its_band_and_the_reason_stays_on_the_board() -> None:
    rig = Rig({"bigger": BIGGER, "formula": FORMULA}, band=True)
    events = list(crowded_market(300))
    rig.hear(*events[:100])

    def raising(_: Any) -> None:
        raise SystemExit(3)

    rig.lead(1).step = raising  # type: ignore[method-assign,assignment]  # as a plug-in's fault would
    first, second = rig.shadows.shadows
    sibling = second.band["power"].desk
    sibling.step = raising  # type: ignore[method-assign,assignment]
    rig.hear(*events[100:])
    assert rig.said[-2:] == [
        ("warn", "shadow 1 is dropped: bigger: SystemExit: 3"),
        ("warn", "shadow 2 goes on without a band: SystemExit: 3"),
    ]
    assert [one.name for one in rig.shadows._members] == ["formula"]
    assert not rig.shadows.behind
    last = rig.board.frame(rig.desk.ts).rows[-1]
    assert (last.number, last.state, last.reason, last.total) == (1, "dropped", "SystemExit: 3", None)
    assert first.gone
    assert rig.board.summary()[0]["dropped"] == "SystemExit: 3"


def test_over_the_bound_the_dearest_band_goes_and_then_the_dearest_shadow() -> None:
    watch = Watch()
    rig = Rig({"bigger": BIGGER, "formula": FORMULA}, band=True, live=True, clock=watch)
    events = iter(crowded_market(1400))
    rig.hear(*(next(events) for _ in range(10)))
    for shadow, cost in zip(rig.shadows.shadows, (2 * MS, MS), strict=True):
        for one in shadow.followers:
            watch.costs(one.desk, cost)

    def windows(count: int) -> None:
        for _ in range(count * 100):
            rig.hear(next(events))
            watch.now += WINDOW // 100
        rig.shadows.weigh()

    windows(1)
    row = next(one for one in rig.board.frame(rig.desk.ts).rows if one.number == 1)
    assert row.event_us == pytest.approx(6000, rel=0.15)
    assert row.cpu_pct is not None
    assert 9 < row.cpu_pct < 13
    assert rig.board.frame(rig.desk.ts).cpu_pct == pytest.approx(15, abs=3)
    assert {kind for kind, _ in rig.said} == {"info"}, "15 % of 25"
    rig.said.clear()
    watch.costs(rig.lead(1), 10 * MS)
    windows(2)
    assert [text.partition(":")[0] for _, text in rig.said] == ["shadow 1 goes on without a band"]
    assert "of a core, the bound is 25 %" in rig.said[0][1]
    watch.costs(rig.lead(1), 20 * MS)
    windows(3)
    kinds = [text.partition(":")[0] for _, text in rig.said[1:]]
    assert kinds == ["shadow 2 goes on without a band", "shadow 1 is dropped"], "a band before a shadow"
    assert [one.number for one in rig.shadows.running] == [2]
    windows(3)
    assert len(rig.said) == 3


def test_a_slow_shadow_is_dropped_on_a_clock_and_waited_for_on_a_file() -> None:
    for live in (True, False):
        watch = Watch()
        rig = Rig({"bigger": BIGGER}, live=live, clock=watch)
        events = list(crowded_market(40))
        rig.hear(*events[:10])
        watch.costs(rig.lead(), 101 * MS)
        rig.hear(*events[10:20])
        assert bool(rig.shadows.running) is not live
    assert rig.lead().ts == rig.desk.ts


def test_a_buffer_that_is_full_costs_a_clock_the_dearest_and_a_file_some_time() -> None:
    for live in (True, False):
        rig = Rig({"bigger": BIGGER, "formula": FORMULA}, live=live, capacity=300)
        events = list(crowded_market(320))
        rig.hear(events[0], each=False)
        rig.shadows.shadows[1].weight.cpu_pct = 5.0
        rig.hear(*events[1:], each=False)
        assert [one.number for one in rig.shadows.running] == ([1] if live else [1, 2])
        assert len(rig.shadows._waiting) <= 375
        rig.shadows.catch_up(rig.desk.ts)
        assert rig.lead(1).ts == rig.desk.ts
    assert {kind for kind, _ in rig.said} == {"info"}


def test_a_slice_ends_between_two_shadows_and_nobody_hears_anything_twice() -> None:
    watch = Watch()
    rig = Rig({"bigger": BIGGER, "formula": FORMULA}, live=True, clock=watch)
    events = list(crowded_market(60))
    rig.hear(*events[:30])
    for number in (1, 2):
        watch.costs(rig.lead(number), 100)
    rig.hear(*events[30:40], each=False)
    rig.shadows.catch_up(rig.desk.ts, 50)
    assert rig.lead(1).ts > rig.lead(2).ts or rig.lead(1).core.market.frames > rig.lead(2).core.market.frames
    frames = rig.lead(1).core.market.frames
    rig.act("shadow", "drop 2")
    assert rig.lead(1).core.market.frames == rig.desk.core.market.frames
    assert frames < rig.desk.core.market.frames
    expected = alone(passive(BIGGER_PARAMS), events[:40])
    assert rig.lead(1).core.account.fills == expected.core.account.fills


def test_at_the_end_none_holds_up_a_desk_on_the_clock() -> None:
    watch = Watch()
    rig = Rig({"bigger": BIGGER}, live=True, clock=watch)
    events = list(crowded_market(400))
    rig.hear(*events[:10])
    watch.costs(rig.lead(), 60 * MS)
    rig.hear(*events[10:], each=False)
    rig.desk.step(ev.OperatorAction(ts=rig.desk.ts, action="close"))
    rig.shadows.take(ev.OperatorAction(ts=rig.desk.ts, action="shadow", argument=f"add {FORMULA}"))
    rig.shadows.finish(rig.desk.ts, SECOND)
    assert watch.now < SECOND + 100 * MS
    assert not rig.shadows.running
    assert [text for _, text in rig.said if "behind when the desk ended" in text]
