"""The seeded market as a source of the loopback server: market time to the exchange's clock, outputs to frames."""

import asyncio
import time
from collections.abc import Callable

from mm_tui.settings.sections import Demo
from mm_tui.venues.demo.day import Day
from mm_tui.venues.demo.ladder import Level
from mm_tui.venues.demo.market import DIFF_S, Diff, Market, Output, Print, Touch
from mm_tui.venues.demo.pair import Pair, pair_of
from mm_tui.venues.demo.source import Publisher
from mm_tui.venues.demo.wire import depth_payload, diff_payload, touch_payload, trade_payload

TICK_S = 0.01
"""How often the market is moved on, seconds of the loop's clock."""
STEP_S = 0.05
"""Most market time in one go; the loop runs in between."""
MOST_BEHIND_S = 5.0
"""A market further behind its clock (a stalled loop, a sleeping machine) lets the rest of the time pass unlived."""
PARTIAL_DEPTHS = (5, 10, 20)
"""Levels of the partial depth streams."""
SLOW_DIFFS = 10
"""Diffs at 100 ms that make one at 1000 ms."""
STREAMS = frozenset(
    ["trade", "bookTicker", "depth", "depth@100ms"]
    + [f"depth{depth}{pace}" for depth in PARTIAL_DEPTHS for pace in ("", "@100ms")]
)


class MarketSource:
    """A seeded market that lives by the event loop's clock."""

    streams = STREAMS

    def __init__(self, config: Demo, symbol: str, epoch_ms: int | None = None) -> None:
        self.pair: Pair = pair_of(symbol, config.start_price)
        self.market = Market(config.seed, self.pair.ticks(config.start_price), config.volatility, config.trades_per_s)
        self._speed = config.speed
        self._opened_ms = time.time_ns() // 1_000_000 if epoch_ms is None else epoch_ms
        """The exchange's clock at market time 0; only this depends on the machine's clock."""
        self._clock: Callable[[], float] | None = None
        self._started = 0.0
        """The loop's clock at market time 0."""
        self._slow = _SlowDiff()
        self._skipped: set[str] = set()
        self._stalled_until = 0.0
        bids, asks = self.market.ladder.bids, self.market.ladder.asks
        touch = Touch(0.0, self.market.ladder.update_id, bids.best, bids.best_lots, asks.best, asks.best_lots)
        self._day = Day(self.pair, self._opened_ms, touch)

    def clock_ms(self) -> int:
        """The exchange's clock: it follows the loop's, whatever the market's speed."""
        if self._clock is None:
            return self._opened_ms
        return self._opened_ms + int((self._clock() - self._started) * 1000)

    async def answer(self, resource: str, limit: int) -> bytes | None:
        """The body for a resource, as of this moment."""
        match resource:
            case "depth":
                return depth_payload(self.market.depth(limit), self.pair)
            case "trades":
                return self._day.trades(limit)
            case "ticker/24hr":
                return self._day.ticker(self.clock_ms())
            case "ticker/bookTicker":
                return self._day.book_ticker()
        return None

    async def run(self, out: Publisher) -> None:
        """Live until cancelled."""
        clock = self._clock = asyncio.get_running_loop().time
        self._started = clock() - self.market.now / self._speed
        while True:
            await asyncio.sleep(TICK_S)
            if clock() < self._stalled_until:
                continue
            lost = clock() - self._started - self.market.now / self._speed - MOST_BEHIND_S
            if lost > 0:
                self._started += lost
                self._opened_ms += int(lost * 1000)
            due = (clock() - self._started) * self._speed
            while self.market.now + STEP_S < due:
                self.advance(self.market.now + STEP_S, out)
                await asyncio.sleep(0)
            self.advance(due, out)

    def advance(self, until: float, out: Publisher) -> None:
        """Move the market on to this market time and publish what came of it."""
        for output in self.market.advance(until):
            self._publish(output, out)

    def skip_update(self) -> None:
        """A drill: the next diff of each pace is never sent, so that clients see a gap."""
        self._skipped |= {"depth@100ms", "depth"}

    def stall(self, seconds: float) -> None:
        """A drill: nothing is sent for so long while connections stay up; what was missed follows at once."""
        self._stalled_until = asyncio.get_running_loop().time() + seconds

    def _publish(self, output: Output, out: Publisher) -> None:
        at_ms = self._opened_ms + int(output.at / self._speed * 1000)
        match output:
            case Print():
                self._day.see_trade(output, at_ms)
                if out.wants("trade"):
                    out.publish("trade", trade_payload(output, self.pair, at_ms))
            case Touch():
                self._day.see_touch(output)
                if out.wants("bookTicker"):
                    out.publish("bookTicker", touch_payload(output, self.pair))
            case Diff():
                self._publish_depth(output, at_ms, out)

    def _publish_depth(self, diff: Diff, at_ms: int, out: Publisher) -> None:
        self._publish_diff("depth@100ms", diff, at_ms, out)
        self._publish_partial("@100ms", out)
        merged = self._slow.add(diff)
        if merged is not None:
            self._publish_diff("depth", merged, at_ms, out)
            self._publish_partial("", out)

    def _publish_diff(self, suffix: str, diff: Diff, at_ms: int, out: Publisher) -> None:
        if suffix in self._skipped:
            self._skipped.remove(suffix)
        elif out.wants(suffix):
            out.publish(suffix, diff_payload(diff, self.pair, at_ms))

    def _publish_partial(self, pace: str, out: Publisher) -> None:
        for depth in PARTIAL_DEPTHS:
            suffix = f"depth{depth}{pace}"
            if out.wants(suffix):
                out.publish(suffix, depth_payload(self.market.depth(depth), self.pair))


class _SlowDiff:
    """Merges diffs at 100 ms into one each second."""

    def __init__(self) -> None:
        self._first_update_id = 0
        self._bids: dict[int, Level] = {}
        self._asks: dict[int, Level] = {}
        self._second = 0

    def add(self, diff: Diff) -> Diff | None:
        """The merged diff where the second is full."""
        self._first_update_id = self._first_update_id or diff.first_update_id
        self._bids.update((level.price, level) for level in diff.bids)
        self._asks.update((level.price, level) for level in diff.asks)
        second = round(diff.at / DIFF_S) // SLOW_DIFFS
        if second == self._second:
            return None
        self._second = second
        bids = [self._bids[price] for price in sorted(self._bids, reverse=True)]
        asks = [self._asks[price] for price in sorted(self._asks)]
        merged = Diff(diff.at, self._first_update_id, diff.last_update_id, bids, asks)
        self._first_update_id = 0
        self._bids.clear()
        self._asks.clear()
        return merged
