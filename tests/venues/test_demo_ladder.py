import pytest

from mm_tui.venues.demo.ladder import Ladder, Level, Side


def test_the_best_of_each_side_comes_first() -> None:
    ladder = Ladder(100)
    for price in (98, 99, 97):
        ladder.set(ladder.bids, price, price)
    for price in (103, 101, 102):
        ladder.set(ladder.asks, price, price)
    assert ladder.bids.top(2) == [Level(99, 99), Level(98, 98)]
    assert ladder.asks.top(9) == [Level(101, 101), Level(102, 102), Level(103, 103)]
    assert (ladder.bids.best, ladder.bids.best_lots, ladder.bids.worst) == (99, 99, 97)
    assert (ladder.spread, ladder.mid) == (2, 100.0)


def test_each_change_has_an_id_of_its_own() -> None:
    ladder = Ladder(100)
    ladder.set(ladder.bids, 99, 5)
    ladder.set(ladder.bids, 99, 6)
    ladder.set(ladder.bids, 99, 0)
    assert ladder.update_id == 103
    assert ladder.bids.keys == []


@pytest.mark.parametrize(("sign", "expected"), [(1, [Level(5, 0), Level(7, 2)]), (-1, [Level(7, 2), Level(5, 0)])])
def test_changes_carry_the_last_size_once_and_best_first(sign: int, expected: list[Level]) -> None:
    side = Side(sign)
    side.set(7, 1)
    side.set(5, 1)
    side.set(7, 2)
    side.set(5, 0)
    assert side.take_changes() == expected
    assert side.take_changes() == []


@pytest.mark.parametrize(("sign", "place"), [(1, 1), (-1, 1)])
def test_place_counts_the_better_levels(sign: int, place: int) -> None:
    side = Side(sign)
    for price in (10, 20, 30):
        side.set(price, 1)
    assert side.place(20) == place
    assert side.place(30 if sign > 0 else 10) == 2
    assert side.place(99 * sign) == 3


def test_a_level_that_is_not_there_cannot_be_taken_away() -> None:
    with pytest.raises(KeyError):
        Side(1).set(5, 0)
