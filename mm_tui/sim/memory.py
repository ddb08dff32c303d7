"""What the paper venue knows of the orders that it took, long after they are gone, so that a query finds the truth."""

from collections import OrderedDict
from typing import Any, Literal

from mm_tui.model import events as ev

KEPT = 1_000
"""Orders that are gone and can still be asked for; the oldest goes first."""


class Known:
    """One order."""

    __slots__ = ("canceled", "filled", "fills", "quantity")

    def __init__(self, quantity: int) -> None:
        self.quantity = quantity
        """The whole of it, as the venue has it by now, lots."""
        self.filled = 0
        self.fills: list[ev.OrderFilled] = []
        self.canceled = False

    @property
    def state(self) -> Literal["live", "filled", "canceled"]:
        """Where it stands."""
        if self.canceled:
            return "canceled"
        return "filled" if self.filled >= self.quantity else "live"


class Memory:
    """Notes what the venue reports, at the moment when it happens."""

    __slots__ = ("_gone", "_live")

    def __init__(self) -> None:
        self._live: dict[str, Known] = {}
        self._gone: OrderedDict[str, Known] = OrderedDict()

    def take(self, order_id: str, quantity: int) -> None:
        """The venue takes an order."""
        self._live[order_id] = Known(quantity)

    def of(self, order_id: str) -> Known | None:
        """What is known of an order; None where it never came, or is long gone."""
        return self._live.get(order_id) or self._gone.get(order_id)

    def note(self, report: Any) -> None:
        """A report is made."""
        known = self._live.get(report.order_id)
        if known is None:
            return
        kind = type(report)
        if kind is ev.OrderFilled:
            known.fills.append(report)
            known.filled += report.quantity
        elif kind is ev.OrderCanceled:
            known.canceled = True
        elif kind is ev.OrderAmended:
            known.quantity = report.quantity
        if known.state != "live":
            self._gone[report.order_id] = self._live.pop(report.order_id)
            if len(self._gone) > KEPT:
                self._gone.popitem(last=False)
