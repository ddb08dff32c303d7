"""A seeded market on few prices, where orders of ours stand in queues: sizes come and go, trades eat at the touch."""

from collections.abc import Iterator
from decimal import Decimal

from pure_desk import MS, START

from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL
from mm_tui.model.generator import Generator
from mm_tui.model.instrument import Instrument

COARSE = Instrument("BTC/USDT", "BTC", "USDT", Decimal(2), Decimal("0.00001"), min_notional=Decimal(5), min_quantity=1)
BID = 30_900
DEPTH = 12
SHALLOW = 4
"""Levels that a small book shows."""


class CoarseMarket:
    """Diffs, trades and the ticker; with `partial` whole small books in the place of diffs."""

    def __init__(self, seed: int, count: int, *, partial: bool = False) -> None:
        self._generator = Generator(seed)
        self._count = count
        self._partial = partial
        self._bid = BID
        self._sizes: dict[int, int] = {}
        self._update = self._last_diff = 1000

    def __iter__(self) -> Iterator[ev.AnyEvent]:
        below = self._generator.below
        ts = START
        yield ev.LinkUp(ts=ts, venue="coarse")
        yield self._book(ts)
        for number in range(1, self._count):
            ts += below(60 * MS)
            dice = below(100)
            if dice < 8:
                self._bid += 1 if below(2) else -1
            if dice < 55:
                yield self._book(ts) if self._partial else self._diff(ts, 1 + below(5))
            elif dice < 70:
                self._update += 1
                yield ev.TopOfBook(
                    ts=ts, update_id=self._update, bid=self._bid, bid_quantity=1 + below(300),
                    ask=self._bid + 1, ask_quantity=1 + below(300),
                )  # fmt: skip
            else:
                side = BUY if below(2) else SELL
                price = self._bid + 1 + below(3) if side is BUY else self._bid - below(3)
                yield ev.Trade(ts=ts, trade_id=number, price=price, quantity=1 + below(400), side=side)

    def _levels(self) -> tuple[list[int], list[int]]:
        depth = SHALLOW if self._partial else DEPTH
        return (
            [self._bid - step for step in range(depth)],
            [self._bid + 1 + step for step in range(depth)],
        )

    def _book(self, ts: int) -> ev.BookSnapshot:
        bids, asks = self._levels()
        self._update += 1
        self._last_diff = self._update
        self._sizes = {price: 1 + self._generator.below(300) for price in (*bids, *asks)}
        return ev.BookSnapshot(
            ts=ts,
            last_update_id=self._update,
            bids=[(price, self._sizes[price]) for price in bids],
            asks=[(price, self._sizes[price]) for price in asks],
            partial=self._partial,
        )

    def _diff(self, ts: int, changes: int) -> ev.BookDelta:
        """What changed: some sizes, and what came into or went out of a range that moves with the touch."""
        bids, asks = self._levels()
        known, now = self._sizes, {}
        for price in (*bids, *asks):
            now[price] = known.get(price) or 1 + self._generator.below(300)
        for _ in range(changes):
            price = (*bids, *asks)[self._generator.below(2 * DEPTH)]
            now[price] = 1 + self._generator.below(300)
        self._update += 1
        first, self._last_diff = self._last_diff + 1, self._update
        self._sizes = now
        return ev.BookDelta(
            ts=ts,
            first_id=first,
            final_id=self._update,
            bids=[(price, now.get(price, 0) if price <= self._bid else 0) for price in sorted({*known, *now})],
            asks=[(price, now.get(price, 0) if price > self._bid else 0) for price in sorted({*known, *now})],
        )
