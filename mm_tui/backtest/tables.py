"""Results as tables in the terminal."""

import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

UNKNOWN: Final = "–"
PAGE_WIDTH: Final = 240
"""Where the table does not go to a terminal, nothing is left out."""


def show(runs: list[dict[str, Any]], total: dict[str, Any] | None = None) -> None:
    """One line a run and one a currency for their sums; narrow terminals get the first columns of each rank."""
    rows = [_row(run) for run in runs]
    if total is not None:
        rows += _total_rows(total)
    print_table([(head, rank, [row[at] for row in rows]) for at, (head, rank) in enumerate(_HEADS)])


def print_table(columns: Sequence[tuple[str, int, Sequence[str]]]) -> None:
    """Columns of `(head, rank, cells)`; where there is no room for all, those of the highest ranks are left out."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else PAGE_WIDTH)
    shown = list(columns)
    while len(shown) > 1 and _width(shown) > console.width:
        shown.remove(max(shown, key=lambda column: column[1]))
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim")
    for at, (head, _, _) in enumerate(shown):
        table.add_column(head, justify="right" if at else "left", no_wrap=True)
    for cells in zip(*(cells for _, _, cells in shown), strict=True):
        table.add_row(*cells)
    console.print(table)


def money(text: str | None) -> str:
    """An amount with four digits after the point, signed."""
    return UNKNOWN if text is None else signed(f"{Decimal(text):+,.4f}")


def signed(text: str) -> str:
    """With a true minus."""
    return text.replace("-", "\u2212")


_HEADS: Final = (
    ("recording", 0), ("strategy", 1), ("time", 6), ("frames", 9), ("placed", 8), ("fills", 2), ("PnL", 0),
    ("spread", 3), ("adverse", 3), ("drift", 3), ("fees", 3), ("5 s bps", 4), ("position", 5),
)  # fmt: skip

_PARTS: Final = ("total", "spread_captured", "adverse_selection", "inventory", "fees")


def _row(run: dict[str, Any]) -> tuple[str, ...]:
    pnl, markout = run["pnl"], run["markouts_bps"]["5s"]
    return (
        Path(run["session"]).name,
        run["strategy"].rpartition("/")[2],
        _span(run),
        f"{run['market']['frames']:,}",
        f"{run['orders']['placed']:,}",
        f"{run['fills']['count']:,}",
        *(money(pnl[part]) for part in _PARTS),
        UNKNOWN if markout is None else signed(f"{markout:+.2f}"),
        signed(run["position"]["base"]),
    )


def _total_rows(total: dict[str, Any]) -> list[tuple[str, ...]]:
    """The sums; frames, orders and fills are those of all currencies and stand in the first line alone."""
    counts = (total["frames"], total["orders"]["placed"], total["fills"]["count"])
    found = []
    for number, (currency, pnl) in enumerate(total["pnl"].items()):
        sums = ("" if number else f"{count:,}" for count in counts)
        found.append((f"total {currency}", "", "", *sums, *(money(pnl[part]) for part in _PARTS), "", ""))
    return found


def _width(columns: Sequence[tuple[str, int, Sequence[str]]]) -> int:
    return sum(max(map(len, (head, *cells))) + 2 for head, _, cells in columns) - 2


def _span(run: dict[str, Any]) -> str:
    if run["started_ns"] is None:
        return UNKNOWN
    seconds = (run["ended_ns"] - run["started_ns"]) // 1_000_000_000
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
