"""Who we are, in which state, and whether what is shown is true."""

from typing import Literal

from mm_tui.views.frames.base import Frame

DeskState = Literal[
    "starting", "quoting", "paused", "one-sided", "reduce-only", "halted", "stale", "invalid book", "replay"
]


class HeaderFrame(Frame, frozen=True, kw_only=True):
    """Who we are and in which state."""

    symbol: str = "–"
    venue: str = "–"
    """`binance`, `demo`, `ccxt:kraken`, `file`."""
    venue_words: str = ""
    """`live data`, `embedded exchange`, `slow: polls every 2 s`, `capture btcusdt_20240808.gz ×1`."""
    badge: str = ""
    """`PAPER no real orders`."""
    demo_cause: str = ""
    """Why the embedded exchange is shown although it was not asked for; empty where it was, or where it is not."""
    state: DeskState = "starting"
    reason: str = ""
    """Why that state, in one line."""
    hint: str = ""
    """What to press now: `a re-arm`, `space quote`."""
    strategy: str = ""
    """`passive 2.0–6.0 bps × 3`."""
    problem: str = ""
    """`recording stopped after 303 frames …`: what a shell cannot do any more while the desk goes on."""
    warning: str = ""
    """`captures 2.0 bps, pays 10.0`."""


class TruthFrame(Frame, frozen=True, kw_only=True):
    """Whether what is shown is true."""

    link: str = "connecting"
    """`up`, `connecting`, `retrying in 3 s`, `down`."""
    age_ms: int | None = None
    """Since the last frame of the book, on a monotonic clock."""
    latency_ms: float | None = None
    """Above the smallest seen in ten minutes; never negative."""
    gaps: int = 0
    bad_frames: int = 0
    loop_ms: float | None = None
    """How late the desk's loop runs: largest of the last second."""
    messages: int = 0
    """Order messages in the last second."""
    message_limit: int = 0
    clock: str = ""
    """`14:02:11Z`."""


class WorkerRow(Frame, frozen=True, kw_only=True):
    """One worker of the desk."""

    name: str
    """`feed`, `strategy`, `risk`, `simulator`, `recorder`."""
    state: Literal["starting", "running", "paused", "retrying", "failed", "stopped"]
    detail: str = ""
    """`retrying in 3 s: connection refused`."""


class EventRow(Frame, frozen=True, kw_only=True):
    """A line of the event log."""

    ts: int
    kind: str
    """`fill`, `quote`, `order`, `risk`, `state`, `book`, `link`, `set`, `info`, `warn`."""
    text: str
