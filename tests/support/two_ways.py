"""One recording in memory, run both ways: by the full core and by an index."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pure_desk import BTC
from random_market import RandomMarket

from mm_tui.backtest.index.build import Builder
from mm_tui.backtest.index.file import Stored
from mm_tui.backtest.index.lookup import Lookup
from mm_tui.backtest.index.run import run_by_index, why_not
from mm_tui.backtest.index.shape import Head
from mm_tui.backtest.recording import RecordedCapture
from mm_tui.backtest.runner import Job, end, follow, summary_of
from mm_tui.backtest.sweep.execute import Peaks
from mm_tui.bus import EventBus
from mm_tui.model.events import AnyEvent, OperatorAction
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.assembly import Terms, build_desk
from mm_tui.runtime.followers.band import Band
from mm_tui.settings.load import load

Run = tuple[dict[str, Any], dict[str, str | None]]


def terms(instrument: Instrument, *overrides: str) -> Terms:
    settings = load(None, ["simulator.band=false", *overrides], {}, Path("/nowhere")).settings
    return Terms(
        settings=settings,
        instrument=instrument,
        strategy=settings.desk.strategy,
        maker_bps=1.0,
        taker_bps=5.0,
        stale_after_ms=settings.feed.stale_after_ms,
    )


def random_events(seed: int, count: int) -> list[AnyEvent]:
    """As a desk hears them whose requests for a snapshot are answered."""
    market, events = RandomMarket(seed, count, operator=False), []
    desk = build_desk(terms(BTC), EventBus(lambda: 0), request_snapshot=market.asked)
    for event in market:
        events.append(event)
        desk.step(event)
    return events


class InMemory:
    """A recording of these events."""

    path = Path("memory")
    venue = "file"
    note = ""
    share = 1.0
    unchanged = False
    stopwatch = None
    ended = None

    def __init__(self, events: Sequence[AnyEvent], its_terms: Terms) -> None:
        self.events = events
        self.terms = its_terms

    def inputs(self, *, operator: bool = True) -> Iterator[AnyEvent]:
        return (event for event in self.events if operator or not isinstance(event, OperatorAction))


def indexed(events: Sequence[AnyEvent], instrument: Instrument) -> Lookup:
    builder = Builder(instrument)
    for event in events:
        builder.take(event)
    totals = builder.finish()
    first = events[0].ts if events else 0
    head = Head(1, "memory", first, "", tuple(builder.specials), totals, {})
    return Lookup(Stored(head, dict(builder.columns), None))


def by_core(recording: InMemory | RecordedCapture, job: Job) -> Run:
    bus = EventBus(lambda: 0)
    desk = build_desk(recording.terms, bus)
    band = Band(desk, recording.terms) if recording.terms.settings.simulator.band else None
    peaks = Peaks(desk)
    follow(desk, recording, job, band=band, watch=peaks.look)
    end(desk, band)
    peaks.look()
    return summary_of(desk, bus, recording, band), peaks.figures()


def by_index(recording: InMemory | RecordedCapture, job: Job, lookup: Lookup) -> Run:
    assert why_not(recording, job, lookup) == ""
    watched: list[Peaks] = []

    def watch(desk: Any) -> Any:
        watched.append(Peaks(desk))
        return watched[0].see

    summary = run_by_index(recording, job, lookup, watch)
    return summary, watched[0].figures()
