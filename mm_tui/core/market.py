"""What the core knows of the market: the book and how it follows its stream, the touch, references, flow and tape."""

from collections import deque

from mm_tui.book.book import Book
from mm_tui.book.flow import FlowWindow
from mm_tui.book.sync import BookSync, Outcome
from mm_tui.book.tape import Tape
from mm_tui.core.config import FeedRules
from mm_tui.model.bounds import exact
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BookDelta, BookSnapshot, TopOfBook, Trade
from mm_tui.model.instrument import Instrument
from mm_tui.model.twin import twin
from mm_tui.strategy.reference import References
from mm_tui.strategy.signals import Signals

MIDS_KEPT = 512
"""Moves of the mid that are remembered: more than a report takes to come."""
SPELLS_KEPT = 64
"""Losses and recoveries of the book that are remembered."""


class Market:
    """One symbol's market; prices in ticks, quantities in lots."""

    def __init__(self, instrument: Instrument, rules: FeedRules, reference_window: float = 1.0) -> None:
        """`reference_window` in seconds; the strategy says its own."""
        self.book = Book()
        self.sync = BookSync(self.book)
        self.tape = Tape(
            instrument.floor_lots(exact(rules.significant_trade_quantity)),
            round(rules.significant_trade_interval_s * SECOND),
        )
        self.flow = FlowWindow(rules.statistics_window_s)
        self.references = References(reference_window)
        self.signals = Signals()
        self.ticker: TopOfBook | None = None
        """The last best bid and ask of their own stream; ahead of the diffs, or None."""
        self.known = False
        """Whether the book was ever whole."""
        self.book_ts = 0
        """When a frame of the book itself was last taken, ns; the ticker alone does not keep a book fresh."""
        self._mids: deque[tuple[int, int]] = deque(maxlen=MIDS_KEPT)
        """`(ts, mid in half ticks)`, one a move."""
        self._spells: deque[tuple[int, bool]] = deque(maxlen=SPELLS_KEPT)
        """`(ts, whether the book was valid from then on)`, from when it was first whole."""
        self.frames = self.book_updates = self.trades = self.gaps = self.resyncs = 0

    def twin(self) -> "Market":
        """The same book, with references and signals of its own, that may be asked and told to look back elsewhere."""
        return twin(self, references=twin(self.references), signals=twin(self.signals))

    def on_delta(self, event: BookDelta) -> Outcome:
        """Take a diff."""
        self.frames += 1
        self.book_updates += 1
        outcome = self.sync.on_delta(event)
        if outcome is Outcome.APPLIED:
            self.book_ts = event.ts
        return self._lost(event.ts, outcome)

    def on_snapshot(self, event: BookSnapshot) -> Outcome:
        """Take a snapshot."""
        self.frames += 1
        self.book_ts = event.ts
        outcome = self.sync.on_snapshot(event)
        if outcome is Outcome.LIVE:
            self.known = True
            self.resyncs += 1
            self._turn(event.ts, valid=True)
        elif outcome is Outcome.APPLIED:
            self.book_updates += 1
        return self._lost(event.ts, outcome)

    def on_top(self, event: TopOfBook) -> bool:
        """Take the ticker; whether it says anything about the touch."""
        self.frames += 1
        ticker = self.ticker
        if ticker is not None and event.update_id < ticker.update_id:
            return False
        self.ticker = event
        return self.book.valid

    def on_trade(self, event: Trade) -> None:
        """Take a public trade."""
        self.frames += 1
        self.trades += 1
        self.tape.add(event)
        self.flow.add(event)
        self.references.trade(event)
        if self.signals.watched:
            self.signals.trade(event)

    def reset(self, ts: int) -> None:
        """Frames may have been missed."""
        self._turn(ts, valid=False)
        self.ticker = None
        self.signals.restart()
        self.sync.reset()

    def observe(self, ts: int) -> bool:
        """Take the touch from the newer of the diffs and the ticker; whether the mid moved."""
        book, ticker = self.book, self.ticker
        if ticker is not None and ticker.update_id > book.last_update_id:
            bid, bid_quantity, ask, ask_quantity = ticker.bid, ticker.bid_quantity, ticker.ask, ticker.ask_quantity
        else:
            bids, asks = book.bids, book.asks
            bid, ask = bids.keys[-1], -asks.keys[-1]
            bid_quantity, ask_quantity = bids.levels[bid], asks.levels[ask]
        if ts >= self.flow.next_sample:
            self.flow.observe(ts, bid, ask)
        moved = self.references.observe(ts, bid, bid_quantity, ask, ask_quantity)
        if moved:
            self._mids.append((ts, bid + ask))
            if self.signals.watched:
                self.signals.move(ts, bid + ask)
        return moved

    def mid_before(self, ts: int) -> tuple[int, bool]:
        """The mid that stood just before a time not long ago, half ticks, and whether it was the market's then.

        It was not where the book was invalid, and is not said to be where it is no longer remembered; the last mid
        known then, or the oldest one kept, stands in. Before the book was first whole that is the first one.
        """
        mid2, remembered = self.references.mid2, len(self._mids) < MIDS_KEPT
        for at, mid2 in reversed(self._mids):  # noqa: B007 - the last one seen is the answer
            if at < ts:
                remembered = True
                break
        return mid2, remembered and self._valid_before(ts)

    def _valid_before(self, ts: int) -> bool:
        valid = False
        for at, valid in reversed(self._spells):  # noqa: B007 - likewise
            if at < ts:
                break
        return valid

    def _turn(self, ts: int, *, valid: bool) -> None:
        """The book is valid from now on, or is not."""
        spells = self._spells
        if (spells[-1][1] is not valid) if spells else valid:
            spells.append((ts, valid))

    def _lost(self, ts: int, outcome: Outcome) -> Outcome:
        if outcome is Outcome.GAP:
            self.gaps += 1
        if outcome in _LOST:
            self.ticker = None
            self._turn(ts, valid=False)
        return outcome


_LOST = frozenset({Outcome.GAP, Outcome.CROSSED, Outcome.EMPTY})
