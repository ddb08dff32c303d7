"""The limits of the desk; `[risk]` in the settings. Quantities in base, values in quote.

They may be tightened while the desk runs; `loosens` says which way a change goes.
"""

from typing import Annotated, Any

import msgspec

from mm_tui.errors import SettingsError
from mm_tui.model.bounds import NotNegative, NotNegativeInt, Positive, PositiveBps, PositiveInt, unusable
from mm_tui.model.expected import typed_must_be
from mm_tui.model.words import one_line

PREFIX = "risk."
SHOWN = 80
"""Characters of a typed value that are told."""


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
    """A mid that moves by more within the window halts the desk: for the cool-off, the second time until a re-arm."""
    price_change_window_s: Positive = 10.0
    price_change_cooloff_s: NotNegative = 30.0
    """How long the first such halt lasts."""
    max_daily_loss: Positive = 50.0
    """Trading PnL since midnight UTC below minus this halts the desk, quote."""
    max_drawdown: Positive = 30.0
    """Trading PnL this far below its peak halts the desk, quote."""
    max_same_side_fills: PositiveInt = 6
    """Orders of one side that may be filled in a row within the window; one more switches that side off."""
    same_side_window_s: Positive = 30.0
    soft_limit_pct: Annotated[float, msgspec.Meta(gt=0, le=100)] = 80.0
    """At this share of the daily loss or the drawdown only what reduces the position goes out; 100 for never."""
    max_inventory_age_s: NotNegative = 0.0
    """A position held longer without crossing zero may only be reduced; 0 for any age."""
    max_messages_per_day: NotNegativeInt = 0
    """Placements, amends and replaces a UTC day, a fifth of them kept for what reduces; 0 for any number."""
    strategy_budget_ms: Positive = 50.0
    """A decision that took the strategy longer is dropped; the third in a row pulls the quotes."""


_OFF_AT_ZERO = frozenset({"max_inventory_age_s", "max_messages_per_day"})
_LOOSER_WHEN_SMALLER = frozenset({"price_change_window_s", "price_change_cooloff_s", "same_side_window_s"})
"""Windows that see less when they are shorter."""


def loosens(key: str, before: float, after: float) -> bool:
    """Whether a change of the key in `[risk]` lets more pass than before."""
    if key in _OFF_AT_ZERO:
        return before != 0 and (after == 0 or after > before)
    return after < before if key in _LOOSER_WHEN_SMALLER else after > before


class LimitChange(msgspec.Struct, frozen=True):
    """What an assignment does to the limits."""

    limits: Limits
    name: str
    """`risk.max_position`."""
    before: float
    after: float
    loosens: bool


def assign(limits: Limits, assignment: str) -> LimitChange:
    """`risk.KEY=VALUE` on top of the limits; raises SettingsError with what is wrong."""
    name, equals, text = (part.strip() for part in assignment.partition("="))
    key = name.removeprefix(PREFIX)
    values: dict[str, Any] = msgspec.structs.asdict(limits)
    if not equals or key not in values:
        raise SettingsError(
            [f"{one_line(name or assignment, SHOWN)}: write risk.KEY=VALUE; the keys are {', '.join(values)}"]
        )
    try:
        wanted = msgspec.convert({**values, key: text}, Limits, strict=False)
    except msgspec.ValidationError as error:
        kind = next(field.type for field in msgspec.structs.fields(Limits) if field.name == key)
        raise SettingsError([f"{name}: {typed_must_be(text, kind)}"]) from error
    before, after = values[key], getattr(wanted, key)
    problem = unusable(after)
    if problem:
        raise SettingsError([f"{name}: got {one_line(text, SHOWN)}, {problem}"])
    return LimitChange(wanted, PREFIX + key, before, after, loosens(key, before, after))
