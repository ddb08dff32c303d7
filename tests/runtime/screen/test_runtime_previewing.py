"""Previews: as often as an eye reads, in a small share of the time, none of a slow strategy."""

from typing import Any, cast

from pure_desk import BTC, START, snapshot

from mm_tui.core.config import CoreConfig
from mm_tui.core.engine import Core
from mm_tui.model.clock import MILLISECOND
from mm_tui.model.events import LinkUp, SessionStarted
from mm_tui.runtime.screen.previewing import Previews
from mm_tui.strategy.passive import Passive, PassiveParams

DRAFT = "min_spread_bps=3.2"


class Clock:
    """Says what the test says, and how long each look at it takes."""

    def __init__(self) -> None:
        self.now = 0
        self.takes = 0

    def __call__(self) -> int:
        self.now += self.takes
        return self.now


def bench() -> tuple[Previews, Clock, Core]:
    core = Core(CoreConfig(), BTC, PassiveParams(), lambda params: cast("Any", Passive(cast("PassiveParams", params))))
    for event in (
        SessionStarted(ts=START, base=10_000, quote=6 * 10**10),
        LinkUp(ts=START, venue="x"),
        snapshot(START),
    ):
        core.process(event)
    clock = Clock()
    return Previews(core, clock), clock, core


def test_the_same_draft_is_looked_at_ten_times_a_second_and_another_one_at_once() -> None:
    previews, clock, _ = bench()
    first = previews.look(START, DRAFT)
    assert first is not None
    assert not first.problem
    clock.now += 99 * MILLISECOND
    assert previews.look(START, DRAFT) is first
    other = previews.look(START, "min_spread_bps=3.3")
    assert other is not None
    assert other.quotes != first.quotes
    clock.now += 100 * MILLISECOND
    assert previews.look(START, "min_spread_bps=3.3") is not other


def test_what_takes_longer_is_looked_at_less_often() -> None:
    previews, clock, _ = bench()
    clock.takes = 10 * MILLISECOND
    first = previews.look(START, DRAFT)
    clock.takes = 0
    clock.now += 199 * MILLISECOND
    assert previews.look(START, DRAFT) is first
    clock.now += MILLISECOND
    assert previews.look(START, DRAFT) is not first


def test_a_strategy_over_its_budget_has_no_more_of_them_until_the_draft_is_gone() -> None:
    previews, clock, core = bench()
    clock.takes = 60 * MILLISECOND
    for draft in (DRAFT, "min_spread_bps=3.3"):
        found = previews.look(START, draft)
        assert found is not None
        assert found.problem == "it took 60.0 ms, the strategy's budget is 50 ms"
        assert not found.refused
    assert previews.look(START, "") is None
    clock.takes = 0
    found = previews.look(START, DRAFT)
    assert found is not None
    assert not found.problem
    assert core.parameters.params == PassiveParams()


def test_what_changes_nothing_shows_nothing() -> None:
    previews, _, _ = bench()
    assert previews.look(START, "min_spread_bps=2") is None
