"""Run as a script: a server in Binance's protocol that sends so many frames a second, each bearing its time of sending.

    paced_exchange.py FRAMES_A_SECOND [SECONDS FRAMES_A_SECOND]…

Each further pace is that of the time after so many seconds of the one before it.
Prints its two addresses as JSON and serves until its standard input is closed. A frame's update id (a trade's id) is
the monotonic clock in ns when it was handed to the connection; that clock is the same in every process of the machine.
Of seven frames four are best quotes, two trades and one is a diff of twelve levels around the touch.
"""

import asyncio
import json
import random
import sys
import time

import msgspec

from mm_tui.venues.demo.pair import Pair
from mm_tui.venues.demo.server import LoopbackServer
from mm_tui.venues.demo.source import Publisher

BID = 6_180_000
"""Where the best bid starts, ticks; the touch wanders by at most `WANDER`."""
WANDER = 40
NEAREST = 60
"""Levels begin so many ticks from the start, so that the wandering touch never meets them."""
LEVELS = 500
SPACING = 5
"""Ticks between two levels of a side."""
CHANGES = 12
"""Levels that a diff changes, the touch not counted."""
TURN = ("top", "trade", "top", "depth", "top", "trade", "top")
TICK_S = 0.001
"""How often what is due is sent."""


class PacedSource:
    """A market that never rests, at a constant pace."""

    streams = frozenset({"bookTicker", "trade", "depth@100ms"})

    def __init__(self, paces: list[tuple[float, float]]) -> None:
        """`paces`: frames a second, and for how many seconds."""
        self.pair = Pair("BTC", "USDT", price_decimals=2, quantity_decimals=5)
        self._paces = paces
        self._random = random.Random(7)
        self._bid = BID
        self._last = time.monotonic_ns()
        bids = {BID - NEAREST - SPACING * level: 20_000 for level in range(LEVELS)}
        asks = {BID + 1 + NEAREST + SPACING * level: 20_000 for level in range(LEVELS)}
        self._bids, self._asks = bids | {BID: 50_000}, asks | {BID + 1: 50_000}
        self._grid = (tuple(bids), tuple(asks))

    def clock_ms(self) -> int:
        """The wall clock."""
        return time.time_ns() // 1_000_000

    async def answer(self, resource: str, limit: int) -> bytes | None:
        """The book as it stands."""
        if resource != "depth":
            return None
        bids = self._wire(sorted(self._bids.items(), reverse=True)[:limit])
        asks = self._wire(sorted(self._asks.items())[:limit])
        return msgspec.json.encode({"lastUpdateId": self._last, "bids": bids, "asks": asks})

    async def run(self, out: Publisher) -> None:
        """Send what is due, for ever."""
        await out.subscribed(self.streams)
        begun, sent = time.monotonic(), 0
        while True:
            await asyncio.sleep(TICK_S)
            due = self._due(time.monotonic() - begun)
            while sent < due:
                self._send(out, TURN[sent % len(TURN)])
                sent += 1

    def _due(self, lived: float) -> int:
        """Frames that should have been sent by then."""
        due = 0.0
        for rate, seconds in self._paces:
            due += rate * max(0.0, min(lived, seconds))
            lived -= seconds
        return int(due)

    def _send(self, out: Publisher, kind: str) -> None:
        now = time.monotonic_ns()
        bid, ask, lots, price = self._bid, self._bid + 1, self._random.randint(1_000, 90_000), self.pair.price
        if kind == "top":
            quantity = self.pair.quantity
            quote = {"b": price(bid), "B": quantity(lots), "a": price(ask), "A": quantity(91_000 - lots)}
            out.publish("bookTicker", msgspec.json.encode({"u": now, "s": self.pair.symbol, **quote}))
        elif kind == "trade":
            selling = lots % 2 == 0
            trade = {"p": price(bid if selling else ask), "q": self.pair.quantity(lots // 20), "m": selling}
            stamp = self.clock_ms()
            head = {"e": "trade", "E": stamp, "s": self.pair.symbol, "t": now, "T": stamp}
            out.publish("trade", msgspec.json.encode({**head, **trade, "M": True}))
        else:
            self._send_diff(out, now)

    def _send_diff(self, out: Publisher, now: int) -> None:
        bids, asks = self._move()
        for side, book, grid in ((bids, self._bids, self._grid[0]), (asks, self._asks, self._grid[1])):
            for _ in range(CHANGES // 2):
                side[grid[self._random.randrange(LEVELS)]] = self._random.randint(1_000, 90_000)
            book.update(side)
            for gone in [tick for tick, lots in side.items() if not lots]:
                del book[gone]
        first, self._last = self._last + 1, now
        head = {"e": "depthUpdate", "E": self.clock_ms(), "s": self.pair.symbol, "U": first, "u": now}
        sides = {"b": self._wire(list(bids.items())), "a": self._wire(list(asks.items()))}
        out.publish("depth@100ms", msgspec.json.encode({**head, **sides}))

    def _move(self) -> tuple[dict[int, int], dict[int, int]]:
        """The touch goes up or down a tick, or stays: what changes on each side."""
        old = self._bid
        new = min(max(old + self._random.choice((-1, 0, 1)), BID - WANDER), BID + WANDER)
        self._bid = new
        size = self._random.randint(20_000, 90_000)
        bids, asks = ({old: 0}, {old + 1: 0}) if new != old else ({}, {})
        return bids | {new: size}, asks | {new + 1: size}

    def _wire(self, levels: list[tuple[int, int]]) -> list[tuple[str, str]]:
        return [(self.pair.price(tick), self.pair.quantity(lots)) for tick, lots in levels]


async def main() -> None:
    """Serve until nobody wants it any more."""
    given = [float(one) for one in sys.argv[1:]]
    paces = list(zip(given[::2], [*given[1::2], float("inf")], strict=True))
    async with LoopbackServer(PacedSource(paces)) as server:
        print(json.dumps({"rest": server.rest_url, "ws": server.ws_url}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
