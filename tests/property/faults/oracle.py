"""The invariants, held after every event against a second bookkeeping that asks the core for nothing it can count.

It hears what the core hears and reads what leaves it, so that it can judge a script without the market and the venue
that made it.
"""

from collections import Counter
from typing import Any

from faults.leaving import Leaving
from faults.ledger import ANSWER, Ledger
from faults.losses import Losses
from faults.permit import Permit
from faults.setup import Setup
from faults.truth import SecondBook
from faults.words import hold
from mm_tui.core.engine import Core
from mm_tui.core.state import QUOTES
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.orders import RESTING, Status
from mm_tui.risk.gate import Approved

REPLIES = frozenset(
    {
        ev.OrderAccepted, ev.OrderRejected, ev.OrderFilled, ev.OrderCanceled, ev.CancelRejected, ev.OrderAmended,
        ev.OrderStatus, ev.QueryRejected,
    }
)  # fmt: skip
UNANSWERED = frozenset({Status.PENDING_NEW, Status.PENDING_AMEND})
"""Something is on its way, and in doubt where nothing is heard of it."""
MARKET = frozenset({ev.BookDelta, ev.BookSnapshot, ev.TopOfBook, ev.LinkUp, ev.LinkDown})


class Oracle:
    """Judges one run."""

    def __init__(self, setup: Setup, core: Core, left_at_the_wire: dict[str, int]) -> None:
        self.core = core
        self.ledger = Ledger(setup.opening.base, setup.opening.quote)
        self.book = SecondBook(setup.config.feed.stale_after_ms * 1_000_000)
        self.wire = left_at_the_wire
        self.losses = Losses(setup.opening, core, self.ledger)
        self.permit = Permit(setup, core, self.ledger, self.losses)
        self.leaving = Leaving(setup, core, self.ledger, self.book, self.permit)
        self.batch_size = setup.config.execution.batch_size
        self.noticed: Counter[str] = Counter()
        """What the core said, by its kind: a simulator that meets nothing finds nothing."""

    # -- before and after an event

    def throw_kill(self) -> None:
        """The kill switch: from now on nothing may leave, though the event comes later."""
        self.permit.killed = True

    def before(self, event: Any) -> None:
        """The core is about to hear it."""
        kind = type(event)
        book = self.book
        book.look(event.ts)
        if kind in REPLIES:
            self.ledger.hear(event)
            self.permit.hear_reply(event)
        elif kind in MARKET:
            book.hear(event)
        elif kind is ev.OperatorAction:
            self.permit.hear_person(event)
        elif kind is ev.Timer:
            if event.name == "retry":
                self.leaving.looked = event.ts
        elif kind is ev.WatchdogTripped:
            if event.rule == "exposure":
                self.permit.close("exposure at the wire")
            elif event.rule != "strategy_budget":
                book.doubt()

    def after(self, event: Any, commands: list[Any], told: list[Any]) -> None:
        """What the core did."""
        ts = event.ts
        for fact in told:
            self._hear_fact(fact)
        if commands:
            self.leaving.read_levels()
        sent = 0
        for command in commands:
            if type(command) is Approved:
                sent += self.leaving.hear(command.command, ts)
            elif type(command) is cmd.RequestSnapshot:
                self.noticed["asks again for a snapshot"] += command.reason.startswith("the snapshot was older")
        hold(sent <= self.batch_size, 1, f"{sent} commands left on one event, at most {self.batch_size}")
        self._check_account()
        self._check_orders(event)
        self._check_book(event)
        self.losses.check(event, self.permit.limits, closed=bool(self.permit.closed))

    def _hear_fact(self, fact: Any) -> None:
        kind = type(fact)
        if kind is facts.StateChanged:
            self.noticed[fact.state] += 1
        elif kind is facts.OrderChanged:
            self.noticed[fact.status] += 1
        elif kind is facts.BookInvalid:
            self.noticed[fact.reason.partition(":")[0]] += 1
        elif kind is facts.Noted:
            self.noticed["a spoilt decision"] += fact.text.endswith("that decision is dropped")
        elif kind is facts.RiskRefused:
            self.noticed[f"refused: {fact.rule}"] += 1
        elif kind is facts.RiskTripped:
            self.noticed[f"tripped: {fact.rule}"] += 1
            self.permit.hear_trip(fact)
        elif kind is facts.ParameterChanged and fact.name.startswith("risk."):
            self.permit.hear_limit(fact)

    # -- what must be so after every event

    def _check_account(self) -> None:
        account, ledger = self.core.account, self.ledger
        if account.base != ledger.base or account.quote != ledger.quote or account.asset_paid != ledger.asset:
            hold(account.base == ledger.base, 3, f"base is {account.base}, the fills say {ledger.base}")
            hold(account.quote == ledger.quote, 3, f"quote is {account.quote}, the fills say {ledger.quote}")
            hold(condition=False, invariant=3, what=f"fees in an asset: {account.asset_paid}, {ledger.asset} were paid")

    def _check_orders(self, event: Any) -> None:  # noqa: C901 - one look a rule
        core, ledger, closed = self.core, self.ledger, self.permit.shut(event.ts)
        opened = core.orders._open
        if opened.keys() != ledger.open.keys():
            lost, more = sorted(ledger.open.keys() - opened.keys()), sorted(opened.keys() - ledger.open.keys())
            hold(condition=False, invariant=4, what=f"may live but is not listed: {lost}; is listed but dead: {more}")
        if not opened:
            return
        if type(event) in REPLIES:
            for name, order in ledger.open.items():
                left = opened[name].left
                hold(left == order.left, 4, f"{left} of {name} may be filled, {order.left} by what was heard")
            wire = self.wire
            if len(wire) != len(opened) or any(wire.get(name) != one.left for name, one in opened.items()):
                hold(condition=False, invariant=8, what=f"{wire} at the wire")
        for name, one in opened.items():
            if event.ts - one.updated > ANSWER:
                hold(one.status not in UNANSWERED, 4, f"{name} got no answer, and is not in doubt")
                waits = one.level < 0 and one.status in RESTING
                hold(not waits, 4, f"{name} should be gone at once, and nobody asks for it")
        if closed or core.state not in QUOTES:
            for name, one in opened.items():
                if one.level >= 0:
                    hold(one.status not in RESTING, 5 if closed else 2, f"{name} rests while {core.state.value}")
                    if closed:
                        hold(ledger.open[name].cancelled, 5, f"{name} got no cancel after {closed}")
        if closed:
            hold(core.gate.shut(event.ts), 5, f"the gate is open after {closed}")

    def _check_book(self, event: Any) -> None:
        core, book = self.core, self.book
        valid = book.valid
        if core.book.valid is not valid:
            hold(condition=False, invariant=2, what=f"the book is {core.book.valid}, by the frames {valid}")
        if valid and type(event) in MARKET:
            seen = core.book
            if seen.bids.levels != book.bids or seen.asks.levels != book.asks:
                hold(condition=False, invariant=2, what="levels differ from what the frames say")
            if core.references.mid2 != book.mid2:
                hold(condition=False, invariant=2, what=f"the mid is {core.references.mid2}, by the frames {book.mid2}")
        if not valid or book.suspect:
            hold(core.state not in QUOTES or not book.known, 2, f"quotes are wanted on a book that is {valid}")
            for order in self.ledger.open.values():
                if order.level >= 0 and not order.immediate:
                    hold(order.cancelled, 2, f"{order.name} got no cancel")
