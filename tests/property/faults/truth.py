"""A second book, kept from the same frames by the exchange's rules and no code of the desk's."""

from typing import Any

from mm_tui.model import events as ev
from mm_tui.model.clock import SECOND

DUPLICATES = 20
LEAP = 10_000_000_000


class SecondBook:
    """Levels by price, whether they can be believed, and since when data is clean."""

    def __init__(self, stale_after: int) -> None:
        self.stale_after = stale_after
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}
        self.valid = self.known = self.link = False
        self.last = self.old = 0
        self.heard = 0
        """When a frame of the book was last taken, ns."""
        self.waiting: list[ev.BookDelta] = []
        self.ticker: ev.TopOfBook | None = None
        self.suspect = False
        """Data was late, or lost: a second of clean data must come first."""
        self.clean_since = 0

    def hear(self, event: Any) -> bool:  # noqa: C901 - one branch a kind
        """Take an event of the market or the link; whether it was one."""
        kind = type(event)
        if kind is ev.BookDelta:
            if self._delta(event):
                self.heard = event.ts
                self._flows(event.ts)
        elif kind is ev.TopOfBook:
            if self.ticker is None or event.update_id >= self.ticker.update_id:
                self.ticker = event
                if self.valid:
                    self._flows(event.ts)
        elif kind is ev.BookSnapshot:
            self.heard = event.ts
            if self._snapshot(event):
                self.known = True
                self._flows(event.ts)
        elif kind is ev.LinkUp:
            self.link = True
            if event.resync:
                self.ticker = None
                self._lose()
                self.waiting = []
        elif kind is ev.LinkDown:
            self.link = False
            self.doubt()
        else:
            return False
        return True

    def doubt(self) -> None:
        """What comes is late, or does not come."""
        self.suspect, self.clean_since = True, 0

    def look(self, ts: int) -> None:
        """Time has come so far."""
        if self.known and ts > self.heard + self.stale_after:
            self.doubt()

    @property
    def mid2(self) -> int:
        """Half ticks, the ticker's where it is ahead; for a book that is valid."""
        ticker = self.ticker
        if ticker is not None and ticker.update_id > self.last:
            return ticker.bid + ticker.ask
        return max(self.bids) + min(self.asks)

    def _flows(self, ts: int) -> None:
        if not self.suspect or not self.link:
            return
        if not self.clean_since:
            self.clean_since = ts
        elif ts - self.clean_since >= SECOND:
            self.suspect, self.clean_since = False, 0

    def _lose(self) -> None:
        self.valid = False
        self.clean_since = 0

    def _delta(self, event: ev.BookDelta) -> bool:
        """Whether the book took it."""
        if not self.valid:
            self._wait(event)
            return False
        if event.final_id <= self.last:
            self.old += 1
            if self.old <= DUPLICATES:
                return False
        self.old = 0
        if event.first_id > self.last + 1 or not self.last < event.final_id <= self.last + LEAP:
            self.ticker = None
            self._lose()
            self.waiting = []
            self._wait(event)
            return False
        for side, levels in ((self.bids, event.bids), (self.asks, event.asks)):
            for price, quantity in levels:
                if quantity:
                    side[price] = quantity
                else:
                    side.pop(price, None)
        self.last = event.final_id
        return self._whole()

    def _wait(self, event: ev.BookDelta) -> None:
        if event.final_id - event.first_id <= LEAP:
            self.waiting.append(event)

    def _whole(self) -> bool:
        if self.bids and self.asks and max(self.bids) < min(self.asks):
            return True
        self.ticker = None
        self._lose()
        self.waiting = []
        return False

    def _snapshot(self, event: ev.BookSnapshot) -> bool:
        if self.valid and event.last_update_id < self.last:
            return False
        kept = [delta for delta in self.waiting if delta.final_id > event.last_update_id]
        if kept and kept[0].first_id > event.last_update_id + 1:
            return False
        self.bids = {price: quantity for price, quantity in event.bids if quantity}
        self.asks = {price: quantity for price, quantity in event.asks if quantity}
        self.last, self.waiting, self.valid = event.last_update_id, [], True
        for delta in kept:
            taken = self._delta(delta)
            if not self.valid:
                return taken
        return self._whole()
