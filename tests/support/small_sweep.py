"""A sweep over a small recording, put together as the command does it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mm_tui.backtest.recording import Changes
from mm_tui.backtest.sweep.conduct import Progress, Sweep
from mm_tui.backtest.sweep.grid import axes
from mm_tui.backtest.sweep.local import Executor, InProcess
from mm_tui.backtest.sweep.plan import Order, Planner
from mm_tui.backtest.sweep.store import Store
from mm_tui.settings.load import Loaded, Named, load

GRID = ("strategy.passive.min_spread_bps=3,4,5", "risk.max_position=0.004,0.1")


def loading(overrides: Sequence[str], named: Sequence[Named]) -> Loaded:
    return load(None, overrides, {}, Path("/nowhere"), named)


def planner(*paths: Path, grid: Sequence[str] = GRID, search: bool = False, **order: Any) -> Planner:
    changes = Changes(order.pop("overrides", ()), order.pop("named", ()))
    return Planner(paths, axes(grid, search=search), Order(changes=changes, **order), loading)


def sweep(out: Path, made: Planner, executor: Executor | None = None, progress: Progress | None = None) -> Sweep:
    return Sweep(made, Store(out), executor or InProcess(), progress)


def kept(out: Path) -> dict[str, bytes]:
    """Every file under the runs."""
    return {path.name: path.read_bytes() for path in sorted((out / "runs").iterdir())}
