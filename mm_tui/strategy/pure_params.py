"""Parameters of the `pure` strategy: those of hummingbot's pure market making, and four of ours."""

from typing import Annotated, Literal

import msgspec

from mm_tui.model.bounds import Bps, NotNegative, Percent, Positive

PriceType = Literal[
    "mid_price", "best_bid", "best_ask", "last_price", "last_own_trade_price", "inventory_cost",
    "microprice", "twap", "vwap", "ema", "hybrid",
]  # fmt: skip


class PureParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of pure market making; `[strategy.pure]`. Amounts in base, prices in quote, distances in bps."""

    bid_spread_bps: Bps = 3.0
    """Distance of the nearest bid from the reference."""
    ask_spread_bps: Bps = 3.0
    """Distance of the nearest ask from the reference."""
    minimum_spread_bps: Annotated[float, msgspec.Meta(ge=-10_000, le=10_000)] | None = None
    """A quote that the reference came nearer to than this is pulled until the next refresh; None for never."""
    order_amount: Positive = 0.002
    """Of the nearest order of each side."""
    order_refresh_time_s: Positive = 5.0
    """How often new prices are proposed."""
    max_order_age_s: NotNegative = 300.0
    """An order that rests for longer is replaced, even at the same price; 0 for never."""
    order_refresh_tolerance_bps: Bps = 1.0
    """Where all proposed prices are within this of the standing ones, these stay."""
    filled_order_delay_s: NotNegative = 3.0
    """After a fill nothing new is quoted for so long."""
    order_levels: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    """Orders on each side."""
    order_level_spread_bps: Bps = 1.0
    """From one level to the next."""
    order_level_amount: float = 0.0
    """What each level has more than the one before it; less, where negative."""
    inventory_skew_enabled: bool = True
    """Whether sizes bring the inventory back to its target."""
    inventory_target_base_pct: Percent = 50.0
    """Share of the account's value to hold in base."""
    inventory_range_multiplier: Positive = 5.0
    """A range of inventory is this times the orders of both sides: that far off, one side is twice as large, the other
    none."""
    inventory_price_skew_bps: Bps = 0.0
    """How far all prices lean against an inventory that is a whole range off its target."""
    price_ceiling: Positive | None = None
    """At or above it nothing is bid for; None for no ceiling."""
    price_floor: Positive | None = None
    """At or below it nothing is offered; None for no floor."""
    order_optimization_enabled: bool = False
    """Whether the nearest quotes go no further than just inside the book at the depths below."""
    bid_order_optimization_depth: NotNegative = 0.0
    """Bids that are passed over before the price to jump is found, base."""
    ask_order_optimization_depth: NotNegative = 0.0
    """Asks that are passed over, base."""
    ping_pong_enabled: bool = False
    """Whether a side that was filled waits for the other to be."""
    hanging_orders_enabled: bool = False
    """Whether the orders opposite to a filled one stay where they are."""
    hanging_orders_cancel_pct: Annotated[float, msgspec.Meta(gt=0, le=100)] = 10.0
    """They go when they are so far from the reference, percent."""
    add_transaction_costs: bool = False
    """Whether the maker fee is added to each distance."""
    price_type: PriceType = "mid_price"
    """The reference price."""
    reference_window: Positive = 10.0
    """Window of twap, vwap and hybrid and time constant of ema, seconds."""
    volatility_spread_factor: NotNegative = 0.0
    """Bps that each spread is wider for each bp a root second of volatility above the floor."""
    volatility_floor: NotNegative = 1.0
    """Volatility that spreads do not answer to, bps a root second."""
