"""The book against a naive dict, over a stream that drops, repeats and shuffles its frames."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from mm_tui.book.book import Book
from mm_tui.book.sync import BookSync, Outcome
from mm_tui.model.events import BookDelta, BookSnapshot
from mm_tui.model.generator import Generator

Truth = dict[int, tuple[dict[int, int], dict[int, int]]]


def exchange(generator: Generator, frames: int) -> tuple[list[BookDelta], Truth]:
    """A venue's diffs, and its whole book after each update id."""
    bids = {1000 - step: 5 for step in range(8)}
    asks = {1001 + step: 5 for step in range(8)}
    truth: Truth = {10: (dict(bids), dict(asks))}
    deltas, last = [], 10
    for _ in range(frames):
        first = last + 1
        touched_bids: dict[int, int] = {}
        touched_asks: dict[int, int] = {}
        for _ in range(1 + generator.below(3)):
            last += 1
            price = 990 + generator.below(22)
            quantity = generator.below(4)
            if price < min(asks) and generator.below(2) and (quantity or len(bids) > 1):
                _put(bids, touched_bids, price, quantity)
            elif price > max(bids) and (quantity or len(asks) > 1):
                _put(asks, touched_asks, price, quantity)
            truth[last] = (dict(bids), dict(asks))
        deltas.append(
            BookDelta(
                ts=last, first_id=first, final_id=last, bids=list(touched_bids.items()), asks=list(touched_asks.items())
            )
        )
    return deltas, truth


def _put(side: dict[int, int], touched: dict[int, int], price: int, quantity: int) -> None:
    if quantity:
        side[price] = quantity
    elif len(side) > 1:
        side.pop(price, None)
    touched[price] = side.get(price, 0)


def mangled(deltas: list[BookDelta], generator: Generator, percent: int) -> Iterator[BookDelta]:
    """Some are dropped, some come twice, some come late."""
    late: list[BookDelta] = []
    for one in deltas:
        fate = generator.below(100)
        if fate < percent:
            continue
        if fate < 2 * percent:
            late.append(one)
            continue
        yield one
        if fate < 3 * percent:
            yield one
        while late and generator.below(2):
            yield late.pop()


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 1 << 32), percent=st.sampled_from([0, 2, 10, 25]))
def test_whenever_the_book_is_valid_it_is_the_exchanges_own(seed: int, percent: int) -> None:
    generator = Generator(seed)
    deltas, truth = exchange(generator, 120)
    book = Book()
    sync = BookSync(book)
    wait, valid = 0, 0
    for one in mangled(deltas, generator, percent):
        outcome = sync.on_delta(one)
        if outcome is Outcome.BUFFERED:
            wait += 1
        if not sync.live and wait > generator.below(4):
            wait = 0
            known = [ident for ident in truth if ident <= one.final_id]
            ident = known[-1 - generator.below(min(6, len(known)))]
            bids, asks = truth[ident]
            sync.on_snapshot(
                BookSnapshot(ts=one.ts, last_update_id=ident, bids=list(bids.items()), asks=list(asks.items()))
            )
        if book.valid:
            valid += 1
            assert (book.bids.levels, book.asks.levels) == truth[book.last_update_id]
            assert book.two_sided
            assert not book.crossed
    if not percent:
        assert valid > 80
