"""What is drawn over time: prices and our quotes, what was earned and held, and how long things took."""

from mm_tui.model.events import Side
from mm_tui.views.frames.base import Frame

PnlParts = tuple[int, int, int, int, int]
"""Total, spread captured, adverse selection, inventory, fees; millionths of a lot at a half tick."""


class ChartSample(Frame, frozen=True, kw_only=True):
    """The desk at a moment; prices in half ticks, None where there was none."""

    ts: int
    mid2: int | None
    bid2: int | None
    """Our own best bid."""
    ask2: int | None
    spread: int | None = None
    """The market's, ticks."""
    position: int | None = None
    """Millionths of a lot."""
    limit: int | None = None
    """Of the position, either way, millionths of a lot."""
    pnl: PnlParts | None = None
    """None where there is no mid to value it at."""


class ChartFill(Frame, frozen=True, kw_only=True):
    """A fill on the chart."""

    ts: int
    side: Side
    price: int


class ChartFrame(Frame, frozen=True, kw_only=True):
    """Samples oldest first: fewer the older they are."""

    samples: tuple[ChartSample, ...] = ()
    fills: tuple[ChartFill, ...] = ()

    def __reduce__(self) -> tuple[type["ChartFrame"], tuple[()]]:
        """Kept as it stands, a desk has the samples elsewhere and makes its frame of them anew."""
        return ChartFrame, ()


class LatencyRow(Frame, frozen=True, kw_only=True):
    """How long one thing took, since the session began."""

    name: str
    """`tick to order`."""
    counts: tuple[tuple[int, int, int], ...] = ()
    """`(least ns, most ns, how many)` of each bucket that holds any, shortest first."""
    count: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None
