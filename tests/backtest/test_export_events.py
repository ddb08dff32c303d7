"""What of a recording goes into an event array: snapshots, diffs and trades, and where the book is not known."""

from mm_tui.backtest.export.events import BOUGHT, BUFFER_LIMIT, CLEAR, DEPTH, SNAPSHOT, SOLD, TRADE, Burst, Events
from mm_tui.model.events import SELL, AnyEvent, BookDelta, BookSnapshot, LinkDown, LinkUp, Trade


def bursts(*events: AnyEvent) -> list[Burst]:
    taking = Events()
    return [burst for event in events for burst in taking.take(event)] + list(taking.finish())


def delta(ts: int, first: int, last: int) -> BookDelta:
    return BookDelta(ts=ts, first_id=first, final_id=last, bids=[(100, last)], asks=[], exch_ts=ts)


def whole(ts: int, last: int, *, partial: bool = False, bid: int = 5) -> BookSnapshot:
    return BookSnapshot(ts=ts, last_update_id=last, bids=[(100, bid)], asks=[(102, 5), (103, 1)], partial=partial)


def sale(ts: int) -> Trade:
    return Trade(ts=ts, trade_id=ts, price=100, quantity=1, side=SELL, exch_ts=ts)


def test_a_snapshot_that_is_too_old_and_diffs_that_it_holds_are_passed_over() -> None:
    found = bursts(delta(1, 20, 21), whole(2, 10), sale(2), whole(3, 21), delta(4, 20, 21), delta(5, 22, 23), sale(6))
    assert [(one.local_ts, len(one.rows)) for one in found] == [(3, 3), (5, 1), (6, 1)]
    assert found[0].exch_ts == 5


def test_a_gap_right_behind_a_snapshot_leaves_that_book_standing() -> None:
    found = bursts(whole(1, 10), sale(2), delta(3, 14, 14), sale(4), whole(5, 13), sale(6))
    assert [(one.exch_ts, one.local_ts, one.rows[0][0] & 0xFF) for one in found] == [
        (None, 1, SNAPSHOT),
        (2, 2, TRADE),
        (3, 3, CLEAR),
        (3, 3, DEPTH),
        (4, 4, TRADE),
        (6, 6, TRADE),
    ]


def test_where_the_link_was_lost_the_book_is_too() -> None:
    lost = LinkDown(ts=3, venue="binance", reason="reset")
    again = LinkUp(ts=4, venue="binance", resync=True)
    found = bursts(
        LinkUp(ts=0, venue="binance"), whole(1, 10), delta(2, 11, 11), lost, delta(3, 12, 12), again, sale(5),
        delta(6, 13, 13), whole(7, 12), delta(8, 14, 14),
    )  # fmt: skip
    assert [(one.local_ts, one.rows[0][0] & 0xFF) for one in found] == [
        (1, SNAPSHOT),
        (2, DEPTH),
        (5, TRADE),
        (6, CLEAR),
        (6, DEPTH),
        (8, DEPTH),
    ]


def test_waiting_for_a_snapshot_keeps_no_more_than_the_desk_would() -> None:
    taking = Events()
    found = [one for event in (whole(1, 1), delta(2, 2, 2), delta(3, 9, 9), sale(3)) for one in taking.take(event)]
    for at in range(BUFFER_LIMIT + 10):
        found += taking.take(delta(4 + at, 10 + at, 10 + at))
    assert taking.unknown == 11
    assert [one.local_ts for one in found if one.rows[0][0] & 0xFF == TRADE] == [3]


def test_whole_books_become_what_they_change() -> None:
    found = bursts(
        sale(0), whole(1, 1, partial=True), sale(2), whole(3, 2, partial=True, bid=7), whole(4, 3, partial=True, bid=7)
    )
    assert [one.rows for one in found] == [
        [(DEPTH | BOUGHT, 100, 5), (DEPTH | SOLD, 102, 5), (DEPTH | SOLD, 103, 1)],
        [(TRADE | SOLD, 100, 1)],
        [(DEPTH | BOUGHT, 100, 7)],
    ]
    moved = BookSnapshot(ts=5, last_update_id=4, bids=[(101, 1)], asks=[(102, 5), (103, 1)], partial=True)
    assert bursts(whole(4, 3, partial=True), moved)[1].rows == [(DEPTH | BOUGHT, 100, 0), (DEPTH | BOUGHT, 101, 1)]
