"""How orders ended, how soon the venue answered, where our best quotes stood."""

from typing import Any

from mm_tui.backtest.report.orders import OTHER, WORDS_KEPT, Orders
from mm_tui.model.events import BUY, SELL
from mm_tui.model.facts import OrderChanged

MS = 1_000_000


def change(name: str, status: str, ts: int = 0, **more: Any) -> OrderChanged:
    given: dict[str, Any] = {
        "side": BUY, "price": 100, "quantity": 10, "filled": 0, "level": 0, "reason": "", **more,
    }  # fmt: skip
    return OrderChanged(ts=ts, order_id=name, status=status, **given)


def test_each_end_has_its_words() -> None:
    orders = Orders()
    for step in (
        change("1", "filled", filled=10, reason="moved"),
        change("2", "pending_cancel", reason="moved to its quote"),
        change("2", "canceled", reason="replaced"),
        change("3", "pending_cancel", reason="cancel all"),
        change("3", "canceled", filled=4, reason="canceled"),
        change("4", "rejected", reason="-2010 would match"),
        change("5", "canceled", reason="self-trade prevention"),
        change("6", "canceled"),
    ):
        orders.take(step)
    assert dict(orders.ends) == {
        "filled": 1,
        "cancelled: moved to its quote": 1,
        "filled in part, then cancelled: cancel all": 1,
        "refused by the venue: -2010 would match": 1,
        "cancelled: self-trade prevention": 1,
        "cancelled: no reason given": 1,
    }


def test_reasons_without_end_are_gathered() -> None:
    orders = Orders()
    for number in range(500):
        orders.take(change(str(number), "rejected", reason=f"order {number} is not wanted"))
    assert len(orders.ends) <= WORDS_KEPT + 1
    assert orders.ends[f"refused by the venue: {OTHER}"] == 500 - WORDS_KEPT
    assert orders.ends.total() == 500


def test_the_answer_is_timed_from_the_decision_and_once() -> None:
    orders = Orders()
    orders.take(change("1", "pending_new", 0))
    orders.take(change("1", "live", 20 * MS))
    orders.take(change("1", "filled", 900 * MS, filled=10))
    orders.take(change("2", "pending_new", 0))
    orders.take(change("2", "unknown", 5 * MS))
    assert orders.answered.count == 1
    assert orders.answered.largest == 20 * MS


def test_the_best_price_is_of_orders_that_stand() -> None:
    orders = Orders()
    assert orders.best(BUY) is None
    for name, price in (("1", 100), ("2", 103), ("3", 101)):
        orders.take(change(name, "pending_new", price=price))
    assert orders.best(BUY) is None
    for name, price in (("1", 100), ("2", 103), ("3", 101)):
        orders.take(change(name, "live", price=price))
    assert orders.best(BUY) == 103
    orders.take(change("2", "pending_cancel", price=103))
    assert orders.best(BUY) == 103
    orders.take(change("2", "canceled", price=103))
    assert orders.best(BUY) == 101
    orders.take(change("9", "live", price=110, side=SELL))
    orders.take(change("8", "partially_filled", price=108, side=SELL))
    assert orders.best(SELL) == 108
