from decimal import Decimal

import msgspec
from pure_desk import BTC

from mm_tui.model.account import MICRO, Account, money, quantity
from mm_tui.model.events import BUY, SELL, OrderFilled, Side


def fill(side: Side, price: int, lots: int, fee: int = 0) -> tuple[Side, OrderFilled]:
    return side, OrderFilled(
        ts=1,
        order_id="a",
        trade_id="t",
        price=price,
        quantity=lots,
        maker=True,
        fee=fee,
        fee_in_base=side is BUY,
    )


def traded(*fills: tuple[Side, OrderFilled]) -> Account:
    account = Account(1_000, 1_000_000)
    for side, one in fills:
        account.book(side, one)
    return account


def unrealized2(account: Account, mid2: int) -> int:
    """The open trade position against its average cost."""
    return account.trade_position * mid2 * MICRO - account.basis


def test_a_buy_moves_quote_into_base_and_pays_in_base() -> None:
    account = traded(fill(BUY, 100, 10, fee=10 * 1000))
    assert account.base == 1_010 * MICRO - 10_000
    assert account.quote == (1_000_000 - 1_000) * MICRO
    assert account.position == 10 * MICRO - 10_000
    assert account.position_lots == 9
    assert (account.bought, account.sold, account.volume, account.fills, account.maker_fills) == (10, 0, 1_000, 1, 1)


def test_a_sell_pays_in_quote_and_a_short_rounds_towards_zero() -> None:
    account = traded(fill(SELL, 100, 10, fee=1000), fill(BUY, 100, 1, fee=500_000))
    assert account.quote == 1_000_900 * MICRO - 1000
    assert account.position == -9 * MICRO - 500_000
    assert account.position_lots == -9
    assert account.sold == 10


def test_realised_is_what_a_round_trip_made() -> None:
    account = traded(fill(BUY, 100, 10), fill(SELL, 103, 10))
    assert account.realized2 == 2 * 30 * MICRO
    assert account.trade_position == account.basis == 0
    assert account.average_price(BTC) is None


def test_average_cost_over_two_buys_and_a_part_sold() -> None:
    account = traded(fill(BUY, 100, 10), fill(BUY, 104, 10), fill(SELL, 110, 5))
    assert account.average_price(BTC) == Decimal("1.02")
    assert account.realized2 == 2 * 5 * 8 * MICRO
    assert (account.trade_position, account.basis) == (15, 2 * 15 * 102 * MICRO)


def test_a_position_that_turns_over_begins_anew_at_the_price_of_the_turn() -> None:
    account = traded(fill(BUY, 100, 10), fill(SELL, 110, 15))
    assert account.trade_position == -5
    assert account.average_price(BTC) == Decimal("1.10")
    assert account.realized2 == 2 * 100 * MICRO
    account.book(*fill(BUY, 100, 5))
    assert account.realized2 == 2 * 150 * MICRO
    assert account.trade_position == account.basis == 0


def test_total_is_realised_and_unrealised_and_fees_at_the_mid() -> None:
    account = traded(fill(BUY, 100, 7, fee=7_000), fill(SELL, 103, 3, fee=300), fill(SELL, 99, 6, fee=600))
    mid2 = 205
    assert account.total2(mid2) == account.realized2 + unrealized2(account, mid2) - 2 * 900 - 7_000 * mid2


def test_amounts_for_people_are_exact() -> None:
    assert money(2 * MICRO * 10, BTC) == Decimal("0.0000010")
    assert quantity(1_500_000, BTC) == Decimal("0.000015")


def test_a_fee_paid_in_an_asset_of_its_own_leaves_balances_alone_and_counts_as_it_was_worth() -> None:
    account = Account(1_000, 1_000_000)
    side, bought = fill(BUY, 100, 7, fee=7_000)
    account.book(side, msgspec.structs.replace(bought, fee_in_base=False, fee_asset="BNB", fee_amount=12))
    account.book(*fill(SELL, 103, 3, fee=300))
    assert (account.position, account.asset_paid, account.asset_value) == (4 * MICRO, 12, 7_000)
    mid2 = 205
    assert account.total2(mid2) == account.realized2 + unrealized2(account, mid2) - 2 * 7_300
