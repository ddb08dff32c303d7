"""A recorded session as it was recorded, from any moment on at once: what is shown until the desk itself is there.

The desk at a moment depends on everything before it, so to be there it has to run through all of that. What it *was*
is in the session: `market.index` has the book and the desk's own figures every ten seconds, the market log what
happened to the book since, the journal what became of orders. The film puts those together. It decides nothing, runs
no strategy, and knows less than a desk: not where orders stand in their queues, and of what a fill was worth nothing
until the next milestone. What it does show is the record's.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from mm_tui.backtest.recording import RecordedSession, Recording
from mm_tui.backtest.replay.recorded import Recorded
from mm_tui.book.tape import TAPE_LENGTH
from mm_tui.errors import DataError
from mm_tui.journal.index import MarketIndex, Sample
from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import Entry, MarketLine, Place
from mm_tui.model import account as accounts
from mm_tui.model.clock import SECOND
from mm_tui.views.fmt import clock
from mm_tui.views.frames import (
    ChartFill,
    ChartFrame,
    ChartSample,
    DeskFrame,
    LadderFrame,
    OrderRow,
    PositionFrame,
    ReplayMark,
    TapeFrame,
    TapeRow,
    Viewport,
)
from mm_tui.views.ladder import LadderView
from mm_tui.views.orders import order_row
from mm_tui.views.tape import tape_row

LEAD: Final = 2
"""Milestones before the one that a moment is behind, from which the event log is filled."""
CHART_NS: Final = 15 * 60 * SECOND
"""As much as a desk's chart holds."""
_NONSENSE: Final = (ArithmeticError, LookupError, TypeError, ValueError)
"""What comes of numbers that no desk has written: the index of a session that somebody sent may hold any."""
_WRONG: Final = "market.index is not of these logs, or damaged"


class Film:
    """`seek`, `advance`, `frame`; `failed` once the session cannot be followed."""

    def __init__(self, recording: RecordedSession, index: MarketIndex) -> None:
        self.ts = 0
        """The moment shown."""
        self.failed = ""
        """Why there is no more to see."""
        self.start = index.times[0]
        self.end = max(index.times[-1], recording.ended or 0)
        self.index = index
        self._recording = recording
        self._instrument = recording.terms.instrument
        self._reader = SessionReader(recording.path, salvage=recording.salvage)
        self._ladder = LadderView()
        self._marks = tuple(ReplayMark(ts=mark.ts, kind=mark.kind, side=mark.side) for mark in index.marks)
        self._number = 0
        self._next: MarketLine | Entry | None = None
        try:
            if not self._begin(0):
                self.failed = _WRONG
        except _NONSENSE as error:
            self.failed = f"{_WRONG}: {error}"

    def seek(self, ts: int) -> bool:
        """Go to a moment; whether the index is of these logs and says how things stood there."""
        try:
            return self._seek(ts)
        except _NONSENSE as error:
            self.failed = f"{_WRONG}: {error}"
            return False

    def _seek(self, ts: int) -> bool:
        number = self.index.before(ts)
        if number < 0 or self.failed:
            return False
        if not self.ts or ts < self.ts or number > self._number + 1:
            first = max(0, number - LEAD)
            if not (self.index.matches(first) and self.index.matches(number) and self._begin(first)):
                self.failed = _WRONG
                return False
        self.advance(ts)
        return True

    def advance(self, until: int) -> None:
        """Take what the session holds up to a moment, that moment included."""
        try:
            self._advance(until)
        except _NONSENSE as error:
            self.failed = f"{_WRONG}: {error}"
        self.ts = max(self.ts, until)

    def _advance(self, until: int) -> None:
        milestones, times = self.index.milestones, self.index.times
        while True:
            item, coming = self._next, self._number + 1
            if (
                coming < len(times)
                and times[coming] <= until
                and (item is None or _is_behind(item, milestones[coming].place))
            ):
                self._pass(coming)
            elif item is not None and _ts(item) <= until:
                self._recorded.take(item)
                self._next = next(self._items, None)
            else:
                break

    @property
    def next_ts(self) -> int | None:
        """When the session's next line or record is; None behind the last one."""
        return None if self._next is None else _ts(self._next)

    @property
    def marks(self) -> tuple[ReplayMark, ...]:
        """Those of the whole session; the same object each time."""
        return self._marks

    def after(self, kind: str, ts: int) -> int | None:
        """Time of the next mark of a kind."""
        return next((mark.ts for mark in self._marks if mark.kind == kind and mark.ts > ts), None)

    def before(self, kind: str, ts: int) -> int | None:
        """Time of the last mark of a kind before."""
        return next((mark.ts for mark in reversed(self._marks) if mark.kind == kind and mark.ts < ts), None)

    # -- what is known

    def _begin(self, number: int) -> bool:
        """Stand at a milestone; False where it cannot be read."""
        self._recorded = Recorded(self._recording.terms)
        self._older: tuple[TapeRow, ...] = ()
        self._samples: list[ChartSample] = []
        self._next = None
        self._items: Iterator[MarketLine | Entry] = iter(())
        self._number = number
        self.ts = self.index.times[number]
        found = self.index.book(number)
        if found is None or not self._recorded.begin(self.ts, *found):
            return False
        self._older = self._recorded.shown.tape.trades
        self._items = self._readable(number)
        self._next = next(self._items, None)
        self._chart_up_to(number)
        return True

    def _readable(self, number: int) -> Iterator[MarketLine | Entry]:
        """The session from a milestone on, as far as it can be read."""
        try:
            yield from self._reader.records(self.index.milestones[number].place)
        except DataError as error:
            self.failed = str(error)

    def _pass(self, number: int) -> None:
        """From here on the desk's own figures are those of a later milestone."""
        self._number = number
        body = self.index.body(number)
        if body is not None:
            self._recorded.show(body)
        self._chart_up_to(number)

    # -- what is shown

    def words(self) -> str:
        """Of what time the figures are that only the desk knows."""
        return f"as recorded, figures of {clock(self._recorded.shown.ts)}Z"

    def frame(self, view: Viewport) -> DeskFrame:
        """The moment for the screen, but for what a replay adds; of nonsense the header alone."""
        try:
            return self._frame(view)
        except _NONSENSE as error:
            self.failed = f"{_WRONG}: {error}"
            return DeskFrame(ts=self.ts, instrument=self._instrument, header=self._recorded.shown.header)

    def _frame(self, view: Viewport) -> DeskFrame:
        shown, market = self._recorded.shown, self._recorded.market
        self._recorded.log.refresh()
        return msgspec.structs.replace(
            shown,
            ts=self.ts,
            instrument=self._instrument,
            truth=msgspec.structs.replace(shown.truth, age_ms=None, clock=f"{clock(self.ts)}Z"),
            ladder=self._ladder_frame(view),
            tape=self._tape(),
            orders=self._orders(market.references.mid2),
            position=self._position(market.references.mid2),
            chart=self._chart(),
            events=self._recorded.log.rows,
            history=(),
        )

    def _ladder_frame(self, view: Viewport) -> LadderFrame:
        market, refs = self._recorded.market, self._recorded.market.references
        touch = (refs.bid, refs.bid_quantity, refs.ask, refs.ask_quantity)
        return self._ladder.present(market.book, touch, self._recorded, market.tape.last, view, ts=self.ts)

    def _tape(self) -> TapeFrame:
        """What came since the film was begun, and behind it what the desk's tape held then."""
        tape = self._recorded.market.tape
        rows = tuple(tape_row(one, self._recorded.log) for one in reversed(tape.prints))
        trades = (rows + self._older)[:TAPE_LENGTH]
        return msgspec.structs.replace(
            self._recorded.shown.tape, trades=trades, significant_quantity=tape.significant_lots
        )

    def _orders(self, mid2: int) -> tuple[OrderRow, ...]:
        fates = self._recorded.fates
        shown = sorted(self._recorded.open, key=lambda one: (-one.price, one.created))
        return tuple(order_row(one, mid2, self.ts, fates.get(one.order_id, "")) for one in shown)

    def _position(self, mid2: int) -> PositionFrame:
        """The milestone's, with the account brought up to the moment; a split that fills changed is not known."""
        recorded, instrument = self._recorded, self._instrument
        shown, account = recorded.shown.position, recorded.account
        if not mid2:
            return shown
        known = PositionFrame(limit=shown.limit, markouts=shown.markouts) if recorded.filled else shown
        total, realized = (
            accounts.money(account.total2(mid2), instrument),
            accounts.money(account.realized2, instrument),
        )
        return msgspec.structs.replace(
            known,
            base=accounts.quantity(account.position, instrument),
            average=account.average_price(instrument),
            mid=mid2 * instrument.tick_size / 2,
            total=total,
            realized=realized,
            unrealized=None if known.fees is None else total - realized - known.fees,
            fills=account.fills,
        )

    def _chart(self) -> ChartFrame:
        fills = tuple(
            ChartFill(ts=mark.ts, side=mark.side, price=mark.price)
            for mark in self.index.marks_between(self.ts - CHART_NS, self.ts)
            if mark.side is not None
        )
        coming = self._number + 1
        late = self.index.samples(coming) if coming < len(self.index.times) else ()
        samples = (*self._samples, *(_sample(one) for one in late if one.ts <= self.ts))
        return ChartFrame(samples=samples, fills=fills)

    def _chart_up_to(self, number: int) -> None:
        """The samples of a quarter of an hour before a milestone; those behind it come as time does."""
        first = max(0, self.index.before(self.index.times[number] - CHART_NS))
        samples = [sample for at in range(first, number + 1) for sample in self.index.samples(at)]
        self._samples = [_sample(one) for one in samples]


def film_of(recording: Recording, index: MarketIndex | None) -> Film | None:
    """The film of a session that runs as it was recorded; None where it has no index that fits, or that is nonsense."""
    if index is None or not isinstance(recording, RecordedSession):
        return None
    film = Film(recording, index)
    return None if film.failed else film


def _ts(item: MarketLine | Entry) -> int:
    return item.ts if isinstance(item, MarketLine) else item.message.ts


def _is_behind(item: MarketLine | Entry, place: Place) -> bool:
    """Whether it is read at the place or later."""
    return item.number > place.lines if isinstance(item, MarketLine) else item.seq >= place.seq


def _sample(one: Sample) -> ChartSample:
    return ChartSample(ts=one.ts, mid2=one.mid2 or None, bid2=one.bid2 or None, ask2=one.ask2 or None)
