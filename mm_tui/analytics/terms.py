"""The terms of an obligation in whole numbers, so that whether an order keeps them is exact.

An order's distance is that of its price from the mid, on its own side, as a share of the mid. Both bounds belong to the
band.
"""

from decimal import Decimal
from math import lcm

import msgspec

from mm_tui.analytics.config import Obligation
from mm_tui.model.bounds import exact
from mm_tui.model.events import BUY, Side
from mm_tui.model.instrument import Instrument, ceil_div

FAR = 1 << 62
"""Beyond every mid, half ticks."""
_BPS = 10_000

OWN = Obligation(
    min_spread_bps=0.0,
    max_spread_bps=50.0,
    min_orders_per_side=1,
    min_order_value=0.0,
    target_in_band_pct=99.8,
    target_two_sided_pct=99.9,
    target_value_pct=99.95,
)
"""What a set of terms under a name of one's own begins with."""
SEED = Obligation(
    min_spread_bps=20.0,
    max_spread_bps=40.0,
    min_orders_per_side=1,
    min_order_value=20.0,
    target_in_band_pct=99.8,
    target_two_sided_pct=99.9,
    target_value_pct=99.95,
)
"""Orders inside 20 to 40 bps, both sides, each order worth 20 of the quote currency."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What counts; without a name nothing was promised, and every resting order is in band."""

    name: str = ""
    near: int = 0
    """Nearest distance in band, in `scale`-ths of the mid."""
    far: int = 0
    """Farthest distance in band, likewise."""
    scale: int = _BPS
    orders: int = 1
    """Orders that a side needs in the band."""
    order_value: int = 0
    """The smallest value of each of them, ticks times lots."""
    depth: int = 0
    """What the orders of a side in the band must be worth together, ticks times lots; at least 1."""
    in_band: Decimal | None = None
    """Promised share of the time that a side is in the band, percent."""
    two_sided: Decimal | None = None
    """Of the time that an order rests on both sides."""
    value: Decimal | None = None
    """Of the time that both sides hold their value."""

    def reach(self, side: Side, price: int) -> tuple[int, int]:
        """The lowest and the highest mid, half ticks, at which an order at this price is in band."""
        if not self.name:
            return 0, FAR
        near, far, scale = self.near, self.far, self.scale
        whole = 2 * price * scale
        if side is BUY:
            low = -(-whole // (scale - near)) if near < scale else FAR + 1
            high = whole // (scale - far) if far < scale else FAR
        else:
            low = -(-whole // (scale + far))
            high = whole // (scale + near)
        return low, high


NO_TERMS = Terms(depth=1)
"""The uptime alone."""


def resolved(config: Obligation) -> Obligation:
    """The settings with every key filled in from the preset, the value that the depth is left with apart."""
    ready = msgspec.structs.asdict(SEED if config.preset == "seed" else OWN)
    chosen = {name: value for name, value in msgspec.structs.asdict(config).items() if value is not None}
    return Obligation(**{**ready, **chosen})


def terms_of(config: Obligation, instrument: Instrument) -> Terms:
    """The settings' terms for one instrument; a value that is no whole number of ticks times lots is rounded up."""
    if config.preset == "none":
        return NO_TERMS
    terms = resolved(config)
    near, far = _exact(terms.min_spread_bps), _exact(terms.max_spread_bps)
    parts = lcm(near.as_integer_ratio()[1], far.as_integer_ratio()[1])
    orders, value = terms.min_orders_per_side or 1, _exact(terms.min_order_value)
    depth = orders * value if terms.min_depth_value is None else exact(terms.min_depth_value)
    return Terms(
        name=config.preset,
        near=int(near * parts),
        far=int(far * parts),
        scale=_BPS * parts,
        orders=orders,
        order_value=ceil_div(value, instrument.unit),
        depth=max(1, ceil_div(depth, instrument.unit)),
        in_band=_exact(terms.target_in_band_pct),
        two_sided=_exact(terms.target_two_sided_pct),
        value=_exact(terms.target_value_pct),
    )


def _exact(value: float | None) -> Decimal:
    return exact(value or 0.0)
