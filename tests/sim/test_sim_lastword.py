"""The book of the hindsight scheduler, row by row."""

from mm_tui.sim.lastword import NO_ASK, NO_BID, LastWordBook


def book() -> LastWordBook:
    one = LastWordBook(0.1)
    for price in (97, 98, 99):
        one.on_bid(price, 1.0)
    for price in (101, 102, 103):
        one.on_ask(price, 2.0)
    return one


def best(one: LastWordBook) -> tuple[int, int]:
    return one.best_bid, one.best_ask


def test_it_says_what_was_displayed_before() -> None:
    one = book()
    assert (one.on_bid(99, 4.0), one.on_bid(99, 0.0), one.on_bid(99, 1.0)) == (1.0, 4.0, 0.0)
    assert (one.on_ask(101, 4.0), one.on_ask(101, 0.0), one.on_ask(101, 1.0)) == (2.0, 4.0, 0.0)


def test_removing_the_best_uncovers_the_next() -> None:
    one = book()
    one.on_bid(99, 0.0)
    one.on_ask(101, 0.0)
    one.on_bid(97, 0.0)
    one.on_ask(103, 0.0)
    assert best(one) == (98, 102)


def test_less_than_half_a_step_is_nothing() -> None:
    one = book()
    one.on_bid(99, 0.04)
    one.on_ask(101, 0.05)
    assert best(one) == (98, 101)


def test_a_bid_that_crosses_moves_the_best_ask_behind_it() -> None:
    one = book()
    one.on_bid(102, 1.0)
    assert best(one) == (102, 103)
    one.on_ask(101, 0.0)
    one.on_bid(102, 0.0)
    assert best(one) == (99, 103), "102 is displayed still, and best no more"


def test_an_ask_that_crosses_moves_the_best_bid_behind_it() -> None:
    one = book()
    one.on_ask(98, 1.0)
    assert best(one) == (97, 98)
    one.on_bid(99, 0.0)
    one.on_ask(98, 0.0)
    assert best(one) == (97, 101)


def test_an_empty_side_has_no_best_and_begins_anew() -> None:
    one = book()
    for price in (99, 98, 97):
        one.on_bid(price, 0.0)
    for price in (101, 102, 103):
        one.on_ask(price, 0.0)
    assert best(one) == (NO_BID, NO_ASK)
    one.on_bid(90, 1.0)
    one.on_ask(110, 1.0)
    assert best(one) == (90, 110)
