"""Figures of the market over a sliding window: flow, spread, change and volatility.

Trades enter and leave a running sum; mid and spread are sampled once a second of event time, so that a figure
does not depend on how often the touch flickers.
"""

from collections import deque
from itertools import pairwise
from math import sqrt

import msgspec

from mm_tui.model.clock import SECOND
from mm_tui.model.events import Trade

FRESH_LIMIT = 1024
"""Trades that may wait to be counted; nobody looks at the figures as often as trades come."""


class Flow(msgspec.Struct, frozen=True):
    """The market over the window; quantities in lots, None where not yet known."""

    window_s: int
    buy: int
    """Bought by aggressors."""
    sell: int
    trades: int
    change_bps: float | None
    average_spread_bps: float | None
    average_trade: float | None
    volatility_bps: float | None
    """Standard deviation of one-second mid returns, bps a root second."""

    @property
    def net(self) -> int:
        """Bought minus sold."""
        return self.buy - self.sell


class FlowWindow:
    """Running figures over the last `window_s` seconds."""

    def __init__(self, window_s: int) -> None:
        self.window_s = window_s
        self.buy = 0
        self.sell = 0
        self._fresh: list[Trade] = []
        self._trades: deque[tuple[int, int]] = deque()
        self._samples: deque[tuple[int, int, int]] = deque(maxlen=window_s + 1)
        """`(ts, bid, ask)`."""
        self.next_sample = 0
        """Before this time `observe` does nothing, ns."""

    def add(self, trade: Trade) -> None:
        """Take a trade; it is counted when figures are asked for."""
        fresh = self._fresh
        fresh.append(trade)
        if len(fresh) >= FRESH_LIMIT:
            self._count(trade.ts)

    def observe(self, ts: int, bid: int, ask: int) -> None:
        """Take the touch, in ticks; kept once a second."""
        if ts >= self.next_sample:
            self._samples.append((ts, bid, ask))
            self.next_sample = ts - ts % SECOND + SECOND

    def figures(self, ts: int) -> Flow:
        """The window's figures as of now."""
        self._count(ts)
        mids = [bid + ask for _, bid, ask in self._samples]
        volume, count = self.buy + self.sell, len(self._trades)
        return Flow(
            window_s=self.window_s,
            buy=self.buy,
            sell=self.sell,
            trades=count,
            change_bps=(mids[-1] / mids[0] - 1) * 10_000 if len(mids) > 1 else None,
            average_spread_bps=_mean([(ask - bid) * 20_000 / (ask + bid) for _, bid, ask in self._samples]),
            average_trade=volume / count if count else None,
            volatility_bps=_deviation([(b / a - 1) * 10_000 for a, b in pairwise(mids)]),
        )

    def _count(self, ts: int) -> None:
        for trade in self._fresh:
            signed = trade.quantity * trade.side
            self._trades.append((trade.ts, signed))
            if signed > 0:
                self.buy += signed
            else:
                self.sell -= signed
        self._fresh.clear()
        self._expire(ts)

    def _expire(self, ts: int) -> None:
        trades, oldest = self._trades, ts - self.window_s * SECOND
        while trades and trades[0][0] < oldest:
            signed = trades.popleft()[1]
            if signed > 0:
                self.buy -= signed
            else:
                self.sell += signed
        samples = self._samples
        while samples and samples[0][0] < oldest:
            samples.popleft()


def _mean(values: list[float]) -> float | None:
    total = 0.0
    for value in values:
        total += value
    return total / len(values) if values else None


def _deviation(values: list[float]) -> float | None:
    mean = _mean(values)
    if mean is None or len(values) < 2:  # noqa: PLR2004 - a deviation needs two values
        return None
    total = 0.0
    for value in values:
        total += (value - mean) ** 2
    return sqrt(total / (len(values) - 1))
