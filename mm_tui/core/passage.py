"""The way through the risk gate: what an order adds to, and what is said where the gate refuses."""

from mm_tui.core.oms import OrderManager
from mm_tui.core.outputs import Outbox
from mm_tui.core.retry import RetryTimer
from mm_tui.core.state import MarketView
from mm_tui.model import facts
from mm_tui.model.account import MICRO
from mm_tui.model.commands import OrderCommand
from mm_tui.model.events import BUY, Side
from mm_tui.model.orders import Order
from mm_tui.risk.gate import Exposure, Gate, Refused
from mm_tui.strategy.api import Quote

REFUSAL_REPEAT = 1_000_000_000
"""The same refusal is said again after this, ns, not on every event."""


class Passage:
    """Nothing that adds to what may be filled leaves but through here."""

    def __init__(self, gate: Gate, orders: OrderManager, view: MarketView, timer: RetryTimer, outbox: Outbox) -> None:
        self.gate = gate
        self._orders = orders
        self._view = view
        self._timer = timer
        self._outbox = outbox
        self._said: dict[tuple[str, Side | None], int] = {}
        """When a rule's refusal was last said, ns."""

    def exposure(self, side: Side, leaving: Order | None = None) -> Exposure:
        """What a placement adds to.

        The order that a replace takes out may still be filled before it goes, so it counts for the position; its
        place and its funds come free with it.
        """
        account, orders = self._view.account, self._orders
        held = account.position
        position = -(-held // MICRO) if side is BUY else held // MICRO
        reserved = orders.reserved(side)
        busy_value, busy_lots = orders.reserved_value(), reserved if side is not BUY else 0
        open_orders = orders.places
        if leaving is not None:
            open_orders -= 1
            if side is BUY:
                busy_value -= leaving.price * leaving.left
            else:
                busy_lots -= leaving.left
        return Exposure(
            position=position,
            reserved=reserved,
            open_orders=open_orders,
            mid2=self._view.references.mid2,
            own_opposite=orders.touch(side.opposite),
            base_free=account.base // MICRO - busy_lots,
            quote_free=self._view.payable - busy_value,
        )

    def too_much(self, quote: Quote, exposure: Exposure) -> bool:
        """Whether the position has no room for it."""
        return quote.quantity > self.gate.room(quote.side, exposure)

    def send(self, command: OrderCommand, exposure: Exposure) -> str:
        """Send what the gate approves; why it does not, or empty."""
        verdict = self.gate.check(command, exposure)
        if isinstance(verdict, Refused):
            self._refused(command, verdict)
            return f"{verdict.rule} {verdict.value}, limit {verdict.limit}"
        self._outbox.send(verdict)
        if self.gate.reserve_reached(command.ts):
            self._outbox.arm("restraint", command.ts + 1)
        return ""

    def _refused(self, command: OrderCommand, verdict: Refused) -> None:
        ts = command.ts
        side = getattr(command, "side", None)
        self._timer.wake(ts + self._timer.delay, ts)
        last = self._said.get((verdict.rule, side))
        if last is not None and ts - last < REFUSAL_REPEAT:
            return
        self._said[verdict.rule, side] = ts
        self._outbox.say(
            facts.RiskRefused(
                ts=ts,
                rule=verdict.rule,
                side=side,
                price=getattr(command, "price", 0),
                quantity=getattr(command, "quantity", 0),
                value=verdict.value,
                limit=verdict.limit,
            )
        )
