"""What a query finds at the paper venue: the order as it stands when the query arrives, long after it is gone too."""

from paper_exchange import Exchange
from pure_desk import ASK, BID, MS, trade

from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL
from mm_tui.sim import memory
from mm_tui.sim.memory import Memory


def query(exchange: Exchange, name: str) -> ev.OrderStatus | ev.QueryRejected:
    """What the venue answers, after its latency."""
    asked = exchange.ts
    exchange.submit(cmd.QueryOrder(ts=asked, order_id=name))
    exchange.sleep(20)
    answer = exchange.replies[-1]
    assert isinstance(answer, ev.OrderStatus | ev.QueryRejected)
    assert (answer.order_id, answer.asked, answer.ts) == (name, asked, asked + 15 * MS)
    return answer


def test_an_order_that_rests_with_what_is_filled_of_it() -> None:
    exchange = Exchange()
    exchange.place("a", BUY, BID + 0, 100)
    exchange.sleep(20)
    assert query(exchange, "a") == ev.OrderStatus(
        ts=exchange.replies[-1].ts, order_id="a", asked=exchange.ts - 20 * MS, state="live", quantity=100, filled=0
    )
    exchange.market(trade(exchange.ts, BID - 1, 30, SELL))
    exchange.submit(cmd.AmendOrder(ts=exchange.ts, order_id="a", quantity=60))
    exchange.sleep(20)
    answer = query(exchange, "a")
    assert isinstance(answer, ev.OrderStatus)
    assert (answer.state, answer.quantity, answer.filled) == ("live", 60, 30)
    (told,) = exchange.heard(ev.OrderFilled)
    assert answer.fills == (told,)


def test_orders_that_are_gone_are_known_by_their_end() -> None:
    exchange = Exchange()
    exchange.place("full", BUY, BID, 10)
    exchange.place("gone", BUY, BID - 5, 10)
    exchange.place("taker", BUY, ASK, 10, post_only=False, immediate=True)
    exchange.sleep(20)
    exchange.market(trade(exchange.ts, BID - 1, 10, SELL))
    exchange.submit(cmd.CancelOrder(ts=exchange.ts, order_id="gone"))
    exchange.sleep(20)
    states = {name: query(exchange, name) for name in ("full", "gone", "taker")}
    assert {name: one.state for name, one in states.items() if isinstance(one, ev.OrderStatus)} == {
        "full": "filled", "gone": "canceled", "taker": "filled"
    }  # fmt: skip


def test_what_never_came_or_was_refused_is_not_known() -> None:
    exchange = Exchange()
    exchange.place("crosses", BUY, ASK, 10)
    exchange.sleep(20)
    for name in ("crosses", "never"):
        answer = query(exchange, name)
        assert isinstance(answer, ev.QueryRejected)
        assert (answer.code, answer.reason) == (-2013, "Order does not exist.")


def test_a_query_overtakes_nothing() -> None:
    exchange = Exchange()
    exchange.place("a", BUY, BID, 10)
    answer = query(exchange, "a")
    assert isinstance(answer, ev.OrderStatus)
    assert answer.state == "live"


def test_memory_is_bounded_and_forgets_what_is_gone_alone() -> None:
    known = Memory()
    known.take("rests", 5)
    for number in range(memory.KEPT + 1):
        known.take(f"o{number}", 5)
        known.note(ev.OrderCanceled(ts=1, order_id=f"o{number}"))
    known.note(ev.OrderCanceled(ts=1, order_id="nobody"))
    assert known.of("o0") is None
    assert known.of("o1") is not None
    rests = known.of("rests")
    assert rests is not None
    assert rests.state == "live"
