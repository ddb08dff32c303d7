"""Our matching and queue models against hftbacktest 2.4.4, fill by fill, on recorded market data.

    python bench/differential.py --data FILE... --tick 0.01 --step 0.00001 --half 50 --requote 20 --queue log

Several files are one session. Both sides read the same rows; the strategy, the exchange's rules and the two clocks are
those of `mm_tui.sim.hindsight`, the queues are reckoned as hftbacktest reckons them (`--own-queues`: as the paper venue
does, which is another experiment and may differ). Writes our fills as CSV, prints both counts and the first difference.
Exit status: 0 where every fill is equal in time, side, price and size, 1 where one differs, 64 for options that make
no sense, 65 for data that cannot be read, 69 where hftbacktest is not installed, 73 where OUT.csv cannot be written.
"""

import argparse
import csv
import sys
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from pathlib import Path
from typing import NoReturn

from recording import Recording

from mm_tui.errors import DataError
from mm_tui.sim.hindsight import Experiment, HindsightFill, run
from mm_tui.sim.twoclocks import TwoClocks, two_clocks

COLUMNS = ("exch_ts_ns", "local_ts_ns", "side", "price_ticks", "quantity", "maker")
NS_PER_MS = 1_000_000
USAGE = 64
BAD_DATA = 65
NOT_INSTALLED = 69
NOT_WRITTEN = 73


class Parser(argparse.ArgumentParser):
    """Ends with the status that the desk's own command line has for bad usage."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and where help is."""
        self.exit(USAGE, f"{self.prog}: {message}; --help lists the options\n")


def main() -> int:
    """Run, compare, report."""
    options = _options()
    base_latency = _nanoseconds(options.base_latency_ms)
    experiment = Experiment(
        half=options.half,
        requote=options.requote,
        limit=int(options.max_position / options.quantity),
        step=float(options.step),
        queue=options.queue,
        power=float(options.power),
        entry=_nanoseconds(options.entry_ms),
        response=_nanoseconds(options.response_ms),
        compatible=not options.own_queues,
    )
    try:
        clocks = two_clocks(Recording(options.data, float(options.tick)).messages(), base_latency)
    except DataError as error:
        print(f"differential: {error}", file=sys.stderr)
        return BAD_DATA
    ours = _ordered(run(clocks, experiment))
    if options.fills:
        try:
            _write(options.fills, ours, options.quantity)
        except OSError as error:
            print(f"differential: {options.fills} cannot be written: {error.strerror}", file=sys.stderr)
            return NOT_WRITTEN
    print(f"mm-tui: {len(ours)} fills, PnL {_pnl(clocks, ours, options.tick, options.quantity):+f}")
    if options.no_reference:
        return 0
    try:
        from hft_reference import reference_fills  # noqa: PLC0415 - an extra, and it takes seconds to load
    except ModuleNotFoundError as error:
        print(f'differential: {error}; pip install "mm-tui[differential]", or --no-reference', file=sys.stderr)
        return NOT_INSTALLED
    theirs = _ordered(reference_fills(clocks.recorded, base_latency, experiment, options.tick, options.quantity))
    print(f"hftbacktest: {len(theirs)} fills, PnL {_pnl(clocks, theirs, options.tick, options.quantity):+f}")
    for number, (our, their) in enumerate(zip_longest(ours, theirs), 1):
        if our != their:
            print(f"first difference at fill {number}:\n  mm-tui      {our}\n  hftbacktest {their}")
            return 1
    print("no difference")
    return 0


def _ordered(fills: list[HindsightFill]) -> list[HindsightFill]:
    """By time; of two at once the bid first."""
    return sorted(fills, key=lambda fill: (fill.exch_ts, fill.local_ts, -fill.side))


def _write(path: Path, fills: list[HindsightFill], quantity: Decimal) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for fill in fills:
            out.writerow((fill.exch_ts, fill.local_ts, fill.side.word, fill.price, f"{quantity:f}", "true"))


def _pnl(clocks: TwoClocks, fills: list[HindsightFill], tick: Decimal, quantity: Decimal) -> Decimal:
    """In quote, without fees; what is left is valued at the last trade."""
    cash = -sum(fill.side * fill.price for fill in fills)
    last = next((row[3] for row in reversed(clocks.recorded) if row[2] > 1), 0)
    return (cash + last * sum(fill.side for fill in fills)) * tick * quantity


def _nanoseconds(milliseconds: Decimal) -> int:
    return int(milliseconds * NS_PER_MS)


def _positive(text: str) -> Decimal:
    number = _decimal(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text} must be above 0")
    return number


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if not number.is_finite() or number < 0:
        raise argparse.ArgumentTypeError(f"{text} must be 0 or more")
    return number


def _options() -> argparse.Namespace:
    parser = Parser(description="Fills of mm-tui's matching against those of hftbacktest 2.4.4.")
    parser.add_argument("--data", nargs="+", type=Path, required=True, metavar="FILE", help="captures, one session")
    parser.add_argument("--tick", type=_positive, required=True, help="the instrument's tick, quote")
    parser.add_argument("--step", type=_positive, required=True, help="the instrument's step, base")
    parser.add_argument("--half", type=int, required=True, help="half the quoted spread, ticks")
    parser.add_argument("--requote", type=int, required=True, help="cancel at so many ticks from the target")
    parser.add_argument("--queue", choices=("risk_averse", "log", "power"), required=True)
    parser.add_argument("--power", type=_positive, default=Decimal(3), help="n of the power model (default 3)")
    parser.add_argument("--quantity", type=_positive, default=Decimal("0.001"), help="of an order, base")
    parser.add_argument("--max-position", type=_decimal, default=Decimal("0.01"), help="long or short, base")
    parser.add_argument("--entry-ms", type=_decimal, default=Decimal(10), help="an order to the exchange")
    parser.add_argument("--response-ms", type=_decimal, default=Decimal(10), help="a report to us")
    parser.add_argument("--base-latency-ms", type=_decimal, default=Decimal(1), help="the smallest feed latency")
    parser.add_argument("--no-reference", action="store_true", help="without hftbacktest")
    parser.add_argument("--own-queues", action="store_true", help="the paper venue's queue arithmetic")
    parser.add_argument("--fills", type=Path, metavar="OUT.csv", help="where our fills go")
    options = parser.parse_args()
    if options.half < 0 or options.requote < 1:
        parser.error("--half must be 0 or more, --requote 1 or more")
    if not options.entry_ms + options.response_ms:
        parser.error(
            "--entry-ms and --response-ms cannot both be 0: an order that expires would be sent again for ever"
        )
    return options


if __name__ == "__main__":
    sys.exit(main())
