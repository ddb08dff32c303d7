"""What a change of parameters would do now, worked out on twins: the desk itself is left as it is.

The same strategy is made with the changed parameters and takes over its predecessor's memory, is shown the same market
and position, and what it wants goes through the same quoter, planner, pace and gate. So a change that is sent at the
same moment brings about exactly the commands that were previewed, and any number of previews brings about none.

The strategies are copied for it. One that cannot be copied, or that fails, has no preview, and says why.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING

import msgspec

from mm_tui.core.explain import Held
from mm_tui.core.levels import Slot
from mm_tui.core.outputs import Outbox
from mm_tui.core.quoting import Move, Pair, Place, Plan, Remove, Shrink
from mm_tui.core.state import QUOTES
from mm_tui.errors import SettingsError
from mm_tui.model.commands import CancelOrder, OrderCommand
from mm_tui.model.facts import Noted
from mm_tui.model.words import raised
from mm_tui.risk.gate import Approved
from mm_tui.strategy.api import NO_QUOTES, Quotes, Strategy

if TYPE_CHECKING:
    from mm_tui.core.engine import Core


class Messages(msgspec.Struct, frozen=True):
    """What it takes to bring the open orders to the quotes."""

    cancels: int = 0
    places: int = 0
    replaces: int = 0
    amends: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.cancels + self.places + self.replaces + self.amends


class Preview(msgspec.Struct, frozen=True):
    """What a change would do."""

    problem: str = ""
    """Why there is no preview; everything else is empty then."""
    refused: bool = False
    """It cannot be set at all."""
    idle: str = ""
    """Why nothing would be sent now, though quotes are shown: `paused: by the operator`. Empty while quoting."""
    quotes: Quotes = NO_QUOTES
    """What would be wanted, within sides, position limit and balances."""
    described: str = ""
    """The strategy's own words for what it would quote."""
    leaving: frozenset[str] = frozenset()
    """Orders that would give their place in the queue up."""
    served: frozenset[Slot] = frozenset()
    """Quotes for which an order stays in its place."""
    smaller: Mapping[Slot, int] = {}
    """Those of them for which it gets smaller, and the price at which it stands."""
    messages: Messages = Messages()
    """All that it takes, sooner or later."""
    commands: tuple[OrderCommand, ...] = ()
    """What of it would leave at once."""
    held: tuple[Held, ...] = ()
    """Quotes that would not have an order at once, and why."""
    rate: int = 0
    """Messages of the second before that count, with those that would leave at once."""
    rate_limit: int = 0
    """`risk.max_orders_per_s`."""


class Previewer:
    """Previews of one core; remembers the strategy that it made last, since making one may be dear."""

    def __init__(self, core: "Core") -> None:
        self._core = core
        self._params: msgspec.Struct | None = None
        self._made: Strategy | None = None
        self._failed: Preview | None = None
        """What there is to say of the last one made, where it cannot be asked."""

    def look(self, ts: int, assignments: str) -> Preview | None:
        """What `set` with these assignments, one a line, would do at `ts`; None where they change nothing."""
        core = self._core
        try:
            params = core.parameters.wanted(assignments)
        except SettingsError as error:
            return Preview(problem=str(error), refused=True)
        if params == core.parameters.params:
            return None
        if core.state not in QUOTES and not (core.book.valid and core.mid2 and not core.conduct.stale):
            return Preview(problem=f"{core.state.value}: {core.reason}")
        return self._strategy_of(params) or self._play(ts, params)

    def _strategy_of(self, params: msgspec.Struct) -> Preview | None:
        """Have the strategy with these parameters; what there is to say where there is none."""
        if params != self._params:
            self._params, self._made, self._failed = params, None, None
            try:
                self._made = self._core.quoter.build(params)
            except BaseException as error:  # noqa: BLE001 - a plug-in may raise anything; the desk lives
                self._failed = Preview(problem=raised(error), refused=True)
        return self._failed

    def _play(self, ts: int, params: msgspec.Struct) -> Preview:
        """Have twins of all that decides take up the parameters, and see what they do."""
        core, outbox = self._core, Outbox()
        outbox.ts = ts
        market, orders, gate = core.market.twin(), core.orders.twin(), core.gate.twin()
        view = core.view.twin(ts, market, orders, gate)
        executor = core.executor.twin(gate, orders, view, outbox)
        try:
            quoter = core.quoter.twin(view, orders, gate, outbox, deepcopy(self._made))  # type: ignore[arg-type]  # made
        except BaseException as error:  # noqa: BLE001 - a plug-in may raise anything here too
            self._failed = Preview(problem=f"the strategy cannot be copied: {raised(error)}")
            return self._failed
        problem = quoter.change(params, core.parameters.leans, core.parameters.origin)
        if not problem:
            quoter.decide(executor, core.conduct.side_on)
            notes = [fact.text for fact in outbox.facts if isinstance(fact, Noted)]
            problem = notes[0] if quoter.failing else ""
        if problem:
            return Preview(problem=problem)
        plan, commands = executor.plan, tuple(one.command for one in outbox.commands if isinstance(one, Approved))
        return Preview(
            idle="" if core.state in QUOTES else f"{core.state.value}: {core.reason}",
            quotes=quoter.wanted,
            described=quoter.describe(),
            leaving=_leaving(plan) | {one.order_id for one in commands if isinstance(one, CancelOrder)},
            served=_served(plan),
            smaller={(one.quote.side, one.quote.level): one.order.price for one in _shrunk(plan)},
            messages=_messages(plan),
            commands=commands,
            held=executor.held,
            rate=gate.rate(ts),
            rate_limit=gate.limits.max_orders_per_s,
        )


def _leaving(plan: Plan) -> frozenset[str]:
    """Orders that give their place up, at once or once they are acknowledged."""
    moved = [step.order for step in plan.steps if isinstance(step, Move | Remove)]
    return frozenset(order.order_id for order in (*moved, *(pair.order for pair in plan.waiting), *plan.unwanted))


def _served(plan: Plan) -> frozenset[Slot]:
    """Quotes for which an order stays."""
    return frozenset((one.quote.side, one.quote.level) for one in (*plan.kept, *_shrunk(plan)))


def _shrunk(plan: Plan) -> list[Shrink | Pair]:
    """Orders that get smaller, at once or once they are acknowledged."""
    return [*(step for step in plan.steps if isinstance(step, Shrink)), *plan.oversized]


def _messages(plan: Plan) -> Messages:
    """Every message that the plan asks for, those behind an acknowledgement too."""
    steps, later = plan.steps, len(plan.waiting)
    removed = [step for step in steps if isinstance(step, Remove)]
    return Messages(
        cancels=len(removed) + len(plan.unwanted),
        places=sum(isinstance(step, Place) for step in steps) + sum(step.quote is not None for step in removed),
        replaces=sum(isinstance(step, Move) for step in steps) + later,
        amends=sum(isinstance(step, Shrink) for step in steps) + len(plan.oversized),
    )
