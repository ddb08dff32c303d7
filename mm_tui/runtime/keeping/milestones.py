"""Makes a session's `market.index` while the session is recorded: how the market and the desk stand, every ten seconds.

Looked for between two events, when one is due by the market's time, so that a session that runs at any speed has the
same milestones. What the desk shows of itself is kept as the frame that its screen would get.
"""

from array import array
from collections.abc import Callable
from typing import Any, Final, Protocol

import msgspec

from mm_tui.journal.index import EVERY_NS, Body, IndexWriter, Mark, Milestone
from mm_tui.journal.record import Place
from mm_tui.model.account import Account
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL
from mm_tui.model.facts import BookInvalid, Fact, Filled, LinkChanged, RiskTripped
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.band import Band
from mm_tui.views.frames import DeskFrame, Viewport
from mm_tui.views.log import EventLog
from mm_tui.views.present import Presenter, Vitals

SAMPLE_NS: Final = SECOND
"""Between two samples of the chart."""
PRINTS: Final = 12
"""Trades of the tape that are kept."""
FILLS: Final = 5
"""Fills whose worth is kept."""
SHOWN: Final = (
    "header", "truth", "tape", "orders", "position", "risk", "parameters", "obligation", "worth", "estimates", "held",
    "flatten",
)  # fmt: skip
"""Parts of the frame that are kept."""
MARKED: Final = (Filled, RiskTripped, BookInvalid, LinkChanged)
"""Facts that may be something to jump to."""
_VIEW: Final = Viewport(rows=4)
_encode: Final = msgspec.json.Encoder().encode


def mark_of(fact: Fact) -> Mark | None:
    """What the fact is to somebody who looks for something to jump to."""
    if isinstance(fact, Filled):
        return Mark(fact.ts, "fill", fact.side, fact.price)
    if isinstance(fact, RiskTripped):
        return Mark(fact.ts, "trip")
    if isinstance(fact, BookInvalid) or (isinstance(fact, LinkChanged) and not fact.up):
        return Mark(fact.ts, "gap")
    return None


class Logs(Protocol):
    """The logs of a session; `journal.writer.SessionWriter` and `journal.places.Places` are some."""

    failed: str | None
    """Why they are not written any more."""

    @property
    def place(self) -> Place:
        """Where both stand."""
        ...

    def sums(self) -> tuple[int, int]:
        """CRC-32 of the market log's and the journal's bytes since this was last asked."""
        ...


class Milestones:
    """Looks at a desk that is being recorded, or run again."""

    def __init__(self, desk: Desk, logs: Logs, index: IndexWriter, band: Band | None, venue: str) -> None:
        """`hear` is to be told of facts that are `MARKED`."""
        self.due = 0
        """When to look again, ns of the desk's time."""
        self._desk = desk
        self._logs = logs
        self._band = band
        self._index = index
        self.marks: list[Mark] = []
        """Since the last milestone."""
        self._samples: array[int] = array("q")
        self._next = 0
        core = desk.core
        log = EventLog(core.instrument)
        self._presenter = Presenter(core, desk.scores, desk.venue.queue_ahead, log, core.view.maker_fee_bps)
        self._vitals = Vitals(venue=venue, link="up")

    def look(self) -> None:
        """Take a sample, and a milestone where that is due too."""
        desk = self._desk
        ts = desk.ts
        self.due = ts - ts % SAMPLE_NS + SAMPLE_NS
        core = desk.core
        if core.mid2:
            bid, ask = core.orders.touch(BUY, quotes=True), core.orders.touch(SELL, quotes=True)
            self._samples.extend((ts, core.mid2 if core.book.valid else 0, 2 * (bid or 0), 2 * (ask or 0)))
        if ts >= self._next:
            self._next = ts - ts % EVERY_NS + EVERY_NS
            self._add(ts)

    @property
    def ts(self) -> int:
        """The desk's time, ns."""
        return self._desk.ts

    def add_now(self) -> None:
        """One out of turn, between two events."""
        if self._desk.first_ts:
            self._add(self._desk.ts)

    def close(self) -> None:
        """A last milestone, so that the marks of the end are known too; before the logs are closed."""
        if self._desk.first_ts and self._logs.failed is None:
            self._add(self._desk.ts)
        self._index.close()

    def _add(self, ts: int) -> None:
        desk, logs = self._desk, self._logs
        if logs.failed is not None:
            self._index.close()
            return
        market_sum, journal_sum = logs.sums()
        book, ticker = desk.core.book, desk.core.market.ticker
        head = Milestone(
            ts=ts,
            place=logs.place,
            market_sum=market_sum,
            journal_sum=journal_sum,
            whole=True,
            marks=tuple(self.marks),
            samples=self._samples.tobytes(),
        )
        body = Body(
            valid=book.valid,
            update_id=book.last_update_id,
            bids=(),
            asks=(),
            ticker=None
            if ticker is None
            else (ticker.update_id, ticker.bid, ticker.bid_quantity, ticker.ask, ticker.ask_quantity),
            shown=self._shown(ts),
            account={name: getattr(desk.core.account, name) for name in Account.__slots__},
            created={order.order_id: order.created for order in desk.core.orders.open},
        )
        self._index.add(head, body, book.bids.levels, book.asks.levels)
        self.marks.clear()
        del self._samples[:]

    def _shown(self, ts: int) -> bytes:
        """What the desk alone knows of itself; the rest is in the logs."""
        if self._band is not None:
            self._vitals.band = self._band.figures()
        frame = self._presenter.present(ts, self._vitals, _VIEW)
        kept = DeskFrame(ts=ts, **{name: getattr(frame, name) for name in SHOWN})
        tape = msgspec.structs.replace(frame.tape, trades=frame.tape.trades[:PRINTS])
        worth = msgspec.structs.replace(frame.worth, fills=frame.worth.fills[:FILLS])
        return _encode(msgspec.structs.replace(kept, tape=tape, worth=worth))

    def hear(self, fact: Fact) -> None:
        """Keep what may be jumped to."""
        mark = mark_of(fact)
        if mark is not None:
            self.marks.append(mark)


decode_shown: Final[Callable[[bytes], Any]] = msgspec.json.Decoder(DeskFrame).decode
"""What the desk showed at a milestone: a `DeskFrame`; raises msgspec.MsgspecError."""
