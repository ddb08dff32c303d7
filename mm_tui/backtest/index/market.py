"""The market of a desk that looks up what it did not live through: the same questions, answered from the index.

`seek` brings it to a moment, counted in inputs heard. Between two moments nothing is worked out, and what no strategy
that runs so may ask for (trades of the tape, flow, averages over time) is not kept.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from mm_tui.backtest.index.lookup import Lookup, SideLookup
from mm_tui.backtest.index.shape import BOOK, Column, Special
from mm_tui.book.book import Book
from mm_tui.book.side import BookSide
from mm_tui.book.sync import Outcome
from mm_tui.core.config import FeedRules
from mm_tui.core.market import MIDS_KEPT, SPELLS_KEPT, Market
from mm_tui.model.events import BUY, SELL, BookDelta, BookSnapshot, Side, TopOfBook
from mm_tui.model.instrument import Instrument
from mm_tui.sim.resting import NO_ASK


class IndexedSide(BookSide):
    """One side as displayed at the market's moment."""

    __slots__ = ("_lookup", "at")

    def __init__(self, side: Side, lookup: SideLookup) -> None:
        super().__init__(side)
        self._lookup = lookup
        self.at = 0
        """Inputs heard."""
        self.levels: Levels = Levels(self)
        self.keys: Keys = Keys(self)

    def best(self) -> int:
        """The best price; 0 while the side is empty."""
        return self._lookup.best(self.at)

    def displayed(self, price: int) -> int | None:
        """Quantity displayed at a price; None where it is not known."""
        return self._lookup.displayed(price, self.at)

    def standing(self, price: int) -> int:
        """Quantity displayed at a price; 0 where there is none, or none is known."""
        return self._lookup.standing(price, self.at)

    def walk(self, limit: int) -> Iterator[tuple[int, int]]:
        """Levels from the best one to the limit price, the limit included: what a taker would meet."""
        return self._lookup.walk(limit, self.at)


class Levels(dict[int, int]):
    """Price to displayed quantity; what is asked for is looked up."""

    def __init__(self, side: IndexedSide) -> None:
        super().__init__()
        self._side = side

    def get(self, price: int, default: Any = None) -> Any:
        """What is displayed at a price, or the default."""
        return self._side.standing(price) or default


class Keys(list[int]):
    """Price × sign; only gone through from the best one on."""

    def __init__(self, side: IndexedSide) -> None:
        super().__init__()
        self._side = side

    def __reversed__(self) -> Iterator[int]:
        sign = self._side.sign
        return (price * sign for price, _ in self._side.walk(1 if sign > 0 else NO_ASK))


class IndexedBook(Book):
    """Both sides."""

    __slots__ = ()

    def __init__(self, lookup: Lookup) -> None:
        super().__init__()
        self.bids: IndexedSide = IndexedSide(BUY, lookup.bids)
        self.asks: IndexedSide = IndexedSide(SELL, lookup.asks)

    @property
    def two_sided(self) -> bool:
        """Whether both sides have a level."""
        return bool(self.bids.best() and self.asks.best())


class IndexedMarket(Market):
    """The market at one moment of the index."""

    def __init__(self, instrument: Instrument, rules: FeedRules, lookup: Lookup) -> None:
        super().__init__(instrument, rules)
        self._lookup = lookup
        self.book: IndexedBook = IndexedBook(lookup)
        self.sync.book = self.book
        self.at = 0
        """Inputs heard."""
        self.touches = 0
        """Changes of the touch among them."""
        self.last_price: int | None = None
        """Of the last public trade."""
        self._sought = self._fresh = self._trades = 0
        """The moment it was last brought to; frames of the book, and public trades, up to there."""
        self._special: Special | None = None

    def seek(self, at: int) -> None:
        """Nothing that matters was heard up to this moment, which lies no earlier than the one before."""
        lookup = self._lookup
        further, self._sought = at - self._sought, at
        self.at = self.book.bids.at = self.book.asks.at = at
        self.touches = touches = _behind(lookup.touch_at, at, self.touches, further)
        if touches:
            references = self.references
            references.bid, references.ask = lookup.touch_bid[touches - 1], lookup.touch_ask[touches - 1]
            references.mid2 = lookup.mids.values[touches - 1]
        self._fresh = fresh = _behind(lookup.fresh_at, at, self._fresh, further)
        if fresh:
            self.book_ts = lookup.ts[lookup.fresh_at[fresh - 1]]
        trades = _behind(lookup.trade_at, at, self._trades, further)
        if trades > self._trades:
            self._trades = trades
            self.last_price = lookup.price_of(trades - 1)

    def expect(self, special: Special) -> None:
        """The next input is this one."""
        self._special = special

    def on_top(self, event: TopOfBook) -> bool:
        """The input after the moment: one that may have moved the touch, whatever it was."""
        self._step()
        if self._lookup.kind[self.at - 1] == BOOK:
            self.book_ts = event.ts
        return True

    def on_delta(self, event: BookDelta) -> Outcome:
        """The input after the moment: a diff that was applied, or a special one; what came of it, the index knows."""
        return self._hear(event.ts)

    def on_snapshot(self, event: BookSnapshot) -> Outcome:
        """Likewise."""
        if not event.partial:
            self.sync.asked = False
        return self._hear(event.ts)

    def observe(self, ts: int) -> bool:
        """Whether the mid moved by the input just heard."""
        lookup, references = self._lookup, self.references
        references.ts = ts
        before = references.mid2
        touches = self.touches
        if touches < len(lookup.touch_at) and lookup.touch_at[touches] < self.at:
            self.touches = touches + 1
            references.bid, references.ask = lookup.touch_bid[touches], lookup.touch_ask[touches]
            references.mid2 = lookup.mids.values[touches]
        return references.mid2 != before

    def mid_before(self, ts: int) -> tuple[int, bool]:
        """The mid that stood just before a time not long ago, half ticks, and whether it was the market's then."""
        lookup, place, kept = self._lookup, self.touches, MIDS_KEPT
        times, at, mids = lookup.ts, lookup.touch_at, lookup.mids.values
        mid2 = self.references.mid2
        while place and kept:
            place -= 1
            if place and mids[place] == mids[place - 1]:
                continue
            mid2 = mids[place]
            if times[at[place]] < ts:
                return mid2, self._valid_before(ts)
            kept -= 1
        return mid2, kept > 0 and self._valid_before(ts)

    def _valid_before(self, ts: int) -> bool:
        heard = bisect_left(self._lookup.spell_at, self.at)
        valid = False
        for at, valid in reversed(self._lookup.spells[max(0, heard - SPELLS_KEPT) : heard]):  # noqa: B007 - see there
            if at < ts:
                break
        return valid

    def finish(self) -> None:
        """The recording is over: what it all came to."""
        totals = self._lookup.head.totals
        self.frames, self.trades, self.book_updates = totals.frames, totals.trades, totals.book_updates
        self.gaps, self.resyncs, self.book.last_update_id = totals.gaps, totals.resyncs, totals.last_update_id

    def _step(self) -> None:
        self.at = self.book.bids.at = self.book.asks.at = self.at + 1

    def _hear(self, ts: int) -> Outcome:
        special, self._special = self._special, None
        self._step()
        self.book_ts = ts
        if special is None:
            return Outcome.APPLIED
        self.book.valid, self.known = special.valid, special.known
        self.book.last_update_id = special.last_update_id
        return Outcome(special.outcome)


def _behind(column: Column, at: int, before: int, further: int) -> int:
    """How many of a column's inputs lie before one; at least `before`, which is how many do so many inputs earlier."""
    return bisect_left(column, at, before, min(before + further, len(column)))
