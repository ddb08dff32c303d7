"""What `pure` proposes, held against hummingbot's documented formulas; and what it never may."""

from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil, floor
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure_desk import ASK, BID, BTC, MID2
from quiet_view import QuietView

from mm_tui.model.events import BUY, SELL
from mm_tui.strategy.api import Leans, Quote, Quotes
from mm_tui.strategy.pure_params import PureParams
from mm_tui.strategy.pure_pricing import Pricing, off_target
from mm_tui.strategy.signals import Estimates

MID = MID2 / 2
PLAIN = PureParams(inventory_skew_enabled=False)


@dataclass
class Market(QuietView):
    """One whose other references are known too."""

    others: dict[str, float] = field(default_factory=dict)

    def reference2(self, name: str) -> float | None:
        return self.others[name] if name in self.others else super().reference2(name)


class Told:
    """Estimates as they are told."""

    def __init__(self, volatility: float) -> None:
        self.volatility = volatility

    def estimates(self, ts: int) -> Estimates:
        return Estimates(self.volatility, 0.6, 1.0, None, 0)


def propose(params: PureParams, view: QuietView | None = None, waiting: tuple[int, int] = (0, 0)) -> Quotes:
    pricing, market = Pricing(params), view or Market()
    reference2 = pricing.reference2(market)
    assert reference2 is not None
    return pricing.propose(market, reference2, waiting)


def changed(**values: Any) -> PureParams:
    return msgspec.structs.replace(PLAIN, **values)


def below(bps: float, start: float = MID) -> int:
    return floor(round(start * (1 - bps / 1e4), 5))


def above(bps: float, start: float = MID) -> int:
    return ceil(round(start * (1 + bps / 1e4), 5))


def test_one_quote_a_side_at_its_spread_by_default() -> None:
    quotes = propose(PLAIN)
    (bid,), (ask,) = quotes.bids, quotes.asks
    assert (bid.price, bid.quantity, bid.level) == (below(3), 200, 0)
    assert (ask.price, ask.quantity, ask.level) == (above(3), 200, 0)
    assert quotes.reference2 == MID2
    assert bid.reason.startswith("mid −3.00 bps: spread 3.00")
    assert [step.name for step in bid.steps] == ["reference", "spread", "rounding"]
    assert bid.steps[-1].price2 == 2 * bid.price


def test_levels_are_further_out_and_of_other_sizes() -> None:
    params = changed(
        bid_spread_bps=2.0, ask_spread_bps=4.0, order_levels=3, order_level_spread_bps=1.5, order_level_amount=0.0005
    )
    quotes = propose(params)
    assert [quote.price for quote in quotes.bids] == [below(2), below(3.5), below(5)]
    assert [quote.price for quote in quotes.asks] == [above(4), above(5.5), above(7)]
    assert [(quote.level, quote.quantity) for quote in quotes.asks] == [(0, 200), (1, 250), (2, 300)]
    assert "level 2 3.00 further" in quotes.bids[2].reason
    shrinking = propose(msgspec.structs.replace(params, order_level_amount=-0.001))
    assert [quote.quantity for quote in shrinking.bids] == [200, 100]


@pytest.mark.parametrize(
    ("base", "funds", "target", "span", "share"),
    [
        (50, 50, 0.5, 10, 0.0),
        (55, 45, 0.5, 10, 0.5),
        (60, 40, 0.5, 10, 1.0),
        (80, 20, 0.5, 10, 1.0),
        (45, 55, 0.5, 10, -0.5),
        (30, 70, 0.5, 10, -1.0),
        (2, 98, 0.04, 10, -0.5),
        (0, 100, 0.04, 10, -1.0),
        (0, 100, 0.0, 10, 0.0),
        (5, 95, 0.0, 10, 0.5),
        (0, 0, 0.5, 10, 0.0),
    ],
)
def test_the_inventory_is_off_its_target_in_ranges_as_hummingbot_counts(
    base: float, funds: float, target: float, span: float, share: float
) -> None:
    """In hummingbot's words: a bid ratio of 1 − share and an ask ratio of 1 + share."""
    assert off_target(base, funds, target, span) == pytest.approx(share)


@pytest.mark.parametrize(("held", "bids", "asks"), [(0, 200, 200), (1000, 100, 300), (2000, 0, 400), (-1000, 300, 100)])
def test_sizes_bring_the_inventory_back_to_its_target(held: int, bids: int, asks: int) -> None:
    view = Market(base_free=10_000 + held, quote_free=round((10_000 - held) * MID))
    quotes = propose(PureParams(), view)
    assert [quote.quantity for quote in quotes.bids] == ([bids] if bids else [])
    assert [quote.quantity for quote in quotes.asks] == [asks]
    if held == 1000:
        assert quotes.asks[0].steps[-1].name == "size"
        assert "size × 1.50 at +0.50 of the range" in quotes.asks[0].reason


def test_the_range_counts_every_order_of_both_sides() -> None:
    params = PureParams(order_levels=3, order_level_amount=0.001, inventory_range_multiplier=1.0)
    total = 2 * (200 + 300 + 400)
    view = Market(base_free=10_000 + total // 2, quote_free=round((10_000 - total // 2) * MID))
    assert [quote.quantity for quote in propose(params, view).bids] == [100, 150, 200]


def test_prices_lean_against_the_inventory_by_the_skew_of_price() -> None:
    params = changed(inventory_price_skew_bps=2.0)
    view = Market(base_free=11_000, quote_free=round(9_000 * MID))
    quotes = propose(params, view)
    assert (quotes.bids[0].price, quotes.asks[0].price) == (below(4), above(2))
    assert (quotes.bids[0].quantity, quotes.asks[0].quantity) == (200, 200)
    assert quotes.bids[0].reason.startswith("mid −4.00 bps: skew −1.00 at +0.50 of the range, spread 3.00")


def test_spreads_widen_with_volatility_above_its_floor() -> None:
    params = changed(volatility_spread_factor=1.5, volatility_floor=1.0)
    market: Any = Market(signals=Told(3.0))  # type: ignore[arg-type]
    pricing = Pricing(params)
    quotes = pricing.propose(market, MID2, (0, 0))
    assert (quotes.bids[0].price, quotes.asks[0].price) == (below(6), above(6))
    assert pricing.extra_bps == 3.0
    assert "3.00 for σ 3.00" in quotes.bids[0].reason
    market.signals = Told(0.9)
    assert pricing.propose(market, MID2, (0, 0)).bids[0].price == below(3)
    assert pricing.extra_bps == 0.0


def test_the_operators_leans_apply() -> None:
    view = Market(leans=Leans(spread_factor=2.0, size_factor=0.5, lean_bps=1.0))
    quotes = propose(changed(order_levels=2), view)
    assert [quote.price for quote in quotes.bids] == [below(5), below(7)]
    assert [quote.price for quote in quotes.asks] == [above(7), above(9)]
    assert quotes.bids[0].quantity == 100
    assert "lean +1.0, spread 3.00 × 2.00" in quotes.bids[0].reason


def test_nothing_is_bid_for_at_the_ceiling_and_nothing_offered_at_the_floor() -> None:
    price = float(BTC.price(BID))
    over = propose(changed(price_ceiling=price))
    assert over.bids == ()
    assert len(over.asks) == 1
    assert over.reason == "no bids at or above the price ceiling"
    under = propose(changed(price_floor=price + 0.01))
    assert under.asks == ()
    assert len(under.bids) == 1
    assert under.reason == "no asks at or below the price floor"
    assert propose(changed(price_ceiling=price + 1, price_floor=price - 1)).reason == ""


def test_a_price_that_would_leave_the_bands_is_held_at_them() -> None:
    view = Market(bid=BID, ask=BID + 2_000, leans=Leans(lean_bps=4.0))
    ceiling = BID + 1_100
    (bid,) = propose(changed(price_ceiling=float(BTC.price(ceiling))), view).bids
    assert bid.price == ceiling
    assert "under the ceiling" in bid.reason
    view.leans = Leans(lean_bps=-4.0)
    (ask,) = propose(changed(price_floor=float(BTC.price(BID + 900))), view).asks
    assert ask.price == BID + 900
    assert "over the floor" in ask.reason


def test_optimisation_goes_down_to_just_inside_the_book_at_the_depth() -> None:
    depth = {
        BUY: [(BID, 100), (BID - 5_000, 300), (BID - 9_000, 9_999)],
        SELL: [(ASK, 100), (ASK + 5_000, 300), (ASK + 9_000, 9_999)],
    }
    params = changed(
        order_levels=2, order_optimization_enabled=True,
        bid_order_optimization_depth=0.0010, ask_order_optimization_depth=0.0040,
    )  # fmt: skip
    quotes = propose(params, Market(depth=depth))
    first = BID - 5_000 + 1
    assert [quote.price for quote in quotes.bids] == [first, below(1, first)]
    first = ASK + 9_000 - 1
    assert [quote.price for quote in quotes.asks] == [first, above(1, first)]
    assert "optimisation" in {step.name for step in quotes.bids[0].steps}
    assert "just inside the book" in quotes.bids[0].reason


def test_optimisation_never_goes_nearer_than_the_spread() -> None:
    depth = {BUY: [(BID, 100)], SELL: [(ASK, 100)]}
    params = changed(order_optimization_enabled=True, ask_order_optimization_depth=1.0)
    quotes = propose(params, Market(depth=depth))
    assert (quotes.bids[0].price, quotes.asks[0].price) == (below(3), above(3))


def test_without_any_spread_the_two_sides_do_not_meet() -> None:
    quotes = propose(changed(bid_spread_bps=0.0, ask_spread_bps=0.0), Market(bid=BID - 1, ask=BID + 1))
    assert (quotes.bids[0].price, quotes.asks[0].price) == (BID, BID + 1)
    assert quotes.asks[0].reason.endswith("over the own bid")


def test_transaction_costs_put_each_price_further_out_by_the_maker_fee() -> None:
    pricing = Pricing(changed(add_transaction_costs=True))
    quotes = pricing.propose(Market(maker_fee_bps=10.0), MID2, (0, 0))
    assert quotes.bids[0].price == floor(MID * (1 - 3e-4) * (1 - 10e-4))
    assert quotes.asks[0].price == ceil(MID * (1 + 3e-4) * (1 + 10e-4))
    assert pricing.cost_bps == 10.0
    assert "fee +10.0" in quotes.bids[0].reason


def test_ping_pong_takes_the_nearest_levels_away() -> None:
    quotes = propose(changed(order_levels=3), waiting=(1, 3))
    assert [(quote.level, quote.price) for quote in quotes.bids] == [(1, below(4)), (2, below(5))]
    assert quotes.asks == ()
    assert quotes.reason == "ping-pong: 1 bid level wait, ping-pong: 3 ask levels wait"


def test_with_ping_pong_the_optimised_price_is_that_of_the_nearest_that_is_left() -> None:
    depth = {BUY: [(BID - 20_000, 100)], SELL: [(ASK, 1)]}
    params = changed(order_levels=3, order_optimization_enabled=True)
    quotes = propose(params, Market(depth=depth), waiting=(1, 3))
    first = BID - 20_000 + 1
    assert [quote.price for quote in quotes.bids] == [first, below(1, first)]


def test_a_quote_nearer_than_the_minimum_spread_is_not_wanted() -> None:
    params = changed(minimum_spread_bps=2.5)
    assert len(propose(params).bids) == 1
    quotes = propose(params, Market(leans=Leans(lean_bps=1.0)))
    assert (len(quotes.bids), len(quotes.asks)) == (0, 1)
    unbound = propose(changed(minimum_spread_bps=-10_000.0), Market(leans=Leans(lean_bps=5.0)))
    assert len(unbound.bids) == 1


@pytest.mark.parametrize(
    ("price_type", "reference2", "word"),
    [
        ("mid_price", MID2, "mid"),
        ("best_bid", 2 * BID, "best bid"),
        ("best_ask", 2 * ASK, "best ask"),
        ("last_price", 2 * (BID - 50), "last trade"),
        ("last_own_trade_price", 2 * (BID - 70), "last own fill"),
        ("inventory_cost", MID2, "mid"),
        ("microprice", MID2 + 0.5, "microprice"),
        ("ema", MID2 - 3.5, "ema"),
    ],
)
def test_the_price_type_is_the_reference(price_type: str, reference2: float, word: str) -> None:
    view = Market(last_price=BID - 50, last_own_price=BID - 70, others={"microprice": MID2 + 0.5, "ema": MID2 - 3.5})
    quotes = propose(changed(price_type=price_type), view)
    assert quotes.reference2 == reference2
    assert quotes.bids[0].price == below(3, reference2 / 2)
    assert quotes.bids[0].reason.startswith(word + " ")


@pytest.mark.parametrize("price_type", ["last_price", "last_own_trade_price"])
def test_the_mid_serves_until_there_was_a_trade(price_type: str) -> None:
    assert propose(changed(price_type=price_type)).reference2 == MID2


@pytest.mark.parametrize("price_type", ["mid_price", "best_bid", "last_price", "inventory_cost"])
def test_nothing_is_known_before_the_touch_is(price_type: str) -> None:
    pricing = Pricing(changed(price_type=price_type))
    assert pricing.reference2(Market(known=False, last_price=BID)) is None


def test_what_was_bought_is_not_offered_below_its_cost() -> None:
    params, cost2 = changed(price_type="inventory_cost"), MID2 * 1.001
    quotes = propose(params, Market(position=200, average2=cost2))
    assert quotes.asks[0].price == above(3, cost2 / 2)
    assert quotes.asks[0].reason.startswith("inventory cost +3.00 bps")
    assert quotes.bids[0].price == below(3)
    for view in (Market(position=200, average2=MID2 * 0.999), Market(position=-200, average2=cost2), Market()):
        assert propose(params, view).asks[0].price == above(3)


def test_what_no_venue_would_take_is_no_quote() -> None:
    assert propose(changed(order_amount=0.000001)) == Quotes(reference2=MID2)
    small = propose(changed(order_amount=0.00005))
    assert (small.bids, small.asks) == ((), ())


def test_amounts_are_measured_in_the_instruments_own_lots() -> None:
    pricing, market = Pricing(PLAIN), Market()
    assert pricing.propose(market, MID2, (0, 0)).bids[0].quantity == 200
    market.instrument = msgspec.structs.replace(BTC, step_size=Decimal("0.001"))
    assert pricing.propose(market, MID2, (0, 0)).bids[0].quantity == 2


def optional(values: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    return st.none() | values


PARAMS = st.builds(
    PureParams,
    bid_spread_bps=st.floats(0, 50),
    ask_spread_bps=st.floats(0, 50),
    minimum_spread_bps=optional(st.floats(-20, 20)),
    order_amount=st.floats(1e-5, 0.01),
    order_levels=st.integers(1, 5),
    order_level_spread_bps=st.floats(0, 5),
    order_level_amount=st.floats(-0.002, 0.002),
    inventory_skew_enabled=st.booleans(),
    inventory_target_base_pct=st.floats(0, 100),
    inventory_range_multiplier=st.floats(0.01, 20),
    inventory_price_skew_bps=st.floats(0, 20),
    price_ceiling=optional(st.floats(61_000, 62_500)),
    price_floor=optional(st.floats(61_000, 62_500)),
    order_optimization_enabled=st.booleans(),
    bid_order_optimization_depth=st.floats(0, 0.02),
    ask_order_optimization_depth=st.floats(0, 0.02),
    add_transaction_costs=st.booleans(),
    price_type=st.sampled_from(
        ["mid_price", "best_bid", "best_ask", "last_price", "last_own_trade_price", "inventory_cost"]
    ),
)


@dataclass
class Case:
    """A market, an account, leans and fills to be quoted in."""

    bid: int
    touch: int
    last: int | None
    base: int
    funds: int
    lean: float
    factor: float
    waiting: tuple[int, int]

    def view(self) -> Market:
        bid, ask = self.bid, self.bid + self.touch
        return Market(
            bid=bid,
            ask=ask,
            base_free=self.base,
            quote_free=self.funds,
            last_price=self.last,
            last_own_price=self.last,
            maker_fee_bps=10.0,
            position=self.base - 10_000,
            average2=None if self.last is None else 2.0 * self.last,
            leans=Leans(spread_factor=self.factor, size_factor=self.factor, lean_bps=self.lean),
            depth={
                BUY: [(bid - step, 300) for step in range(0, 9_000, 900)],
                SELL: [(ask + step, 300) for step in range(0, 9_000, 900)],
            },
        )


CASES = st.builds(
    Case,
    bid=st.integers(6_150_000, 6_210_000),
    touch=st.integers(1, 5_000),
    last=st.none() | st.integers(6_150_000, 6_210_000),
    base=st.integers(0, 20_000),
    funds=st.integers(0, 10**12),
    lean=st.floats(-50, 50),
    factor=st.floats(0.1, 20),
    waiting=st.tuples(st.integers(0, 3), st.integers(0, 3)),
)


@given(params=PARAMS, case=CASES)
def test_whatever_the_parameters_no_proposal_is_nonsense(params: PureParams, case: Case) -> None:
    view = case.view()
    quotes = propose(params, view, case.waiting)
    for side, wanted, left_out in ((BUY, quotes.bids, case.waiting[0]), (SELL, quotes.asks, case.waiting[1])):
        assert [quote.level for quote in wanted] == sorted({quote.level for quote in wanted})
        for quote in wanted:
            assert (quote.side, type(quote.price), type(quote.quantity)) == (side, int, int)
            assert left_out <= quote.level < params.order_levels
            assert quote.quantity >= 1
            assert quote.price * quote.quantity >= BTC.min_notional_units
            assert quote.price < view.ask if side is BUY else quote.price > view.bid
            assert quote.steps[0].name == "reference"
            assert quote.steps[-1].price2 == 2 * quote.price
            check_bounds(params, quotes, quote)
    if quotes.bids and quotes.asks:
        assert max(quote.price for quote in quotes.bids) < min(quote.price for quote in quotes.asks)


def check_bounds(params: PureParams, quotes: Quotes, quote: Quote) -> None:
    """Inside the price bands, no nearer than the minimum spread."""
    price, reference2 = float(BTC.price(quote.price)), quotes.reference2
    assert reference2 is not None
    if quote.side is BUY and params.price_ceiling is not None:
        assert price <= params.price_ceiling
    if quote.side is SELL and params.price_floor is not None:
        assert price >= params.price_floor
    if params.minimum_spread_bps is not None:
        assert quote.side * (reference2 - 2 * quote.price) / reference2 * 1e4 >= params.minimum_spread_bps - 1e-6
