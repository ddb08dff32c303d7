"""When the strategy is asked: not while it said that its last answer holds, and nothing but the market changes."""

from collections.abc import Callable

import pytest
from pure_desk import ASK, BID, SECOND, START, Rig, ask, bid

from mm_tui.strategy.api import NEVER, Rest

B, A = bid(BID - 1000), ask(ASK + 1000)
MID2 = BID + ASK


def resting(rest: Callable[[], object]) -> Rig:
    """A desk that quotes, whose strategy says this of its last answer."""
    rig = Rig()
    rig.quoting(B, A)
    rig.strategy.rest = rest  # type: ignore[attr-defined]
    rig.core.quoter.tune()
    rig.tick()
    return rig


def asked(rig: Rig, happens: Callable[[], object]) -> bool:
    """Whether the strategy was asked upon it."""
    before = rig.strategy.asked
    happens()
    return rig.strategy.asked > before


def test_the_market_alone_has_it_asked_only_beyond_its_rest() -> None:
    rig = resting(lambda: Rest(MID2 - 20, MID2 + 20, NEVER))
    assert not asked(rig, rig.tick)
    assert not asked(rig, lambda: rig.tick(BID + 9, ASK + 9))
    assert asked(rig, lambda: rig.tick(BID + 10, ASK + 10))
    assert asked(rig, lambda: rig.tick(BID - 10, ASK - 10))


def test_time_ends_its_rest() -> None:
    rig = resting(lambda: Rest(0, 2.0 * MID2, START + SECOND))
    rig.sleep(0.9)
    assert not asked(rig, rig.tick)
    rig.sleep(0.1)
    assert asked(rig, rig.tick)


def test_whatever_else_happens_has_it_asked() -> None:
    rig = resting(lambda: Rest(0, 2.0 * MID2, NEVER))
    order = next(iter(rig.core.orders.open))
    assert asked(rig, lambda: rig.fill(order, 1))
    assert asked(rig, lambda: rig.act("widen"))
    rig.act("pause")
    assert not asked(rig, rig.tick)
    assert asked(rig, lambda: rig.act("pause"))
    assert not asked(rig, rig.tick)
    rig.core.quoter.dirty = True
    assert asked(rig, rig.tick)


def test_after_a_failure_it_is_asked_until_it_answers() -> None:
    rig = resting(lambda: Rest(MID2 - 20, MID2 + 20, NEVER))
    rig.strategy.error = ValueError("no")
    assert asked(rig, lambda: rig.tick(BID + 10, ASK + 10))
    rig.strategy.error = None
    assert asked(rig, rig.tick)
    assert not asked(rig, rig.tick)


def raising() -> object:
    raise RuntimeError("not now")


@pytest.mark.parametrize(
    "rest",
    [lambda: None, raising, lambda: (0, 1, 2), lambda: Rest("0", 1.0, 2), lambda: Rest(0.0, 1.0, None)],  # type: ignore[arg-type]
)
def test_one_that_says_nothing_of_use_is_asked_each_time(rest: Callable[[], object]) -> None:
    rig = resting(rest)
    assert asked(rig, rig.tick)
    assert asked(rig, rig.tick)
    assert rig.state == "quoting"
