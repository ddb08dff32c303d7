"""One fill as it is booked: the mid it is held against, and its fee in each kind of money."""

import msgspec
import pytest

from mm_tui.analytics.worth import worth_of
from mm_tui.model.account import MICRO
from mm_tui.model.events import SELL
from mm_tui.model.facts import Filled

FILL = Filled(
    ts=9, order_id="a", trade_id="t", side=SELL, price=100, quantity=3, maker=False, fee=7, fee_in_base=False,
    matched=5, mid2=198, position=0,
)  # fmt: skip


def test_a_fill_is_held_against_the_mid_just_before_it() -> None:
    one = worth_of(4, FILL, 150)
    assert (one.number, one.ts, one.maker, one.known, one.mid2) == (4, 5, False, True, 198)
    assert (one.signed, one.spread2) == (-3 * MICRO, 3 * 2 * MICRO)
    assert one.net2 is None
    one.adverse2 = -5
    assert one.net2 == one.spread2 - 5 - 14


def test_where_that_is_not_known_the_last_mid_stands_in() -> None:
    one = worth_of(1, msgspec.structs.replace(FILL, mid2=None), 150)
    assert (one.known, one.mid2, one.spread2) == (False, 150, 3 * 50 * MICRO)


@pytest.mark.parametrize(
    ("in_base", "asset", "fee2", "base"), [(False, "", -14, 0), (True, "", -7 * 198, 7), (True, "BNB", -14, 0)]
)
def test_a_fee_in_base_is_valued_at_the_mid_before_one_in_quote_or_an_asset_as_it_is(
    asset: str, fee2: int, base: int, *, in_base: bool
) -> None:
    one = worth_of(1, msgspec.structs.replace(FILL, fee_in_base=in_base, fee_asset=asset), 150)
    assert (one.fee2, one.fee_base) == (fee2, base)
