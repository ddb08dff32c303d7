"""Each fill rule of the paper venue's docstring, and what requests and answers do on their way."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from pure_desk import ASK, BID, BTC, MS, START, delta, snapshot, top, trade

from mm_tui.book.book import Book
from mm_tui.book.sync import BookSync
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.instrument import Instrument
from mm_tui.risk.gate import Approved
from mm_tui.sim import fees
from mm_tui.sim.config import Simulator
from mm_tui.sim.latency import Latency
from mm_tui.sim.queue import RiskAverse
from mm_tui.sim.venue import PaperVenue

TINY = msgspec.structs.replace(BTC, min_notional=Decimal(0))
"""Any size is large enough, so that cases stay small."""
PLAIN = Simulator(order_latency_ms=10, response_latency_ms=5, latency_jitter_ms=0)


class Exchange:
    """A paper venue with a book of its own, a clock, and what it answered."""

    def __init__(self, config: Simulator = PLAIN, instrument: Instrument = TINY) -> None:
        self.book = Book()
        self.sync = BookSync(self.book)
        self.venue = PaperVenue(instrument, self.book, Latency(config), fees.Fees(fees.rate(1.0), fees.rate(5.0)))
        self.venue.open_account(100_000, BID * 1_000_000)
        self.ts = START
        self.update = 100
        self.replies: list[Any] = []
        self.market(snapshot(self.ts))

    def market(self, event: Any) -> None:
        if isinstance(event, ev.BookSnapshot):
            self.sync.on_snapshot(event)
        elif isinstance(event, ev.BookDelta):
            self.sync.on_delta(event)
        self.venue.on_market(event)

    def submit(self, command: cmd.OrderCommand) -> None:
        self.venue.submit(Approved(command))

    def place(self, name: str, side: Side, price: int, quantity: int, **more: bool) -> None:
        self.submit(cmd.PlaceOrder(ts=self.ts, order_id=name, side=side, price=price, quantity=quantity, **more))

    def rest(self, name: str, side: Side, price: int, quantity: int) -> None:
        """Place and let it reach the exchange, and the answer the desk."""
        self.place(name, side, price, quantity)
        self.sleep(20)
        assert name in self.venue.orders
        self.replies.clear()

    def sleep(self, ms: float) -> None:
        self.ts += round(ms * MS)
        while self.venue.due is not None and self.venue.due <= self.ts:
            due = self.venue.due
            reply = self.venue.advance()
            if reply is not None:
                assert reply.ts == due
                self.replies.append(reply)

    def trade(self, price: int, quantity: int, side: Side) -> None:
        self.market(trade(self.ts, price, quantity, side))

    def show(self, side: Side, price: int, quantity: int) -> None:
        self.update += 1
        levels = [(price, quantity)]
        self.market(
            delta(self.ts, self.update, self.update, levels if side is BUY else [], levels if side is SELL else [])
        )

    def heard(self, kind: type) -> list[Any]:
        self.sleep(20)
        return [one for one in self.replies if isinstance(one, kind)]

    def filled(self) -> list[tuple[str, int, int]]:
        """What was filled since the last call: order, price, quantity."""
        found = [(one.order_id, one.price, one.quantity) for one in self.heard(ev.OrderFilled)]
        self.replies.clear()
        return found


def test_an_order_takes_part_in_events_after_it_reached_the_exchange() -> None:
    exchange = Exchange()
    exchange.place("a", BUY, BID - 10, 5)
    exchange.sleep(9.999)
    exchange.trade(BID - 50, 100, SELL)
    assert exchange.venue.orders == {}
    exchange.sleep(0.001)
    exchange.trade(BID - 50, 3, SELL)
    assert exchange.filled() == [("a", BID - 10, 3)]


def test_the_feeds_latency_counts_on_the_way_in() -> None:
    exchange = Exchange(msgspec.structs.replace(PLAIN, feed_latency_ms=7))
    exchange.place("a", BUY, BID - 10, 5)
    assert exchange.venue.due == exchange.ts + 17 * MS


def test_a_report_comes_a_response_latency_later() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID - 10, 5)
    exchange.trade(BID - 50, 100, SELL)
    before = exchange.ts
    (fill,) = exchange.heard(ev.OrderFilled)
    assert fill.ts == before + 5 * MS


def test_latencies_jitter_within_their_bounds_and_repeat_with_their_seed() -> None:
    def drawn(seed: int) -> list[int]:
        latency = Latency(msgspec.structs.replace(PLAIN, latency_jitter_ms=4, seed=seed))
        return [latency.entry() for _ in range(300)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert 10 * MS <= min(drawn(1)) < 11 * MS < 13 * MS < max(drawn(1)) <= 14 * MS


def test_requests_do_not_overtake_one_another() -> None:
    exchange = Exchange(msgspec.structs.replace(PLAIN, latency_jitter_ms=50))
    for number in range(20):
        exchange.place(str(number), BUY, BID - 10, 1 + number)
        exchange.submit(cmd.CancelOrder(ts=exchange.ts, order_id=str(number)))
        exchange.ts += MS
    exchange.sleep(500)
    assert len(exchange.heard(ev.OrderCanceled)) == 20
    assert not exchange.heard(ev.CancelRejected)
    assert [one.ts for one in exchange.replies] == sorted(one.ts for one in exchange.replies)


@pytest.mark.parametrize(("side", "price"), [(BUY, ASK), (BUY, ASK + 5), (SELL, BID), (SELL, BID - 5)])
def test_a_post_only_order_that_would_meet_the_other_side_is_rejected(side: Side, price: int) -> None:
    exchange = Exchange()
    exchange.place("a", side, price, 100)
    (rejected,) = exchange.heard(ev.OrderRejected)
    assert (rejected.code, rejected.reason) == (-2010, "Order would immediately match and take.")
    assert exchange.venue.orders == {}


@pytest.mark.parametrize(("side", "price"), [(BUY, BID), (SELL, ASK)])
def test_a_post_only_order_at_its_own_touch_rests(side: Side, price: int) -> None:
    exchange = Exchange()
    exchange.rest("a", side, price, 100)


def test_an_order_that_is_not_post_only_takes_level_by_level_and_the_rest_rests() -> None:
    exchange = Exchange()
    exchange.show(SELL, ASK, 30)
    exchange.show(SELL, ASK + 1, 40)
    exchange.place("a", BUY, ASK + 1, 100, post_only=False)
    assert exchange.filled() == [("a", ASK, 30), ("a", ASK + 1, 40)]
    assert exchange.venue.orders["a"].left == 30


def test_an_immediate_order_is_gone_after_what_it_could_take() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 30)
    exchange.place("a", SELL, BID, 100, post_only=False, immediate=True)
    exchange.sleep(20)
    kinds = [type(one) for one in exchange.replies]
    assert kinds == [ev.OrderAccepted, ev.OrderFilled, ev.OrderCanceled]
    assert exchange.replies[1].quantity == 30
    assert not exchange.replies[1].maker
    assert exchange.replies[2].reason == "expired"


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_trade_through_our_price_fills_at_our_price_up_to_the_print(side: Side) -> None:
    exchange = Exchange()
    price = BID - 2 if side is BUY else ASK + 2
    exchange.rest("a", side, price, 10)
    exchange.trade(price - side, 4, side.opposite)
    assert exchange.filled() == [("a", price, 4)]
    exchange.trade(price - side, 100, side.opposite)
    assert exchange.filled() == [("a", price, 6)]
    assert exchange.venue.orders == {}


def test_a_dust_print_through_the_price_does_not_fill_a_large_order() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID - 2, 5_000)
    exchange.trade(BID - 90, 1, SELL)
    assert exchange.filled() == [("a", BID - 2, 1)]


def test_a_trade_at_our_price_takes_the_queue_ahead_first() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 50)
    exchange.rest("a", BUY, BID, 10)
    assert exchange.venue.orders["a"].queue.ahead == 50
    exchange.trade(BID, 49, SELL)
    assert exchange.filled() == []
    exchange.trade(BID, 1, SELL)
    assert exchange.filled() == []
    exchange.trade(BID, 4, SELL)
    (fill,) = exchange.heard(ev.OrderFilled)
    assert (fill.quantity, fill.queue_ahead, fill.maker) == (4, 0, True)


def test_what_is_beyond_the_queue_is_ours_in_part() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 50)
    exchange.rest("a", BUY, BID, 10)
    exchange.trade(BID, 57, SELL)
    assert exchange.filled() == [("a", BID, 7)]
    exchange.trade(BID, 57, SELL)
    assert exchange.filled() == [("a", BID, 3)]


def test_the_better_price_is_filled_first_and_then_the_older_order() -> None:
    exchange = Exchange()
    exchange.rest("old", BUY, BID - 2, 10)
    exchange.rest("new", BUY, BID - 2, 10)
    exchange.rest("best", BUY, BID - 1, 10)
    exchange.trade(BID - 3, 25, SELL)
    assert exchange.filled() == [("best", BID - 1, 10), ("old", BID - 2, 10), ("new", BID - 2, 5)]


def test_one_print_is_never_given_out_twice() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 5)
    exchange.rest("a", BUY, BID, 2)
    exchange.rest("b", BUY, BID, 9)
    exchange.trade(BID, 8, SELL)
    assert exchange.filled() == [("a", BID, 2), ("b", BID, 1)]
    exchange.rest("c", SELL, ASK, 4)
    exchange.rest("d", SELL, ASK + 1, 4)
    exchange.show(SELL, ASK, 0)
    exchange.show(SELL, ASK + 1, 0)
    exchange.trade(ASK + 1, 6, BUY)
    assert exchange.filled() == [("c", ASK, 4), ("d", ASK + 1, 2)]


def test_the_touch_alone_never_fills() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID, 10)
    exchange.market(top(exchange.ts, BID - 50, BID - 49, 500))
    exchange.trade(BID - 50, 100, BUY)
    exchange.trade(BID + 1, 100, SELL)
    assert exchange.filled() == []


def test_a_smaller_displayed_size_shortens_the_queue_and_a_larger_one_does_not() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 50)
    exchange.rest("a", BUY, BID, 10)
    exchange.show(BUY, BID, 20)
    assert exchange.venue.orders["a"].queue.ahead == 20
    exchange.show(BUY, BID, 90)
    assert exchange.venue.orders["a"].queue.ahead == 20
    exchange.show(BUY, BID, 0)
    assert exchange.venue.orders["a"].queue.ahead == 0


def test_a_smaller_size_keeps_the_place() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 50)
    exchange.rest("a", BUY, BID, 10)
    exchange.trade(BID, 30, SELL)
    exchange.submit(cmd.AmendOrder(ts=exchange.ts, order_id="a", quantity=6))
    (amended,) = exchange.heard(ev.OrderAmended)
    assert amended.quantity == 6
    assert exchange.venue.orders["a"].queue.ahead == 20
    assert exchange.venue.orders["a"].left == 6


@pytest.mark.parametrize(("quantity", "code"), [(10, -2038), (11, -2038), (3, -2038), (2, -2038)])
def test_an_amend_must_be_smaller_and_over_what_is_filled(quantity: int, code: int) -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID - 1, 10)
    exchange.trade(BID - 2, 3, SELL)
    exchange.submit(cmd.AmendOrder(ts=exchange.ts, order_id="a", quantity=quantity))
    (refused,) = exchange.heard(ev.CancelRejected)
    assert refused.code == code
    exchange.submit(cmd.AmendOrder(ts=exchange.ts, order_id="z", quantity=quantity))
    assert exchange.heard(ev.CancelRejected)[-1].code == -2011


def test_a_replace_goes_to_the_end() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID, 50)
    exchange.rest("a", BUY, BID, 10)
    exchange.trade(BID, 30, SELL)
    replace = cmd.ReplaceOrder(ts=exchange.ts, order_id="a", new_order_id="b", side=BUY, price=BID, quantity=12)
    exchange.submit(replace)
    exchange.sleep(20)
    answers: list[tuple[type, str]] = [(ev.OrderCanceled, "a"), (ev.OrderAccepted, "b")]
    assert [(type(one), one.order_id) for one in exchange.replies] == answers
    assert exchange.replies[0].reason == "replaced"
    assert exchange.venue.orders["b"].queue.ahead == 50


def test_a_replace_of_an_order_that_is_gone_places_nothing() -> None:
    exchange = Exchange()
    exchange.submit(cmd.ReplaceOrder(ts=exchange.ts, order_id="a", new_order_id="b", side=BUY, price=BID, quantity=12))
    exchange.sleep(20)
    assert [(type(one), one.order_id, one.code) for one in exchange.replies] == [
        (ev.CancelRejected, "a", -2011),
        (ev.OrderRejected, "b", -2022),
    ]


def test_a_replace_that_fails_its_filters_leaves_the_old_order() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID, 10)
    exchange.submit(
        cmd.ReplaceOrder(ts=exchange.ts, order_id="a", new_order_id="b", side=BUY, price=BID, quantity=10**9)
    )
    exchange.sleep(20)
    assert [type(one) for one in exchange.replies] == [ev.CancelRejected, ev.OrderRejected]
    assert list(exchange.venue.orders) == ["a"]


def test_a_replace_that_would_match_cancels_and_places_nothing() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID, 10)
    exchange.submit(cmd.ReplaceOrder(ts=exchange.ts, order_id="a", new_order_id="b", side=BUY, price=ASK, quantity=10))
    exchange.sleep(20)
    assert [type(one) for one in exchange.replies] == [ev.OrderCanceled, ev.OrderRejected]
    assert exchange.venue.orders == {}


def test_cancels_are_answered_each() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID, 10)
    exchange.rest("b", SELL, ASK, 10)
    exchange.rest("c", SELL, ASK, 10)
    exchange.submit(cmd.CancelOrder(ts=exchange.ts, order_id="a"))
    exchange.submit(cmd.CancelOrder(ts=exchange.ts, order_id="a"))
    exchange.submit(cmd.CancelAll(ts=exchange.ts))
    exchange.sleep(20)
    assert [(type(one), one.order_id) for one in exchange.replies] == [
        (ev.OrderCanceled, "a"),
        (ev.CancelRejected, "a"),
        (ev.OrderCanceled, "b"),
        (ev.OrderCanceled, "c"),
    ]


def test_beyond_the_known_levels_only_a_trade_through_fills_until_the_price_is_displayed() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID - 50, 10)
    assert exchange.venue.orders["a"].queue.ahead is None
    exchange.trade(BID - 50, 1_000, SELL)
    assert exchange.filled() == []
    exchange.show(BUY, BID, 7)
    assert exchange.venue.orders["a"].queue.ahead is None
    exchange.show(BUY, BID - 50, 30)
    assert exchange.venue.orders["a"].queue.ahead == 30
    exchange.trade(BID - 51, 4, SELL)
    assert exchange.filled() == [("a", BID - 50, 4)]


def test_the_risk_averse_queue_by_itself() -> None:
    queue = RiskAverse(10)
    assert [queue.on_trade(4), queue.on_trade(6), queue.on_trade(5)] == [0, 0, 5]
    unknown = RiskAverse(None)
    unknown.on_displayed(None)
    assert unknown.on_trade(100) == 0
    assert unknown.ahead is None


FILTERED = msgspec.structs.replace(
    BTC, max_orders=2, max_quantity=1_000, min_quantity=10, min_price=100, max_price=7_000_000
)


@pytest.mark.parametrize(
    ("side", "price", "quantity", "code", "words"),
    [
        (BUY, 99, 100, -1013, "PRICE_FILTER"),
        (SELL, 7_000_001, 100, -1013, "PRICE_FILTER"),
        (BUY, BID, 9, -1013, "LOT_SIZE"),
        (BUY, BID, 1_001, -1013, "LOT_SIZE"),
        (BUY, 100, 100, -1013, "NOTIONAL"),
    ],
)
def test_the_exchanges_filters(side: Side, price: int, quantity: int, code: int, words: str) -> None:
    exchange = Exchange(instrument=FILTERED)
    exchange.place("a", side, price, quantity)
    (rejected,) = exchange.heard(ev.OrderRejected)
    assert rejected.code == code
    assert words in rejected.reason


def test_so_many_orders_and_no_more_and_no_name_twice() -> None:
    exchange = Exchange(instrument=FILTERED)
    exchange.rest("a", BUY, BID, 100)
    exchange.place("a", BUY, BID, 100)
    assert exchange.heard(ev.OrderRejected)[-1].reason == "Duplicate order sent."
    exchange.rest("b", BUY, BID, 100)
    exchange.place("c", BUY, BID, 100)
    assert "MAX_NUM_ORDERS" in exchange.heard(ev.OrderRejected)[-1].reason


def test_resting_orders_reserve_what_they_need() -> None:
    exchange = Exchange()
    exchange.rest("a", BUY, BID, 999_990)
    exchange.place("b", BUY, BID, 10)
    exchange.place("c", BUY, BID, 1)
    exchange.sleep(20)
    assert [type(one) for one in exchange.replies] == [ev.OrderAccepted, ev.OrderRejected]
    exchange.replies.clear()
    exchange.rest("d", SELL, ASK, 99_990)
    exchange.place("e", SELL, ASK, 11)
    (rejected,) = exchange.heard(ev.OrderRejected)
    assert rejected.reason == "Account has insufficient balance for requested action."
    exchange.replies.clear()
    exchange.submit(
        cmd.ReplaceOrder(ts=exchange.ts, order_id="d", new_order_id="f", side=SELL, price=ASK, quantity=100_000)
    )
    assert len(exchange.heard(ev.OrderAccepted)) == 1


def test_fees_are_exact_and_taken_in_what_is_bought_or_quote() -> None:
    exchange = Exchange()
    base, quote = exchange.venue.base, exchange.venue.quote
    exchange.rest("a", BUY, BID - 1, 7)
    exchange.trade(BID - 2, 7, SELL)
    (fill,) = exchange.heard(ev.OrderFilled)
    assert (fill.fee, fill.fee_in_base, fill.maker) == (7 * 100, True, True)
    assert exchange.venue.base - base == 7 * MICRO - 700
    assert quote - exchange.venue.quote == 7 * (BID - 1) * MICRO
    exchange.replies.clear()
    exchange.place("b", SELL, BID, 7, post_only=False)
    (fill,) = exchange.heard(ev.OrderFilled)
    assert (fill.fee, fill.fee_in_base, fill.maker) == (7 * BID * 500, False, False)


def test_rates_are_whole_hundredths_of_a_basis_point() -> None:
    assert [fees.rate(bps) for bps in (10.0, 7.5, 0.01, -1.0, 0.0)] == [1000, 750, 1, -100, 0]
    assert fees.Fees(1, 2).charge(BUY, 10, 3, maker=True) == fees.Charge(3, in_base=True)


def test_nothing_is_due_while_nothing_is_under_way() -> None:
    exchange = Exchange()
    assert exchange.venue.due is None
    exchange.trade(BID, 5, SELL)
    assert exchange.filled() == []
