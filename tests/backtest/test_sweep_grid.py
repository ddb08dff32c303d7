"""What `--grid` may say, what it means, and what is said where it means nothing."""

import pytest

from mm_tui.backtest.sweep.grid import Axis, axes, axis, label, named, points
from mm_tui.errors import UsageError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("risk.max_position=0.5,1,2", (0.5, 1, 2)),
        ("risk.max_position = 0.5 , 0.5,1", (0.5, 1)),
        ("simulator.queue_model=power,optimistic", ("power", "optimistic")),
        ('simulator.queue_model="power",log', ("power", "log")),
        ("strategy.passive.min_spread_bps=1:2:0.25", (1, 1.25, 1.5, 1.75, 2)),
        ("strategy.passive.min_spread_bps=0.1:0.5:0.1", (0.1, 0.2, 0.3, 0.4, 0.5)),
        ("strategy.passive.min_spread_bps=1:2:0.4", (1, 1.4, 1.8)),
        ("strategy.passive.orders_per_side=1:4", (1, 2, 3, 4)),
        ("strategy.passive.orders_per_side=1:3,2,10", (1, 2, 3, 10)),
        ("strategy.pure.order_levels=2:6:2", (2, 4, 6)),
        ("strategy.avellaneda.level_distances_bps=[1,2],[3, 4]", ((1, 2), (3, 4))),
        ("strategy.pure.ping_pong_enabled=true,false", (True, False)),
        ("desk.strategy=/home/me/mine.py:Mine,passive", ("/home/me/mine.py:Mine", "passive")),
        ("desk.venue=ccxt:kraken", ("ccxt:kraken",)),
        ('desk.symbol="a,b",c', ("a,b", "c")),
    ],
)
def test_values_and_ranges(text: str, values: tuple[object, ...]) -> None:
    found = axis(text)
    assert found.values == values
    assert [type(value) for value in found.values] == [type(value) for value in values]


def test_a_range_without_a_step_is_for_a_search() -> None:
    (found,) = axes(["strategy.passive.min_spread_bps=0.5:4"], search=True)
    assert found == Axis("strategy.passive.min_spread_bps", (), 0.5, 4.0)
    assert [found.drawn(value) for value in (0.0, 0.123456789, 1.23456789, 3.99999999)] == [0.5, 0.5, 1.23457, 4.0]
    assert Axis("x", (), -1.0, 1.0).drawn(0.0) == 0.0
    with pytest.raises(UsageError, match=r"a range needs a step, .*min_spread_bps=0\.5:4:STEP"):
        axes(["strategy.passive.min_spread_bps=0.5:4"], search=False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("risk.max_position", "must be KEY=V1,V2"),
        ("=1,2", "must be KEY=V1,V2"),
        ("risk.max_position=", "must be KEY=V1,V2"),
        ("risk.max_position=,", "names no value"),
        ("risk.max_position=1:3,9", "a range among values needs a step, 1:3:STEP"),
        ("risk.max_position=3:1:1", "ends before it begins"),
        ("risk.max_position=1:3:0", "the step must be > 0"),
        ("risk.max_position=1:3:0.000001", "over 100,000 values"),
        ("ccxt.options.secret=a,b", "a secret is no parameter"),
    ],
)
def test_what_means_nothing_is_said(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        axis(text)


def test_the_whole_is_looked_at_too() -> None:
    with pytest.raises(UsageError, match="named twice"):
        axes(["a.b=1,2", "a.b=3"], search=False)
    with pytest.raises(UsageError, match="--search needs to know what it may change"):
        axes([], search=True)
    with pytest.raises(UsageError, match="over 100,000 points"):
        axes([f"a.{name}=1:100:1" for name in "bcd"], search=False)


def test_points_go_through_every_combination_the_last_key_fastest() -> None:
    found = axes(["a.b=1,2", "a.c=x,y"], search=False)
    assert list(points(found)) == [(1, "x"), (1, "y"), (2, "x"), (2, "y")]
    assert list(points([])) == [()]


def test_values_reach_the_settings_as_they_would_from_a_file() -> None:
    found = axes(["a.b=[1,2]", "a.c=x"], search=False)
    assert [(one.option, one.key, one.value) for one in named(found, ((1, 2), "x"))] == [
        ("--grid", "a.b", [1, 2]),
        ("--grid", "a.c", "x"),
    ]
    assert [label(value) for value in ("x", 1, 0.5, True, (1, 2))] == ["x", "1", "0.5", "true", "[1, 2]"]
