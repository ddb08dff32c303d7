"""A search proposes the same points again, learns from what came of them, and says where it cannot."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from small_session import capture
from small_sweep import kept, planner, sweep

from mm_tui.backtest.sweep.local import Processes
from mm_tui.backtest.sweep.search import search
from mm_tui.errors import UsageError

RANGES = (
    "strategy.passive.min_spread_bps=1:6",
    "strategy.passive.orders_per_side=1:3",
    "simulator.queue_model=risk_averse,optimistic",
)
HERE = find_spec("optuna") is not None


@pytest.mark.skipif(not HERE, reason="optuna is not installed: pip install 'mm-tui[search]'")
def test_the_same_points_again_and_nothing_run_twice(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    paths = capture(tmp_path), capture(tmp_path / "b", 10)
    made = planner(*paths, grid=RANGES, search=True)
    first = sweep(tmp_path / "one", made)
    search(first, 20, "pnl", at_once=1)
    files = kept(tmp_path / "one")
    assert len(first.points()) > 15
    assert all(point["runs"] == 2 for point in first.points())
    spreads = {point["values"]["strategy.passive.min_spread_bps"] for point in first.points()}
    assert len(spreads) > 15
    assert {float(spread) for spread in spreads} <= {round(float(spread), 5) for spread in spreads}
    assert {point["values"]["strategy.passive.orders_per_side"] for point in first.points()} <= {"1", "2", "3"}
    times = [path.stat().st_mtime_ns for path in sorted((tmp_path / "one" / "runs").iterdir())]
    again = sweep(tmp_path / "one", planner(*paths, grid=RANGES, search=True))
    search(again, 20, "pnl", at_once=1)
    assert again.runs == first.runs
    assert [path.stat().st_mtime_ns for path in sorted((tmp_path / "one" / "runs").iterdir())] == times
    with Processes(2) as executor:
        other = sweep(tmp_path / "two", made, executor)
        search(other, 20, "pnl", at_once=executor.jobs)
    assert kept(tmp_path / "two") == files
    assert other.runs == first.runs


@pytest.mark.untraced
@pytest.mark.skipif(not HERE, reason="optuna is not installed: pip install 'mm-tui[search]'")
def test_it_goes_where_the_objective_is_better(tmp_path: Path) -> None:
    path = capture(tmp_path)
    found = {}
    for objective in ("fills", "max_position"):
        whole = sweep(tmp_path / "out", planner(path, grid=RANGES[:1], search=True))
        search(whole, 40, objective, at_once=1)
        figures = [float(point[objective]) for point in whole.points()]
        half = len(figures) // 2
        found[objective] = sum(figures[:half]) / half, sum(figures[half:]) / (len(figures) - half)
    assert found["fills"][1] > found["fills"][0]
    assert found["max_position"][1] < found["max_position"][0]


@pytest.mark.skipif(not HERE, reason="optuna is not installed: pip install 'mm-tui[search]'")
def test_points_without_a_figure_are_passed_over(tmp_path: Path) -> None:
    path = capture(tmp_path)
    path.write_bytes(b"".join(line for line in path.read_bytes().splitlines(keepends=True) if b"@trade" in line))
    whole = sweep(tmp_path / "out", planner(path, grid=RANGES[1:2], search=True))
    search(whole, 5, "pnl", at_once=1)
    assert {point["pnl"] for point in whole.points()} == {None}


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    whole = sweep(tmp_path / "out", planner(capture(tmp_path), grid=RANGES, search=True))
    with pytest.raises(UsageError, match=r"pip install 'mm-tui\[search\]'"):
        search(whole, 5, "pnl", at_once=1)
