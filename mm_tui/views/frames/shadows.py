"""The leaderboard: the desk and its shadows, the best first."""

from decimal import Decimal

from mm_tui.views.frames.base import Frame


class ShadowRow(Frame, frozen=True, kw_only=True):
    """The desk or a shadow; values in quote, a shadow that was dropped has none."""

    number: int
    """From 1; 0 is the desk itself."""
    name: str
    state: str
    """As a desk's; `dropped` where it runs no more."""
    reason: str = ""
    """Why that state, or what there is to say of it."""
    late_ms: int = 0
    """How far it is behind the desk."""
    for_s: int = 0
    """How long it has run."""
    total: Decimal | None = None
    """Trading PnL, net of fees."""
    low: Decimal | None = None
    """The least that a queue model gave; None where it runs under one alone."""
    high: Decimal | None = None
    edge: Decimal | None = None
    """Against what the desk made in the same time."""
    fills: int | None = None
    markout_1s: float | None = None
    """bps."""
    markout_5s: float | None = None
    position: Decimal | None = None
    """Base."""
    drawdown: Decimal | None = None
    """The largest so far."""
    messages: int | None = None
    """Placements, amends, replaces and cancels."""
    fills_per_1000: float | None = None
    """Of those messages."""
    event_us: float | None = None
    """What an input costs it, its band included; None until it was measured."""
    cpu_pct: float | None = None
    """Of one core."""
    changes: tuple[tuple[str, str, str], ...] = ()
    """What promoting it would change: name, before, after."""
    resting: int = 0
    """Orders that it has."""
    shared: int = 0
    """Those that the desk has at the same price."""
    promotion: str = ""
    """The argument of the action that promotes it; empty where it cannot be."""


class ShadowsFrame(Frame, frozen=True, kw_only=True):
    """All of them."""

    rows: tuple[ShadowRow, ...] = ()
    """By their PnL, what was dropped last; empty without shadows."""
    cpu_pct: float | None = None
    """What all shadows take of one core."""
    max_cpu_pct: float | None = None
    """The bound."""
    word: str = ""
    """Why there can be none, as in a replay."""
