"""The tape: the last trades, and which of them are significant.

Significant is a trade of at least a set quantity, or the first one after a set time without any.
"""

from collections import deque

import msgspec

from mm_tui.model.events import Trade

TAPE_LENGTH = 200
"""Trades kept for the screen."""


class Print(msgspec.Struct, frozen=True, gc=False):
    """A trade on the tape."""

    trade: Trade
    significant: bool


class Tape:
    """The last trades, oldest first."""

    def __init__(self, significant_lots: int, interval_ns: int) -> None:
        self.significant_lots = significant_lots
        self.interval_ns = interval_ns
        self.prints: deque[Print] = deque(maxlen=TAPE_LENGTH)
        self.significant_count = 0
        self.count = 0
        self._last_significant = -interval_ns

    @property
    def last(self) -> Trade | None:
        """The newest trade."""
        return self.prints[-1].trade if self.prints else None

    def add(self, trade: Trade) -> bool:
        """Take a trade; whether it is significant."""
        significant = trade.quantity >= self.significant_lots or trade.ts - self._last_significant >= self.interval_ns
        if significant:
            self._last_significant = trade.ts
            self.significant_count += 1
        self.count += 1
        self.prints.append(Print(trade, significant))
        return significant
