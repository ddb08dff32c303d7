"""The half-life against samples taken one by one; the time at the limit by hand."""

from itertools import pairwise
from math import log

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mm_tui.analytics.inventory import LEAST_PAIRS, Inventory
from mm_tui.model.account import MICRO
from mm_tui.model.clock import SECOND
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.facts import QuoteDecided


def quote(ts: int, side: Side, quantity: int, level: int = 0) -> QuoteDecided:
    return QuoteDecided(ts=ts, side=side, level=level, price=1, quantity=quantity, reason="")


def test_a_position_that_halves_each_ten_seconds_has_that_half_life() -> None:
    inventory = Inventory()
    size = 1 << 40
    inventory.on_fill(1, size)
    for second in range(1, 101):
        inventory.on_fill(second * SECOND + 1, round(size * 0.5 ** (second / 10)))
    found = inventory.half_life_s(101 * SECOND)
    assert found == pytest.approx(10, abs=0.01)


def test_a_position_that_stays_has_no_half_life_and_neither_has_a_short_one() -> None:
    inventory = Inventory()
    assert inventory.half_life_s(1000 * SECOND) is None
    inventory.on_fill(1, 5 * MICRO)
    assert inventory.half_life_s(1000 * SECOND) is None
    inventory.on_fill(10 * SECOND, 1)
    assert inventory.half_life_s((LEAST_PAIRS - 10) * SECOND) is None
    assert inventory.half_life_s((LEAST_PAIRS + 10) * SECOND) is not None


FILLS = st.lists(st.tuples(st.integers(0, 3 * SECOND), st.integers(-5, 5)), min_size=1, max_size=40)


@given(fills=FILLS, rest=st.integers(0, 90 * SECOND))
@example(fills=[(0, 3), (SECOND - 5, 2), (2 * SECOND, 1)], rest=SECOND)
def test_the_sums_are_those_of_samples_taken_each_second(fills: list[tuple[int, int]], rest: int) -> None:
    inventory, ts, path = Inventory(), 7 * SECOND + 11, []
    for gap, position in fills:
        ts += gap
        inventory.on_fill(ts, position)
        path.append((ts, position))
    ts += rest
    samples = [
        [position for at, position in path if at < second * SECOND][-1]
        for second in range(path[0][0] // SECOND + 1, ts // SECOND + 1)
    ]
    squares = products = 0
    for before, after in pairwise(samples):
        squares += before * before
        products += before * after
    assert inventory._sampled(ts)[0] == (max(0, len(samples) - 1), squares, products)
    found = inventory.half_life_s(ts)
    if len(samples) - 1 >= LEAST_PAIRS and 0 < products < squares:
        assert found == round(-log(2) / log(products / squares), 3)
    else:
        assert found is None


def test_time_at_the_limit_is_time_in_which_a_side_cannot_be_quoted_in_full() -> None:
    limit = [100]
    inventory = Inventory(lambda: limit[0])
    inventory.on_quote(quote(0, BUY, 10))
    assert inventory.at_limit_pct(50) is None
    inventory.begin(100)
    assert inventory.at_limit_pct(100) is None
    inventory.on_fill(200, 90 * MICRO)
    assert inventory.at_limit_pct(300) == 0.0
    inventory.on_fill(300, 90 * MICRO + 1)
    assert inventory.at_limit_pct(400) == round(100 / 3, 4)
    inventory.on_quote(quote(400, BUY, 20, level=1))
    inventory.on_quote(quote(400, BUY, 9))
    assert inventory.at_limit_pct(500) == 25.0
    limit[0] = 95
    inventory.look(500)
    assert inventory.at_limit_pct(600) == 40.0
    limit[0] = 100
    inventory.look(600)
    inventory.on_quote(quote(600, SELL, 190))
    assert inventory.at_limit_pct(1100) == 20.0
    inventory.on_quote(quote(1100, SELL, 191))
    assert inventory.at_limit_pct(2100) == round(100 * (200 + 1000) / 2000, 4)


def test_without_a_limit_no_time_is_at_it() -> None:
    inventory = Inventory()
    inventory.begin(0)
    inventory.on_fill(5, 10 * MICRO)
    assert inventory.at_limit_pct(100) is None
