import pytest
from hypothesis import given
from hypothesis import strategies as st

from mm_tui.book.book import Book
from mm_tui.book.side import BookSide
from mm_tui.model.events import BUY, SELL, Side

LEVELS = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 5)), max_size=60)


@pytest.mark.parametrize("side", [BUY, SELL])
@given(levels=st.dictionaries(st.integers(1, 30), st.integers(0, 5)).map(lambda one: list(one.items())), updates=LEVELS)
def test_a_side_is_a_dict_in_order(side: Side, levels: list[tuple[int, int]], updates: list[tuple[int, int]]) -> None:
    book = BookSide(side)
    book.replace(levels)
    naive = {price: quantity for price, quantity in dict(levels).items() if quantity}
    book.apply(updates)
    for price, quantity in updates:
        naive[price] = quantity
        if not quantity:
            del naive[price]
    best_first = sorted(naive, key=lambda price: -side * price)
    assert book.top(100) == [(price, naive[price]) for price in best_first]
    assert book.top(3) == book.top(100)[:3]
    assert len(book) == len(naive)
    assert book.best() == (best_first[0] if best_first else 0)
    assert sorted(book.between(10, 20)) == sorted((p, q) for p, q in naive.items() if 10 <= p <= 20)
    assert list(book.walk(15)) == [(p, naive[p]) for p in best_first if side * p >= side * 15]
    for price in range(32):
        known = bool(naive) and side * price >= side * best_first[-1]
        assert book.covers(price) is known
        assert book.displayed(price) == naive.get(price, 0 if known else None)


def test_a_removal_of_an_unknown_level_is_normal() -> None:
    side = BookSide(BUY)
    side.apply([(5, 0)])
    assert not side.keys
    assert not side.covers(5)


def test_a_book_knows_whether_it_is_crossed_or_one_sided() -> None:
    book = Book()
    assert not book.two_sided
    assert not book.crossed
    book.bids.replace([(10, 1)])
    assert not book.two_sided
    book.asks.replace([(11, 1)])
    assert book.two_sided
    assert not book.crossed
    book.asks.apply([(10, 1)])
    assert book.crossed
