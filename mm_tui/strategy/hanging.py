"""Hanging orders: what stood opposite to a filled order stays where it is, until it is filled or the price has left it.

Each is a quote of its own, level 100 and up, at its price and for what is left. It is let go when its order was seen
nowhere for a while: somebody cancelled it, and it is not to come back.
"""

from collections.abc import Iterable, Sequence

import msgspec

from mm_tui.model.events import BUY, Side
from mm_tui.model.waterfall import Step
from mm_tui.strategy.api import OwnOrder, Quote

FIRST_LEVEL = 100
"""Levels of hanging quotes begin here; those of others end below."""
GRACE_NS = 2_000_000_000
"""An order on its way to be replaced is not seen for a moment."""


class Hanging:
    """The hanging quotes of both sides."""

    __slots__ = ("_quotes", "_seen")

    def __init__(self) -> None:
        self._quotes: dict[tuple[Side, int], Quote] = {}
        """By side and level, oldest first."""
        self._seen: dict[tuple[Side, int], int] = {}
        """When its order was last seen, ns."""

    def copy(self) -> "Hanging":
        """One of its own with the same quotes."""
        twin = Hanging()
        twin._quotes.update(self._quotes)
        twin._seen.update(self._seen)
        return twin

    def of(self, side: Side) -> tuple[Quote, ...]:
        """The quotes of a side, the nearest first."""
        found = [quote for quote in self._quotes.values() if quote.side is side]
        return tuple(sorted(found, key=lambda quote: -side * quote.price))

    def hang(self, orders: Iterable[OwnOrder], now: int) -> None:
        """These orders stay where they are; those that hang already are passed over."""
        for order in orders:
            if self.holding(order) is None:
                level = FIRST_LEVEL
                while (order.side, level) in self._quotes:
                    level += 1
                self._put(order.side, level, order.price, order.left)
                self._seen[order.side, level] = now

    def holding(self, order: OwnOrder) -> Quote | None:
        """The quote that an order stands for."""
        quote = self._quotes.get((order.side, order.level))
        if quote is not None and quote.price == order.price:
            return quote
        found = (one for one in self._quotes.values() if one.side is order.side and one.price == order.price)
        return next(found, None)

    def drop(self, quote: Quote) -> None:
        """It was filled, or is not wanted any more."""
        del self._quotes[quote.side, quote.level], self._seen[quote.side, quote.level]

    def clear(self) -> None:
        """None hangs any more."""
        self._quotes.clear()
        self._seen.clear()

    def review(self, orders: Sequence[OwnOrder], now: int, oldest: int) -> None:
        """Look which orders are still there, let go of the others, and renew those sent before `oldest`, ns."""
        for order in orders:
            quote = self.holding(order)
            if quote is None:
                continue
            self._seen[quote.side, quote.level] = now
            if order.created < oldest:
                self._put(quote.side, quote.level, quote.price, order.left, now)
        for slot in [slot for slot, seen in self._seen.items() if now - seen > GRACE_NS]:
            self.drop(self._quotes[slot])

    def release(self, reference2: float, share: float) -> None:
        """Let go of those that are further than a share of the price from it."""
        for quote in list(self._quotes.values()):
            if abs(2 * quote.price - reference2) >= share * reference2:
                self.drop(quote)

    def bounds2(self, share: float) -> tuple[float, float]:
        """Between which references, in half ticks, all stay within that share."""
        low2, high2 = 0.0, float("inf")
        for quote in self._quotes.values():
            low2 = max(low2, 2 * quote.price / (1 + share))
            if share < 1:
                high2 = min(high2, 2 * quote.price / (1 - share))
        return low2, high2

    def _put(self, side: Side, level: int, price: int, left: int, since: int = 0) -> None:
        reason = f"hanging since the {'ask' if side is BUY else 'bid'} opposite was filled"
        steps = (Step("hanging", 2.0 * price, reason),)
        self._quotes[side, level] = Quote(side, level, price, left, left, reason, steps, since)


def nearest(quotes: Iterable[Quote], price: int, level: int) -> Quote | None:
    """The quote that an order at a price served: the nearest in price, of several the one of its level."""
    return min(quotes, key=lambda quote: (abs(quote.price - price), quote.level != level), default=None)


def renewed(quotes: tuple[Quote, ...], since: int) -> tuple[Quote, ...]:
    """The same quotes, for which no order serves that was sent before."""
    return tuple(msgspec.structs.replace(quote, since=since) for quote in quotes) if since else quotes
