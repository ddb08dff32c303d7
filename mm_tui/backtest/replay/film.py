"""A recorded session as it was recorded, from any moment on at once: what is shown until the desk itself is there.

The desk at a moment depends on everything before it, so to be there it has to run through all of that. What it *was*
is in the session: `market.index` has the book and the desk's own figures every ten seconds, the market log what
happened to the book since, the journal what became of orders. The film puts those together. It decides nothing, runs
no strategy, and knows less than a desk: not where orders stand in their queues, and of what a fill was worth nothing
until the next milestone. What it does show is the record's.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from mm_tui.backtest.recording import FrameReader, RecordedSession, Recording
from mm_tui.book.tape import TAPE_LENGTH
from mm_tui.core.market import Market
from mm_tui.core.state import State
from mm_tui.errors import DataError
from mm_tui.journal.index import Body, Levels, MarketIndex, Sample
from mm_tui.journal.reader import SessionReader
from mm_tui.journal.record import Entry, MarketLine, Place
from mm_tui.model import account as accounts
from mm_tui.model.account import Account
from mm_tui.model.clock import SECOND
from mm_tui.model.events import AnyEvent, BookDelta, BookSnapshot, LinkUp, OrderFilled, TopOfBook, Trade
from mm_tui.model.facts import Fact, Filled, OrderChanged, QuoteDecided, StateChanged
from mm_tui.model.orders import TERMINAL, Order, Status
from mm_tui.runtime.milestones import decode_shown
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
from mm_tui.views.log import EventLog

LEAD: Final = 2
"""Milestones before the one that a moment is behind, from which the event log is filled."""
CHART_NS: Final = 15 * 60 * SECOND
"""As much as a desk's chart holds."""
_STATES: Final = frozenset(State)
_STATUSES: Final = frozenset(Status)
_NONSENSE: Final = (ArithmeticError, LookupError, TypeError, ValueError)
"""What comes of numbers that no desk has written: the index of a session that somebody sent may hold any."""
_WRONG: Final = "market.index is not of these logs, or damaged"
_EVERY_MS: Final = 1000
_UNPRINTABLE: Final = re.compile(rb'\\[^"\\/]|\x7f|\xc2[\x80-\x9f]')
"""In JSON: characters that move a terminal's cursor, or worse. A session may be somebody else's."""


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
                self._take(item)
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
        self._market = Market(self._recording.terms.instrument, self._recording.terms.settings.feed)
        self._log = EventLog(self._recording.terms.instrument)
        self._orders: dict[str, Order] = {}
        self._wanted: dict[tuple[int, int], QuoteDecided] = {}
        self._shown = DeskFrame()
        self._account = Account(0, 0)
        self._filled = 0
        self._older: tuple[TapeRow, ...] = ()
        self._samples: list[ChartSample] = []
        self._next = None
        self._items: Iterator[MarketLine | Entry] = iter(())
        self._number = number
        self.ts = self.index.times[number]
        found = self.index.book(number)
        if found is None or not self._show(found[0]):
            return False
        self._fill_book(*found)
        self._older = self._shown.tape.trades
        self._frames = FrameReader(self._recording.terms)
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

    def _fill_book(self, body: Body, bids: Levels, asks: Levels) -> None:
        market, ts = self._market, self.ts
        if body.valid and bids and asks:
            levels = list(bids.items()), list(asks.items())
            market.on_snapshot(BookSnapshot(ts=ts, last_update_id=body.update_id, bids=levels[0], asks=levels[1]))
        if body.ticker is not None:
            update_id, bid, bid_quantity, ask, ask_quantity = body.ticker
            market.on_top(
                TopOfBook(
                    ts=ts, update_id=update_id, bid=bid, bid_quantity=bid_quantity, ask=ask, ask_quantity=ask_quantity
                )
            )
        if market.book.valid:
            market.observe(ts)

    def _show(self, body: Body) -> bool:
        """Take what the desk showed at a milestone; False where this version cannot read it."""
        if _UNPRINTABLE.search(body.shown):
            return False
        try:
            shown = decode_shown(body.shown)
            orders = {row.order_id: _order(row, body.created[row.order_id]) for row in shown.orders}
            account = Account(0, 0)
            for name in Account.__slots__:
                setattr(account, name, body.account[name])
        except (msgspec.MsgspecError, ValueError, KeyError, RecursionError):
            return False
        self._shown, self._orders, self._account = shown, orders, account
        self._fates = {row.order_id: row.fate for row in shown.orders}
        self._filled = 0
        return True

    def _pass(self, number: int) -> None:
        """From here on the desk's own figures are those of a later milestone."""
        self._number = number
        body = self.index.body(number)
        if body is not None:
            self._show(body)
        self._chart_up_to(number)

    def _take(self, item: MarketLine | Entry) -> None:
        if isinstance(item, Entry):
            if isinstance(item.message, Fact):
                if not _UNPRINTABLE.search(msgspec.json.encode(item.message)):
                    self._hear(item.message)
            elif isinstance(item.message, LinkUp) and item.message.resync:
                self._market.reset(item.message.ts)
            return
        try:
            event = self._frames.read(item)
        except DataError:
            return  # the desk refused it as well
        if event is not None:
            self._trade_on(event)

    def _trade_on(self, event: AnyEvent) -> None:
        market = self._market
        if isinstance(event, Trade):
            market.on_trade(event)
        elif isinstance(event, BookDelta):
            market.on_delta(event)
        elif isinstance(event, BookSnapshot):
            market.on_snapshot(event)
        elif isinstance(event, TopOfBook):
            market.on_top(event)
        if market.book.valid:
            market.observe(event.ts)

    def _hear(self, fact: Fact) -> None:
        self._log.hear(fact)
        if isinstance(fact, Filled):
            self._filled += 1
            self._account.book(fact.side, _fill(fact))
        elif isinstance(fact, QuoteDecided):
            self._wanted[fact.side, fact.level] = fact
        elif isinstance(fact, StateChanged):
            if fact.state in _STATES:
                header = msgspec.structs.replace(self._shown.header, state=fact.state, reason=fact.reason)
                self._shown = msgspec.structs.replace(self._shown, header=header)
        elif isinstance(fact, OrderChanged) and fact.status in _STATUSES:
            self._move(fact)

    def _move(self, fact: OrderChanged) -> None:
        status = Status(fact.status)
        if status in TERMINAL:
            self._orders.pop(fact.order_id, None)
            return
        known, wanted = self._orders.get(fact.order_id), self._wanted.get((fact.side, fact.level))
        self._orders[fact.order_id] = Order(
            order_id=fact.order_id,
            side=fact.side,
            price=fact.price,
            quantity=fact.quantity,
            filled=fact.filled,
            status=status,
            created=fact.ts if known is None else known.created,
            level=fact.level,
            steps=known.steps if known is not None else wanted.steps if wanted is not None else (),
        )
        self._fates.pop(fact.order_id, None)

    # -- what is shown

    @property
    def open(self) -> list[Order]:
        """Our orders as far as the records say; for the ladder."""
        return list(self._orders.values())

    def words(self) -> str:
        """Of what time the figures are that only the desk knows."""
        return f"as recorded, figures of {clock(self._shown.ts)}Z"

    def frame(self, view: Viewport) -> DeskFrame:
        """The moment for the screen, but for what a replay adds; of nonsense the header alone."""
        try:
            return self._frame(view)
        except _NONSENSE as error:
            self.failed = f"{_WRONG}: {error}"
            return DeskFrame(ts=self.ts, instrument=self._recording.terms.instrument, header=self._shown.header)

    def _frame(self, view: Viewport) -> DeskFrame:
        shown, market = self._shown, self._market
        self._log.refresh()
        return msgspec.structs.replace(
            shown,
            ts=self.ts,
            instrument=self._recording.terms.instrument,
            truth=msgspec.structs.replace(shown.truth, age_ms=None, clock=f"{clock(self.ts)}Z"),
            ladder=self._ladder_frame(view),
            tape=self._tape(),
            orders=tuple(
                self._row(order) for order in sorted(self.open, key=lambda order: (-order.price, order.created))
            ),
            position=self._position(market.references.mid2),
            chart=self._chart(),
            events=self._log.rows,
            history=(),
        )

    def _ladder_frame(self, view: Viewport) -> LadderFrame:
        market, refs = self._market, self._market.references
        touch = (refs.bid, refs.bid_quantity, refs.ask, refs.ask_quantity)
        return self._ladder.present(market.book, touch, self, market.tape.last, view, ts=self.ts)  # type: ignore[arg-type]  # it looks at open orders alone

    def _tape(self) -> TapeFrame:
        """What came since the film was begun, and behind it what the desk's tape held then."""
        tape = self._market.tape
        rows = tuple(
            TapeRow(
                ts=one.trade.ts,
                side=one.trade.side,
                price=one.trade.price,
                quantity=one.trade.quantity,
                significant=one.significant,
                own=str(one.trade.trade_id) in self._log.filled_by,
            )
            for one in reversed(tape.prints)
        )
        trades = (rows + self._older)[:TAPE_LENGTH]
        return msgspec.structs.replace(self._shown.tape, trades=trades, significant_quantity=tape.significant_lots)

    def _row(self, order: Order) -> OrderRow:
        mid2 = self._market.references.mid2
        return OrderRow(
            order_id=order.order_id,
            side=order.side,
            price=order.price,
            bps=round((2 * order.price / mid2 - 1) * 10_000, 1) if mid2 else None,
            left=order.left,
            quantity=order.quantity,
            status=order.status.value,
            age_s=max(0, (self.ts - order.created) // SECOND),
            level=order.level,
            steps=order.steps,
            fate=self._fates.get(order.order_id, ""),
        )

    def _position(self, mid2: int) -> PositionFrame:
        """The milestone's, with the account brought up to the moment; a split that fills changed is not known."""
        shown, account, instrument = self._shown.position, self._account, self._recording.terms.instrument
        if not mid2:
            return shown
        known = PositionFrame(limit=shown.limit, markouts=shown.markouts) if self._filled else shown
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
        return ChartFrame(samples=samples, fills=fills, every_ms=_EVERY_MS)

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


def _fill(fact: Filled) -> OrderFilled:
    """The report that the fact was made from, as far as an account asks."""
    return OrderFilled(
        ts=fact.ts,
        order_id=fact.order_id,
        trade_id=fact.trade_id,
        price=fact.price,
        quantity=fact.quantity,
        maker=fact.maker,
        fee=fact.fee,
        fee_in_base=fact.fee_in_base,
        fee_asset=fact.fee_asset,
        fee_amount=fact.fee_amount,
    )


def _order(row: OrderRow, created: int) -> Order:
    return Order(
        order_id=row.order_id,
        side=row.side,
        price=row.price,
        quantity=row.quantity,
        filled=row.quantity - row.left,
        status=Status(row.status),
        created=created,
        level=row.level,
        steps=row.steps,
    )


def _sample(one: Sample) -> ChartSample:
    return ChartSample(ts=one.ts, mid2=one.mid2 or None, bid2=one.bid2 or None, ask2=one.ask2 or None)
