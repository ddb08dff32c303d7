"""What shadows cost the desk: the time from a market frame to the order it causes, with none, and with five.

    python bench/shadows.py [--seconds N] [--rounds N] [--rates 100,1000] [--shadows 5] [--no-band] [--bound PCT]

The desk of `screen.py`, headless and on its native feed, whose strategy wants other quotes every 10 ms; each shadow
runs the same restless strategy, so that all of them have as much to do as the desk. Runs with and without shadows
alternate. `--bound` is `shadows.max_cpu_pct`: over it shadows are dropped while it is measured, as they would be.
"""

import argparse
import json
import statistics
import sys
from typing import Any

from screen import run, summarize


def compare(rate: int, options: argparse.Namespace) -> dict[str, Any]:
    """Pairs of runs at a rate; medians of latency and CPU over them."""
    desks = [f"shadows.desks.s{number}=order_amount=0.00{number}" for number in range(1, options.shadows + 1)]
    settings = [
        *desks,
        f"shadows.max_cpu_pct={options.bound:g}",
        f"shadows.band={'false' if options.no_band else 'true'}",
    ]
    pairs = []
    for turn in range(options.rounds):
        order = (True, False) if turn % 2 else (False, True)
        taken = {
            on: summarize(run(rate, options.seconds, screen=False, settings=settings if on else ())) for on in order
        }
        pairs.append({"with": taken[True], "without": taken[False]})
        print(f"  {rate}/s round {turn + 1}: with {taken[True]}\n{'':14}without {taken[False]}", file=sys.stderr)
    names = ("core_pct", "received_p50", "received_p99", "events_per_s")
    found: dict[str, Any] = {
        which: {name: statistics.median(pair[which][name] for pair in pairs) for name in names}
        for which in ("with", "without")
    }
    return {"rate": rate, "pairs": pairs, **found}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each run, after the warm-up")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rates", default="100,1000", help="market frames a second")
    parser.add_argument("--shadows", type=int, default=5, help="1 to 5")
    parser.add_argument("--no-band", action="store_true", help="each under one queue model alone")
    parser.add_argument("--bound", type=float, default=25.0, help="percent of a core")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    rates = [compare(int(rate), options) for rate in options.rates.split(",")]
    if options.json:
        print(json.dumps({"shadows": options.shadows, "band": not options.no_band, "rates": rates}))
        return 0
    for entry in rates:
        on, off = entry["with"], entry["without"]
        print(
            f"{entry['rate']} frames/s, {options.shadows} shadows, received to order: p50 {on['received_p50']:,.0f} µs "
            f"({off['received_p50']:,.0f} without), p99 {on['received_p99']:,.0f} ({off['received_p99']:,.0f}); "
            f"{on['core_pct']:.1f} % of a core ({off['core_pct']:.1f})"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
