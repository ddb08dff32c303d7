"""Every order's life, from facts."""

from typing import Any

from pure_desk import ASK, BID, BTC, SECOND, START, Rig, bid

from mm_tui.model import facts
from mm_tui.model.events import BUY, SELL
from mm_tui.model.facts import Fact
from mm_tui.views.frames import HistoryRow
from mm_tui.views.history import LENGTH, MOVES, OrderHistory


def moved(at: int, status: str, reason: str = "", **changes: Any) -> facts.OrderChanged:
    values: dict[str, Any] = {"order_id": "a", "side": BUY, "price": BID, "quantity": 200, "filled": 0, "level": 0}
    return facts.OrderChanged(ts=START + at * SECOND, status=status, reason=reason, **(values | changes))


def filled(at: int, quantity: int, **changes: Any) -> facts.Filled:
    values: dict[str, Any] = {
        "order_id": "a", "trade_id": "t", "side": BUY, "price": BID, "maker": True, "fee": 0, "fee_in_base": False,
        "matched": 1, "mid2": None, "position": 0,
    }  # fmt: skip
    return facts.Filled(ts=START + at * SECOND, quantity=quantity, **(values | changes))


def rows_of(*heard: Fact) -> tuple[HistoryRow, ...]:
    history = OrderHistory(BTC, lambda order_id: 41_000 if order_id == "a" else None)
    for fact in heard:
        history.hear(fact)
    history.refresh()
    return history.rows


def life(row: HistoryRow) -> list[tuple[int, str, str]]:
    return [((move.ts - START) // SECOND, move.what, move.words) for move in row.moves]


def test_a_life_from_the_placing_to_the_cancel_says_why_and_where_it_stood() -> None:
    row = rows_of(
        moved(0, "pending_new", "mid −2.0 bps"),
        moved(1, "live", "mid −2.0 bps"),
        moved(5, "pending_amend", "smaller"),
        moved(6, "live", "smaller", quantity=140),
        moved(9, "pending_cancel", "moved to its quote", quantity=140),
        moved(10, "canceled", "replaced", quantity=140),
    )[0]
    assert life(row) == [
        (0, "placed", "mid −2.0 bps"),
        (1, "live", "0.41000 ahead in the queue"),
        (5, "amending", "smaller"),
        (6, "amended", "0.00200 → 0.00140"),
        (9, "cancelling", "moved to its quote"),
        (10, "canceled", "replaced"),
    ]
    assert (row.ahead, row.amends, row.quantity, row.filled) == (41_000, 1, 140, 0)
    assert (row.placed, row.ended, row.reason) == (START, START + 10 * SECOND, "moved to its quote")


def test_fills_are_told_with_size_and_price_and_end_a_life() -> None:
    row = rows_of(
        moved(0, "pending_new"), moved(1, "live"),
        filled(2, 60), moved(2, "partially_filled", filled=60),
        filled(3, 140, maker=False), moved(3, "filled", "moved to its quote", filled=200),
    )[0]  # fmt: skip
    assert [(what, words) for _, what, words in life(row)][2:] == [
        ("fill", "0.00060 at 61,800.00"),
        ("fill", "0.00140 at 61,800.00, as taker"),
        ("filled", "to the end"),
    ]
    assert (row.status, row.filled, row.reason) == ("filled", 200, "filled")


def test_a_rejected_order_was_never_in_a_queue() -> None:
    row = rows_of(moved(0, "pending_new"), moved(1, "rejected", "-2010 would take"))[0]
    assert (row.ahead, row.reason, row.ended) == (None, "-2010 would take", START + SECOND)


def test_a_queue_that_is_not_known_is_not_told() -> None:
    row = rows_of(moved(0, "pending_new", order_id="b"), moved(1, "live", order_id="b"))[0]
    assert (row.ahead, row.moves[-1].words, row.ended) == (None, "", None)


def test_a_fill_after_the_end_opens_the_life_again_where_the_order_does() -> None:
    row = rows_of(moved(0, "pending_new"), moved(1, "rejected", "lost"), moved(2, "partially_filled", filled=3))[0]
    assert row.ended is None


def test_newest_first_bounded_and_unchanged_rows_are_the_same_objects() -> None:
    history = OrderHistory(BTC, lambda _: None)
    for number in range(LENGTH + 3):
        history.hear(moved(number, "pending_new", order_id=f"o{number}", side=SELL, price=ASK))
    history.refresh()
    first = history.rows
    assert len(first) == LENGTH
    assert (first[0].order_id, first[-1].order_id) == (f"o{LENGTH + 2}", "o3")
    history.refresh()
    assert history.rows is first
    history.hear(moved(9, "live", order_id="o7"))
    history.refresh()
    assert sum(a is not b for a, b in zip(first, history.rows, strict=True)) == 1


def test_an_endless_life_keeps_its_beginning_and_its_last_moves() -> None:
    heard = [moved(0, "pending_new"), *(moved(at, "live") for at in range(1, 60))]
    row = rows_of(*heard)[0]
    assert len(row.moves) == MOVES
    assert (row.moves[0].what, row.moves[-1].ts) == ("placed", START + 59 * SECOND)


def test_what_is_no_order_of_ours_is_nothing() -> None:
    assert rows_of(filled(0, 5), facts.Noted(ts=1, kind="info", text="x")) == ()


def test_the_facts_of_a_real_core_make_a_life() -> None:
    rig = Rig()
    order = rig.quoting(bid(BID - 2, 30))[0]
    rig.fill(order, 30)
    history = OrderHistory(BTC, lambda _: 5)
    for fact in rig.facts:
        history.hear(fact)
    history.refresh()
    row = history.rows[-1]
    assert (row.order_id, row.status, row.filled, row.ahead) == (order.order_id, "filled", 30, 5)
    assert [move.what for move in row.moves if move.what in ("placed", "live", "fill", "filled")] == [
        "placed", "live", "fill", "filled",
    ]  # fmt: skip
