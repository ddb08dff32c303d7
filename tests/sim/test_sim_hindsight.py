"""The hindsight scheduler: each rule of its exchange and of its strategy on a session of a few rows.

The book stands at 100 and 102 with 1.0 at each level, a step is 0.1; a session starts at 0 with a feed latency of 1 and
order latencies of 10 and 5. So what is wanted at the start is sent at 1, reaches the exchange at 11, is known at 16.
"""

from typing import Any

import pytest

from mm_tui.model.events import BUY, SELL
from mm_tui.sim.hindsight import Experiment, HindsightFill, Model, run
from mm_tui.sim.twoclocks import Diff, Message, Print, Snapshot, two_clocks

BOOK = [(100, 1.0), (99, 1.0), (98, 1.0)], [(102, 1.0), (103, 1.0), (104, 1.0)]
ANY = 1000


def fills(*messages: Message, half: int = 0, requote: int = 1, limit: int = 10, **more: Any) -> list[HindsightFill]:
    terms: dict[str, Any] = {"entry": 10, "response": 5, "compatible": True} | more
    experiment = Experiment(half=half, requote=requote, limit=limit, step=0.1, **terms)
    opening: list[Message] = [Snapshot(1, 1, *BOOK), Diff(1, 0, 2, [], [(110, 1.0)])]
    return run(two_clocks([*opening, *messages], 1), experiment)


def sold(exch_ts: int, price: int, quantity: float) -> Print:
    return Print(exch_ts + 1, exch_ts, price, quantity, sold=True)


def bought(exch_ts: int, price: int, quantity: float) -> Print:
    return Print(exch_ts + 1, exch_ts, price, quantity, sold=False)


def bids(exch_ts: int, *levels: tuple[int, float]) -> Diff:
    return Diff(exch_ts + 1, exch_ts, ANY, list(levels), [])


def asks(exch_ts: int, *levels: tuple[int, float]) -> Diff:
    return Diff(exch_ts + 1, exch_ts, ANY, [], list(levels))


def test_a_trade_through_the_price_fills() -> None:
    assert fills(sold(50, 99, 0.1)) == [HindsightFill(50, 55, BUY, 100)]
    assert fills(bought(50, 103, 0.1)) == [HindsightFill(50, 55, SELL, 102)]


def test_a_trade_at_the_price_fills_once_it_reaches_beyond_the_queue() -> None:
    assert fills(sold(50, 100, 1.0)) == []
    assert fills(sold(50, 100, 1.0), sold(60, 100, 0.1)) == [HindsightFill(60, 65, BUY, 100)]
    assert fills(bought(50, 102, 0.6), bought(60, 102, 0.6)) == [HindsightFill(60, 65, SELL, 102)]


def test_a_trade_short_of_the_price_does_nothing() -> None:
    assert fills(sold(50, 101, 9.0), bought(51, 101, 9.0)) == []


def test_a_trade_before_the_order_arrived_does_nothing() -> None:
    assert fills(sold(10, 99, 9.0)) == []
    assert fills(sold(11, 99, 9.0)) == [], "rows come before requests of the same nanosecond"
    assert fills(sold(12, 99, 9.0)) == [HindsightFill(12, 17, BUY, 100)]


def test_less_displayed_shortens_the_queue() -> None:
    assert fills(bids(40, (100, 0.3)), sold(50, 100, 0.4)) == [HindsightFill(50, 55, BUY, 100)]
    assert fills(asks(40, (102, 0.3)), bought(50, 102, 0.4)) == [HindsightFill(50, 55, SELL, 102)]


def test_the_other_side_s_best_that_crosses_fills() -> None:
    assert HindsightFill(50, 55, SELL, 102) in fills(bids(50, (102, 1.0)), requote=9)
    assert HindsightFill(50, 55, BUY, 100) in fills(asks(50, (99, 1.0)), requote=9)


def test_a_best_that_does_not_reach_fills_nothing() -> None:
    assert fills(bids(50, (101, 1.0)), asks(60, (102, 2.0)), requote=9) == []


def test_an_order_that_would_take_expires_and_is_sent_again() -> None:
    found = fills(bids(5, (103, 1.0)), asks(5, (102, 0.0), (103, 0.0)), bought(60, 105, 0.1))
    assert found == [HindsightFill(60, 65, SELL, 104)], "the ask at 102 met a bid at 103; the next stood at 104"
    found = fills(asks(5, (99, 1.0)), bids(5, (100, 0.0), (99, 0.0)), sold(60, 97, 0.1))
    assert found == [HindsightFill(60, 65, BUY, 98)]


def test_the_targets_stand_half_a_spread_off_and_never_better_than_the_best() -> None:
    assert fills(sold(50, 90, 1), bought(60, 120, 1), half=4) == [
        HindsightFill(50, 55, BUY, 97),
        HindsightFill(60, 65, SELL, 105),
    ]
    wide = [sold(50, 90, 1), bought(50, 120, 1)]
    assert [fill.price for fill in fills(bids(0, (101, 1.0)), *wide, half=2)] == [99, 104], (
        "a bid floored, an ask ceiled"
    )


def test_an_order_too_far_off_is_cancelled_and_replaced_when_that_is_known() -> None:
    # the bid at 101 is seen at 31, the cancel arrives at 41, is known at 46, the new bid arrives at 56
    moved = bids(30, (101, 1.0))
    assert fills(moved, sold(40, 90, 1)) == [HindsightFill(40, 45, BUY, 100)], "the cancel comes too late"
    assert fills(moved, sold(50, 90, 1)) == []
    assert fills(moved, sold(60, 90, 1)) == [HindsightFill(60, 65, BUY, 101)]
    assert fills(moved, sold(60, 90, 1), requote=2) == [HindsightFill(60, 65, BUY, 100)]


def test_a_cancel_that_finds_the_order_filled_changes_nothing() -> None:
    moved = bids(30, (101, 1.0))
    assert fills(moved, sold(40, 90, 1), sold(60, 90, 1)) == [
        HindsightFill(40, 45, BUY, 100),
        HindsightFill(60, 65, BUY, 101),
    ]


def test_an_order_is_not_cancelled_before_it_is_acknowledged() -> None:
    # seen at 6, but the bid at 100 is known to rest only at 16; its cancel arrives at 26
    assert fills(bids(5, (101, 0.5)), sold(20, 90, 1)) == [HindsightFill(20, 25, BUY, 100)]


def test_within_the_limit_only() -> None:
    hits = [sold(at, 90, 1) for at in range(50, 500, 50)]
    assert len(fills(*hits, limit=3)) == 3
    assert fills(*hits, limit=0) == []
    assert len(fills(*hits, bought(480, 120, 1), sold(520, 90, 1), limit=3)) == 5, "a sale makes room"


def test_without_one_side_nothing_is_quoted() -> None:
    gone = bids(0, (100, 0.0), (99, 0.0), (98, 0.0))
    assert fills(gone, bought(50, 120, 1)) == []


@pytest.mark.parametrize("compatible", [True, False])
@pytest.mark.parametrize(
    ("queue", "short", "beyond"), [("risk_averse", 1.0, 1.1), ("log", 0.5, 0.6), ("power", 0.8, 1.0)]
)
def test_the_model_decides_how_far_a_cancel_moves_us_up(
    queue: Model, short: float, beyond: float, *, compatible: bool
) -> None:
    # 1.0 ahead, then 1.0 joins behind us, then half of it all goes: ln 2 on each side makes the log share a half, the
    # power share is 7/8, so 0.5 or 0.875 stay ahead
    messages = [bids(30, (100, 2.0)), bids(40, (100, 1.0))]
    terms: dict[str, Any] = {"queue": queue, "compatible": compatible}
    assert fills(*messages, sold(50, 100, short), **terms) == []
    assert fills(*messages, sold(50, 100, beyond), **terms) == [HindsightFill(50, 55, BUY, 100)]
