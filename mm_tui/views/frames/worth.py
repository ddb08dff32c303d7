"""What is held, what the fills were worth, and how what was promised is kept."""

from decimal import Decimal

from mm_tui.model.events import Side
from mm_tui.views.frames.base import Frame


class PositionFrame(Frame, frozen=True, kw_only=True):
    """What is held and what it was worth; values in quote, quantities in base."""

    base: Decimal | None = None
    """Position: held minus what the session opened with."""
    limit: Decimal | None = None
    average: Decimal | None = None
    """Average cost of the position; None where flat."""
    mid: Decimal | None = None
    total: Decimal | None = None
    """Trading PnL, net of fees."""
    realized: Decimal | None = None
    unrealized: Decimal | None = None
    fees: Decimal | None = None
    spread_captured: Decimal | None = None
    adverse_selection: Decimal | None = None
    inventory: Decimal | None = None
    markouts: tuple[float | None, ...] = (None, None, None, None, None)
    """At 100 ms, 1, 5, 30, 60 s, bps."""
    band: tuple[Decimal | None, Decimal | None, Decimal | None] = (None, None, None)
    """Total PnL of the same strategy under risk-averse, power and optimistic queues."""
    fills: int = 0
    free_base: Decimal | None = None
    free_quote: Decimal | None = None


class FillRow(Frame, frozen=True, kw_only=True):
    """A fill and what it was worth; values in quote."""

    ts: int
    side: Side
    price: int
    quantity: int
    maker: bool
    spread: Decimal | None
    """Spread captured against the mid just before; None where that was not known."""
    adverse: Decimal | None
    """What the mid did in the five seconds after; None until they are over."""
    fee: Decimal
    """Negative where it was paid."""
    net: Decimal | None
    """The sum of the three; None until the five seconds are over."""
    markouts: tuple[float | None, ...] = (None, None, None, None, None)
    """At 100 ms, 1, 5, 30, 60 s, bps; None until then, and where the book was invalid then."""


class WorthFrame(Frame, frozen=True, kw_only=True):
    """What the fills were worth, one by one and on the whole; None where a figure cannot be known yet."""

    fills: tuple[FillRow, ...] = ()
    """Newest first, at most 200."""
    markouts_buy: tuple[float | None, ...] = (None, None, None, None, None)
    """At 100 ms, 1, 5, 30, 60 s, bps."""
    markouts_sell: tuple[float | None, ...] = (None, None, None, None, None)
    errors_buy: tuple[float | None, ...] = (None, None, None, None, None)
    """Standard errors of the same, bps; None where fewer than two draws are known."""
    errors_sell: tuple[float | None, ...] = (None, None, None, None, None)
    counts_buy: tuple[int, ...] = (0, 0, 0, 0, 0)
    """Fills that they rest on."""
    counts_sell: tuple[int, ...] = (0, 0, 0, 0, 0)
    break_even_bps: float | None = None
    """The half-spread at which the fills of the last hour would have earned nothing."""
    fill_ratio_pct: float | None = None
    """Orders with a fill among those that came to an end."""
    fills_per_1000: float | None = None
    """Fills per 1000 order messages, cancels included."""
    quote_life_s: float | None = None
    """Median time from acknowledgement to the end of a quote."""
    half_life_s: float | None = None
    """Time in which half of the inventory is gone, on average."""
    at_limit_pct: float | None = None
    """Share of the time at the position limit."""
    maker_pct: float | None = None
    """Share of the volume that was filled as maker."""


class ObligationFrame(Frame, frozen=True, kw_only=True):
    """Share of the time since quoting was first switched on; None before."""

    bid_pct: float | None = None
    ask_pct: float | None = None
    two_sided_pct: float | None = None
    preset: str = ""
    """The terms by their name; empty where none are set."""
    rows: tuple["ObligationRow", ...] = ()
    excused_s: float = 0.0
    """Time that does not count: the venue's fault."""


class ObligationRow(Frame, frozen=True, kw_only=True):
    """One term of what was promised."""

    name: str
    """`bid in band`, `ask in band`, `two-sided`, `value`."""
    share_pct: float | None
    """Of the counted time; None before quoting began."""
    target_pct: float
    """What was promised."""
    slack_s: float | None
    """How long it may still fail today and meet the target; negative once it cannot; None before quoting began."""
    now: bool | None
    """Whether it is met at this moment; None before quoting began."""
