"""What the charts are drawn from: a sample of the desk each quarter of a second, thinned out as it grows old."""

from typing import Final

from mm_tui.analytics.scores import Scores
from mm_tui.core.engine import Core
from mm_tui.model.account import MICRO
from mm_tui.model.clock import MINUTE, SECOND
from mm_tui.model.events import BUY, SELL
from mm_tui.views import frames as fr
from mm_tui.views.thinned import Thinned, Tier

_EVERY: Final = SECOND // 4
TIERS: Final = (
    Tier(_EVERY, 5 * MINUTE),
    Tier(SECOND, 15 * MINUTE),
    Tier(5 * SECOND, 60 * MINUTE),
    Tier(20 * SECOND, 240 * MINUTE),
)
"""Four hours in less than three thousand samples; the columns of each window are wider than what is left in it."""


class ChartView:
    """Takes samples and makes frames of them; without a new one the frame stays the same object."""

    def __init__(self, core: Core, scores: Scores) -> None:
        self._core = core
        self._scores = scores
        self._samples: Thinned[fr.ChartSample] = Thinned(fr.ChartSample, TIERS)
        self._sampled = 0
        self._frame = fr.ChartFrame()

    def sample(self, ts: int) -> bool:
        """Take a sample, where one is due; whether one was."""
        core = self._core
        tick = ts // _EVERY
        if tick == self._sampled or not core.mid2:
            return False
        self._sampled = tick
        bid, ask = core.orders.touch(BUY, quotes=True), core.orders.touch(SELL, quotes=True)
        valid, references = core.book.valid, core.references
        self._samples.add(
            fr.ChartSample(
                ts=ts,
                mid2=core.mid2 if valid else None,
                bid2=None if bid is None else 2 * bid,
                ask2=None if ask is None else 2 * ask,
                spread=references.ask - references.bid if valid else None,
                position=core.account.position,
                limit=core.gate.max_position * MICRO,
                pnl=self._pnl(core.mid2) if valid else None,
            )
        )
        return True

    def _pnl(self, mid2: int) -> fr.PnlParts:
        split = self._scores.pnl.split()
        total = self._core.account.total2(mid2)
        return total, split.spread_captured, split.adverse_selection, split.inventory, split.fees

    def frame(self, fills: tuple[fr.ChartFill, ...]) -> fr.ChartFrame:
        """The samples with the fills."""
        samples, last = self._samples.all, self._frame
        if samples is not last.samples or fills is not last.fills:
            self._frame = fr.ChartFrame(samples=samples, fills=fills)
        return self._frame
