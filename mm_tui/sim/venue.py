"""The paper venue: a pure exchange for our orders, driven by the same market events as the desk.

It advances in event time only and works causally, in local receive time: a request sent at t acts on what was received
up to t + order latency + feed latency, its report comes a response latency later. Neither requests nor reports overtake
one another. What fills is in `sim.matching`, what requests do in `sim.requests`, what is refused in `sim.filters`.
"""

from heapq import heappop, heappush
from typing import Any

from mm_tui.book.book import Book
from mm_tui.model import events as ev
from mm_tui.model.clock import MILLISECOND
from mm_tui.model.drills import Drill
from mm_tui.model.events import MarketEvent, VenueReply
from mm_tui.model.instrument import Instrument
from mm_tui.risk.gate import Approved
from mm_tui.sim.config import SelfTrade, Simulator
from mm_tui.sim.depth import Depth
from mm_tui.sim.fees import Fees, fees_of
from mm_tui.sim.latency import Latency
from mm_tui.sim.matching import Matching
from mm_tui.sim.memory import Memory
from mm_tui.sim.purse import Purse
from mm_tui.sim.queue import MakeQueue, RiskAverse, queue_model
from mm_tui.sim.requests import Requests
from mm_tui.sim.resting import OwnOrders


class PaperVenue:
    """Takes approved commands, gives back replies when they fall due."""

    def __init__(
        self,
        instrument: Instrument,
        book: Book,
        latency: Latency,
        fees: Fees,
        make_queue: MakeQueue = RiskAverse,
        *,
        self_trade: SelfTrade = "expire_maker",
    ) -> None:
        """`book` is the desk's own book, already brought up to date when a market event is shown to the venue."""
        self.instrument = instrument
        self.book = book
        self.purse = Purse(fees)
        self.own = OwnOrders()
        self.orders = self.own.by_id
        """Our resting orders, by client order id."""
        self._memory = Memory()
        self._latency = latency
        self._matching = Matching(book, self.own, self.purse, self._report, self_trade)
        self._requests = Requests(
            instrument,
            self.own,
            self.purse,
            self._matching,
            make_queue=make_queue,
            tell=self._report,
            memory=self._memory,
            average2=self._average2,
        )
        self._queue: list[tuple[int, int, Any]] = []
        self.due: int | None = None
        """When something happens next; None when nothing is under way."""
        self._sequence = 0
        self._last_arrival = 0
        self._last_report = 0
        self.last_price: int | None = None
        """Of the last public trade."""

    def open_account(self, base: int, quote: int) -> None:
        """What the account opens with: lots, ticks times lots."""
        self.purse.open(base, quote)

    @property
    def base(self) -> int:
        """Held, millionths of a lot."""
        return self.purse.base

    @property
    def quote(self) -> int:
        """Held, millionths of a lot at a tick."""
        return self.purse.quote

    @property
    def depth(self) -> Depth:
        """What is displayed, less what our takers took of it."""
        return self._matching.depth

    def queue_ahead(self, order_id: str) -> int | None:
        """What is estimated to stand before an order at its price, lots; None for one that does not rest."""
        order = self.orders.get(order_id)
        return None if order is None else order.queue.ahead

    # -- requests and replies

    def submit(self, approved: Approved) -> None:
        """Take a command; it reaches the exchange later, never overtaking an earlier one."""
        command = approved.command
        self._last_arrival = max(self._last_arrival, command.ts + self._latency.entry())
        self._push(self._last_arrival, command)

    def advance(self) -> VenueReply | None:
        """Let the next due thing happen; a reply if it is one that reaches the desk."""
        queue = self._queue
        due, _, what = heappop(queue)
        self.due = queue[0][0] if queue else None
        if type(what) not in self._requests.kinds:
            return what  # type: ignore[no-any-return]
        self._requests.arrive(what, due)
        return None

    def _push(self, due: int, what: object) -> None:
        self._sequence += 1
        heappush(self._queue, (due, self._sequence, what))
        self.due = self._queue[0][0]

    def _report(self, now: int, kind: type, **fields: Any) -> None:
        self._last_report = max(self._last_report, now + self._latency.response())
        report = kind(ts=self._last_report, **fields)
        self._memory.note(report)
        self._push(self._last_report, report)

    def drill(self, drill: Drill) -> None:
        """A fault that was asked for: slower, or refusing."""
        if drill.kind == "latency":
            self._latency.extra = round(drill.amount * MILLISECOND)
        elif drill.kind == "reject":
            self._requests.refusing = round(drill.amount)

    # -- the market

    def on_market(self, event: MarketEvent) -> None:
        """A market event that the book already contains."""
        kind = type(event)
        if kind is ev.TopOfBook:
            return
        if self._latency.measured and kind is not ev.BookSnapshot:
            self._latency.hear(event.ts, event.exch_ts)  # type: ignore[union-attr]
        if kind is ev.Trade:
            self.last_price = event.price  # type: ignore[union-attr]
            if self.orders:
                self._matching.on_trade(event)  # type: ignore[arg-type]
        else:
            self._matching.on_book(event.ts)

    def _average2(self) -> int | None:
        """The price that PERCENT_PRICE compares with, half ticks: the last trade, else the mid."""
        if self.last_price is not None:
            return 2 * self.last_price
        book = self.book
        return book.bids.best() + book.asks.best() if book.two_sided else None


def paper_venue(
    config: Simulator, instrument: Instrument, book: Book, maker_bps: float, taker_bps: float
) -> PaperVenue:
    """The venue of the settings; the rates are the venue's own where the settings leave them open."""
    return PaperVenue(
        instrument,
        book,
        Latency(config),
        fees_of(config, instrument, maker_bps, taker_bps),
        queue_model(config, instrument.step),
        self_trade=config.self_trade_prevention,
    )
