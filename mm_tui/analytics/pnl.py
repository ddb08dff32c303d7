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

from mm_tui.analytics.worth import MidBefore, Worth, insert, unknown
from mm_tui.model.account import Account

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
    """Takes fills as they are reported, and the mid whenever it moves."""

    def __init__(self) -> None:
        self.mid2 = 0
        """The mid now, half ticks; kept by whoever follows the market."""
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
        self._pending: deque[Worth] = deque()

    def on_fill(self, fill: Worth, ts: int = 0, mid_before: MidBefore = unknown) -> bool:
        """A fill of ours, reported at `ts`; whether its five seconds are over already.

        It then meets the mid that stood at their end, or the one now where none is remembered.
        """
        self.mid2 = self.mid2 or fill.mid2
        self._spread += fill.spread2
        self._fees += fill.fee2
        self._fee_base += fill.fee_base
        self._fee_cost += fill.fee_base * fill.mid2
        end = fill.ts + TAU
        if end < ts:
            self._end(fill, mid_before(end + 1)[0] or self.mid2)
            return True
        insert(self._pending, fill)
        return False

    def settle(self, ts: int, stood: MidBefore = unknown) -> list[Worth]:
        """Fills whose five seconds lie before this time meet the mid that stood at their end; those fills."""
        pending, over = self._pending, []
        while pending and pending[0].ts + TAU < ts:
            fill = pending.popleft()
            self._end(fill, stood(fill.ts + TAU)[0] or self.mid2)
            over.append(fill)
        return over

    def _end(self, fill: Worth, mid2: int) -> None:
        """A fill's five seconds ended at this mid."""
        fill.adverse2 = fill.signed * (mid2 - fill.mid2)
        self._adverse += fill.adverse2
        self._settled += fill.signed
        self._settled_cost += fill.signed * mid2

    def split(self) -> Split:
        """The parts as of now."""
        adverse, mid2 = self._adverse, self.mid2
        for fill in self._pending:
            adverse += fill.signed * (mid2 - fill.mid2)
        inventory = self._settled * mid2 - self._settled_cost
        inventory -= self._fee_base * mid2 - self._fee_cost
        return Split(self._spread, adverse, inventory, self._fees)
