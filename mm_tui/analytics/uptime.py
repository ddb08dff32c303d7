"""How long we stood in the market: acknowledged resting orders by side, against the time since quoting first began."""

from mm_tui.model.events import BUY, SELL
from mm_tui.model.facts import OrderChanged, StateChanged
from mm_tui.model.orders import RESTING, Status

_QUOTING = ("quoting", "one-sided")
_RESTING = frozenset(status.value for status in RESTING) | {Status.PENDING_CANCEL.value}


class Uptime:
    """Takes facts in the order of their time."""

    def __init__(self) -> None:
        self.started: int | None = None
        """When quoting was first switched on, ns."""
        self._resting: dict[int, set[str]] = {BUY: set(), SELL: set()}
        self._acknowledged: set[str] = set()
        self._since = 0
        self._bid = self._ask = self._both = 0

    def on_state(self, fact: StateChanged) -> None:
        """The desk's state changed."""
        if self.started is None and fact.state in _QUOTING:
            self.started = self._since = fact.ts

    def on_order(self, fact: OrderChanged) -> None:
        """An order moved along its life."""
        resting = self._resting[fact.side]
        if fact.status == Status.LIVE.value:
            self._acknowledged.add(fact.order_id)
        stands = fact.status in _RESTING and fact.order_id in self._acknowledged
        if stands == (fact.order_id in resting):
            return
        self._count(fact.ts)
        if stands:
            resting.add(fact.order_id)
        else:
            resting.discard(fact.order_id)
            self._acknowledged.discard(fact.order_id)

    def shares(self, ts: int) -> tuple[float | None, float | None, float | None]:
        """Percent of the time with a bid, with an ask, with both; None before quoting began."""
        if self.started is None or ts <= self.started:
            return None, None, None
        self._count(ts)
        total = ts - self.started
        return 100 * self._bid / total, 100 * self._ask / total, 100 * self._both / total

    def _count(self, ts: int) -> None:
        if self.started is None:
            return
        span = ts - self._since
        self._since = ts
        bid, ask = bool(self._resting[BUY]), bool(self._resting[SELL])
        self._bid += span * bid
        self._ask += span * ask
        self._both += span * (bid and ask)
