"""What the strategy runs with, and what its formula is fed with."""

from mm_tui.views.frames.base import Frame


class ParameterRow(Frame, frozen=True, kw_only=True):
    """A live value that keys can move, shown where it acts."""

    name: str
    value: str
    changed_ts: int = 0
    """When it was last changed; 0 for never."""


class EstimatesFrame(Frame, frozen=True, kw_only=True):
    """What the strategy's formula is fed with."""

    volatility: float
    """σ, bps a root second."""
    decay: float
    """κ, per bp."""
    arrivals: float
    """A, a second and side."""
    fit: float | None
    """R² behind κ and A; None where the prior stands alone."""
    seconds: int
    """Of data that κ and A rest on."""
