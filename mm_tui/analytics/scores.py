"""All scores of a session, computed once, for live, replay and backtest alike."""

from mm_tui.analytics.markout import Markouts
from mm_tui.analytics.pnl import PnlSplit
from mm_tui.analytics.uptime import Uptime
from mm_tui.model.facts import AnyFact, Filled, OrderChanged, StateChanged


class Scores:
    """Follows the desk step by step."""

    def __init__(self) -> None:
        self.pnl = PnlSplit()
        self.markouts = Markouts()
        self.uptime = Uptime()
        self._mid2 = 0
        self._valid = False

    def after(self, ts: int, mid2: int, valid: bool, facts: list[AnyFact]) -> None:  # noqa: FBT001 - a state, not a switch
        """What a step left behind: the mid in half ticks, whether the book is valid, the facts."""
        if ts > self.markouts.due:
            self.markouts.settle(ts)
        for fact in facts:
            kind = type(fact)
            if kind is Filled:
                self._on_fill(fact, mid2)  # type: ignore[arg-type]
            elif kind is OrderChanged:
                self.uptime.on_order(fact)  # type: ignore[arg-type]
            elif kind is StateChanged:
                self.uptime.on_state(fact)  # type: ignore[arg-type]
        if mid2 != self._mid2 or valid is not self._valid:
            self._mid2, self._valid = mid2, valid
            self.pnl.on_mid(ts, mid2)
            self.markouts.on_mid(ts, mid2 if valid else None)

    def _on_fill(self, fill: Filled, mid2: int) -> None:
        self.pnl.on_fill(fill, fill.mid2 or self._mid2 or mid2)
        self.markouts.on_fill(fill)
