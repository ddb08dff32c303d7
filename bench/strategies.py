"""Each strategy at its default settings on recorded market data: what it traded, what that was worth, what it kept.

    python bench/strategies.py [CAPTURE] [--strategies passive,pure,avellaneda,glft] [--set KEY=VALUE] [--markdown]
                               [--write]

A run is a whole session of the desk on the file, headless and as fast as it goes: the same core and paper venue as
live, at the packaged defaults but for the obligation, which is the preset `seed`; neither a settings file nor the
environment has a say. `--set` changes a key for all of them. `--write` puts the table into docs/strategies.md, between
its two marks.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from mm_tui.errors import MmTuiError
from mm_tui.runtime.control import Control
from mm_tui.runtime.session import run_session
from mm_tui.settings.load import load
from mm_tui.settings.options import RunOptions

ROOT = Path(__file__).resolve().parents[1]
CAPTURE = ROOT.parent / "shared" / "data" / "btcusdt_20240808.gz"
GUIDE = ROOT / "docs" / "strategies.md"
MARKS = ("<!-- the table of bench/strategies.py -->", "<!-- its end -->")
STRATEGIES = "passive,pure,avellaneda,glft"

Summary = dict[str, Any]


def signed(value: float | None, decimals: int) -> str:
    """A figure with its sign, and the true minus; a dash where it is not known."""
    return "–" if value is None else f"{value:+,.{decimals}f}".replace("-", "\u2212")


def money(text: str | None) -> str:
    """A decimal string to a hundredth of the quote currency."""
    return signed(None if text is None else float(text), 2)


def gross(summary: Summary) -> str:
    """What trading came to before fees."""
    pnl = summary["pnl"]
    return money(None if pnl["total"] is None else str(Decimal(pnl["total"]) - Decimal(pnl["fees"])))


def band(summary: Summary) -> str:
    """The three figures of the band; one where they are the same to the last digit."""
    figures = list(summary["pnl"]["band"].values())
    words = [signed(None if one is None else float(one), 3) for one in figures]
    return words[0] if len(set(figures)) == 1 else " / ".join(words)


def percent(share: float | None) -> str:
    """A share of the time."""
    return "–" if share is None else f"{share:.1f} %"


COLUMNS: dict[str, Callable[[Summary], str]] = {
    "strategy": lambda one: str(one["strategy"]),
    "fills": lambda one: str(one["fills"]["count"]),
    "volume": lambda one: f"{float(one['fills']['volume_quote']):,.0f}",
    "PnL net": lambda one: money(one["pnl"]["total"]),
    "before fees": gross,
    "band: risk-averse / power / optimistic": band,
    "markout 100 ms": lambda one: signed(one["markouts_bps"]["100ms"], 2),
    "1 s": lambda one: signed(one["markouts_bps"]["1s"], 2),
    "5 s": lambda one: signed(one["markouts_bps"]["5s"], 2),
    "30 s": lambda one: signed(one["markouts_bps"]["30s"], 2),
    "60 s": lambda one: signed(one["markouts_bps"]["60s"], 2),
    "two-sided": lambda one: percent(one["obligation"]["two_sided_pct"]),
    "in band": lambda one: percent(one["obligation"]["in_band_pct"]),
}


def play(capture: Path, strategy: str, settings: Sequence[str]) -> Summary:
    """The summary of one strategy's session on the file; raises MmTuiError where it cannot be had."""
    with tempfile.TemporaryDirectory(prefix="mm-tui-bench-") as folder:
        here = Path(folder)
        loaded = load(None, ["obligation.preset=seed", *settings], {}, here)
        options = RunOptions(
            venue=f"file:{capture}",
            symbol=loaded.settings.desk.symbol,
            strategy=strategy,
            theme=loaded.settings.ui.theme,
            sessions=here / "sessions",
            state=here / "state",
            record=False,
            headless=True,
            speed="max",
            log_level="warning",
        )
        return asyncio.run(run_session(options, loaded, Control(), screen=False)).summary


def rows(summaries: Sequence[Summary]) -> list[list[str]]:
    """The head and a row a strategy."""
    return [list(COLUMNS), *([cell(summary) for cell in COLUMNS.values()] for summary in summaries)]


def markdown(summaries: Sequence[Summary]) -> str:
    """For the guide."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows(summaries))
    return "\n".join((head, "|" + "---|" * len(COLUMNS), *body))


def plain(summaries: Sequence[Summary]) -> str:
    """For a terminal: a column a strategy."""
    table = rows(summaries)
    widths = [max(map(len, row)) for row in table]
    lines = [
        "  ".join(f"{cell:>{width}}" if place else f"{cell:<{width}}" for place, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(line, widths, strict=True)) for line in zip(*table, strict=True))
    ]
    return "\n".join(line.rstrip() for line in lines)


def write(table: str, guide: Path) -> None:
    """Put the table between the marks; raises ValueError where they are not there."""
    before, mark, rest = guide.read_text(encoding="utf-8").partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    if not mark or not end:
        raise ValueError(f"{guide} lacks the marks {MARKS[0]} and {MARKS[1]}")
    guide.write_text(f"{before}{mark}\n{table}\n{end}{after}", encoding="utf-8")


def main() -> int:
    """Run each, print the table, write it where asked."""
    parser = argparse.ArgumentParser(description="Each strategy at its default settings on recorded market data.")
    parser.add_argument("capture", type=Path, nargs="?", default=CAPTURE)
    parser.add_argument("--strategies", default=STRATEGIES, help="names with commas between them")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings")
    parser.add_argument("--markdown", action="store_true", help="the table as in the guide")
    parser.add_argument("--write", action="store_true", help="put it into the guide")
    parser.add_argument("--guide", type=Path, default=GUIDE, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.capture.exists():
        sys.stderr.write(f"{options.capture} is not there; name a capture in hftbacktest's format\n")
        return 65
    try:
        summaries = [play(options.capture.resolve(), name, options.settings) for name in options.strategies.split(",")]
    except MmTuiError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    print(markdown(summaries) if options.markdown else plain(summaries))
    if options.write:
        write(markdown(summaries), options.guide)
    return 0


if __name__ == "__main__":
    sys.exit(main())
