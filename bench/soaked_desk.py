"""Run as a script: `mm-tui`, its real `main`, that says every few seconds how it is; used by `soak.py`.

    soaked_desk.py REPORT EVERY_S ARGUMENTS-OF-MM-TUI…

A line of JSON each time: seconds since the start, resident memory, processor time, steps of the desk since the last
line with the mean and the slowest hundredth of what they took, how far the market is, and what waits.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from mm_tui.cli import main
from mm_tui.model.events import AnyEvent
from mm_tui.runtime import session, workers

PAGE = os.sysconf("SC_PAGE_SIZE")


class Watch:
    """What was measured since the last line."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        """ns each."""
        self.worker: Any = None

    def line(self, began: float) -> dict[str, Any]:
        """What there is to say now; begins anew."""
        steps, self.steps = self.steps, []
        steps.sort()
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
        found: dict[str, Any] = {
            "s": round(time.monotonic() - began, 2),
            "rss_mb": round(resident / 1e6, 2),
            "cpu_s": round(time.process_time(), 2),
            "steps": len(steps),
            "threads": threading.active_count(),
        }
        if steps:
            found["mean_us"] = round(sum(steps) / len(steps) / 1e3, 2)
            found["p99_us"] = round(steps[len(steps) * 99 // 100] / 1e3, 1)
        if self.worker is not None:
            desk, inbox = self.worker._desk, self.worker._inbox  # noqa: SLF001 - a bench's look inside
            found |= {
                "market_s": (desk.ts - desk.first_ts) / 1e9 if desk.first_ts else 0.0,
                "inbox_most": inbox.high_water,
                "dropped": desk.bus.figures().dropped,
                "open": desk.core.orders.open_count,
                "fills": desk.core.account.fills,
            }
        return found


def put_watch_in_place(watch: Watch) -> None:
    """Around the strategy worker's step."""
    clock = time.perf_counter_ns

    class MeasuredWorker(workers.StrategyWorker):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            watch.worker = self

        def _step(self, event: AnyEvent, raw: bytes) -> None:
            began = clock()
            super()._step(event, raw)
            watch.steps.append(clock() - began)

    vars(session)["StrategyWorker"] = MeasuredWorker


def tell(watch: Watch, report: Path, every_s: float) -> None:
    """On a thread of its own, until the process ends."""
    began = time.monotonic()
    with report.open("w", encoding="utf-8", buffering=1) as file:
        while True:
            time.sleep(every_s)
            file.write(json.dumps(watch.line(began)) + "\n")


def run() -> int:
    """Run mm-tui with the rest of the arguments."""
    watch = Watch()
    put_watch_in_place(watch)
    threading.Thread(target=tell, args=(watch, Path(sys.argv[1]), float(sys.argv[2])), daemon=True).start()
    return main(sys.argv[3:])


if __name__ == "__main__":
    sys.exit(run())
