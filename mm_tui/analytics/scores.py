"""All scores of a session, computed once, for live, replay and backtest alike."""

from collections.abc import Callable
from typing import Any

from mm_tui.analytics.inventory import Inventory
from mm_tui.analytics.ledger import Ledger
from mm_tui.analytics.markout import NEVER, Markouts
from mm_tui.analytics.obligation import Obligation
from mm_tui.analytics.pnl import PnlSplit
from mm_tui.analytics.quality import Quality
from mm_tui.analytics.terms import NO_TERMS, Terms
from mm_tui.analytics.worth import MidBefore, unknown, worth_of
from mm_tui.model import facts as fc
from mm_tui.model.facts import AnyFact


class Scores:
    """Follows the desk step by step."""

    def __init__(
        self, terms: Terms = NO_TERMS, limit: Callable[[], int] | None = None, mid_before: MidBefore = unknown
    ) -> None:
        """`limit()` is the position limit in lots as it stands; `mid_before` remembers the market of late reports."""
        self._mid_before = mid_before
        self.pnl = PnlSplit()
        self.markouts = Markouts()
        self.ledger = Ledger()
        self.quality = Quality()
        self.inventory = Inventory(limit)
        self.obligation = Obligation(terms)
        self.mid2 = 0
        """As last told, half ticks; while it, the book's validity and `due` stand, `after` has nothing to do."""
        self.valid = False
        self.due = NEVER
        """When a fill is looked at again, ns; five seconds are one of the horizons."""
        self.stood: MidBefore = self._stands
        """The mid at a horizon that has gone by, and whether the book was valid; a run by an index looks it up."""
        self._handlers: dict[type, Callable[[Any], None]] = {
            fc.Filled: self._on_fill,
            fc.OrderChanged: self._on_order,
            fc.StateChanged: self._on_state,
            fc.QuoteDecided: self.inventory.on_quote,
            fc.ParameterChanged: self._on_parameter,
            fc.LinkChanged: self.obligation.on_link,
            fc.BookInvalid: self.obligation.on_book,
            fc.BookValid: self.obligation.on_book,
        }

    def after(self, ts: int, mid2: int, valid: bool, facts: list[AnyFact]) -> None:  # noqa: FBT001 - a state, not a switch
        """What a step left behind: the mid in half ticks, whether the book is valid, the facts."""
        if ts > self.due:
            self._settle(ts)
        obligation = self.obligation
        if facts:
            if not self.mid2:
                self.mid2 = self.pnl.mid2 = mid2
            handlers = self._handlers
            for fact in facts:
                handler = handlers.get(type(fact))
                if handler is not None:
                    handler(fact)
            if obligation.dirty:
                obligation.look(ts, mid2)
        if mid2 != self.mid2 or valid is not self.valid:
            self.mid2 = self.pnl.mid2 = mid2
            self.valid = valid
            if not obligation.low <= mid2 <= obligation.high:
                obligation.look(ts, mid2)

    def sent(self) -> None:
        """An order message left: a placement, an amend, a replace, a cancel."""
        self.quality.messages += 1

    def _stands(self, ts: int) -> tuple[int, bool]:
        """As last told: whoever is told of every event looks as soon as a horizon has gone by."""
        del ts
        return self.mid2, self.valid

    def _settle(self, ts: int) -> None:
        self.markouts.settle(ts, self.stood)
        self.ledger.on_settled(self.pnl.settle(ts, self.stood), ts)
        self.due = self.markouts.due

    def _on_fill(self, fill: fc.Filled) -> None:
        self.quality.on_fill(fill)
        ts, mid_before = fill.ts, self._mid_before
        worth = worth_of(self.quality.fills, fill, (fill.matched < ts and mid_before(fill.matched)[0]) or self.mid2)
        over = self.pnl.on_fill(worth, ts, mid_before)
        self.markouts.on_fill(worth, ts, mid_before)
        self.ledger.on_fill(worth)
        if over:
            self.ledger.on_settled([worth], ts)
        self.inventory.on_fill(fill.ts, fill.position)
        self.due = self.markouts.due

    def _on_order(self, fact: fc.OrderChanged) -> None:
        self.quality.on_order(fact)
        self.obligation.on_order(fact)

    def _on_state(self, fact: fc.StateChanged) -> None:
        begun = self.obligation.started is not None
        self.obligation.on_state(fact)
        if not begun and self.obligation.started is not None:
            self.inventory.begin(fact.ts)

    def _on_parameter(self, fact: fc.ParameterChanged) -> None:
        self.inventory.look(fact.ts)
