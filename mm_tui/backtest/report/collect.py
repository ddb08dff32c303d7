"""A recording run again, and watched: everything that a report shows, in room that does not grow with the time."""

from typing import Any, Final

import msgspec

from mm_tui.analytics.histogram import Histogram
from mm_tui.analytics.latency import FeedLatency
from mm_tui.analytics.obligation import Row, Stretch
from mm_tui.analytics.worth import HORIZONS, Worth
from mm_tui.backtest.recording import RecordedSession, Recording
from mm_tui.backtest.report.figures import Markout, markout
from mm_tui.backtest.report.orders import Orders
from mm_tui.backtest.report.tracks import Shares, Track
from mm_tui.backtest.runner import Job, Progress, end, follow, summary_of
from mm_tui.backtest.verify import verify
from mm_tui.bus import EventBus
from mm_tui.errors import DataError
from mm_tui.model.events import BUY, SELL, AnyEvent, Side
from mm_tui.model.facts import Fact, Filled, OrderChanged, ParameterChanged, RiskTripped
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.assembly import Terms, build_desk
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.band import Band

BPS: Final = 10_000
CHANGES_KEPT: Final = 200
"""Changes of parameters that a report lists."""


class Tracks:
    """What is drawn over time. Worth in millionths of a lot at a half tick, position in millionths of a lot."""

    def __init__(self) -> None:
        self.total, self.spread, self.adverse, self.inventory, self.fees = (Track() for _ in range(5))
        self.position = Track()
        self.mid = Track()
        """Half ticks."""
        self.bid, self.ask = Track(), Track()
        """Our own best quotes, half ticks."""
        self.bid_off, self.ask_off = Track(), Track()
        """How far they stand from the mid, bps; a bid's is negative."""


class Standing:
    """How the obligation stood, by stretches of time."""

    def __init__(self, desk: Desk) -> None:
        self._conduct = desk.core.conduct
        self.bids, self.asks, self.states = Shares(), Shares(), Shares()

    def add(self, start: int, end: int, how: Stretch) -> None:
        """A stretch is over."""
        state = "closing" if how.state == "halted" and self._conduct.closing else how.state
        self.states.add(start, end, "excused" if how.excused else state)
        self.bids.add(start, end, _standing(how.excused, how.bid_in_band, how.bid_up))
        self.asks.add(start, end, _standing(how.excused, how.ask_in_band, how.ask_up))


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """A session as a report needs it."""

    summary: dict[str, Any]
    terms: Terms
    first_ts: int
    """When the desk began, ns; 0 where it heard nothing."""
    last_ts: int
    tracks: Tracks
    fills: list[Worth]
    details: list[Filled]
    """The same fills as they were booked."""
    sure: dict[tuple[str, Side | None], Markout]
    """How sure the markouts are, by horizon and side; None for both sides."""
    trips: list[RiskTripped]
    changes: list[ParameterChanged]
    """The first `CHANGES_KEPT`."""
    orders: Orders
    feed: Histogram
    """How much later than the quickest event of ten minutes an event came, ns."""
    standing: Standing
    promises: tuple[Row, ...]
    drawdown2: int | None
    """The deepest fall of the total from a peak, in the unit of the tracks; None where it was never known."""
    notes: list[str]
    """What a reader has to know first."""
    identical: bool | None
    """Whether the re-run said what the session did; None where nothing tells."""
    proof: str
    """The same in words."""

    @property
    def instrument(self) -> Instrument:
        """What was traded."""
        return self.terms.instrument


class Watch:
    """Looks at a desk after each step."""

    def __init__(self, desk: Desk, bus: EventBus) -> None:
        self._desk = desk
        self.tracks = Tracks()
        self.orders = Orders()
        self.fills: list[Worth] = []
        self.details: list[Filled] = []
        self.changes: list[ParameterChanged] = []
        self.feed = Histogram()
        self.standing = Standing(desk)
        self.drawdown2: int | None = None
        self._latency = FeedLatency()
        self._peak2 = 0
        self._seen: tuple[int, int, int] | None = None
        self._facts: list[Fact] = []
        bus.subscribe("report", (Filled, OrderChanged, ParameterChanged), self._facts.append)
        desk.scores.obligation.on_stretch = self.standing.add

    def event(self, event: AnyEvent) -> None:
        """The desk has taken an event."""
        sent = getattr(event, "exch_ts", None)
        if sent is not None:
            self._latency.add(event.ts, sent)
            if self._latency.last is not None:
                self.feed.add(self._latency.last)
        self.look()

    def look(self) -> None:
        """At what the steps since the last look left behind."""
        if self._facts:
            self._hear()
        desk = self._desk
        mid2, account = desk.core.mid2, desk.core.account
        seen = (mid2, account.base, account.quote)
        if mid2 and seen != self._seen:
            self._seen = seen
            self._worth(desk.ts, mid2)

    def _hear(self) -> None:
        for fact in self._facts:
            if isinstance(fact, OrderChanged):
                self.orders.take(fact)
            elif isinstance(fact, Filled):
                last = self._desk.scores.ledger.last
                self.fills.append(last[len(self.fills) + 1 - last[0].number])
                self.details.append(fact)
            elif isinstance(fact, ParameterChanged) and len(self.changes) < CHANGES_KEPT:
                self.changes.append(fact)
        self._facts.clear()
        self._quotes(self._desk.ts, self._desk.core.mid2)

    def _worth(self, ts: int, mid2: int) -> None:
        account, tracks, split = self._desk.core.account, self.tracks, self._desk.scores.pnl.split()
        total = account.total2(mid2)
        self._peak2 = max(self._peak2, total)
        self.drawdown2 = max(self.drawdown2 or 0, self._peak2 - total)
        tracks.total.add(ts, total)
        tracks.spread.add(ts, split.spread_captured)
        tracks.adverse.add(ts, split.adverse_selection)
        tracks.inventory.add(ts, split.inventory)
        tracks.fees.add(ts, split.fees)
        tracks.position.add(ts, account.position)
        tracks.mid.add(ts, mid2)
        self._quotes(ts, mid2)

    def _quotes(self, ts: int, mid2: int) -> None:
        tracks = self.tracks
        for side, price_track, off_track in ((BUY, tracks.bid, tracks.bid_off), (SELL, tracks.ask, tracks.ask_off)):
            price = self.orders.best(side)
            price_track.add(ts, None if price is None else 2 * price)
            off_track.add(ts, None if price is None or not mid2 else (2 * price - mid2) * BPS / mid2)


def collect(recording: Recording, progress: Progress = lambda _: None) -> Collected:
    """Run the recording through a desk of its own terms and watch; raises DataError where it cannot be read."""
    terms = recording.terms
    bus = EventBus(lambda: 0)
    desk = build_desk(terms, bus)
    band = Band(desk, terms) if terms.settings.simulator.band else None
    watch = Watch(desk, bus)
    follow(desk, recording, Job(), progress=progress, band=band, watch=watch.event)
    end(desk, band)
    watch.look()
    summary = summary_of(desk, bus, recording, band)
    ended = summary["ended_ns"]
    desk.scores.obligation.finish(ended)
    identical, proof, notes = _held(recording, summary)
    return Collected(
        summary=summary,
        terms=terms,
        first_ts=desk.first_ts,
        last_ts=ended,
        tracks=watch.tracks,
        fills=watch.fills,
        details=watch.details,
        sure={
            (horizon, side): markout(watch.fills, horizon, desk.first_ts, side)
            for horizon in HORIZONS
            for side in (None, BUY, SELL)
        },
        trips=list(desk.core.trips),
        changes=watch.changes,
        orders=watch.orders,
        feed=watch.feed,
        standing=watch.standing,
        promises=desk.scores.obligation.rows(ended),
        drawdown2=watch.drawdown2,
        notes=notes,
        identical=identical,
        proof=proof,
    )


def _standing(excused: bool, in_band: bool, up: bool) -> str:  # noqa: FBT001 - flags of a row
    if excused:
        return "excused"
    if in_band:
        return "in band"
    return "out of band" if up else "down"


def _held(recording: Recording, summary: dict[str, Any]) -> tuple[bool | None, str, list[str]]:
    """Whether the re-run said what the session did, and what else a reader has to know; completes the summary."""
    notes = [recording.note] if recording.note else []
    if not isinstance(recording, RecordedSession) or not recording.unchanged:
        what = "a session, and another strategy" if isinstance(recording, RecordedSession) else "a capture: the desk"
        return None, f"{what} ran on it for this report", notes
    meta = recording.meta
    summary.update(meta.measured or {})
    if meta.end is None:
        notes.append("the session was not ended in order (killed, or still running): its end here is the last record")
    if meta.digest is not None:
        if meta.digest == summary["digest"]:
            return True, "identical: the recording gives the session's own orders, fills and PnL", notes
        notes.append(
            "the recording run again does not give what the session did, so these are not the session's own figures; "
            "mm-tui replay SESSION --headless --verify names the first difference"
        )
        return False, f"differs: the session's digest is {meta.digest}", notes
    try:
        verdict = verify(recording.path, recording.changes)
    except DataError as error:
        return None, f"not compared: {error}", notes
    if verdict.identical:
        return True, verdict.words(), notes
    notes.append(f"the recording run again does not give what the session did: {verdict.words()}")
    return False, "differs", notes
