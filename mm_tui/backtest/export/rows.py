"""A recording as rows of tables, in one pass.

What a session did is taken from its journal, as it was recorded, and nothing is decided anew: fills and orders are the
recorded facts, and the worth of the desk follows from them and the recorded market.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from mm_tui.analytics.scores import Scores
from mm_tui.backtest.outputs import SECOND, paid, standing
from mm_tui.backtest.recording import FrameReader, RecordedSession, Recording, is_from_outside
from mm_tui.book.sync import Outcome
from mm_tui.core.config import FeedRules
from mm_tui.core.market import Market
from mm_tui.journal.record import AnyMessage, MarketLine
from mm_tui.model import events as ev
from mm_tui.model.account import Account
from mm_tui.model.events import AnyEvent, Event, Levels
from mm_tui.model.facts import AnyFact, Fact, Filled, OrderChanged
from mm_tui.model.instrument import Instrument

Sink = Callable[[tuple[Any, ...]], None]
"""Takes a row."""
LOOK_EVERY: Final = 4096
"""Inputs between two looks at the progress."""
_KEPT: Final = frozenset({Outcome.IGNORED, Outcome.BUFFERED, Outcome.STALE_SNAPSHOT})
"""What leaves the book as it was."""
_TAKEN: Final = frozenset({Outcome.APPLIED, Outcome.LIVE})


def read(recording: Recording, sinks: Mapping[str, Sink], progress: Callable[[float], None]) -> None:
    """Every row of the tables that have a sink, in the order of the recording; raises DataError."""
    tables = Tables(recording.terms.instrument, sinks)
    if isinstance(recording, RecordedSession):
        _read_session(recording, tables, progress)
        tables.finish()
        return
    for count, event in enumerate(recording.inputs()):
        tables.hear(event)
        if count % LOOK_EVERY == 0:
            progress(recording.share)


def _read_session(session: RecordedSession, tables: "Tables", progress: Callable[[float], None]) -> None:
    frames, lines = FrameReader(session.terms), session.meta.market_lines
    for item in session.reader.records():
        if isinstance(item, MarketLine):
            event = session.event(item, frames)
            if event is not None:
                tables.step(event, outside=True)
            if lines and item.number % LOOK_EVERY == 0:
                progress(item.number / lines)
        elif isinstance(item.message, Event):
            started = type(item.message) is ev.SessionStarted
            tables.step(item.message, outside=is_from_outside(item.message) and not started)
        else:
            tables.said(item.message)


class Tables:
    """Follows market, account and scores of a recording, and hands out a row whenever there is one."""

    def __init__(self, instrument: Instrument, sinks: Mapping[str, Sink]) -> None:
        self._instrument = instrument
        self._fills, self._orders, self._equity = (sinks.get(name) for name in ("fills", "orders", "equity"))
        self._trades, self._book, self._depth = (sinks.get(name) for name in ("trades", "book", "depth"))
        self._market = Market(instrument, FeedRules())
        self._account = Account(0, 0)
        self._scores = Scores(mid_before=self._market.mid_before)
        self._facts: list[AnyFact] = []
        self._ts = self._due = 0
        self._outside = False
        self._touch: tuple[int, int, int, int] | None = None
        self._worth: tuple[int, int] | None = None
        self._handlers: dict[type, Callable[[Any], None]] = {
            ev.BookDelta: self._on_delta,
            ev.BookSnapshot: self._on_snapshot,
            ev.TopOfBook: self._on_top,
            ev.Trade: self._on_trade,
            ev.LinkUp: self._on_link_up,
            ev.SessionStarted: self._on_start,
        }

    def step(self, event: AnyEvent, *, outside: bool) -> None:
        """The next input of a session; whether it is one that any desk would hear."""
        self._settle()
        self._ts, self._outside = event.ts, outside
        self.hear(event)

    def hear(self, event: AnyEvent) -> None:
        """An input, of which only the market matters here."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def said(self, message: AnyMessage) -> None:
        """What the desk answered to the last input."""
        if not isinstance(message, Fact):
            return
        self._facts.append(message)
        if isinstance(message, Filled):
            self._on_fill(message)
        elif isinstance(message, OrderChanged) and self._orders is not None:
            change = message
            self._orders(
                (change.ts, change.order_id, change.side.word, change.price, change.quantity, change.status,
                 change.reason)
            )  # fmt: skip

    def finish(self) -> None:
        """The recording is over."""
        self._settle()
        self._stand()

    def _settle(self) -> None:
        """The last step is complete."""
        market = self._market
        self._scores.after(self._ts, market.references.mid2, market.book.valid, self._facts)
        self._facts.clear()
        if self._outside and self._ts >= self._due and market.references.mid2:
            self._due = self._ts - self._ts % SECOND + SECOND
            self._stand()

    def _stand(self) -> None:
        """What the desk is worth, unless nothing moved."""
        mid2, account = self._market.references.mid2, self._account
        state = (mid2, account.base)
        if not mid2 or state == self._worth or self._equity is None:
            return
        self._worth = state
        self._equity((self._ts, *standing(account, self._scores.pnl.split(), mid2, self._instrument)))

    def _on_start(self, event: ev.SessionStarted) -> None:
        self._account.open(event.base, event.quote)

    def _on_fill(self, fill: Filled) -> None:
        self._account.book(fill.side, fill)  # type: ignore[arg-type]  # a fill carries what its report did
        if self._fills is None:
            return
        fee, asset = paid(fill, self._instrument)
        self._fills(
            (
                fill.matched,
                fill.side.word,
                fill.price,
                fill.quantity,
                fee,
                asset,
                "maker" if fill.maker else "taker",
                fill.order_id,
                fill.queue_ahead,
            )
        )

    # -- the market

    def _on_delta(self, event: ev.BookDelta) -> None:
        if self._depth is not None:
            self._levels((event.ts, event.exch_ts, "diff", event.first_id, event.final_id), event.bids, event.asks)
        self._judge(event.ts, self._market.on_delta(event))

    def _on_snapshot(self, event: ev.BookSnapshot) -> None:
        if self._depth is not None:
            frame = "partial" if event.partial else "snapshot"
            self._levels((event.ts, event.exch_ts, frame, None, event.last_update_id), event.bids, event.asks)
        self._judge(event.ts, self._market.on_snapshot(event))

    def _on_top(self, event: ev.TopOfBook) -> None:
        if self._market.on_top(event):
            self._look(event.ts)

    def _on_trade(self, event: ev.Trade) -> None:
        self._market.on_trade(event)
        if self._trades is not None:
            self._trades((event.ts, event.exch_ts, event.trade_id, event.side.word, event.price, event.quantity))

    def _on_link_up(self, event: ev.LinkUp) -> None:
        if event.resync:
            self._market.reset(event.ts)
            self._lose(event.ts)

    def _judge(self, ts: int, outcome: Outcome) -> None:
        if outcome in _TAKEN:
            self._look(ts)
        elif outcome not in _KEPT:
            self._lose(ts)

    def _look(self, ts: int) -> None:
        """The touch, where it changed."""
        self._market.observe(ts)
        found = self._market.references
        touch = (found.bid, found.bid_quantity, found.ask, found.ask_quantity)
        if touch != self._touch:
            self._touch = touch
            if self._book is not None:
                self._book((ts, *touch))

    def _lose(self, ts: int) -> None:
        """The book is not known any more."""
        if self._touch is not None:
            self._touch = None
            if self._book is not None:
                self._book((ts, None, None, None, None))

    def _levels(self, head: tuple[Any, ...], bids: Levels, asks: Levels) -> None:
        depth = self._depth
        if depth is not None:
            for side, levels in (("bid", bids), ("ask", asks)):
                for price, quantity in levels:
                    depth((*head, side, price, quantity))
