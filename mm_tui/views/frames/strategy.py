"""What the strategy runs with, and what its formula is fed with."""

from typing import Literal

from mm_tui.views.frames.base import Frame


class Field(Frame, frozen=True, kw_only=True):
    """One parameter of a kind of strategy."""

    name: str
    kind: Literal["number", "whole", "switch", "choice", "text"]
    default: str = ""
    """As a person would type it; empty where there is none."""
    low: float | None = None
    low_open: bool = False
    """The bound itself is not allowed."""
    high: float | None = None
    high_open: bool = False
    words: tuple[str, ...] = ()
    """What may be chosen; beside a number, words that stand for one."""
    unit: str = ""
    """`base` and `quote` are the instrument's."""
    doc: str = ""

    @property
    def bounds(self) -> str:
        """What a value must be: `> 0`, `1 … 20`, `on or off`, `mid, vwap`."""
        if self.kind == "switch":
            return "on or off"
        if self.kind == "choice":
            return ", ".join(self.words)
        if self.kind == "text":
            return "a text"
        either = "".join(f", or {word}" for word in self.words)
        return (self._range() or ("any whole number" if self.kind == "whole" else "any number")) + either

    def _range(self) -> str:
        low, high = self.low, self.high
        if low is not None and high is not None and not (self.low_open or self.high_open):
            return f"{low:,g} … {high:,g}"
        parts = [] if low is None else [f"{'>' if self.low_open else '≥'} {low:,g}"]
        parts += [] if high is None else [f"{'<' if self.high_open else '≤'} {high:,g}"]
        return ", ".join(parts)


class ParameterRow(Frame, frozen=True, kw_only=True):
    """A live value that keys can move, shown where it acts."""

    name: str
    value: str
    changed_ts: int = 0
    """When it was last changed; 0 for never."""
    key: str = ""
    """What `set` calls it: `strategy.passive.min_spread_bps`; empty for what keys alone move."""
    field: Field | None = None
    """What it may be; None for what keys alone move."""


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
