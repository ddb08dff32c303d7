"""The paper venue as a whole: what requests and answers do on their way."""

import msgspec
from paper_exchange import PLAIN, TINY, Exchange
from pure_desk import BID, BTC, MS

from mm_tui.book.book import Book
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL
from mm_tui.sim.config import Simulator
from mm_tui.sim.fees import fees_of
from mm_tui.sim.venue import paper_venue


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


def test_what_stands_ahead_is_known_of_an_order_that_rests() -> None:
    exchange = Exchange()
    exchange.show(BUY, BID - 10, 50)
    exchange.place("a", BUY, BID - 10, 5)
    assert exchange.venue.queue_ahead("a") is None
    exchange.sleep(10)
    assert exchange.venue.queue_ahead("a") == 50


def test_nothing_is_due_while_nothing_is_under_way() -> None:
    exchange = Exchange()
    assert exchange.venue.due is None
    exchange.trade(BID, 5, SELL)
    assert exchange.filled() == []


def test_the_settings_make_the_venue() -> None:
    config = Simulator(
        queue_model="optimistic",
        latency="measured",
        self_trade_prevention="none",
        fee_currency="asset",
        fee_asset="XYZ",
    )
    venue = paper_venue(config, BTC, Book(), 10, 20)
    assert venue.purse.fees == fees_of(config, BTC, 10, 20)
    assert (venue.purse.asset, venue.instrument) == (100_000_000, BTC)
    exchange = Exchange(config)
    exchange.venue = paper_venue(config, TINY, exchange.book, 10, 20)
    exchange.venue.open_account(100_000, BID * 1_000_000)
    exchange.show(BUY, BID, 50)
    exchange.rest("a", BUY, BID, 10)
    assert exchange.venue.orders["a"].queue.ahead == 0
    exchange.place("b", SELL, BID, 4, post_only=False)
    exchange.sleep(20)
    assert [(one.order_id, one.fee_asset) for one in exchange.heard(ev.OrderFilled)] == [("a", "XYZ"), ("b", "XYZ")]
