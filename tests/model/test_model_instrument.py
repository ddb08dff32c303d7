from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure_desk import BTC

from mm_tui.errors import InexactValue
from mm_tui.model.bounds import exact
from mm_tui.model.instrument import Instrument, ceil_div, decimals_of


@given(st.integers(0, 10**12))
def test_ticks_and_lots_come_back_as_they_went(count: int) -> None:
    assert BTC.ticks(BTC.price(count)) == count
    assert BTC.lots(BTC.quantity(count)) == count
    assert BTC.ticks(str(BTC.price(count))) == count


@pytest.mark.parametrize("text", ["61800.001", "0.005", "-0.001"])
def test_a_price_between_two_ticks_is_an_error(text: str) -> None:
    with pytest.raises(InexactValue, match=r"no multiple of the tick size 0\.01"):
        BTC.ticks(text)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_no_price(text: str) -> None:
    with pytest.raises(InexactValue):
        BTC.ticks(text)


def test_what_is_no_number_is_an_error_that_names_it() -> None:
    with pytest.raises(InexactValue, match="quantity 'many' of BTC/USDT is no number"):
        BTC.lots("many")


def test_a_quantity_is_floored_to_whole_lots() -> None:
    assert BTC.floor_lots(exact(0.002)) == 200
    assert BTC.floor_lots(exact(0.0020099)) == 200


def test_values_are_exact_and_the_smallest_order_is_rounded_up() -> None:
    assert BTC.unit == Decimal("0.0000001")
    assert BTC.value(6_180_000, 200) == Decimal("123.6")
    assert BTC.value_units(Decimal("123.60000009")) == 6_180_000 * 200
    assert Instrument("A/B", "A", "B", Decimal(3), Decimal(1), min_notional=Decimal(10)).min_notional_units == 4
    assert ceil_div(Decimal(9), Decimal(3)) == 3


def test_digits_and_names() -> None:
    assert (BTC.price_decimals, BTC.quantity_decimals, BTC.venue_symbol) == (2, 5, "BTCUSDT")
    assert (BTC.tick, BTC.step) == (0.01, 0.00001)
    assert [decimals_of(Decimal(text)) for text in ("0.0100", "1", "10", "5E-3")] == [2, 0, 0, 3]


def test_a_float_is_the_decimal_that_was_typed() -> None:
    assert exact(0.1) == Decimal("0.1")
    assert exact(1e-7) == Decimal("0.0000001")


def test_a_value_of_more_units_than_decimals_have_digits_is_counted_exactly() -> None:
    finest = Instrument("A/B", "A", "B", Decimal("1e-18"), Decimal("1e-18"), min_notional=Decimal(10**12))
    assert finest.value_units(Decimal(10**12)) == 10**48
    assert finest.value_units(Decimal("-1.5e-36")) == -1
    assert finest.floor_lots(Decimal(10**12)) == 10**30
    assert finest.floor_lots(-Decimal(10**12) - Decimal("0.5")) == -(10**30) - 5 * 10**17
    assert finest.min_notional_units == 10**48
