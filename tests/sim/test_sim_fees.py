"""Fees by what pays them, exact."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from paper_exchange import Exchange
from pure_desk import BID, BTC

from mm_tui.errors import SettingsError
from mm_tui.model import events as ev
from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, SELL
from mm_tui.model.instrument import Instrument
from mm_tui.sim import fees
from mm_tui.sim.config import Simulator


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


BNB = Simulator(fee_currency="asset", fee_asset_balance=0.0002, latency_jitter_ms=0)


def test_an_asset_pays_the_discounted_fee_at_its_price() -> None:
    paid = fees.fees_of(BNB, BTC, 10, 10)
    charge = paid.charge(BUY, 6_180_000, 200, maker=True, asset_left=20_000)
    assert (charge.asset, charge.in_base) == ("BNB", False)
    assert Decimal(charge.amount) / fees.PARTS == Decimal("0.0001545"), "0.75 of 0.1236 USDT at 600 USDT"
    assert charge.fee * BTC.unit / MICRO == Decimal("0.0927")


def test_an_amount_of_the_asset_has_eight_digits_and_is_worth_just_what_is_booked() -> None:
    paid = fees.fees_of(BNB, BTC, 10, 10)
    assert paid.asset is not None
    for quantity in range(1, 60):
        charge = paid.charge(SELL, 6_180_007, quantity, maker=False, asset_left=10**9)
        exact_amount = 6_180_007 * quantity * 750 / paid.asset.worth
        assert abs(charge.amount - exact_amount) <= Fraction(1, 2)
        assert charge.fee == paid.asset.value(charge.amount) == charge.amount * paid.asset.worth


def test_a_fee_that_the_asset_does_not_cover_is_taken_whole_from_what_is_received() -> None:
    exchange = Exchange(BNB, fees=fees.fees_of(BNB, BTC, 10, 10))
    venue = exchange.venue
    base, quote = venue.base, venue.quote
    fills: list[Any] = []
    for name in "ab":
        exchange.rest(name, BUY, BID - 1, 200)
        exchange.trade(BID - 2, 200, SELL)
        fills += exchange.heard(ev.OrderFilled)
    first, second = fills
    assert (first.fee_asset, second.fee_asset, second.fee_in_base) == ("BNB", "", True)
    assert second.fee == 200 * 1000
    assert (second.fee_amount, venue.purse.asset) == (0, 20_000 - first.fee_amount)
    assert venue.base - base == 400 * MICRO - second.fee
    assert quote - venue.quote == 400 * (BID - 1) * MICRO


def test_a_rebate_is_received_though_an_asset_pays_fees() -> None:
    paid = fees.fees_of(BNB, BTC, -1, 10)
    assert paid.charge(SELL, 100, 10, maker=True, asset_left=10**9) == fees.Charge(-100 * 10 * 100)


def test_quote_pays_for_both_sides_where_the_settings_say_so() -> None:
    paid = fees.fees_of(Simulator(fee_currency="quote"), BTC, 10, 20)
    assert paid.charge(BUY, 100, 10, maker=True) == fees.Charge(1_000 * 1_000)
    assert paid.charge(SELL, 100, 10, maker=False) == fees.Charge(1_000 * 2_000)
    assert paid.held(100, 10) == 1_000 * (MICRO + 2_000)
    assert fees.fees_of(Simulator(), BTC, 10, 20).held(100, 10) == 1_000 * MICRO


@pytest.mark.parametrize(
    ("tick", "step", "price"),
    [
        ("1", "1", 600.0),
        ("1", "1", 0.004),
        ("0.00001", "0.0001", 0.00906123),
        ("0.00001", "1", 612.347),
        ("0.3", "0.07", 612.347),
    ],
)
def test_an_asset_s_price_is_exact_however_coarse_or_fine_the_pair_is(tick: str, step: str, price: float) -> None:
    pair = Instrument("A/B", "A", "B", Decimal(tick), Decimal(step))
    paid = fees.fees_of(msgspec.structs.replace(BNB, fee_asset_price=price, fee_asset_balance=1e6), pair, 10, 10)
    assert paid.asset is not None
    assert paid.asset.worth * Fraction(pair.unit) * fees.PARTS / MICRO == Fraction(repr(price))
    for units in (1, 7, 1_234, 999_983):
        charge = paid.charge(SELL, units, 1, maker=True, asset_left=paid.asset.balance)
        due = Fraction(units * 1000 * 3, 4)
        if due < paid.asset.worth / 2:
            assert charge == fees.Charge(units * 1000), "too small for the asset, taken from the quote received"
            continue
        assert charge.asset == "BNB"
        assert abs(charge.amount * paid.asset.worth - due) <= paid.asset.worth / 2, "to a hundred-millionth"
        assert abs(charge.fee - charge.amount * paid.asset.worth) <= Fraction(1, 2), "rounded once"


def test_what_a_fill_costs_after_the_discount_is_known_beforehand() -> None:
    assert fees.paid_bps(BNB, 10) == pytest.approx(7.5)
    assert fees.paid_bps(BNB, -1) == -1
    assert fees.paid_bps(Simulator(), 10) == 10
    assert fees.paid_bps(msgspec.structs.replace(BNB, fee_asset_balance=0), 10) == 10


@pytest.mark.parametrize("name", ["BTC", "USDT"])
def test_what_the_pair_is_traded_in_is_no_fee_asset(name: str) -> None:
    own = msgspec.structs.replace(BNB, fee_asset=name)
    with pytest.raises(SettingsError, match=f'fee_asset: got "{name}", which BTC/USDT is traded in'):
        fees.fees_of(own, BTC, 10, 10)
    assert fees.fees_of(msgspec.structs.replace(own, fee_currency="received"), BTC, 10, 10).asset is None


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_fee_of_less_than_the_assets_smallest_part_is_not_forgiven(side: Any) -> None:
    dear = fees.fees_of(msgspec.structs.replace(BNB, fee_asset_price=1e12), BTC, 10, 10)
    charge = dear.charge(side, 6_180_000, 200, maker=True, asset_left=20_000)
    assert (charge.asset, charge.amount) == ("", 0)
    assert charge.fee == (200 * 1000 if side is BUY else 6_180_000 * 200 * 1000)


def test_a_discount_of_everything_forgives_the_fee() -> None:
    free = fees.fees_of(msgspec.structs.replace(BNB, fee_asset_discount_pct=100.0), BTC, 10, 10)
    assert free.charge(SELL, 6_180_000, 200, maker=True, asset_left=20_000).fee == 0
