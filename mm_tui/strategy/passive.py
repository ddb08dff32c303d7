"""The passive strategy: quotes held inside a band around a reference price."""

import msgspec
from typing import Annotated, Literal

from mm_tui.model.bounds import Bps, NotNegative, Positive, PositiveBps


class PassiveParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of the passive strategy; `[strategy.passive]`. Spreads in bps, amounts in base, values in quote."""

    min_spread_bps: PositiveBps = 2.0
    """Distance of the nearest quote from the reference."""
    max_spread_bps: PositiveBps = 6.0
    """Distance of the farthest."""
    orders_per_side: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    order_amount: Positive = 0.002
    """Of each order."""
    min_order_value: NotNegative = 20.0
    """A smaller order is not wanted."""
    drift_threshold_bps: Bps = 2.0
    """The reference may move by this much before the quotes follow; a quote that leaves the band moves at once."""
    reference: Literal["mid", "microprice", "twap", "vwap", "ema", "hybrid"] = "mid"
    reference_window: Positive = 10.0
    """Window of twap, vwap and hybrid and time constant of ema, seconds."""
    quantity_jitter: Annotated[float, msgspec.Meta(ge=0, le=0.5)] = 0.05
    """Each order's size is drawn once from order_amount × (1 ± this)."""
