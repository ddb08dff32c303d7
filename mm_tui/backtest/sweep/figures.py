"""What a sweep compares: the figures of each run, and of each point over all of its recordings."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from mm_tui.backtest.sweep.grid import Axis, Point, label
from mm_tui.backtest.sweep.plan import Row
from mm_tui.errors import UsageError

MARKOUT: Final = "5s"
OBJECTIVES: Final = {
    "pnl": 1, "realized": 1, "spread_captured": 1, "markout_5s_bps": 1, "fills": 1, "obligation_pct": 1,
    "max_drawdown": -1, "max_position": -1,
}  # fmt: skip
"""Figure to whether more (1) or less (−1) of it is better."""
SUMS: Final = ("pnl", "realized", "spread_captured", "adverse_selection", "inventory", "fees")
"""Amounts of the quote currency that add up over recordings, decimal texts."""
PEAKS: Final = ("max_drawdown", "max_position")
"""Decimal texts of which the largest stands for all recordings."""
MEANS: Final = ("markout_5s_bps", "obligation_pct")
"""Floats whose mean stands for all recordings, by the weight beside them."""
FIGURES: Final = (*SUMS, "fills", "placed", *PEAKS, *MEANS)

Figures = dict[str, Any]


def check_objective(name: str) -> str:
    """The name; raises UsageError with those that there are."""
    if name not in OBJECTIVES:
        raise UsageError(f"--objective {name}: must be one of {', '.join(OBJECTIVES)}")
    return name


def of_run(row: Row, axes: Sequence[Axis], record: dict[str, Any] | None, error: str) -> Figures:
    """One run as a flat object; all figures null where it failed."""
    head = {
        "recording": row.source.path,
        "values": _values(axes, row.point),
        "key": row.key,
        "ran_by": None if record is None else record["ran_by"],
        "error": error or None,
    }
    if record is None:
        return {**head, **dict.fromkeys((*FIGURES, "quote", "counted_ns", "note", "digest"))}
    summary, peaks = record["summary"], record["peaks"]
    pnl, obligation = summary["pnl"], summary["obligation"]
    promised = obligation["in_band_pct"] is not None
    return {
        **head,
        "pnl": pnl["total"],
        **{name: pnl[name] for name in SUMS[1:]},
        "fills": summary["fills"]["count"],
        "placed": summary["orders"]["placed"],
        **{name: peaks[name] for name in PEAKS},
        "markout_5s_bps": summary["markouts_bps"][MARKOUT],
        "obligation_pct": obligation["in_band_pct" if promised else "two_sided_pct"],
        "counted_ns": obligation["counted_ns"],
        "quote": summary["symbol"].partition("/")[2],
        "note": record["note"],
        "digest": summary["digest"],
    }


def of_points(runs: Sequence[Figures], rows: Sequence[Row], axes: Sequence[Axis]) -> list[Figures]:
    """Each point over its recordings; a sum is null where a run of it failed, knows none, or is in another currency."""
    grouped: dict[Point, list[Figures]] = {}
    for row, run in zip(rows, runs, strict=True):
        grouped.setdefault(row.point, []).append(run)
    return [_over(point, found, axes) for point, found in grouped.items()]


def best_first(found: Sequence[Figures], objective: str) -> list[Figures]:
    """The best by the objective first, those without a figure last; ties in the order of the plan."""
    sign = OBJECTIVES[objective]

    def rank(one: Figures) -> tuple[bool, Decimal]:
        value = one[objective]
        return (value is None, Decimal(0) if value is None else -sign * Decimal(str(value)))

    return sorted(found, key=rank)


def _over(point: Point, runs: list[Figures], axes: Sequence[Axis]) -> Figures:
    failed = [run["error"] for run in runs if run["error"]]
    one_currency = len({run["quote"] for run in runs}) == 1
    ran_by = sorted({run["ran_by"] for run in runs if run["ran_by"]})
    return {
        "values": _values(axes, point),
        "runs": len(runs),
        "failed": len(failed),
        "error": failed[0] if failed else None,
        "ran_by": "+".join(ran_by) or None,
        **{name: _sum(runs, name) if one_currency else None for name in SUMS},
        **{name: _count(runs, name) for name in ("fills", "placed")},
        "max_drawdown": _largest(runs, "max_drawdown") if one_currency else None,
        "max_position": _largest(runs, "max_position"),
        "markout_5s_bps": _mean(runs, "markout_5s_bps", "fills"),
        "obligation_pct": _mean(runs, "obligation_pct", "counted_ns"),
    }


def _values(axes: Sequence[Axis], point: Point) -> dict[str, str]:
    return {one.key: label(value) for one, value in zip(axes, point, strict=True)}


def _sum(runs: list[Figures], name: str) -> str | None:
    if any(run[name] is None for run in runs):
        return None
    total = Decimal(0)
    for run in runs:
        total += Decimal(run[name])
    return f"{total:f}"


def _count(runs: list[Figures], name: str) -> int | None:
    return None if any(run[name] is None for run in runs) else sum(run[name] for run in runs)


def _largest(runs: list[Figures], name: str) -> str | None:
    known = [run[name] for run in runs]
    return None if None in known else max(known, key=Decimal)


def _mean(runs: list[Figures], name: str, weight: str) -> float | None:
    """Weighted, over the runs that have a figure; exact sums, so that no order of runs changes a digit."""
    known = [(run[name], run[weight]) for run in runs if run[name] is not None and run[weight]]
    if len(known) == 1:
        return float(known[0][0])
    whole = sum(share for _, share in known)
    return round(math.fsum(value * share for value, share in known) / whole, 4) if whole else None
