"""What the gate watches, and what a flatten would do."""

from typing import Literal

from mm_tui.model.events import Side
from mm_tui.views.frames.base import Frame


class Gauge(Frame, frozen=True, kw_only=True):
    """A figure against its limit."""

    name: str
    value: str
    """With its unit, ready to be shown."""
    limit: str
    share: float | None
    """0 to 1 and beyond; None where unknown."""


class RiskFrame(Frame, frozen=True, kw_only=True):
    """What the gate watches."""

    state: Literal["running", "reduce-only", "halted"] = "running"
    gauges: tuple[Gauge, ...] = ()
    """Position, loss, drawdown, open orders, orders a second, then whatever else is watched."""
    limits: tuple[tuple[str, float], ...] = ()
    """Every limit by its key in `[risk]` and what it stands at: loosening one is asked about first."""
    refused: int = 0
    last_refusal: str = ""
    bids_on: bool = True
    asks_on: bool = True


class FlattenFrame(Frame, frozen=True, kw_only=True):
    """What a flatten would do; shown in its question."""

    side: Side
    quantity: int
    slippage_bps: float | None
    """Estimated from the book as it stands; None where the book cannot say."""
