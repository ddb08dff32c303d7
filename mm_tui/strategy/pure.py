"""hummingbot's pure market making, by its parameter names: quotes at a spread, renewed every few seconds.

What is proposed is in `pure_pricing`; here is when:

- every `order_refresh_time_s`, and at once when the operator leans, new quotes are proposed; where as many stand and
  all prices are within `order_refresh_tolerance_bps`, these stay
- after a fill nothing new is quoted for `filled_order_delay_s`; what rests is kept until its refresh was due
- with hanging orders, what stands opposite to the filled order stays where it is (`hanging`), and its own fill later
  is no reason to wait
- with ping-pong, each filled order of a side takes one level of that side away until as many of the other are filled
- a quote that the reference came nearer to than `minimum_spread_bps` is pulled until the next refresh
- where an order is older than `max_order_age_s`, all are made anew and no older order serves

hummingbot looks once a second, this on every event that may change the answer.
"""

from collections.abc import Sequence
from math import inf

from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.strategy.api import NO_QUOTES, Completion, Leans, OwnOrder, Quote, Quotes, Rest, View
from mm_tui.strategy.hanging import FIRST_LEVEL, Hanging, nearest, renewed
from mm_tui.strategy.pure_params import PureParams
from mm_tui.strategy.pure_pricing import BPS, VOLATILITY_RULES, Pricing
from mm_tui.strategy.signals import SignalRules


class Cycle:
    """What must be remembered from one refresh to the next, whatever the parameters."""

    __slots__ = ("asks", "bids", "create_at", "filled", "hanging", "number", "refresh_at")

    def __init__(self) -> None:
        self.bids: tuple[Quote, ...] = ()
        """Wanted beside the hanging ones."""
        self.asks: tuple[Quote, ...] = ()
        self.create_at = 0
        """No new quotes before this, ns."""
        self.refresh_at = 0
        """When new ones are proposed, ns."""
        self.number: int | None = None
        """Of the last completion that was counted; None before the first look."""
        self.filled = {BUY: 0, SELL: 0}
        """Completions since both sides were last even, for ping-pong."""
        self.hanging = Hanging()

    def want(self, side: Side, quotes: tuple[Quote, ...]) -> None:
        """These and no others on a side."""
        if side is BUY:
            self.bids = quotes
        else:
            self.asks = quotes

    def copy(self) -> "Cycle":
        """One of its own with the same content."""
        twin = Cycle()
        twin.bids, twin.asks, twin.create_at, twin.refresh_at = self.bids, self.asks, self.create_at, self.refresh_at
        twin.number, twin.filled, twin.hanging = self.number, dict(self.filled), self.hanging.copy()
        return twin


class Pure:
    """Quotes at a spread from a reference, renewed by the clock."""

    name = "pure"
    Params = PureParams

    def __init__(self, params: PureParams, _seed: int = 1) -> None:
        self.params = params
        self.signal_rules: SignalRules | None = VOLATILITY_RULES if params.volatility_spread_factor else None
        self._pricing = Pricing(params)
        self.cycle = Cycle()
        self._why = ""
        """Why there are none of a side."""
        self._quotes = NO_QUOTES
        self._leans = Leans()
        self._forced = True
        """Whether the next proposal is followed in any case."""
        self._look_at = 0
        """When the clock alone may change the answer, ns."""
        self._low2, self._high2 = 0.0, inf
        """Between these references, half ticks, it cannot."""

    @property
    def reference_window(self) -> float:
        """Seconds that the reference price looks back."""
        return self.params.reference_window

    def describe(self) -> str:
        """One phrase for the header."""
        params, factor = self.params, self._leans.spread_factor
        bid, ask = params.bid_spread_bps * factor, params.ask_spread_bps * factor
        return f"pure {bid:.1f}/{ask:.1f} bps × {params.order_levels}"

    def nearest_bps(self) -> float:
        """Half-spread of the nearest quote, to be held against the maker fee."""
        params, pricing = self.params, self._pricing
        nearest_spread = min(params.bid_spread_bps, params.ask_spread_bps) + pricing.extra_bps
        return nearest_spread * self._leans.spread_factor + pricing.cost_bps

    def inherit(self, before: object) -> None:
        """Go on where the same strategy with other parameters was: fills counted, orders that hang, waits."""
        if not isinstance(before, Pure):
            return
        self.cycle = before.cycle.copy()
        if not self.params.ping_pong_enabled:
            self.cycle.filled = {BUY: 0, SELL: 0}
        if not self.params.hanging_orders_enabled:
            self.cycle.hanging.clear()

    def quote(self, view: View) -> Quotes:
        """The quotes wanted now; the same object while nothing changed."""
        reference2 = self._pricing.reference2(view)
        if reference2 is None:
            return NO_QUOTES
        if (
            self._low2 < reference2 < self._high2
            and view.ts < self._look_at
            and view.leans is self._leans
            and not view.renew
        ):
            return self._quotes
        return self._look(view, reference2)

    def rest(self) -> Rest | None:
        """Until the next look; None where the parameters have it look at more than the mid."""
        params = self.params
        if params.price_type not in ("mid_price", "inventory_cost") or params.order_optimization_enabled:
            return None
        return None if params.volatility_spread_factor else Rest(self._low2, self._high2, self._look_at)

    # -- one look

    def _look(self, view: View, reference2: float) -> Quotes:
        now, orders, cycle = view.ts, view.orders, self.cycle
        counted = self._count(view, orders)
        if view.leans is not self._leans or (view.renew and not counted):
            self._leans, self._forced = view.leans, True
        age = round(self.params.max_order_age_s * SECOND)
        oldest = now - age if age else 0
        cycle.hanging.review(orders, now, oldest)
        cycle.hanging.release(reference2, self.params.hanging_orders_cancel_pct / 100)
        anew = False
        if now >= cycle.create_at:
            aged = any(order.created < oldest for order in orders if cycle.hanging.holding(order) is None)
            if self._forced or aged or now >= cycle.refresh_at:
                anew = self._refresh(view, reference2, aged=aged)
        else:
            self._why = "waits after a fill"
            kept = {(one.side, one.level) for one in orders} if now < cycle.refresh_at else set()
            cycle.bids = tuple(one for one in cycle.bids if (BUY, one.level) in kept)
            cycle.asks = tuple(one for one in cycle.asks if (SELL, one.level) in kept)
        cycle.bids = self._far_enough(cycle.bids, reference2)
        cycle.asks = self._far_enough(cycle.asks, reference2)
        self._plan(orders, now, age)
        return self._answer(reference2, anew=anew)

    def _refresh(self, view: View, reference2: float, *, aged: bool) -> bool:
        """Propose new quotes; whether they are followed."""
        cycle = self.cycle
        if cycle.filled[BUY] == cycle.filled[SELL]:
            cycle.filled = {BUY: 0, SELL: 0}
        proposal = self._pricing.propose(view, reference2, (cycle.filled[BUY], cycle.filled[SELL]))
        cycle.refresh_at = view.ts + round(self.params.order_refresh_time_s * SECOND)
        followed = (
            self._forced or aged or not self._alike(cycle.bids, proposal.bids)
            or not self._alike(cycle.asks, proposal.asks)
        )  # fmt: skip
        if followed:
            since = view.ts if aged else 0
            cycle.bids, cycle.asks = renewed(proposal.bids, since), renewed(proposal.asks, since)
        self._why, self._forced = proposal.reason, False
        return followed

    def _alike(self, before: tuple[Quote, ...], after: tuple[Quote, ...]) -> bool:
        """Whether as many quotes are within the tolerance of those that stand."""
        tolerance = self.params.order_refresh_tolerance_bps * BPS
        return len(before) == len(after) and all(
            abs(old.price - new.price) <= tolerance * old.price for old, new in zip(before, after, strict=True)
        )

    def _far_enough(self, quotes: tuple[Quote, ...], reference2: float) -> tuple[Quote, ...]:
        if any(self._pricing.too_near(quote.side, quote.price, reference2) for quote in quotes):
            return tuple(one for one in quotes if not self._pricing.too_near(one.side, one.price, reference2))
        return quotes

    def _plan(self, orders: Sequence[OwnOrder], now: int, age: int) -> None:
        """When to look again: at which time, outside which references."""
        cycle = self.cycle
        due = cycle.refresh_at if cycle.refresh_at > now else cycle.create_at
        if age:
            ageing = min((order.created for order in orders), default=now) + age + 1
            due = min(due, ageing if ageing > now else now + SECOND)
        self._look_at = due
        low2, high2 = cycle.hanging.bounds2(self.params.hanging_orders_cancel_pct / 100)
        if self.params.minimum_spread_bps is not None:
            least = self.params.minimum_spread_bps * BPS
            for quote in cycle.bids:
                low2 = max(low2, 2 * quote.price / (1 - least)) if least < 1 else inf
            for quote in cycle.asks:
                high2 = min(high2, 2 * quote.price / (1 + least)) if least > -1 else high2
        self._low2, self._high2 = low2, high2

    def _answer(self, reference2: float, *, anew: bool) -> Quotes:
        cycle = self.cycle
        bids = (*cycle.hanging.of(BUY), *cycle.bids)
        asks = (*cycle.hanging.of(SELL), *cycle.asks)
        why = "" if cycle.bids and cycle.asks else self._why
        before = self._quotes
        if anew or bids != before.bids or asks != before.asks or why != before.reason:
            self._quotes = Quotes(bids=bids, asks=asks, reference2=reference2, reason=why)
        return self._quotes

    # -- fills

    def _count(self, view: View, orders: Sequence[OwnOrder]) -> bool:
        """Take what was filled to its end since the last look; whether anything was."""
        completions = view.completions
        last = completions[-1].number if completions else 0
        seen, self.cycle.number = self.cycle.number, last
        if seen is None or seen >= last:
            return False
        for completion in list(completions):
            if completion.number > seen:
                self._take(completion, orders)
        return True

    def _take(self, filled: Completion, orders: Sequence[OwnOrder]) -> None:
        """One order was filled to its end."""
        side, params, cycle = filled.side, self.params, self.cycle
        own = cycle.bids if side is BUY else cycle.asks
        hanging = [one for one in cycle.hanging.of(side) if filled.price == one.price or filled.level == one.level]
        served = nearest((*own, *hanging), filled.price, filled.level)
        if served is not None and served.level >= FIRST_LEVEL:
            cycle.hanging.drop(served)
            return
        cycle.want(side, tuple(quote for quote in own if quote is not served))
        cycle.create_at = filled.ts + round(params.filled_order_delay_s * SECOND)
        cycle.refresh_at = min(cycle.refresh_at, cycle.create_at)
        if params.ping_pong_enabled:
            cycle.filled[side] += 1
        if params.hanging_orders_enabled:
            cycle.hanging.hang((one for one in orders if one.side is side.opposite), filled.ts)
            cycle.want(side.opposite, ())
