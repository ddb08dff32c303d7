"""A recorded session on two clocks, from a handful of messages."""

import pytest

from mm_tui.errors import DataError
from mm_tui.sim.twoclocks import ASK, BID, BOUGHT, SOLD, Diff, Message, Print, Snapshot, two_clocks


def snapshot(local_ts: int, last_id: int = 10) -> Snapshot:
    return Snapshot(local_ts, last_id, [(99, 1.0)], [(101, 2.0)])


def diff(local_ts: int, exch_ts: int, final_id: int, price: int = 98) -> Diff:
    return Diff(local_ts, exch_ts, final_id, [(price, 3.0)], [])


def test_the_snapshot_comes_first_and_borrows_its_times() -> None:
    clocks = two_clocks([diff(1_000, 900, 11), snapshot(1_200), diff(1_300, 1_000, 12)], 5)
    assert clocks.recorded[:2] == [(900, 1_000, BID, 99, 1.0), (900, 1_000, ASK, 101, 2.0)]
    assert clocks.exchange == clocks.local == clocks.recorded


def test_what_the_snapshot_holds_already_is_left_out() -> None:
    messages: list[Message] = [
        diff(1_000, 900, 10, price=95),
        Print(1_100, 950, 100, 1.0, sold=False),
        snapshot(1_200),
        Print(1_200, 960, 100, 1.0, sold=True),
        Print(1_210, 970, 101, 2.0, sold=False),
        diff(1_300, 1_000, 11),
        snapshot(1_400, 20),
        diff(1_500, 1_100, 12),
    ]
    rows = two_clocks(messages, 5).recorded
    assert [row[:4] for row in rows] == [
        (1_000, 1_200, BID, 99),
        (1_000, 1_200, ASK, 101),
        (960, 1_200, SOLD, 100),
        (970, 1_210, BOUGHT, 101),
        (1_000, 1_300, BID, 98),
        (1_100, 1_500, BID, 98),
    ]


def test_the_smallest_negative_latency_becomes_the_base_latency() -> None:
    clocks = two_clocks([snapshot(1_000), diff(1_000, 2_000, 11), diff(1_600, 2_500, 12)], 7)
    assert [row[1] for row in clocks.local] == [2_007, 2_007, 2_007, 2_607]
    assert [row[1] for row in clocks.recorded] == [1_000, 1_000, 1_000, 1_600]


def test_latencies_that_are_all_positive_stay() -> None:
    clocks = two_clocks([snapshot(2_000), diff(2_000, 1_900, 11)], 7)
    assert {row[1] for row in clocks.local} == {2_000}


def test_each_side_has_its_own_order_and_equals_keep_theirs() -> None:
    messages: list[Message] = [
        snapshot(1_000),
        diff(1_000, 500, 11),
        diff(1_300, 700, 12, price=91),
        diff(1_200, 700, 13, price=92),
        diff(1_200, 600, 14, price=93),
    ]
    clocks = two_clocks(messages, 0)
    assert [row[3] for row in clocks.exchange[3:]] == [93, 91, 92]
    assert [row[3] for row in clocks.local[3:]] == [92, 93, 91]


def test_without_a_snapshot_or_a_diff_it_says_what_to_name() -> None:
    with pytest.raises(DataError, match="no snapshot of the book; name a capture"):
        two_clocks([diff(1, 1, 1)], 0)
    with pytest.raises(DataError, match="no diff of the book behind its snapshot; name a longer one"):
        two_clocks([snapshot(1), diff(2, 2, 10)], 0)
