"""Levels that are left alone for a while, because the venue refused their orders or because a person said so.

- a refused placement is tried again at its level after `retry_delay_ms`, `max_retries` times in a row; then the level
  rests until the strategy wants other quotes
- where a person cancelled an order, its level is held back until the strategy wants other quotes
"""

from mm_tui.core.explain import Held
from mm_tui.core.outputs import Outbox
from mm_tui.core.retry import RetryTimer
from mm_tui.model import facts
from mm_tui.model.clock import time_of_day
from mm_tui.model.codes import NOT_ATTEMPTED, TOO_MANY
from mm_tui.model.events import Side
from mm_tui.model.orders import Order
from mm_tui.strategy.api import Quote

NEVER = 1 << 62
"""Until when a level rests that was refused too often, ns."""

Slot = tuple[Side, int]
"""A side and a level of it."""


class Levels:
    """Which levels may have an order now, and why the others may not."""

    def __init__(self, max_retries: int, timer: RetryTimer, outbox: Outbox) -> None:
        self._max_retries = max_retries
        self._timer = timer
        self._outbox = outbox
        self._barred: set[Slot] = set()
        """Held back by a person."""
        self._failures: dict[Slot, int] = {}
        """Refusals in a row."""
        self._blocked: dict[Slot, int] = {}
        """Until when a level that was refused is left alone, ns."""
        self._refusals: dict[Slot, str] = {}
        """The venue's words of them."""

    # -- refused by the venue

    def rejected(self, order: Order, code: int, ts: int) -> None:
        """The venue refused a placement: wait before the level is tried again, and not for ever."""
        if code == NOT_ATTEMPTED or code in TOO_MANY:
            return
        slot = (order.side, order.level)
        count = self._failures[slot] = self._failures.get(slot, 0) + 1
        self._refusals[slot] = f"refused {count} {'time' if count == 1 else 'times'}, {order.reason}"
        if count > self._max_retries:
            self._blocked[slot] = NEVER
            text = f"{order.side.book_word} level {order.level} rests: refused {count} times, {order.reason}"
            self._outbox.say(facts.Noted(ts=ts, kind="warn", text=text))
        else:
            self._blocked[slot] = ts + self._timer.delay
            self._timer.wake(ts + self._timer.delay, ts)

    def accepted(self, order: Order) -> None:
        """The level works: earlier refusals are forgotten."""
        slot = (order.side, order.level)
        if slot in self._failures:
            self._forgive(slot)

    def resting(self, slot: Slot, ts: int) -> str:
        """Why the level is not tried now; empty where it may be."""
        blocked = self._blocked.get(slot, 0)
        if ts >= blocked:
            return ""
        self._timer.wake(blocked, ts)
        return f"{'rests' if blocked == NEVER else f'again {time_of_day(blocked)}'}: {self._refusals[slot]}"

    # -- held back by a person

    def bar(self, slot: Slot) -> None:
        """No order at this level until the strategy wants other quotes."""
        self._barred.add(slot)

    def without_barred(self, quotes: tuple[Quote, ...], held: list[Held]) -> tuple[Quote, ...]:
        """The quotes whose level no person holds back; `held` gets the others."""
        barred = self._barred
        if not barred:
            return quotes
        held += [Held(quote, "held by the operator") for quote in quotes if (quote.side, quote.level) in barred]
        return tuple(quote for quote in quotes if (quote.side, quote.level) not in barred)

    def release(self) -> None:
        """The strategy wants other quotes: nothing is held back any more, and what rests is tried again."""
        self._barred.clear()
        for slot, count in list(self._failures.items()):
            if count > self._max_retries:
                self._forgive(slot)

    def _forgive(self, slot: Slot) -> None:
        del self._failures[slot], self._blocked[slot], self._refusals[slot]
