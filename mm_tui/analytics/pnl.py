"""Where the PnL came from; four parts that add up to the total to the last digit.

With τ = 5 s, mᵢ the mid just before fill i, T now, s = ±1, q > 0, p the price:

- spread captured = Σ s·q·(mᵢ − p)
- adverse selection = Σ s·q·(m(min(tᵢ + τ, T)) − mᵢ)
- inventory = Σ s·q·(m(T) − m(min(tᵢ + τ, T))), and the later drift of base fees paid away
- fees, negative; base fees valued at mᵢ, those paid in an asset of their own at its price when paid

All in millionths of a lot at a half tick, as the account counts them.
"""

from collections import deque

import msgspec

from mm_tui.model.account import MICRO, Account
from mm_tui.model.facts import Filled

TAU = 5_000_000_000


def unrealized2(account: Account, fees2: int, mid2: int) -> int:
    """What of the total is neither realised nor fees as they were paid, millionths of a lot at a half tick.

    That is the open position against its average cost, and the drift of base fees since they were paid.
    """
    return account.total2(mid2) - account.realized2 - fees2


class Split(msgspec.Struct, frozen=True):
    """The four parts, millionths of a lot at a half tick."""

    spread_captured: int
    adverse_selection: int
    inventory: int
    fees: int

    @property
    def total(self) -> int:
        """What they add up to."""
        return self.spread_captured + self.adverse_selection + self.inventory + self.fees


class PnlSplit:
    """Takes fills and mids in the order of their time."""

    def __init__(self) -> None:
        self._mid2 = 0
        self._spread = 0
        self._fees = 0
        self._adverse = 0
        """Of fills whose five seconds are over."""
        self._settled = 0
        """Signed micro lots of those fills."""
        self._settled_cost = 0
        """Their signed micro lots times the mid at the end of the five seconds."""
        self._fee_base = 0
        """Base fees paid, micro lots."""
        self._fee_cost = 0
        """The same times the mid at each fill."""
        self._pending: deque[tuple[int, int, int]] = deque()
        """`(tᵢ + τ, signed micro lots, mᵢ)`."""

    def on_fill(self, fill: Filled, mid2: int) -> None:
        """A fill and the mid just before it traded, half ticks."""
        self._mid2 = self._mid2 or mid2
        signed = fill.side * fill.quantity * MICRO
        self._spread += signed * (mid2 - 2 * fill.price)
        if fill.fee_in_base:
            self._fees -= fill.fee * mid2
            self._fee_base += fill.fee
            self._fee_cost += fill.fee * mid2
        else:
            self._fees -= 2 * fill.fee
        self._pending.append((fill.matched + TAU, signed, mid2))

    def on_mid(self, ts: int, mid2: int) -> None:
        """The mid from this time on, half ticks."""
        pending = self._pending
        while pending and pending[0][0] < ts:
            _, signed, before = pending.popleft()
            self._adverse += signed * (self._mid2 - before)
            self._settled += signed
            self._settled_cost += signed * self._mid2
        self._mid2 = mid2

    def split(self) -> Split:
        """The parts as of now."""
        adverse = self._adverse
        for _, signed, before in self._pending:
            adverse += signed * (self._mid2 - before)
        inventory = self._settled * self._mid2 - self._settled_cost
        inventory -= self._fee_base * self._mid2 - self._fee_cost
        return Split(self._spread, adverse, inventory, self._fees)
