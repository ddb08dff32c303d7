"""Each of the exchange's filters, with its code and its words."""

from decimal import Decimal

import msgspec
import pytest
from paper_exchange import Exchange
from pure_desk import BID, BTC

from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.instrument import PriceRange

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


RANGE = PriceRange("PERCENT_PRICE_BY_SIDE", Decimal("1.2"), Decimal("0.2"), Decimal(5), Decimal("0.8"), minutes=1)
BOUNDED = msgspec.structs.replace(
    BTC,
    price_ranges=(RANGE,),
    max_notional=Decimal(1_000),
    max_position=100_500,
    max_exchange_orders=1,
    notional_filter="MIN_NOTIONAL",
)


@pytest.mark.parametrize(
    ("side", "price", "quantity", "code", "words"),
    [
        (BUY, 7_200_001, 10, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        (BUY, 1_199_999, 500, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        (SELL, 30_000_001, 10, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        (SELL, 4_799_999, 100, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        (BUY, 6_000_000, 1_667, -1013, "Filter failure: MIN_NOTIONAL"),
        (BUY, 6_000_000, 8, -1013, "Filter failure: MIN_NOTIONAL"),
        (BUY, 6_000_000, 501, -2010, "Filter failure: MAX_POSITION"),
    ],
)
def test_filters_of_price_range_value_and_position(
    side: Side, price: int, quantity: int, code: int, words: str
) -> None:
    exchange = Exchange(instrument=BOUNDED)
    exchange.trade(6_000_000, 1, SELL)
    exchange.place("a", side, price, quantity)
    (rejected,) = exchange.heard(ev.OrderRejected)
    assert (rejected.code, rejected.reason) == (code, words)


@pytest.mark.parametrize(
    ("side", "price", "quantity"),
    [
        (BUY, 7_200_000, 13),
        (BUY, 1_200_000, 500),
        (SELL, 30_000_000, 30),
        (SELL, 4_800_000, 100),
        (BUY, 6_000_000, 500),
    ],
)
def test_what_lies_just_inside_the_bounds_is_taken(side: Side, price: int, quantity: int) -> None:
    exchange = Exchange(instrument=BOUNDED)
    exchange.trade(6_000_000, 1, SELL)
    exchange.place("a", side, price, quantity, post_only=False)
    assert not exchange.heard(ev.OrderRejected)


def test_open_bids_count_for_the_position_and_a_replaced_one_does_not() -> None:
    exchange = Exchange(instrument=msgspec.structs.replace(BOUNDED, max_exchange_orders=None))
    exchange.rest("a", BUY, BID - 1, 300)
    exchange.place("b", BUY, BID - 1, 201)
    assert exchange.heard(ev.OrderRejected)[-1].reason == "Filter failure: MAX_POSITION"
    exchange.submit(
        cmd.ReplaceOrder(ts=exchange.ts, order_id="a", new_order_id="c", side=BUY, price=BID - 2, quantity=500)
    )
    exchange.sleep(20)
    assert list(exchange.venue.orders) == ["c"]


def test_so_many_orders_on_the_whole_exchange() -> None:
    exchange = Exchange(instrument=BOUNDED)
    exchange.rest("a", BUY, BID, 100)
    exchange.place("b", BUY, BID, 100)
    assert exchange.heard(ev.OrderRejected)[-1].reason == "Filter failure: EXCHANGE_MAX_NUM_ORDERS"
    assert exchange.replies[-1].code == -2010


def test_the_price_range_is_held_against_the_last_trade_before_it_the_mid_and_without_either_nothing() -> None:
    narrow = PriceRange("PERCENT_PRICE", Decimal("1.01"), Decimal("0.99"), Decimal(0), Decimal(0))
    instrument = msgspec.structs.replace(BTC, price_ranges=(narrow,))
    far = BID * 98 // 100
    exchange = Exchange(instrument=instrument)
    exchange.place("a", BUY, far, 100)
    assert exchange.heard(ev.OrderRejected)[-1].reason == "Filter failure: PERCENT_PRICE"
    exchange.trade(far, 1, SELL)
    exchange.rest("b", BUY, far, 100)
    exchange.rest("c", SELL, 2 * BID, 100)
    blind = Exchange(instrument=instrument)
    blind.book.bids.replace([])
    blind.rest("d", BUY, far, 100)
