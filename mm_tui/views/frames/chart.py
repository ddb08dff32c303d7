"""The mid, our best quotes and our fills over time."""

from mm_tui.model.events import Side
from mm_tui.views.frames.base import Frame


class ChartSample(Frame, frozen=True, kw_only=True):
    """The mid and our best quotes at a moment; prices in half ticks, None where there was none."""

    ts: int
    mid2: int | None
    bid2: int | None
    ask2: int | None


class ChartFill(Frame, frozen=True, kw_only=True):
    """A fill on the chart."""

    ts: int
    side: Side
    price: int


class ChartFrame(Frame, frozen=True, kw_only=True):
    """Samples oldest first, one every `every_ms`."""

    samples: tuple[ChartSample, ...] = ()
    fills: tuple[ChartFill, ...] = ()
    every_ms: int = 250
