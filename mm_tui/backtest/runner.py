"""Runs a recording through a whole desk: the same core, the same paper venue, the same steps as a live session.

A session's own recording gives the session's own orders, fills and PnL, because the desk hears what it heard in the
order in which it heard it, and makes the rest itself.
"""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec

from mm_tui.backtest.outputs import Equity, written
from mm_tui.backtest.recording import Recording
from mm_tui.bus import EventBus
from mm_tui.model.events import OperatorAction, SessionStarted
from mm_tui.runtime.assembly import build_desk, opening
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.gauges import Gauges
from mm_tui.runtime.summary import summarize

LOOK_EVERY = 4096
"""Inputs between two looks at the progress."""

Progress = Callable[[float], None]
"""Told how much is done, 0 to 1."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """How a recording is to be run."""

    operator: bool = True
    """Whether the recorded operator acts again."""
    out: Path | None = None
    """The folder for `fills.csv`, `orders.csv`, `equity.csv` and `obligation.csv`."""


def run(recording: Recording, job: Job, progress: Progress = lambda _: None) -> dict[str, Any]:
    """The summary of a desk that heard the recording; raises DataError where it cannot be read."""
    bus = EventBus(lambda: 0)
    desk = build_desk(recording.terms, bus)
    files = nullcontext(None) if job.out is None else written(job.out, desk, bus)
    with files as equity:
        follow(desk, recording, job, equity, progress)
        end(desk)
        if equity is not None:
            equity.row()
    return _summary(desk, bus, recording)


def follow(desk: Desk, recording: Recording, job: Job, equity: Equity | None, progress: Progress) -> None:
    """Step the desk through every input."""
    terms = recording.terms
    desk.core.quoter.stopwatch = recording.stopwatch
    for count, event in enumerate(recording.inputs(operator=job.operator)):
        if not desk.first_ts:
            desk.step(opening(terms, event.ts))
        if type(event) is SessionStarted:
            continue
        desk.step(event)
        if equity is not None:
            equity.look()
        if count % LOOK_EVERY == 0:
            progress(recording.share)
    progress(1.0)


def end(desk: Desk) -> None:
    """The orderly end, where the recording has none: the gate closes, all is cancelled, proof is waited for."""
    if not desk.first_ts:
        return
    if not desk.core.gate.closed:
        desk.step(OperatorAction(ts=desk.ts, action="close", argument="closing: end of the recording"))
    while desk.core.orders.open_count and (due := desk.due) is not None:
        desk.advance(due)


def _summary(desk: Desk, bus: EventBus, recording: Recording) -> dict[str, Any]:
    terms = recording.terms
    summary = summarize(
        desk,
        Gauges(live=False),
        bus.figures(),
        venue=recording.venue,
        strategy=terms.strategy,
        session=str(recording.path),
        ended_ns=desk.ts,
    )
    summary["bus"] = dict.fromkeys(summary["bus"])
    return summary
