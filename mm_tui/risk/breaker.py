"""The breaker: what stops the desk, looked at on every event that could break it.

- daily loss: trading PnL since midnight UTC
- drawdown: trading PnL below its peak
- both have a soft limit below, from which only what reduces the position goes out, until the figure is a tenth of the
  soft limit below it again, or a person has taken note of it by a re-arm
- price change: the mid's range within a window; the first halts for a while, the next within the hour for good. A
  jump reaches the mid in many moves: what follows within the window, while nothing is quoted yet, is the same jump
- same-side fills: too many orders of one side filled within a window, none of the other side between
"""

from collections import deque

import msgspec

from mm_tui.model.bounds import typed
from mm_tui.model.clock import DAY, SECOND
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.risk.limits import Limits

MEMORY = 3600 * SECOND
"""How long a first price change is remembered."""


class Trip(msgspec.Struct, frozen=True):
    """A limit that was broken."""

    rule: str
    value: str
    limit: str
    action: str
    """`halt`, `pull`, `reduce only`, `bids off` or `asks off`."""


RECOVERED = 0.9
"""Share of a soft limit below which it is left again."""


class SoftLimit:
    """A figure near its limit, with hysteresis."""

    __slots__ = ("level", "over", "rule", "words")

    def __init__(self, rule: str) -> None:
        self.rule = rule
        self.level = 0.0
        self.words = ""
        """Why only what reduces may go out; empty where this speaks for nothing."""
        self.over = False
        """It was reached, and the figure has not recovered since."""

    def crossed(self, value: float) -> bool:
        """Whether the figure has just come up to its soft limit."""
        if value >= self.level:
            if self.over:
                return False
            self.over = True
            self.words = f"{self.rule} {value:.2f}, soft limit {typed(self.level)}"
            return True
        if self.over and value < RECOVERED * self.level:
            self.over, self.words = False, ""
        return False

    def acknowledge(self) -> None:
        """A person knows; nothing more is said until the figure has recovered and comes up again."""
        self.words = ""


class Breaker:
    """Watches PnL, the mid and the fills. PnL in quote, mids in half ticks, times in ns."""

    def __init__(self, limits: Limits) -> None:
        self._soft_loss, self._soft_drawdown = SoftLimit("daily loss"), SoftLimit("drawdown")
        self.set_limits(limits)
        self.loss = 0.0
        """Lost since midnight UTC, quote; 0 while in profit."""
        self.drawdown = 0.0
        """Below the peak, quote."""
        self.deepest = 0.0
        """The largest drawdown so far."""
        self._peak = 0.0
        self._day = -1
        self._day_start = 0.0
        self._pnl = 0.0
        """The last one known; a day begins with it."""
        self._loss_broken = self._drawdown_broken = False
        """A limit that halted the desk, whatever the figure has become since; a loss for its day."""
        self._highs: deque[tuple[int, int]] = deque()
        self._lows: deque[tuple[int, int]] = deque()
        self._mid2 = 0
        self._moved_at: int | None = None
        self._moving_until = 0
        """Until when a further move belongs to the price change that was found last."""
        self._runs: dict[Side, deque[int]] = {BUY: deque(), SELL: deque()}
        """When orders of a side were filled, since the last one of the other side."""

    def set_limits(self, limits: Limits) -> None:
        """Take other limits from now on."""
        self.limits = limits
        share = limits.soft_limit_pct / 100
        self._soft_loss.level = round(share * limits.max_daily_loss, 8)
        self._soft_drawdown.level = round(share * limits.max_drawdown, 8)

    @property
    def soft(self) -> str:
        """Which soft limit is reached, and with what; empty while none is."""
        return self._soft_loss.words or self._soft_drawdown.words

    @property
    def pnl(self) -> float:
        """The last one known."""
        return self._pnl

    @property
    def slack(self) -> float:
        """How far PnL may fall before a limit or a soft limit is reached, quote; not over 0 where one is.

        Nor while one was reached and is not yet left: then a rise counts as well.
        """
        if self._soft_loss.over or self._soft_drawdown.over:
            return 0.0
        return min(self._soft_loss.level - self.loss, self._soft_drawdown.level - self.drawdown)

    @property
    def day(self) -> int:
        """Days since 1970 of the last PnL; −1 before the first."""
        return self._day

    @property
    def day_pnl(self) -> float:
        """Made or lost since midnight UTC."""
        return self._pnl - self._day_start

    def carry(self, ts: int, day: int, day_pnl: float, drawdown: float) -> None:
        """Go on from what the sessions before left: the day's PnL while it is the same day, and the peak."""
        self._day = ts // DAY
        self._day_start = -day_pnl if day == self._day else 0.0
        self._peak = drawdown
        self.loss, self.drawdown, self.deepest = max(0.0, self._day_start), drawdown, drawdown

    def mark(self, ts: int, pnl: float) -> None:
        """Count trading PnL net of fees, marked at the mid, and judge nothing: the desk is halted already, or ends."""
        day = ts // DAY
        if day != self._day:
            self._day, self._day_start, self._loss_broken = day, self._pnl, False
        self._pnl = pnl
        self._peak = max(self._peak, pnl)
        self.loss = max(0.0, self._day_start - pnl)
        self.drawdown = drawdown = self._peak - pnl
        self.deepest = max(self.deepest, drawdown)

    def on_pnl(self, ts: int, pnl: float) -> Trip | None:
        """Count trading PnL and hold it against the limits."""
        self.mark(ts, pnl)
        limits = self.limits
        if self.loss >= limits.max_daily_loss:
            self._loss_broken = True
            return Trip("daily loss", f"{self.loss:.2f}", typed(limits.max_daily_loss), "halt")
        if self.drawdown >= limits.max_drawdown:
            self._drawdown_broken = True
            return Trip("drawdown", f"{self.drawdown:.2f}", typed(limits.max_drawdown), "halt")
        return self._soften(self._soft_loss, self.loss) or self._soften(self._soft_drawdown, self.drawdown)

    @staticmethod
    def _soften(soft: SoftLimit, value: float) -> Trip | None:
        if (value >= soft.level or soft.over) and soft.crossed(value):
            return Trip(soft.rule, f"{value:.2f}", f"{typed(soft.level)}, the soft limit", "reduce only")
        return None

    def on_mid(self, ts: int, mid2: int) -> Trip | None:
        """A mid that moved; the one before it stood until now, however long ago it came."""
        highs, lows, limits = self._highs, self._lows, self.limits
        if ts < self._moving_until:
            self._mid2 = mid2
            return None
        for mid in (self._mid2 or mid2, mid2):
            while highs and highs[-1][1] <= mid:
                highs.pop()
            highs.append((ts, mid))
            while lows and lows[-1][1] >= mid:
                lows.pop()
            lows.append((ts, mid))
        self._mid2 = mid2
        oldest = ts - round(limits.price_change_window_s * SECOND)
        while highs[0][0] < oldest:
            highs.popleft()
        while lows[0][0] < oldest:
            lows.popleft()
        high, low = highs[0][1], lows[0][1]
        if (high - low) * 10_000 <= limits.max_price_change_bps * low:
            return None
        value = f"{(high / low - 1) * 10_000:.1f} bps"
        limit = f"{typed(limits.max_price_change_bps)} bps in {typed(limits.price_change_window_s)} s"
        again = self._moved_at is not None and ts - self._moved_at < MEMORY
        self._moved_at = ts
        self._moving_until = ts + round(min(limits.price_change_window_s, limits.price_change_cooloff_s) * SECOND)
        self.forget_mids()
        return Trip("price change", value, limit, "halt" if again else "pull")

    def forget_mids(self) -> None:
        """Start the window anew, from the mid as it stands."""
        self._highs.clear()
        self._lows.clear()

    def on_filled(self, ts: int, side: Side) -> Trip | None:
        """An order of ours was filled to its end. A run ends with a fill of the other side, or with the window."""
        runs, limits = self._runs, self.limits
        runs[side.opposite].clear()
        run = runs[side]
        run.append(ts)
        oldest = ts - round(limits.same_side_window_s * SECOND)
        while run[0] < oldest:
            run.popleft()
        count = len(run)
        if count <= limits.max_same_side_fills:
            return None
        run.clear()
        limit = f"{limits.max_same_side_fills} in {typed(limits.same_side_window_s)} s"
        return Trip("same-side fills", f"{count} {side.word}s in a row", limit, f"{side.book_word}s off")

    def rearm(self, pnl: float) -> None:
        """A person takes the desk up again: price changes and runs start anew, and so does a limit that was broken."""
        if self._loss_broken or self.loss >= self.limits.max_daily_loss:
            self._day_start, self.loss = pnl, 0.0
        if self._drawdown_broken or self.drawdown >= self.limits.max_drawdown:
            self._peak, self.drawdown = pnl, 0.0
        self._loss_broken = self._drawdown_broken = False
        for soft, value in ((self._soft_loss, self.loss), (self._soft_drawdown, self.drawdown)):
            soft.crossed(value)
            soft.acknowledge()
        self._pnl = pnl
        self._moved_at, self._moving_until = None, 0
        self.forget_mids()
        for run in self._runs.values():
            run.clear()
