"""What the core answers: commands for venues, feed and timers, and facts for everyone."""

import msgspec

from mm_tui.model.commands import ArmTimer, RequestSnapshot
from mm_tui.model.facts import AnyFact, Noted, OrderChanged
from mm_tui.model.orders import Order, Status
from mm_tui.risk.gate import Approved

_WORDS = {status: status.value for status in Status}
"""To look a word up is cheaper than to ask its enum for it."""

AnyOutput = Approved | RequestSnapshot | ArmTimer


class Outputs(msgspec.Struct, frozen=True, gc=False):
    """In the order in which they came about."""

    commands: list[AnyOutput]
    facts: list[AnyFact]


EMPTY = Outputs([], [])
"""Most events change nothing."""


class Outbox:
    """Gathers what one event brings about."""

    __slots__ = ("commands", "facts", "ts")

    def __init__(self) -> None:
        self.ts = 0
        """Time of the event that is being processed, ns."""
        self.commands: list[AnyOutput] = []
        """Gathered so far."""
        self.facts: list[AnyFact] = []

    def send(self, command: AnyOutput) -> None:
        """A command leaves."""
        self.commands.append(command)

    def arm(self, name: str, due: int) -> None:
        """A timer is to wake the core."""
        self.commands.append(ArmTimer(ts=self.ts, name=name, due=due))

    def say(self, fact: AnyFact) -> None:
        """Something happened."""
        self.facts.append(fact)

    def tell(self, order: Order) -> None:
        """Where an order stands now."""
        self.facts.append(
            OrderChanged(
                ts=self.ts,
                order_id=order.order_id,
                side=order.side,
                price=order.price,
                quantity=order.quantity,
                filled=order.filled,
                status=_WORDS[order.status],
                level=order.level,
                reason=order.reason,
            )
        )

    def note(self, kind: str, text: str) -> None:
        """A remark for the event log; `info` or `warn`."""
        self.facts.append(Noted(ts=self.ts, kind=kind, text=text))

    def take(self) -> Outputs:
        """Everything gathered; the outbox is then empty."""
        outputs = Outputs(self.commands, self.facts)
        self.commands, self.facts = [], []
        return outputs
