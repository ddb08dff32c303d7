"""Terms in whole numbers: the presets, what overrides them, the mids at which an order is in band."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure_desk import BTC

from mm_tui.analytics.config import Obligation
from mm_tui.analytics.terms import FAR, NO_TERMS, terms_of
from mm_tui.model.events import BUY, SELL, Side


def test_none_promises_nothing_whatever_else_is_set() -> None:
    assert terms_of(Obligation(min_spread_bps=10), BTC) is NO_TERMS
    assert NO_TERMS.reach(BUY, 100) == (0, FAR)


def test_the_seeds_terms_and_one_key_over_them() -> None:
    terms = terms_of(Obligation(preset="seed"), BTC)
    assert (terms.near, terms.far, terms.scale, terms.orders) == (20, 40, 10_000, 1)
    assert terms.order_value * BTC.unit == 20
    assert terms.depth == terms.order_value
    assert (terms.in_band, terms.two_sided, terms.value) == (Decimal("99.8"), Decimal("99.9"), Decimal("99.95"))
    wider = terms_of(Obligation(preset="seed", max_spread_bps=50, min_orders_per_side=3), BTC)
    assert (wider.near, wider.far, wider.orders, wider.depth) == (20, 50, 3, 3 * terms.order_value)


def test_a_depth_of_its_own_and_values_rounded_up_to_whole_units() -> None:
    terms = terms_of(Obligation(preset="x", min_order_value=0.00000015, min_depth_value=5), BTC)
    assert terms.order_value == 2
    assert terms.depth * BTC.unit == 5
    assert terms_of(Obligation(preset="x"), BTC).depth == 1


@pytest.mark.parametrize("side", [BUY, SELL])
@given(
    price=st.integers(1, 10_000_000),
    mid2=st.integers(1, 20_000_000),
    low=st.sampled_from(["0", "0.25", "0.3", "20", "10000"]),
    high=st.sampled_from(["20.7", "40", "10000"]),
)
def test_the_reach_is_exact(side: Side, price: int, mid2: int, low: str, high: str) -> None:
    terms = terms_of(Obligation(preset="x", min_spread_bps=float(low), max_spread_bps=float(high)), BTC)
    first, last = terms.reach(side, price)
    for at in (mid2, first, last, first - 1, last + 1):
        if at > 0:
            mid = Fraction(at, 2)
            distance = side * (mid - price) / mid * 10_000
            inside = Fraction(low) <= distance <= Fraction(high)
            assert (first <= at <= last) is inside or at > FAR
