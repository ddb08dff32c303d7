"""What holds of any number that a person may set, and how it is told."""

from math import inf, nan

import msgspec
import pytest

from mm_tui.model.bounds import LARGEST, disordered, exact, typed, unusable


@pytest.mark.parametrize("value", [0, 0.0, -3.5, LARGEST, -LARGEST, 10**12, "inf", None, True, (inf,)])
def test_what_can_be_used(value: object) -> None:
    assert unusable(value) == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (inf, "must be a finite number"),
        (-inf, "must be a finite number"),
        (nan, "must be a finite number"),
        (1.1e12, "must be at most 1e+12"),
        (-(10**13), "must be at most 1e+12"),
        (10**400, "must be at most 1e+12"),
    ],
)
def test_what_cannot(value: object, words: str) -> None:
    assert unusable(value) == words


class Table(msgspec.Struct):
    """Two pairs, of which one may be absent."""

    low: float = 1.0
    high: float = 2.0
    price_floor: float | None = None
    price_ceiling: float | None = 3.0


def test_pairs_that_stand_the_wrong_way_round() -> None:
    pairs = (("low", "high"), ("price_floor", "price_ceiling"), ("none", "high"))
    assert list(disordered(Table(), pairs)) == []
    assert list(disordered(Table(low=2.0), pairs)) == []
    assert list(disordered(Table(low=2.1, price_floor=4.0), pairs)) == [
        ("low", "high"),
        ("price_floor", "price_ceiling"),
    ]
    assert list(disordered(Table(low=9.0, price_floor=4.0))) == [("price_floor", "price_ceiling")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.0, "2"),
        (0.05, "0.05"),
        (1234567.8, "1234567.8"),
        (1e-7, "0.0000001"),
        (1e12, "1000000000000"),
        (-0.5, "-0.5"),
        (3, "3"),
        (None, "None"),
        (True, "True"),
        ("mid", "mid"),
    ],
)
def test_a_value_is_told_as_it_is_typed(value: object, text: str) -> None:
    assert typed(value) == text


@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, 1e22, 5e-324, 123456.789])
def test_what_is_told_is_the_value(value: float) -> None:
    assert float(typed(value)) == value == float(exact(value))
