"""Run as a script: `mm-tui`, its real `main`, with a stop-watch; used by `screen.py`.

    measured_desk.py REPORT WARM_S SECONDS ARGUMENTS-OF-MM-TUI…

The strategy wants other quotes every 10 ms, so that orders leave all the time. For each order that a frame of the
market caused, the time from the frame's sending (see `paced_exchange`) and from its receipt is kept; after the warm-up
CPU time, frames drawn and the events taken are counted for so many seconds. Then the process ends as by SIGTERM.
"""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from mm_tui.cli import main
from mm_tui.model.events import BUY, SELL, AnyEvent, BookDelta, TopOfBook, Trade
from mm_tui.runtime import session, workers
from mm_tui.strategy import registry
from mm_tui.strategy.api import NO_QUOTES, Quote, Quotes, View
from mm_tui.strategy.passive import PassiveParams

PERIOD_NS = 10_000_000
"""Between two requotes."""
AWAY = 300
"""Ticks from the touch: far enough to stay, near enough to be on the ladder."""
LOTS = 200


class Restless:
    """One order a side, moved by a tick every 10 ms; stands where the passive strategy would."""

    name = "passive"
    Params = PassiveParams
    reference_window = 1.0

    def __init__(self, params: PassiveParams, _seed: int = 1) -> None:
        self.params = params
        self._made = 0
        self._count = 0
        self._quotes = NO_QUOTES

    def quote(self, view: View) -> Quotes:
        """Other quotes than before, when it is time."""
        if view.bid and view.ts - self._made >= PERIOD_NS:
            self._made = view.ts
            self._count += 1
            off = AWAY + self._count % 2
            bid = Quote(BUY, 0, view.bid - off, LOTS, LOTS, "restless")
            ask = Quote(SELL, 0, view.ask + off, LOTS, LOTS, "restless")
            self._quotes = Quotes((bid,), (ask,), float(view.bid + view.ask))
        return self._quotes

    def describe(self) -> str:
        """For the header."""
        return "restless"

    def nearest_bps(self) -> float:
        """Nominal."""
        return 2.0


class Watch:
    """What was measured so far."""

    def __init__(self) -> None:
        self.samples: list[tuple[int, int, int]] = []
        """When an order left, monotonic ns; how long after the sending of its frame, and after its receipt, ns."""
        self.events = 0
        self.frames = 0
        self.high_water = 0


def sent_at(event: AnyEvent) -> int | None:
    """When a frame of the market was sent."""
    if isinstance(event, TopOfBook):
        return event.update_id
    if isinstance(event, Trade):
        return event.trade_id
    return event.final_id if isinstance(event, BookDelta) else None


def put_watch_in_place(watch: Watch) -> None:
    """Around the strategy worker's step, and around the screen's look at the newest frame."""

    class MeasuredWorker(workers.StrategyWorker):
        def _step(self, event: AnyEvent, raw: bytes) -> None:
            orders = self._desk.core.orders
            placed = orders.placed
            super()._step(event, raw)
            watch.events += 1
            watch.high_water = self._inbox.high_water
            sent = sent_at(event)
            if sent is not None and orders.placed != placed:
                now = time.monotonic_ns()
                watch.samples.append((now, now - sent, self._clock.now() - event.ts))

    vars(session)["StrategyWorker"] = MeasuredWorker
    registry.BUILT_IN = {"passive": Restless}
    if "--headless" in sys.argv:
        return
    from mm_tui.app.app import DeskApp  # noqa: PLC0415 - only where there is a screen

    look = DeskApp.poll

    def counted(app: Any, *, in_turn: bool = False) -> None:
        before = app._shown  # noqa: SLF001 - a frame counts when it is shown
        look(app, in_turn=in_turn)
        watch.frames += app._shown is not before  # noqa: SLF001 - likewise

    DeskApp.poll = counted  # type: ignore[assignment, method-assign]


def keep_time(watch: Watch, report: Path, warm_s: float, seconds: float) -> None:
    """On a thread of its own: mark, wait, mark, write, end."""
    while not watch.samples:
        time.sleep(0.05)
    time.sleep(warm_s)
    begun, cpu, frames, events = time.monotonic_ns(), time.process_time(), watch.frames, watch.events
    time.sleep(seconds)
    ended = time.monotonic_ns()
    result = {
        "begun_ns": begun,
        "seconds": (ended - begun) / 1e9,
        "cpu_s": time.process_time() - cpu,
        "frames": watch.frames - frames,
        "events": watch.events - events,
        "high_water": watch.high_water,
        "samples": [sample for sample in watch.samples if begun <= sample[0] <= ended],
    }
    report.write_text(json.dumps(result))
    os.kill(os.getpid(), signal.SIGTERM)


def run() -> int:
    """Run mm-tui with the rest of the arguments."""
    watch = Watch()
    report, warm_s, seconds = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    put_watch_in_place(watch)
    threading.Thread(target=keep_time, args=(watch, report, warm_s, seconds), daemon=True).start()
    return main(sys.argv[4:])


if __name__ == "__main__":
    sys.exit(run())
