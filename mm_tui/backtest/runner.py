"""Runs a recording through a whole desk: the same core, the same paper venue, the same steps as a live session.

A session's own recording gives the session's own orders, fills and PnL, because the desk hears what it heard in the
order in which it heard it, and makes the rest itself.
"""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec

from mm_tui.backtest.began import Beginning
from mm_tui.backtest.outputs import Equity, written
from mm_tui.backtest.recording import Heard
from mm_tui.bus import EventBus
from mm_tui.model import words
from mm_tui.model.events import AnyEvent, OperatorAction, SessionStarted
from mm_tui.runtime.assembly import build_desk, opening
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.band import Band
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


def run(
    recording: Heard, job: Job, progress: Progress = lambda _: None, say: Callable[[str], object] = lambda _: None
) -> dict[str, Any]:
    """The summary of a desk that heard the recording; raises DataError where it cannot be read.

    `say` is told what a reader of the figures must know, such as that they begin late.
    """
    bus = EventBus(lambda: 0)
    desk = build_desk(recording.terms, bus)
    band = Band(desk, recording.terms) if recording.terms.settings.simulator.band else None
    beginning = Beginning(desk)
    files = nullcontext(None) if job.out is None else written(job.out, desk, bus, recording.ended)
    with files as equity:
        follow(desk, recording, job, equity=equity, progress=progress, band=band, watch=beginning.look)
        end(desk, band)
        if equity is not None:
            equity.row()
    if unknown := beginning.words():
        say(unknown)
    return summary_of(desk, bus, recording, band)


def follow(
    desk: Desk,
    recording: Heard,
    job: Job,
    *,
    equity: Equity | None = None,
    progress: Progress = lambda _: None,
    band: Band | None = None,
    watch: Callable[[AnyEvent], None] | None = None,
) -> None:
    """Step the desk, and its band, through every input; `watch` is told of each after its step."""
    terms = recording.terms
    desk.core.quoter.stopwatch = recording.stopwatch
    for count, event in enumerate(recording.inputs(operator=job.operator)):
        started = type(event) is SessionStarted
        if not desk.first_ts:
            first = event if started and recording.unchanged else opening(terms, event.ts)
            desk.step(first)
            if band is not None:
                band.take(first)
        if started:
            continue
        desk.step(event)
        if band is not None:
            band.take(event)
        if equity is not None:
            equity.look()
        if watch is not None:
            watch(event)
        if count % LOOK_EVERY == 0:
            progress(recording.share)
    progress(1.0)


def end(desk: Desk, band: Band | None = None) -> None:
    """The orderly end, where the recording has none: the gate closes, all is cancelled, proof is waited for."""
    if not desk.first_ts:
        return
    if not desk.core.gate.closed:
        closing = OperatorAction(ts=desk.ts, action="close", argument="closing: end of the recording")
        desk.step(closing)
        if band is not None:
            band.take(closing)
    while desk.core.orders.open_count and (due := desk.due) is not None:
        desk.advance(due)
    if band is not None:
        band.catch_up(desk.ts)


def summary_of(desk: Desk, bus: EventBus, recording: Heard, band: Band | None) -> dict[str, Any]:
    """What came of a run; what the shells measure, and the bus, are of the run itself and null."""
    terms = recording.terms
    summary = summarize(
        desk,
        Gauges(live=False),
        bus.figures(),
        venue=recording.venue,
        strategy=terms.strategy,
        session=words.written(str(recording.path)),
        ended_ns=max(desk.ts, recording.ended or 0),
        band=band,
    )
    summary["bus"] = dict.fromkeys(summary["bus"])
    return summary
