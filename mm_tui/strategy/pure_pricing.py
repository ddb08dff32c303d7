"""What `pure` proposes: prices and sizes of both sides, by hummingbot's steps in hummingbot's order.

- reference, less or more each side's spread, each level `order_level_spread_bps` further
- at or above the ceiling no bids, at or below the floor no asks; ping-pong takes the nearest levels of a side away
- order optimisation: the nearest bid goes down to one tick above the bid at a depth where that is lower (the ask
  likewise), and the levels behind follow from there
- transaction costs: each price further out by the maker fee
- inventory skew: sizes of a side times up to 2, of the other down to 0, by how far the inventory is off its target

Beside these, leans of the operator, a skew of price and a wider spread by volatility. A price that would cross is held
at the touch, where hummingbot drops the order.
"""

from math import floor, inf

import msgspec

from mm_tui.model.bounds import exact
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.instrument import Instrument
from mm_tui.strategy.api import Quote, Quotes, View
from mm_tui.strategy.pure_params import PureParams
from mm_tui.strategy.signals import SignalRules
from mm_tui.strategy.waterfall import Fall, signed

VOLATILITY_RULES = SignalRules(
    volatility_window=120.0, intensity_window=300.0, volatility=1.2, decay=0.6, arrivals=1.0
)  # fmt: skip
"""How volatility is estimated where spreads answer to it; intensity is not asked for."""

_NAMES = {
    "mid_price": "mid", "best_bid": "best bid", "best_ask": "best ask", "last_price": "last trade",
    "last_own_trade_price": "last own fill", "inventory_cost": "mid",
}  # fmt: skip

BPS = 1e-4


class Measures(msgspec.Struct, frozen=True):
    """The parameters in an instrument's own units."""

    amount: float
    """Of the nearest order, lots."""
    level_amount: float
    """More a level, lots."""
    span: float
    """A range of inventory, lots."""
    bid_depth: int
    """Lots that optimisation passes over."""
    ask_depth: int
    ceiling2: float
    """Half ticks."""
    floor2: float


class Centre(msgspec.Struct, frozen=True):
    """What both sides of one proposal share."""

    reference2: float
    """Half ticks."""
    lean_bps: float
    skew_bps: float
    """Of all prices, against the inventory."""
    share: float
    """Inventory off its target, in ranges, −1 to 1."""
    extra_bps: float
    """What volatility adds to each spread."""
    volatility: float
    factor: float
    """The operator's, on every distance."""
    size_factor: float
    cost: float
    """The maker fee that each price is further out by, a fraction."""


def off_target(base: float, funds: float, target: float, span: float) -> float:
    """How far an inventory is over its target, in ranges: −1 at a range under it, 1 at a range over it.

    `base` held and `funds` at today's price, `span` of a range, all in lots; `target` a fraction. Below its target the
    range ends at none held. hummingbot multiplies bids by one minus this and asks by one plus it.
    """
    aim = (base + funds) * target
    over = base - aim
    return min(1.0, over / span) if over >= 0 else max(-1.0, over / min(span, aim))


class Pricing:
    """Proposals by a set of parameters."""

    def __init__(self, params: PureParams) -> None:
        self.params = params
        self.extra_bps = 0.0
        """What volatility added to the spreads of the last proposal."""
        self.cost_bps = 0.0
        """What transaction costs added to them."""
        self._instrument: Instrument | None = None
        self._measures = Measures(1.0, 0.0, 1.0, 0, 0, inf, 0.0)

    def reference2(self, view: View) -> float | None:
        """The reference price in half ticks; the mid where the wanted one is not known yet."""
        kind = self.params.price_type
        if kind in ("mid_price", "inventory_cost"):
            return view.reference2("mid")
        if kind in ("last_price", "last_own_trade_price"):
            price = view.last_price if kind == "last_price" else view.last_own_price
            mid2 = view.reference2("mid")
            return mid2 if mid2 is None or price is None else 2.0 * price
        if kind in ("best_bid", "best_ask"):
            mid2 = view.reference2("mid")
            return None if mid2 is None else 2.0 * (view.bid if kind == "best_bid" else view.ask)
        return view.reference2(kind)

    def propose(self, view: View, reference2: float, waiting: tuple[int, int]) -> Quotes:
        """The quotes by today's prices; `waiting` nearest levels of bids and of asks are left out by ping-pong."""
        measures = self._measure(view.instrument)
        centre = self._centre(view, reference2, measures)
        bids: tuple[Quote, ...] = ()
        asks: tuple[Quote, ...] = ()
        reasons: list[str] = []
        if reference2 >= measures.ceiling2:
            reasons.append("no bids at or above the price ceiling")
        else:
            bids = self._side(BUY, waiting[0], view, centre, 0)
        if reference2 <= measures.floor2:
            reasons.append("no asks at or below the price floor")
        else:
            asks = self._side(SELL, waiting[1], view, centre, bids[0].price if bids else 0)
        for side, levels in ((BUY, waiting[0]), (SELL, waiting[1])):
            if levels:
                reasons.append(f"ping-pong: {levels} {side.book_word} level{'s' * (levels > 1)} wait")
        return Quotes(bids=bids, asks=asks, reference2=reference2, reason=", ".join(reasons))

    def too_near(self, side: Side, price: int, reference2: float) -> bool:
        """Whether a quote stands nearer to the reference than the minimum spread."""
        least = self.params.minimum_spread_bps
        return least is not None and side * (reference2 - 2 * price) < least * BPS * reference2

    # -- parts

    def _centre(self, view: View, reference2: float, measures: Measures) -> Centre:
        params, leans = self.params, view.leans
        share = 0.0
        if params.inventory_skew_enabled or params.inventory_price_skew_bps:
            funds = view.quote_free / (reference2 / 2)
            share = off_target(view.base_free, funds, params.inventory_target_base_pct / 100, measures.span)
            share = round(share, 6)
        volatility = 0.0
        self.extra_bps = 0.0
        if params.volatility_spread_factor:
            volatility = view.signals.estimates(view.ts).volatility
            over = max(0.0, volatility - params.volatility_floor)
            self.extra_bps = round(params.volatility_spread_factor * over, 6)
        self.cost_bps = view.maker_fee_bps if params.add_transaction_costs else 0.0
        return Centre(
            reference2=reference2,
            lean_bps=leans.lean_bps,
            skew_bps=round(-params.inventory_price_skew_bps * share, 6),
            share=share,
            extra_bps=self.extra_bps,
            volatility=volatility,
            factor=leans.spread_factor,
            size_factor=leans.size_factor,
            cost=self.cost_bps * BPS,
        )

    def _side(self, side: Side, waiting: int, view: View, centre: Centre, own: int) -> tuple[Quote, ...]:
        """One side's quotes, the nearest first; asks are over the own best bid."""
        quotes: list[Quote] = []
        params = self.params
        jump2: float | None = None
        for level in range(waiting, params.order_levels):
            fall = self._begin(side, view, centre)
            self._spread(fall, centre, level)
            if params.order_optimization_enabled:
                if level == waiting:
                    jump2 = self._jump2(side, fall.price2, view)
                if jump2 is not None:
                    behind = (level - waiting) * params.order_level_spread_bps * centre.factor
                    fall.to("optimisation", jump2 * (1 - side * behind * BPS), "just inside the book")
            quote = self._finish(fall, level, view, centre, own)
            if quote is not None:
                quotes.append(quote)
        return tuple(quotes)

    def _begin(self, side: Side, view: View, centre: Centre) -> Fall:
        """The reference of one side: asks of what was bought for more are made around what it cost."""
        params = self.params
        cost2 = view.average2
        held = params.price_type == "inventory_cost" and side is SELL and view.position > 0
        if held and cost2 is not None and cost2 > centre.reference2:
            return Fall(side, cost2, "inventory cost")
        return Fall(side, centre.reference2, _NAMES.get(params.price_type, params.price_type))

    def _spread(self, fall: Fall, centre: Centre, level: int) -> None:
        """From the reference to the quote, each step in bps of the reference."""
        params, side, start2 = self.params, fall.side, fall.price2
        bps = 0.0
        if centre.lean_bps:
            bps += centre.lean_bps
            fall.to("lean", start2 * (1 + bps * BPS), f"lean {signed(centre.lean_bps, 1)}")
        if centre.skew_bps:
            bps += centre.skew_bps
            words = f"skew {signed(centre.skew_bps, 2)} at {signed(centre.share, 2)} of the range"
            fall.to("skew", start2 * (1 + bps * BPS), words)
        spread = params.bid_spread_bps if side > 0 else params.ask_spread_bps
        bps -= side * spread * centre.factor
        words = f"spread {spread:.2f}"
        fall.to("spread", start2 * (1 + bps * BPS), words + (f" × {centre.factor:.2f}" if centre.factor != 1 else ""))
        if centre.extra_bps:
            bps -= side * centre.extra_bps * centre.factor
            fall.to("volatility", start2 * (1 + bps * BPS), f"{centre.extra_bps:.2f} for σ {centre.volatility:.2f}")
        if level:
            further = level * params.order_level_spread_bps * centre.factor
            bps -= side * further
            fall.to("level", start2 * (1 + bps * BPS), f"level {level} {further:.2f} further")

    def _jump2(self, side: Side, price2: float, view: View) -> float | None:
        """One tick inside the book at the depth, half ticks; None where that is nearer than the price, or unknown."""
        depth = self._measures.bid_depth if side > 0 else self._measures.ask_depth
        found = view.depth_price(side, depth)
        if found is None:
            return None
        inside2 = 2.0 * (found + side)
        return inside2 if side * (price2 - inside2) > 0 else None

    def _finish(self, fall: Fall, level: int, view: View, centre: Centre, own: int) -> Quote | None:
        """Costs, bands, tick and touch, and the size; None where no venue or limit would take it."""
        side, measures = fall.side, self._measures
        if centre.cost:
            fall.to("fees", fall.price2 * (1 - side * centre.cost), f"fee {signed(self.cost_bps, 1)}")
        bound2 = measures.ceiling2 if side > 0 else measures.floor2
        if side * (fall.price2 - bound2) > 0:
            fall.to("band", bound2, "under the ceiling" if side > 0 else "over the floor")
        price = fall.settle(view)
        if side is SELL and price <= own:
            price = own + 1
            fall.to("clamp", 2 * price, "over the own bid")
        if price <= 0 or self.too_near(side, price, centre.reference2):
            return None
        lots = (measures.amount + level * measures.level_amount) * centre.size_factor
        if self.params.inventory_skew_enabled:
            ratio = 1 - side * centre.share
            lots *= ratio
            if centre.share:
                fall.to("size", fall.price2, f"size × {ratio:.2f} at {signed(centre.share, 2)} of the range")
        quantity = floor(round(lots, 6))
        instrument = view.instrument
        if quantity < max(1, instrument.min_quantity) or price * quantity < instrument.min_notional_units:
            return None
        return fall.quote(level, price, quantity, quantity)

    def _measure(self, instrument: Instrument) -> Measures:
        """The parameters in this instrument's units; decimal arithmetic is dear and its answer stays."""
        if instrument is not self._instrument:
            self._instrument, params = instrument, self.params
            step, tick = instrument.step_size, instrument.tick_size
            amount = float(exact(params.order_amount) / step)
            more = float(exact(params.order_level_amount) / step)
            levels = params.order_levels
            total = 2 * levels * (amount + (levels - 1) / 2 * more)
            self._measures = Measures(
                amount=amount,
                level_amount=more,
                span=max(total, 1.0) * params.inventory_range_multiplier,
                bid_depth=instrument.floor_lots(exact(params.bid_order_optimization_depth)),
                ask_depth=instrument.floor_lots(exact(params.ask_order_optimization_depth)),
                ceiling2=inf if params.price_ceiling is None else float(2 * exact(params.price_ceiling) / tick),
                floor2=0.0 if params.price_floor is None else float(2 * exact(params.price_floor) / tick),
            )
        return self._measures
