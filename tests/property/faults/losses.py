"""What the desk has lost by the fills that were heard, and the halt that must follow in the same event."""

from typing import Any

from faults.ledger import Ledger
from faults.setup import UNIT
from faults.words import hold
from mm_tui.core.engine import Core
from mm_tui.core.state import QUOTES
from mm_tui.model import events as ev
from mm_tui.model.account import MICRO
from mm_tui.model.clock import DAY
from mm_tui.risk.limits import Limits


class Losses:
    """PnL, its peak and the day's start, in quote."""

    def __init__(self, opening: ev.SessionStarted, core: Core, ledger: Ledger) -> None:
        self.core = core
        self.ledger = ledger
        self.pnl = 0.0
        self.pnl_day = opening.ts // DAY
        self.day_start = -opening.day_pnl if opening.day == self.pnl_day else 0.0
        self.peak = opening.drawdown
        self.watched = bool(opening.day)
        self._mid2 = 0
        self._unit = float(UNIT) / (2 * MICRO)

    def forgive(self) -> None:
        """Loss and peak may start anew."""
        self.peak = min(self.peak, self.pnl)
        self.day_start = min(self.day_start, self.pnl)

    def check(self, event: Any, limits: Limits, *, closed: bool) -> None:
        """A limit of loss that is reached halts in the same event."""
        ledger = self.ledger
        mid2 = self.core.references.mid2
        if not mid2 or not (ledger.fills or self.watched):
            return
        filled = type(event) in (ev.OrderFilled, ev.OrderStatus)
        if mid2 == self._mid2 and not filled:
            return
        before, self._mid2 = self._mid2, mid2
        pnl = ledger.pnl2(mid2) * self._unit
        day = event.ts // DAY
        if day != self.pnl_day:
            self.pnl_day, self.day_start = day, min(self.pnl, pnl)
        self.pnl = pnl
        self.peak = max(self.peak, pnl)
        if not closed:
            lost, below = self.day_start - pnl, self.peak - pnl
            hold(lost < limits.max_daily_loss, 5, f"{lost:.2f} lost today and no halt, {limits.max_daily_loss} allowed")
            hold(
                below < limits.max_drawdown, 5, f"{below:.2f} below the peak and no halt, {limits.max_drawdown} allowed"
            )
            if before and abs(mid2 - before) * 10_000 > limits.max_price_change_bps * min(mid2, before):
                hold(self.core.state not in QUOTES, 1, "the price jumped over its limit and quotes are wanted")
