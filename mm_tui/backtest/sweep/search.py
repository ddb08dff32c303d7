"""A search instead of a grid: optuna proposes points, and learns from what came of those before.

Points are proposed in generations, and their figures told in the order of the proposals, never in the order in which
runs end. So the points depend on the seed and the figures alone, and a search that was stopped goes on by asking again:
what was run is found in the store.
"""

import math
from typing import Any, Final

from mm_tui.backtest.sweep.conduct import Sweep
from mm_tui.backtest.sweep.figures import OBJECTIVES, Figures
from mm_tui.backtest.sweep.grid import MOST, Axis, Point, points
from mm_tui.errors import UsageError

SEED: Final = 1
GENERATION: Final = 8
"""Points proposed at once, or as many as run at once where that is more."""


def search(sweep: Sweep, count: int, objective: str, *, at_once: int, seed: int = SEED) -> str:
    """Run so many points of the sweep's axes, all of them where there are no more; in words, where that ended it early.

    Raises UsageError where optuna is not installed, and what runs raise.
    """
    try:
        import optuna  # noqa: PLC0415  # an extra, and slow to load
    except ImportError as error:
        raise UsageError("--search needs optuna: pip install 'mm-tui[search]'") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=seed, constant_liar=True),
        direction="maximize" if OBJECTIVES[objective] > 0 else "minimize",
    )
    axes = sweep.planner.axes
    total = _total(axes)
    if total is not None and total <= min(count, MOST):
        sweep.run(points(axes))
        return f"all {total:,} points of the grid were tried" if total < count else ""
    sweep.expect(count * len(sweep.planner.sources))
    generation = max(GENERATION, at_once)
    for begun in range(0, count, generation):
        trials = [study.ask() for _ in range(min(generation, count - begun))]
        found = sweep.run([_point(trial, axes) for trial in trials])
        for trial, figures in zip(trials, found, strict=True):
            value = _value(figures, objective)
            if value is None:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
            else:
                study.tell(trial, value)
    return ""


def _total(axes: list[Axis]) -> int | None:
    """Points that there are; None where a range has no end of them."""
    return math.prod(len(one.values) for one in axes) if all(one.values for one in axes) else None


def _point(trial: Any, axes: list[Axis]) -> Point:
    """What the trial proposes: of values in order their place is drawn, of words any, of a range a number."""
    point = []
    for one in axes:
        if not one.values:
            point.append(one.drawn(trial.suggest_float(one.key, one.low, one.high)))
        elif all(isinstance(value, int | float) and not isinstance(value, bool) for value in one.values):
            ordered = sorted(one.values)
            point.append(ordered[trial.suggest_int(one.key, 0, len(ordered) - 1)])
        else:
            point.append(one.values[trial.suggest_categorical(one.key, list(range(len(one.values))))])
    return tuple(point)


def _value(figures: Figures, objective: str) -> float | None:
    value = figures[objective]
    return None if value is None else float(value)
