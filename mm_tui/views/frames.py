"""What the screen is shown: immutable frames, made by `views.present` from the desk's state.

A frame is handed over by reference; a part that did not change since the last frame is the *same object*, so
that a widget may compare with `is` and draw nothing. Prices are ticks, quantities lots, `instrument` says how
to write them. What cannot be known is None and is shown as "–".
"""

from decimal import Decimal
from typing import Literal, Protocol

import msgspec

from mm_tui.model.events import Side
from mm_tui.model.instrument import Instrument
from mm_tui.model.waterfall import Step

DeskState = Literal[
    "starting", "quoting", "paused", "one-sided", "reduce-only", "halted", "stale", "invalid book", "replay"
]


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what is shown."""


class Viewport(Frame, frozen=True, kw_only=True):
    """What the screen wants to see; it travels the other way, from the ladder to the desk."""

    rows: int = 40
    """Ladder rows."""
    group: int = 0
    """Ticks a ladder row; 0 lets the desk choose the smallest of 1-2-5 steps at which the own quotes fit."""
    centre: int | None = None
    """The ladder's middle, ticks; None follows the mid with hysteresis."""
    recentre: int = 0
    """Counts presses of re-centre: another number makes the ladder centre once."""


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


class LadderRow(Frame, frozen=True, kw_only=True):
    """One price, or one group of prices."""

    price: int
    """The group's price: the exact touch where the row holds it, else the group's edge nearest to the touch."""
    bid: int = 0
    """Displayed quantity, 0 for none."""
    ask: int = 0
    own_bid: int = 0
    """Left of our own acknowledged and pending orders."""
    own_ask: int = 0
    own_pending: bool = False
    """Some of it is not yet acknowledged, or on its way out."""
    touch: Literal["", "bid", "ask"] = ""
    """Whether this row holds the best bid or the best ask."""


class LadderFrame(Frame, frozen=True, kw_only=True):
    """The ladder from the highest price down."""

    rows: tuple[LadderRow, ...] = ()
    group: int = 1
    """Ticks a row."""
    valid: bool = False
    """False dims the ladder: the book cannot be trusted."""
    mid2: int | None = None
    """Best bid plus best ask, in half ticks."""
    spread: int | None = None
    """Ticks."""
    spread_bps: float | None = None
    last_price: int | None = None
    """The last trade, ticks."""
    last_quantity: int = 0
    last_side: Side | None = None
    last_ts: int = 0
    largest: int = 1
    """The largest displayed quantity among the rows; the depth bars' full length."""
    own_above: int = 0
    """Own orders above the rows shown."""
    own_below: int = 0


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


class OrderRow(Frame, frozen=True, kw_only=True):
    """One open order; rows come highest price first."""

    order_id: str
    side: Side
    price: int
    bps: float | None
    """Signed distance from the mid."""
    left: int
    quantity: int
    status: str
    """A `model.orders.Status`."""
    age_s: int
    queue_ahead: int | None = None
    """Lots estimated ahead of it at the venue; None where unknown."""
    level: int = 0
    steps: tuple[Step, ...] = ()
    """The waterfall of its price; empty where the strategy does not say."""
    fate: str = ""
    """What became of the quote, in one line: `sent 14:02:11`, `kept: 0.2 bps off its quote`."""


class HeldRow(Frame, frozen=True, kw_only=True):
    """A wanted quote without an order, and why."""

    side: Side
    level: int
    price: int
    quantity: int
    why: str
    """`order rate 9, limit 8/s`, `paced: 6 a second`, `held by the operator`."""


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


class EventRow(Frame, frozen=True, kw_only=True):
    """A line of the event log."""

    ts: int
    kind: str
    """`fill`, `quote`, `order`, `risk`, `state`, `book`, `link`, `set`, `info`, `warn`."""
    text: str


class WorkerRow(Frame, frozen=True, kw_only=True):
    """One worker of the desk."""

    name: str
    """`feed`, `strategy`, `risk`, `simulator`, `recorder`."""
    state: Literal["starting", "running", "paused", "retrying", "failed", "stopped"]
    detail: str = ""
    """`retrying in 3 s: connection refused`."""


class ParameterRow(Frame, frozen=True, kw_only=True):
    """A live value that keys can move, shown where it acts."""

    name: str
    value: str
    changed_ts: int = 0
    """When it was last changed; 0 for never."""


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


class FlattenFrame(Frame, frozen=True, kw_only=True):
    """What a flatten would do; shown in its question."""

    side: Side
    quantity: int
    slippage_bps: float | None
    """Estimated from the book as it stands; None where the book cannot say."""


class ReplayMark(Frame, frozen=True, kw_only=True):
    """Something in a recording that one may want to jump to."""

    ts: int
    kind: Literal["fill", "trip", "gap"]
    side: Side | None = None
    """Of a fill."""


class ReplayFrame(Frame, frozen=True, kw_only=True):
    """Where a replay stands in its recording; times in ns since 1970."""

    start: int = 0
    end: int = 0
    """Of what is known so far; the recording's own end where that is known."""
    ts: int = 0
    """The moment shown."""
    known: int = 0
    """How far the recording was looked through for marks."""
    playing: bool = False
    speed: float | None = 1.0
    """Recorded seconds a second; None for as fast as it goes."""
    marks: tuple[ReplayMark, ...] = ()
    word: str = ""
    """What is going on or was found: `to 14:02:10, 43 %`, `no further trip`."""


class DeskFrame(Frame, frozen=True, kw_only=True):
    """All of it, at one moment."""

    ts: int = 0
    instrument: Instrument | None = None
    header: HeaderFrame = HeaderFrame()
    truth: TruthFrame = TruthFrame()
    ladder: LadderFrame = LadderFrame()
    tape: TapeFrame = TapeFrame()
    orders: tuple[OrderRow, ...] = ()
    position: PositionFrame = PositionFrame()
    risk: RiskFrame = RiskFrame()
    chart: ChartFrame = ChartFrame()
    events: tuple[EventRow, ...] = ()
    """Newest first, at most 500."""
    workers: tuple[WorkerRow, ...] = ()
    parameters: tuple[ParameterRow, ...] = ()
    obligation: ObligationFrame = ObligationFrame()
    worth: WorthFrame = WorthFrame()
    estimates: EstimatesFrame | None = None
    """None where the strategy asks for none."""
    held: tuple[HeldRow, ...] = ()
    """Quotes that are wanted and have no order."""
    flatten: FlattenFrame | None = None
    """None while flat."""
    replay: ReplayFrame | None = None
    """None but in a replay."""


class DeskLink(Protocol):
    """How a screen talks to the desk; every method may be called from any thread and returns at once."""

    @property
    def frame(self) -> DeskFrame:
        """The latest frame; never None, changes by reference."""
        ...

    def look(self, viewport: Viewport) -> None:
        """Say what the screen wants to see from the next frame on."""
        ...

    def act(self, action: str, argument: str = "") -> None:
        """Hand an operator's action to the head of the desk's inbox."""
        ...

    def kill(self) -> None:
        """Close the gate at once, from whatever thread, then cancel all and halt."""
        ...
