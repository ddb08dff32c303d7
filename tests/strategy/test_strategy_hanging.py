"""Hanging quotes by themselves: levels, orders that are theirs, and when they are let go."""

from math import inf

import pytest
from pure_desk import SECOND, START

from mm_tui.model.events import BUY, SELL
from mm_tui.strategy.api import OwnOrder, Quote
from mm_tui.strategy.hanging import Hanging, nearest, renewed


def order(price: int, left: int = 200, level: int = 0, created: int = START) -> OwnOrder:
    return OwnOrder(SELL, level, price, left, created)


def hung(*prices: int) -> Hanging:
    hanging = Hanging()
    hanging.hang([order(price) for price in prices], START)
    return hanging


def test_each_has_a_level_of_its_own_and_the_lowest_free_one_is_taken() -> None:
    hanging = hung(500, 400)
    assert [(quote.level, quote.price) for quote in hanging.of(SELL)] == [(101, 400), (100, 500)]
    assert hanging.of(BUY) == ()
    hanging.drop(hanging.of(SELL)[1])
    hanging.hang([order(450), OwnOrder(BUY, 3, 300, 10, START)], START)
    assert [(quote.level, quote.price) for quote in hanging.of(SELL)] == [(101, 400), (100, 450)]
    assert [(quote.level, quote.quantity) for quote in hanging.of(BUY)] == [(100, 10)]


def test_what_hangs_already_is_not_hung_twice() -> None:
    hanging = hung(500)
    hanging.hang([order(500, level=100)], START + 1)
    assert len(hanging.of(SELL)) == 1


def test_an_order_is_known_by_its_level_and_else_by_its_price() -> None:
    hanging = hung(500, 400)
    first = hanging.of(SELL)[1]
    assert hanging.holding(order(500, level=100)) is first
    assert hanging.holding(order(500)) is first
    assert hanging.holding(order(501, level=100)) is None
    assert hanging.holding(OwnOrder(BUY, 100, 500, 1, START)) is None


def test_one_that_nobody_sees_for_a_while_is_let_go() -> None:
    hanging = hung(500, 400)
    hanging.review([order(500)], START + 2 * SECOND, 0)
    assert len(hanging.of(SELL)) == 2
    hanging.review([order(500)], START + 2 * SECOND + 1, 0)
    assert [quote.price for quote in hanging.of(SELL)] == [500]


def test_one_that_is_too_old_is_renewed_for_what_is_left() -> None:
    hanging = hung(500, 400)
    hanging.review([order(500, left=30), order(400, created=START + 9)], START + SECOND, START + 5)
    young, old = hanging.of(SELL)
    assert (young.since, young.quantity) == (0, 200)
    assert (old.since, old.quantity, old.target, old.price) == (START + SECOND, 30, 30, 500)


@pytest.mark.parametrize(("reference2", "kept"), [(910, 1), (909, 0), (1111, 1), (1112, 0)])
def test_one_further_than_the_share_is_let_go_and_the_bounds_say_when(reference2: int, kept: int) -> None:
    hanging = hung(500)
    low2, high2 = hanging.bounds2(0.1)
    assert (low2, high2) == pytest.approx((1000 / 1.1, 1000 / 0.9))
    hanging.release(reference2, 0.1)
    assert len(hanging.of(SELL)) == kept


def test_no_price_is_twice_as_far_as_nought() -> None:
    assert hung(500).bounds2(1.0) == (500.0, inf)
    assert Hanging().bounds2(0.1) == (0.0, inf)


def test_a_copy_goes_its_own_way() -> None:
    hanging = hung(500)
    twin = hanging.copy()
    twin.clear()
    assert (len(hanging.of(SELL)), len(twin.of(SELL))) == (1, 0)


def test_the_quote_that_an_order_served_is_the_nearest_and_of_several_the_one_of_its_level() -> None:
    quotes = [Quote(SELL, level, price, 1) for level, price in ((0, 500), (1, 510), (100, 510))]
    assert nearest(quotes, 503, 1) is quotes[0]
    assert nearest(quotes, 510, 100) is quotes[2]
    assert nearest(quotes, 509, 1) is quotes[1]
    assert nearest([], 500, 0) is None


def test_quotes_are_renewed_from_a_time_on() -> None:
    quotes = (Quote(SELL, 0, 500, 1),)
    assert renewed(quotes, 0) is quotes
    assert renewed(quotes, 7)[0].since == 7
