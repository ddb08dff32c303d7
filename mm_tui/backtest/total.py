"""Several runs as one: what adds up, added up exactly, PnL by the currency it is in."""

from decimal import Decimal
from typing import Any, Final

PARTS: Final = ("total", "realized", "unrealized", "fees", "spread_captured", "adverse_selection", "inventory")
COUNTS: Final = ("count", "maker", "taker")


def total(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Runs, frames, fills and orders of all, and PnL a quote currency; null where a run's own is."""
    pnl: dict[str, dict[str, str | None]] = {}
    for run in runs:
        sums = pnl.setdefault(run["symbol"].partition("/")[2], dict.fromkeys(PARTS, "0"))
        for part in PARTS:
            sums[part] = _plus(sums[part], run["pnl"][part])
    return {
        "runs": len(runs),
        "frames": _sum(runs, "market", "frames"),
        "orders": {name: _sum(runs, "orders", name) for name in runs[0]["orders"]},
        "fills": {name: _sum(runs, "fills", name) for name in COUNTS},
        "pnl": pnl,
    }


def _sum(runs: list[dict[str, Any]], section: str, name: str) -> int:
    return sum(run[section][name] for run in runs)


def _plus(one: str | None, other: str | None) -> str | None:
    return None if one is None or other is None else f"{Decimal(one) + Decimal(other):f}"
