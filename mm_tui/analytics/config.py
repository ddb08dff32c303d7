"""What a market maker promised, as the settings say it; `[obligation]`."""

import msgspec

from mm_tui.model.bounds import Bps, NotNegative, Percent, PositiveInt


class Obligation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ready set of terms by its name, or terms of one's own; a key that is not set takes the preset's value."""

    preset: str = "none"
    """`none` scores the uptime alone; `seed` is a ready set; any other name stands for the keys below."""
    min_spread_bps: Bps | None = None
    """Orders nearer to the mid than this are out of band."""
    max_spread_bps: Bps | None = None
    """Orders farther from the mid than this are out of band."""
    min_orders_per_side: PositiveInt | None = None
    """Orders that a side needs in the band."""
    min_order_value: NotNegative | None = None
    """The smallest value of an order that counts among them, quote."""
    min_depth_value: NotNegative | None = None
    """What all orders of a side in the band must be worth, quote; not set, that of the orders it needs."""
    target_in_band_pct: Percent | None = None
    """Promised share of the time that a side is in the band."""
    target_two_sided_pct: Percent | None = None
    """Promised share of the time that an order rests on both sides, wherever it stands."""
    target_value_pct: Percent | None = None
    """Promised share of the time that both sides hold their value in the band."""
