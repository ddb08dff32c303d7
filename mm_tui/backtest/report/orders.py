"""What became of the orders, how soon the venue answered, and where our best quotes stood."""

from collections import Counter
from typing import Final

from mm_tui.analytics.histogram import Histogram
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.facts import OrderChanged
from mm_tui.model.orders import Status

WORDS_KEPT: Final = 40
"""Different ends that are told apart; a venue may give a reason of its own to each order."""
OTHER: Final = "for other reasons"

_STANDS = frozenset({Status.LIVE.value, Status.PARTIALLY_FILLED.value})
_STILL = frozenset({Status.PENDING_AMEND.value, Status.PENDING_CANCEL.value, Status.UNKNOWN.value})
_UNSAID = frozenset({"canceled", "replaced", ""})
"""Reasons that a venue gives to each cancel."""


class Orders:
    """Takes the steps of orders' lives in their order."""

    def __init__(self) -> None:
        self.ends: Counter[str] = Counter()
        """Orders by how they ended, in words."""
        self.answered = Histogram()
        """From an order's decision to the first word of the venue's about it, ns."""
        self._sent: dict[str, int] = {}
        self._why: dict[str, str] = {}
        """Why an order's cancel is on its way."""
        self._prices: dict[Side, dict[str, int]] = {BUY: {}, SELL: {}}

    def best(self, side: Side) -> int | None:
        """Our own best acknowledged price of a side, ticks; None where none stands."""
        prices = self._prices[side].values()
        if not prices:
            return None
        return max(prices) if side is BUY else min(prices)

    def take(self, change: OrderChanged) -> None:
        """One step."""
        name, status = change.order_id, change.status
        if status == Status.PENDING_NEW:
            self._sent[name] = change.ts
            return
        sent = self._sent.pop(name, None)
        if sent is not None and status not in _STILL:
            self.answered.add(change.ts - sent)
        if status in _STANDS:
            self._prices[change.side][name] = change.price
            return
        if status == Status.PENDING_CANCEL:
            self._why[name] = change.reason
        if status in _STILL:
            return
        self._prices[change.side].pop(name, None)
        self._count(_end(change, self._why.pop(name, "")))

    def _count(self, words: str) -> None:
        known = words in self.ends or len(self.ends) < WORDS_KEPT
        self.ends[words if known else f"{words.partition(':')[0]}: {OTHER}"] += 1


def _end(change: OrderChanged, why: str) -> str:
    if change.status == Status.FILLED:
        return "filled"
    kind = "refused by the venue" if change.status == Status.REJECTED else "cancelled"
    if change.filled:
        kind = "filled in part, then cancelled"
    reason = change.reason if change.reason not in _UNSAID else why
    return f"{kind}: {reason or change.reason or 'no reason given'}"
