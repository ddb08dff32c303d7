"""Public trades, and the figures of the market over a window."""

from mm_tui.model.events import Side
from mm_tui.views.frames.base import Frame


class TapeRow(Frame, frozen=True, kw_only=True):
    """A public trade."""

    ts: int
    """Local time, ns since the epoch."""
    side: Side
    price: int
    quantity: int
    significant: bool = False
    own: bool = False
    """One of our own orders was filled by it."""


class StatsFrame(Frame, frozen=True, kw_only=True):
    """The market over a window."""

    window_s: int = 60
    buy: int = 0
    """Bought by aggressors, lots."""
    sell: int = 0
    trades: int = 0
    significant: int = 0
    change_bps: float | None = None
    average_spread_bps: float | None = None
    average_trade: float | None = None
    """Lots."""
    volatility_bps: float | None = None
    """Standard deviation of one-second returns, bps a root second."""


class TapeFrame(Frame, frozen=True, kw_only=True):
    """The tape, newest first."""

    trades: tuple[TapeRow, ...] = ()
    significant_quantity: int = 0
    stats: StatsFrame = StatsFrame()
