"""Reference prices: what quotes are made around. In half ticks, so that a mid is a whole number.

- mid: (bid + ask) / 2
- microprice: (bid · ask size + ask · bid size) / (both sizes), Stoikov 2018's starting point
- twap: mid averaged by time over the window
- vwap: trade prices averaged by quantity over the window; the mid while there was no trade
- ema: mid with weight exp(−age / window)
- hybrid: 60 % twap and 40 % vwap
Sums are integers; what is a fraction is rounded to a millionth of a half tick before anything is decided by it.
"""

from collections import deque
from math import exp

from mm_tui.model.events import Trade

HYBRID_TWAP = 0.6
FRESH_LIMIT = 1024
"""Trades that may wait to be counted: most strategies never ask for a vwap."""
NAMES = ("mid", "microprice", "twap", "vwap", "ema", "hybrid")


class References:
    """Keeps what the reference prices need, over one window; call `observe` on each change of the touch."""

    __slots__ = (
        "_ema", "_ema_ts", "_fresh", "_integral", "_mids", "_trades", "_value", "_volume",
        "ask", "ask_quantity", "bid", "bid_quantity", "mid2", "ts", "window_ns",
    )  # fmt: skip

    def __init__(self, window_s: float) -> None:
        self.window_ns = max(1, round(window_s * 1e9))
        self.ts = 0
        self.bid = self.ask = self.bid_quantity = self.ask_quantity = 0
        self.mid2 = 0
        """Best bid plus best ask; 0 while unknown."""
        self._mids: deque[tuple[int, int]] = deque()
        self._integral = 0
        self._fresh: list[Trade] = []
        self._trades: deque[tuple[int, int, int]] = deque()
        self._volume = 0
        self._value = 0
        self._ema = 0.0
        self._ema_ts = 0

    def resize(self, window_s: float) -> None:
        """Look back by another window from now on."""
        self.window_ns = max(1, round(window_s * 1e9))

    def observe(self, ts: int, bid: int, bid_quantity: int, ask: int, ask_quantity: int) -> bool:
        """Take the touch; whether the mid moved."""
        self.ts = ts
        self.bid, self.bid_quantity, self.ask, self.ask_quantity = bid, bid_quantity, ask, ask_quantity
        mid2 = bid + ask
        if mid2 == self.mid2:
            return False
        mids = self._mids
        if mids:
            last_ts, last = mids[-1]
            self._integral += last * (ts - last_ts)
            weight = exp((self._ema_ts - ts) / self.window_ns)
            self._ema = last + (self._ema - last) * weight
        else:
            self._ema = float(mid2)
        self._ema_ts = ts
        mids.append((ts, mid2))
        self.mid2 = mid2
        self._expire_mids(ts)
        return True

    def trade(self, trade: Trade) -> None:
        """Take a public trade; it is counted when a vwap is asked for."""
        fresh = self._fresh
        fresh.append(trade)
        if len(fresh) >= FRESH_LIMIT:
            self._count_trades(trade.ts)

    def get(self, name: str, ts: int) -> float | None:  # noqa: PLR0911 - one line a name
        """The named reference in half ticks; None until a touch is known."""
        if not self.mid2:
            return None
        if name == "mid":
            return self.mid2
        if name == "microprice":
            total = self.bid_quantity + self.ask_quantity
            weighted = self.bid * self.ask_quantity + self.ask * self.bid_quantity
            return round(2 * weighted / total, 6) if total else self.mid2
        if name == "twap":
            return self._twap(ts)
        if name == "vwap":
            return self._vwap(ts)
        if name == "ema":
            weight = exp((self._ema_ts - ts) / self.window_ns)
            return round(self.mid2 + (self._ema - self.mid2) * weight, 6)
        if name == "hybrid":
            return round(HYBRID_TWAP * self._twap(ts) + (1 - HYBRID_TWAP) * self._vwap(ts), 6)
        raise ValueError(f"no reference price is named {name!r}; there are {', '.join(NAMES)}")

    def _twap(self, ts: int) -> float:
        self._expire_mids(ts)
        first_ts, first = self._mids[0]
        last_ts, last = self._mids[-1]
        start = max(first_ts, ts - self.window_ns)
        integral = self._integral + last * (ts - last_ts) - first * (start - first_ts)
        span = ts - start
        return round(integral / span, 6) if span > 0 else float(last)

    def _expire_mids(self, ts: int) -> None:
        mids, oldest = self._mids, ts - self.window_ns
        while len(mids) > 1 and mids[1][0] <= oldest:
            first_ts, first = mids.popleft()
            self._integral -= first * (mids[0][0] - first_ts)

    def _vwap(self, ts: int) -> float:
        self._count_trades(ts)
        return round(self._value / self._volume, 6) if self._volume else float(self.mid2)

    def _count_trades(self, ts: int) -> None:
        for trade in self._fresh:
            value = trade.price * 2 * trade.quantity
            self._trades.append((trade.ts, value, trade.quantity))
            self._value += value
            self._volume += trade.quantity
        self._fresh.clear()
        trades, oldest = self._trades, ts - self.window_ns
        while trades and trades[0][0] < oldest:
            _, value, quantity = trades.popleft()
            self._value -= value
            self._volume -= quantity
