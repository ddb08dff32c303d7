"""The results of a sweep: a table in the terminal, `sweep.csv` with every run, `sweep.json`, and the heat map."""

import csv
import io
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import msgspec

from mm_tui.backtest.sweep.conduct import Sweep
from mm_tui.backtest.sweep.figures import FIGURES, Figures, best_first
from mm_tui.backtest.sweep.grid import Axis
from mm_tui.backtest.sweep.heat import page
from mm_tui.backtest.tables import UNKNOWN, money, print_table, signed
from mm_tui.backtest.target import write_whole

SHOWN: Final = 40
"""Rows in the terminal; all are in the files."""
MOST_WORDS: Final = 48
"""Letters of an error in a table."""


FILES: Final = ("sweep.json", "sweep.csv", "heatmap.html")


def document(sweep: Sweep, objective: str, more: dict[str, Any]) -> dict[str, Any]:
    """`sweep.json`: what was varied, every point best first, every run in order."""
    planner = sweep.planner
    points = best_first(sweep.points(), objective)
    found = bool(points) and points[0][objective] is not None
    return {
        "version": version("mm-tui"),
        "objective": objective,
        "keys": [one.key for one in planner.axes],
        "recordings": [{"path": source.path, "sha256": source.sha256} for source in planner.sources],
        **more,
        "best": points[0] if found else None,
        "points": points,
        "runs": sweep.runs,
    }


def write(out: Path, found: dict[str, Any], axes: Sequence[Axis]) -> None:
    """`sweep.csv`, `sweep.json` and `heatmap.html`; raises OutputError where they cannot be written."""
    write_whole(out / "sweep.json", msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    write_whole(out / "sweep.csv", _csv(found["runs"], [one.key for one in axes]))
    recordings = [Path(one["path"]).name for one in found["recordings"]]
    write_whole(out / "heatmap.html", page(found["points"], axes, found["objective"], recordings).encode())


def show(found: dict[str, Any], keys: Sequence[str]) -> int:
    """The best points as a table, one a line; how many there was no room for."""
    points: list[Figures] = found["points"]
    rows = points[:SHOWN]
    named = zip(keys, _short(keys), strict=True)
    columns: list[tuple[str, int, Sequence[str]]] = [
        *((short, 0, [row["values"][key] for row in rows]) for key, short in named),
        ("PnL", 0, [money(row["pnl"]) for row in rows]),
        ("fills", 1, [_whole(row["fills"]) for row in rows]),
        ("5 s bps", 2, [_float(row["markout_5s_bps"]) for row in rows]),
        ("drawdown", 2, [money(row["max_drawdown"]).removeprefix("+") for row in rows]),
        ("position", 3, [row["max_position"] or UNKNOWN for row in rows]),
        ("obligation %", 4, [_float(row["obligation_pct"]).removeprefix("+") for row in rows]),
        ("ran by", 1, [row["ran_by"] or UNKNOWN for row in rows]),
    ]
    if any(row["error"] for row in rows):
        columns.append(("error", 1, [_cut(row["error"] or "") for row in rows]))
    print_table(columns)
    return len(points) - len(rows)


def _short(keys: Sequence[str]) -> list[str]:
    """The last part of each key where it is enough to tell them apart."""
    last = [key.rpartition(".")[2] for key in keys]
    return [name if last.count(name) == 1 else key for key, name in zip(keys, last, strict=True)]


def _csv(runs: Sequence[Figures], keys: Sequence[str]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["recording", *keys, *FIGURES, "ran_by", "error", "key"])
    for run in runs:
        figures = [run[name] for name in (*FIGURES, "ran_by", "error", "key")]
        writer.writerow([run["recording"], *(run["values"][key] for key in keys), *figures])
    return stream.getvalue().encode()


def _whole(count: int | None) -> str:
    return UNKNOWN if count is None else f"{count:,}"


def _float(value: float | None) -> str:
    return UNKNOWN if value is None else signed(f"{value:+.2f}")


def _cut(words: str) -> str:
    line = words.splitlines()[0] if words else ""
    return line if len(line) <= MOST_WORDS else f"{line[: MOST_WORDS - 1]}…"
