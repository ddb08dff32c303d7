"""A desk put together from settings: what the core believes of the account is what the venue holds."""

import msgspec
import pytest
from pure_desk import BID, BTC, MS, START, delta, snapshot

from mm_tui.bus import EventBus
from mm_tui.model import events as ev
from mm_tui.model.bounds import exact
from mm_tui.model.events import BUY
from mm_tui.runtime.assembly import Terms, build_core, build_desk, opening
from mm_tui.runtime.desk import Desk
from mm_tui.settings.sections import Settings
from mm_tui.sim.config import Simulator
from mm_tui.sim.fees import fees_of


def terms(simulator: Simulator, maker_bps: float = 10.0, taker_bps: float = 20.0) -> Terms:
    return Terms(
        settings=msgspec.structs.replace(Settings(), simulator=simulator),
        instrument=BTC,
        strategy="passive",
        maker_bps=maker_bps,
        taker_bps=taker_bps,
        stale_after_ms=2000,
    )


def lived(desk: Desk, settings: Terms) -> None:
    """Half a minute of a book that creeps up."""
    ts = START
    desk.step(opening(settings, ts))
    desk.step(ev.LinkUp(ts=ts, venue="test"))
    desk.step(snapshot(ts))
    for number in range(1, 151):
        ts += 200 * MS
        rise = 40 * number
        desk.step(
            delta(
                ts, 100 + number, 100 + number, [(BID + rise, 100_000)],
                [(BID + rise - 40 + step, 0) for step in range(1, 6)] + [(BID + rise + 1, 100_000)],
            )
        )  # fmt: skip


@pytest.mark.parametrize("funds", [123.6, 200.0, 371.0, 500.0])
def test_a_bid_that_the_core_sends_is_one_that_the_venue_holds_fee_and_all(funds: float) -> None:
    simulator = Simulator(fee_currency="quote", quote_balance=funds, base_balance=0.0, latency_jitter_ms=0, band=False)
    settings = terms(simulator)
    desk = build_desk(settings, EventBus(lambda: 0))
    lived(desk, settings)
    orders = desk.core.orders
    assert orders.placed > 0
    assert orders.rejected == 0
    held = fees_of(simulator, BTC, 10.0, 20.0).held
    free = desk.core.account.quote - sum(held(order.price, order.left) for order in orders.open if order.side is BUY)
    assert free >= 0
    assert desk.core.view.payable == BTC.value_units(exact(funds)) * 1_000_000 // 1_002_000


def test_what_bids_hold_beside_their_value_is_the_worst_fee_where_quote_pays_it() -> None:
    assert build_core(terms(Simulator(fee_currency="quote"))).config.bid_fee == 2_000
    assert build_core(terms(Simulator(fee_currency="quote"), -1.0, -0.5)).config.bid_fee == 0
    assert build_core(terms(Simulator())).config.bid_fee == 0
    assert build_core(terms(Simulator(fee_currency="asset"))).config.bid_fee == 0
