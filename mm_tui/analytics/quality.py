"""How good the quoting was: messages, fills and the lives of quotes.

An order of the operator's own, a flatten, is a message and its fills are fills, but it is no quote.
"""

from bisect import bisect_left, insort
from collections import OrderedDict, deque

from mm_tui.model.clock import SECOND
from mm_tui.model.facts import Filled, OrderChanged
from mm_tui.model.orders import Status

LIVES = 4096
"""Quotes that the median life rests on, the last ones to end."""
RECENT = 1024
"""Ended orders that may still be filled late."""
_ACKNOWLEDGED = frozenset({Status.LIVE.value, Status.PARTIALLY_FILLED.value})
_ENDED = frozenset({Status.FILLED.value, Status.CANCELED.value})
_REJECTED = Status.REJECTED.value


class Quality:
    """Takes commands as they are sent and facts in the order of their time."""

    def __init__(self) -> None:
        self.messages = 0
        """Placements, amends, replaces and cancels that were sent; cancelling all is one."""
        self.fills = 0
        self._value = self._maker_value = 0
        """Volume, ticks times lots."""
        self._ended = self._with_fill = 0
        self._acknowledged: dict[str, int] = {}
        """When each open quote was, ns."""
        self._recent: OrderedDict[str, bool] = OrderedDict()
        """Whether a fill was counted for each quote that came to its end not long ago."""
        self._lives: deque[int] = deque()
        self._sorted: list[int] = []

    def on_fill(self, fill: Filled) -> None:
        """A fill was booked."""
        value = fill.price * fill.quantity
        self.fills += 1
        self._value += value
        self._maker_value += value * fill.maker

    def on_order(self, fact: OrderChanged) -> None:
        """An order moved along its life."""
        if fact.level < 0:
            return
        name, status = fact.order_id, fact.status
        if status in _ACKNOWLEDGED:
            self._acknowledged.setdefault(name, fact.ts)
        elif status in _ENDED:
            self._end(name, fact)
        elif status == _REJECTED:
            self._acknowledged.pop(name, None)

    def _end(self, name: str, fact: OrderChanged) -> None:
        filled = fact.filled > 0
        counted = self._recent.get(name)
        if counted is None:
            self._ended += 1
            self._live(fact.ts, self._acknowledged.pop(name, None))
        self._with_fill += filled and not counted
        self._recent[name] = filled
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)

    def _live(self, ts: int, since: int | None) -> None:
        if since is None:
            return
        life = ts - since
        self._lives.append(life)
        insort(self._sorted, life)
        if len(self._lives) > LIVES:
            del self._sorted[bisect_left(self._sorted, self._lives.popleft())]

    @property
    def fill_ratio_pct(self) -> float | None:
        """Quotes with a fill among those that came to an end, refused ones apart; None before the first end."""
        return round(100 * self._with_fill / self._ended, 4) if self._ended else None

    @property
    def fills_per_1000(self) -> float | None:
        """Fills per 1000 messages; None before the first message."""
        return round(1000 * self.fills / self.messages, 4) if self.messages else None

    @property
    def quote_life_s(self) -> float | None:
        """Median time from acknowledgement to end of the last `LIVES` quotes; None before the first end."""
        lives = self._sorted
        if not lives:
            return None
        middle = len(lives) // 2
        life2 = 2 * lives[middle] if len(lives) % 2 else lives[middle - 1] + lives[middle]
        return round(life2 / 2 / SECOND, 6)

    @property
    def maker_pct(self) -> float | None:
        """Share of the volume that was filled as maker; None before the first fill."""
        return round(100 * self._maker_value / self._value, 4) if self._value else None
