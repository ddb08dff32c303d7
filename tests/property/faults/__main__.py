"""For developers: any number of seeds on any number of cores.

    cd tests/property && python -m faults --seeds 100000 --jobs 2

A seed that fails is named with its event and its invariant, its script is shrunk, and one command repeats it. Ends
with 1 where one failed. `--start` goes on from where another run ended.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from faults.seeds import EVENTS, Failure, run_seed
from faults.setup import SECRET, setup_of
from faults.shrink import broken_by, shrink

CHUNK = 100
"""Seeds a piece of work."""
WIDTH = 150
"""Characters of an item that are shown."""
MOST_SHOWN = 60
"""Items; the last ones."""
TWICE = 10
"""One seed in so many is run twice: the same outputs must come."""


def main(words: list[str] | None = None) -> int:
    """Run the seeds; 1 where one failed."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--events", type=int, default=EVENTS, help="events a seed, at the least")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--most", type=int, default=5, help="failures after which it ends")
    options = parser.parse_args(words)
    os.environ["MM_TUI_PLANTED"] = SECRET
    began, done, events, failures = time.monotonic(), 0, 0, 0
    chunks = [
        (first, min(CHUNK, options.start + options.seeds - first), options.events)
        for first in range(options.start, options.start + options.seeds, CHUNK)
    ]
    for seeds, heard, failed in _results(chunks, options.jobs):
        done += seeds
        events += heard
        for seed, message in failed:
            failures += 1
            _say(message)
            _say(_shrunk(seed, options.events))
        if failures >= options.most:
            break
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{done} of {options.seeds} seeds, {events} events")
    took = time.monotonic() - began
    _say(f"{done} seeds from {options.start} on, {events} events, {failures} failed, {took:.1f} s")
    return 1 if failures else 0


def _results(chunks: list[tuple[int, int, int]], jobs: int) -> Iterator[tuple[int, int, list[tuple[int, str]]]]:
    if jobs == 1:
        yield from map(run_chunk, chunks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        try:
            yield from pool.map(run_chunk, chunks)
        finally:
            pool.shutdown(cancel_futures=True)


def run_chunk(chunk: tuple[int, int, int]) -> tuple[int, int, list[tuple[int, str]]]:
    """Seeds run, events heard, and what failed."""
    first, count, events = chunk
    heard, failed = 0, []
    for seed in range(first, first + count):
        try:
            run = run_seed(seed, events).run
            heard += run.heard
            if seed % TWICE == 0 and run.digest() != run_seed(seed, events).run.digest():
                failed.append((seed, f"seed {seed}: invariant 6: another digest the second time"))
        except Failure as failure:
            heard += failure.broken.event
            failed.append((seed, str(failure)))
    return count, heard, failed


def _shrunk(seed: int, events: int) -> str:
    try:
        run_seed(seed, events)
    except Failure as failure:
        setup = setup_of(seed)
        script = shrink(setup, failure.script, failure.broken)
        broken = broken_by(setup, script)
        lines = [f"  shrunk from {len(failure.script)} to {len(script)} items: {broken or failure.broken}"]
        if len(script) > MOST_SHOWN:
            lines.append(f"    … {len(script) - MOST_SHOWN} before these")
            script = script[-MOST_SHOWN:]
        return "\n".join([*lines, *(f"    {str(item)[:WIDTH]}" for item in script)])
    return "  it does not fail again by itself"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
