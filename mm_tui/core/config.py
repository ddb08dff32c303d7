"""What the core is told besides the strategy's parameters and the limits."""

from typing import Literal

import msgspec

from mm_tui.model.bounds import Bps, Milliseconds, NotNegative, NotNegativeInt, Positive, PositiveInt
from mm_tui.risk.limits import Limits


class Orders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an order is left alone, moved or cancelled; `[orders]` in the settings."""

    modify_threshold_bps: Bps = 0.5
    """An order off its target by less stays where it is."""
    max_modify_deviation_bps: Bps = 50.0
    """Off by more: cancelled and placed anew in two steps, not replaced in one."""
    reset_interval_s: NotNegative = 300.0
    """Every so often orders that are outside the tolerance are renewed at once; 0 for never."""
    archive_after_s: NotNegative = 60.0
    """Finished orders leave the working set after this."""


class Execution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How commands leave; `[execution]` in the settings."""

    batch_size: PositiveInt = 5
    """Placements, amends and replaces that may leave on one event."""
    rate_limit_per_s: PositiveInt = 6
    """Placements and replaces a second; what is over waits, cancels never do."""
    modify_rate_limit_per_s: PositiveInt = 6
    """Amends a second."""
    max_retries: NotNegativeInt = 3
    """Times in a row that a refused placement is tried again at its level, or a cancel is repeated."""
    retry_delay_ms: Milliseconds = 1000


class FeedRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How market data is judged; `[feed]` in the settings."""

    stale_after_ms: PositiveInt = 2000
    """Without a frame of the book for this long the quotes are pulled."""
    reconnect_initial_ms: PositiveInt = 125
    reconnect_max_ms: PositiveInt = 60_000
    significant_trade_quantity: NotNegative = 0.01
    """Trades of at least this size are significant, base."""
    significant_trade_interval_s: Positive = 5.0
    """The first trade after this long without a significant one is significant too."""
    statistics_window_s: PositiveInt = 60
    """The window of the market's figures."""


class CoreConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the core is built from, beside the instrument and the strategy."""

    limits: Limits = Limits()
    orders: Orders = Orders()
    execution: Execution = Execution()
    feed: FeedRules = FeedRules()
    quoting_on_start: bool = True
    maker_fee_bps: float = 0.0
    taker_fee_bps: float = 0.0
    bid_fee: int = 0
    """What the venue holds of the quote for a bid's fee beside its value, millionths of the value."""
    order_prefix: str = "mm"
    """Start of every client order id."""
    mode: Literal["paper", "live"] = "paper"
