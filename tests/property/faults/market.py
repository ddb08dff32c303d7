"""A market whose stream does its worst: it drops, repeats, reorders, delays, leaps, crosses and empties the book."""

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from faults.setup import TICKS
from mm_tui.model import events as ev
from mm_tui.model.clock import MILLISECOND as MS
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL

DEPTH = 5
GRID = 300
"""Ticks between two levels."""
Later = Callable[[int, Callable[[int], Any]], None]


class Market:
    """The true book, and what its stream says of it."""

    def __init__(self, dice: Random, later: Later) -> None:
        self._dice = dice
        self._random = dice.random
        self._later = later
        self._mood = dice.choice((0.0, 0.01, 0.03))
        """Share of frames that go wrong."""
        self._clock_off = int((dice.random() - 0.5) * 6 * SECOND)
        """The exchange's clock is off by so much."""
        self._stride = dice.choice((300, 1500, 4000))
        """Ticks between the largest moves down and up."""
        self.honest = False
        self.bid = TICKS
        self.update = 1000
        self.trades = 0
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}
        self._refill()

    def _refill(self) -> None:
        bid, random = self.bid, self._random
        self.bids = {bid - GRID * step: 1 + int(500 * random()) for step in range(DEPTH)}
        self.asks = {bid + 1 + GRID * step: 1 + int(500 * random()) for step in range(DEPTH)}

    def snapshot(self, ts: int) -> ev.BookSnapshot:
        """As it is."""
        return ev.BookSnapshot(
            ts=ts, last_update_id=self.update, bids=list(self.bids.items()), asks=list(self.asks.items())
        )

    def asked(self, now: int) -> None:
        """The desk wants a snapshot; the feed fetches until it has one."""
        random = self._random
        delay = int((5 + 60 * random()) * MS)
        if not self.honest and random() < 0.15:
            old = self.snapshot(now)
            old = msgspec.structs.replace(old, last_update_id=self.update - int(60 * random()))
            self._later(now + 2 * delay, lambda ts: msgspec.structs.replace(old, ts=ts))
            return
        self._later(now + delay, self.snapshot)

    def diff(self, ts: int) -> Any:
        """The book moves; the frame of it, or None where it is lost."""
        random = self._random
        dice = random()
        first = self.update + 1
        self.update += 1 + int(3 * random())
        if dice < 0.6:
            bids, asks = self._touch()
        else:
            bids, asks = self._move(int((random() - 0.5) * self._stride))
        frame = ev.BookDelta(
            ts=ts, first_id=first, final_id=self.update, bids=bids, asks=asks, exch_ts=ts + self._clock_off
        )
        return frame if self.honest or random() >= self._mood else self._spoil(frame, ts)

    def _touch(self) -> tuple[ev.Levels, ev.Levels]:
        quantity = 1 + int(500 * self._random())
        if self._random() < 0.5:
            self.bids[self.bid] = quantity
            return [(self.bid, quantity)], []
        self.asks[self.bid + 1] = quantity
        return [], [(self.bid + 1, quantity)]

    def _move(self, ticks: int) -> tuple[ev.Levels, ev.Levels]:
        bids, asks = self.bids, self.asks
        self.bid = max(GRID * DEPTH + 1, self.bid + ticks)
        self._refill()
        return (
            [(price, 0) for price in bids if price not in self.bids] + list(self.bids.items()),
            [(price, 0) for price in asks if price not in self.asks] + list(self.asks.items()),
        )

    def jump(self, ts: int, ticks: int) -> ev.BookDelta:
        """A move of any size, honestly told."""
        first = self.update + 1
        self.update += 1
        bids, asks = self._move(ticks)
        return ev.BookDelta(ts=ts, first_id=first, final_id=self.update, bids=bids, asks=asks)

    def _spoil(self, frame: ev.BookDelta, ts: int) -> Any:
        kind = int(self._random() * 9)
        if kind == 0:
            return None
        if kind == 1:
            self._later(ts + int(self._random() * 200 * MS), lambda ts: msgspec.structs.replace(frame, ts=ts))
            return frame
        if kind == 2:
            self._later(ts + int(self._random() * 3 * SECOND), lambda ts: msgspec.structs.replace(frame, ts=ts))
            return None
        bids, asks = frame.bids, frame.asks
        if kind == 3:
            bids = [*bids, (self.bid + 2, 5)]
        elif kind == 4:
            bids, asks = [], [(price, 0) for price in self.asks]
        elif kind == 5:
            bids = [*bids, (self.bid * 10, 5)]
        elif kind == 6:
            asks = [*asks, (self.bid // 10, 5)]
        elif kind == 7:
            return ev.BookDelta(ts=ts, first_id=frame.first_id + 10, final_id=frame.final_id + 10, bids=bids, asks=asks)
        else:
            return ev.BookDelta(
                ts=ts, first_id=frame.first_id, final_id=frame.final_id + (1 << 60), bids=bids, asks=asks
            )
        return ev.BookDelta(ts=ts, first_id=frame.first_id, final_id=frame.final_id, bids=bids, asks=asks)

    def top(self, ts: int) -> ev.TopOfBook:
        """Best bid and ask of their own stream; sometimes ahead of the diffs, or of a moment ago."""
        ahead = 1 if self._random() < 0.3 else -int(3 * self._random())
        return ev.TopOfBook(
            ts=ts, update_id=self.update + ahead, bid=self.bid, bid_quantity=self.bids[self.bid],
            ask=self.bid + 1, ask_quantity=self.asks[self.bid + 1],
        )  # fmt: skip

    def trade(self, ts: int) -> ev.Trade:
        """A public trade."""
        self.trades += 1
        side = BUY if self._random() < 0.5 else SELL
        price = self.bid + 1 if side is BUY else self.bid
        return ev.Trade(
            ts=ts, trade_id=self.trades, price=price, quantity=1 + int(400 * self._random()), side=side,
            exch_ts=ts + self._clock_off,
        )  # fmt: skip
