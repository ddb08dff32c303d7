from pure_desk import ASK, BID, delta, snapshot

from mm_tui.book import sync as module
from mm_tui.book.book import Book
from mm_tui.book.sync import LEAP_LIMIT, OLD_LIMIT, BookSync, Outcome
from mm_tui.model.events import BookSnapshot

EMPTY_ASKS = [(ASK + step, 0) for step in range(5)]


def live() -> BookSync:
    sync = BookSync(Book())
    assert sync.on_snapshot(snapshot(1, update=100)) is Outcome.LIVE
    assert sync.live
    assert sync.book.valid
    return sync


def test_diffs_wait_for_a_snapshot_and_what_it_contains_is_dropped() -> None:
    sync = BookSync(Book())
    assert sync.on_delta(delta(1, 95, 99, [(BID, 1)])) is Outcome.BUFFERED
    assert sync.on_delta(delta(1, 100, 104, [(BID, 2)])) is Outcome.BUFFERED
    assert sync.on_delta(delta(1, 105, 106, [(BID - 1, 3)])) is Outcome.BUFFERED
    assert sync.on_snapshot(snapshot(2, update=102)) is Outcome.LIVE
    assert sync.book.bids.levels[BID] == 2
    assert sync.book.bids.levels[BID - 1] == 3
    assert sync.book.last_update_id == 106


def test_a_snapshot_older_than_the_first_diff_is_no_use() -> None:
    sync = BookSync(Book())
    sync.on_delta(delta(1, 105, 106))
    assert sync.on_snapshot(snapshot(1, update=103)) is Outcome.STALE_SNAPSHOT
    assert not sync.book.valid
    assert sync.on_snapshot(snapshot(1, update=104)) is Outcome.LIVE


def test_the_first_diff_may_reach_back_over_the_snapshot() -> None:
    sync = live()
    assert sync.on_delta(delta(2, 90, 101, [(BID, 7)])) is Outcome.APPLIED
    assert sync.book.bids.levels[BID] == 7


def test_old_and_duplicate_diffs_change_nothing() -> None:
    sync = live()
    one = delta(2, 101, 103, [(BID, 7)])
    assert sync.on_delta(one) is Outcome.APPLIED
    assert sync.on_delta(delta(3, 104, 105, [(BID, 8)])) is Outcome.APPLIED
    assert sync.on_delta(one) is Outcome.IGNORED
    assert sync.on_delta(delta(3, 99, 105, [(BID, 1)])) is Outcome.IGNORED
    assert sync.book.bids.levels[BID] == 8


def test_the_next_id_continues_and_the_one_after_it_is_a_gap() -> None:
    assert live().on_delta(delta(2, 101, 101)) is Outcome.APPLIED
    sync = live()
    assert sync.on_delta(delta(2, 102, 103)) is Outcome.GAP
    assert not sync.book.valid
    assert not sync.live


def test_the_diff_behind_a_gap_is_kept_for_the_next_snapshot() -> None:
    sync = live()
    sync.on_delta(delta(2, 110, 112, [(BID, 9)]))
    assert sync.on_snapshot(snapshot(3, update=109)) is Outcome.LIVE
    assert sync.book.bids.levels[BID] == 9


def test_a_gap_inside_the_buffer_is_found() -> None:
    sync = BookSync(Book())
    sync.on_delta(delta(1, 100, 101))
    sync.on_delta(delta(1, 103, 104))
    assert sync.on_snapshot(snapshot(2, update=100)) is Outcome.GAP
    assert not sync.book.valid


def test_crossed_and_empty_books_are_not_believed() -> None:
    sync = live()
    assert sync.on_delta(delta(2, 101, 102, [(ASK, 1)])) is Outcome.CROSSED
    assert not sync.book.valid
    sync = live()
    assert sync.on_delta(delta(2, 101, 102, [], EMPTY_ASKS)) is Outcome.EMPTY
    assert not sync.book.valid
    assert BookSync(Book()).on_snapshot(BookSnapshot(ts=1, last_update_id=1, bids=[], asks=[(1, 1)])) is Outcome.EMPTY


def test_a_newer_snapshot_refreshes_a_live_book_and_an_older_one_does_not() -> None:
    sync = live()
    assert sync.on_snapshot(snapshot(2, bid=BID - 10, ask=ASK - 10, update=99)) is Outcome.IGNORED
    assert sync.book.bids.best() == BID
    assert sync.on_snapshot(snapshot(2, bid=BID - 10, ask=ASK - 10, update=120)) is Outcome.LIVE
    assert sync.book.bids.best() == BID - 10


def test_partial_books_replace_one_another_in_order() -> None:
    sync = BookSync(Book())
    assert sync.on_snapshot(snapshot(1, update=5, partial=True)) is Outcome.LIVE
    assert sync.on_snapshot(snapshot(2, bid=BID + 10, ask=ASK + 10, update=6, partial=True)) is Outcome.APPLIED
    assert sync.book.asks.best() == ASK + 10
    assert sync.on_snapshot(snapshot(3, update=4, partial=True)) is Outcome.IGNORED
    assert sync.on_snapshot(snapshot(3, bid=ASK, ask=ASK, update=7, partial=True)) is Outcome.CROSSED
    assert sync.on_snapshot(snapshot(4, update=1, partial=True)) is Outcome.LIVE


def test_a_full_buffer_lets_the_oldest_go_and_then_needs_a_newer_snapshot() -> None:
    sync = BookSync(Book())
    for number in range(module.BUFFER_LIMIT + 10):
        sync.on_delta(delta(1, number + 1, number + 1))
    assert sync.on_snapshot(snapshot(2, update=9)) is Outcome.STALE_SNAPSHOT
    assert sync.on_snapshot(snapshot(2, update=10)) is Outcome.LIVE
    assert sync.book.last_update_id == module.BUFFER_LIMIT + 10


def test_a_reset_forgets_what_was_asked_for() -> None:
    sync = live()
    sync.asked = True
    sync.reset()
    assert (sync.live, sync.asked, sync.book.valid) == (False, False, False)


def test_a_stream_that_counts_anew_is_a_gap_not_old_news_for_ever() -> None:
    sync = live()
    outcomes = [sync.on_delta(delta(2, number, number)) for number in range(1, OLD_LIMIT + 2)]
    assert outcomes == [Outcome.IGNORED] * OLD_LIMIT + [Outcome.GAP]
    assert not sync.book.valid


def test_a_diff_that_leaps_beyond_all_measure_is_a_gap() -> None:
    sync = live()
    assert sync.on_delta(delta(2, 101, 101 + LEAP_LIMIT)) is Outcome.GAP
    assert not sync.book.valid


def test_a_diff_that_no_stream_sends_does_not_keep_the_book_from_coming_back() -> None:
    sync = live()
    assert sync.on_delta(delta(2, 101, 101 + LEAP_LIMIT + 1, [(BID, 7)])) is Outcome.GAP
    assert sync.on_delta(delta(3, 102, 103 + 2 * LEAP_LIMIT, [(BID, 7)])) is Outcome.BUFFERED
    assert sync.on_delta(delta(3, 102, 103, [(BID, 8)])) is Outcome.BUFFERED
    assert sync.on_snapshot(snapshot(4, update=101)) is Outcome.LIVE
    assert sync.book.bids.levels[BID] == 8
