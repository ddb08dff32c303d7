"""The limits of the desk; `[risk]` in the settings. Quantities in base, values in quote."""

import msgspec

from mm_tui.model.bounds import NotNegative, Positive, PositiveBps, PositiveInt


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the gate and the breaker hold the desk to."""

    max_position: Positive = 0.02
    """Largest position either way, base."""
    max_order_quantity: Positive = 0.01
    """Largest single order, base."""
    max_order_value: Positive = 1000.0
    """Largest single order, quote."""
    max_open_orders: PositiveInt = 12
    """Orders that may rest or be on their way at once."""
    max_orders_per_s: PositiveInt = 8
    """Placements, amends and replaces in any second; cancels always pass."""
    price_collar_bps: PositiveBps = 60.0
    """How far from the mid an order may stand."""
    max_price_change_bps: PositiveBps = 60.0
    """A mid that moves by more within the window pulls the quotes; the second time it halts the desk."""
    price_change_window_s: Positive = 10.0
    price_change_cooloff_s: NotNegative = 30.0
    """How long the quotes stay away after the first such move."""
    max_daily_loss: Positive = 50.0
    """Trading PnL since midnight UTC below minus this halts the desk, quote."""
    max_drawdown: Positive = 30.0
    """Trading PnL this far below its peak halts the desk, quote."""
    max_same_side_fills: PositiveInt = 6
    """Orders of one side that may be filled in a row within the window; one more switches that side off."""
    same_side_window_s: Positive = 30.0
