"""Balances that can run out."""

from paper_exchange import Exchange
from pure_desk import ASK, BID

from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, SELL
from mm_tui.model.generator import Generator
from mm_tui.sim.fees import Fees


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


def test_a_bid_holds_its_fee_too_where_quote_pays_it() -> None:
    exchange = Exchange(fees=Fees(1_000, 2_000, "quote"))
    most = 1_000_000 * MICRO // (MICRO + 2_000)
    exchange.place("a", BUY, BID, most + 1)
    assert exchange.heard(ev.OrderRejected)[-1].code == -2010
    exchange.replies.clear()
    exchange.rest("b", BUY, BID, most)
    exchange.trade(BID - 1, most, SELL)
    exchange.sleep(20)
    assert 0 <= exchange.venue.quote < BID * 2_000 * MICRO


def test_no_balance_is_ever_below_zero() -> None:
    exchange = Exchange(fees=Fees(1_000, 2_000))
    random = Generator(7)
    refused = 0
    for number in range(400):
        side = BUY if random.below(2) else SELL
        touch = BID if side is BUY else ASK
        exchange.place(str(number), side, touch - side * random.below(3), 1 + random.below(400_000), post_only=False)
        exchange.sleep(20)
        if random.below(3):
            exchange.trade(touch - side * 4, 1 + random.below(900_000), side.opposite)
        if random.below(4) == 0:
            exchange.submit(cmd.CancelAll(ts=exchange.ts))
        exchange.sleep(20)
        venue = exchange.venue
        assert min(venue.base, venue.quote) >= 0
        refused += sum(one.code == -2010 for one in exchange.replies if isinstance(one, ev.OrderRejected))
        exchange.replies.clear()
    assert 50 < refused < 350
