"""A whole desk on a market that misbehaves, under every kind of fee, latency and prevention of the paper venue.

Books of desk and venue must agree to the last digit, and the parts of the PnL must add up, whatever pays the fees.
"""

from typing import Any, cast

import pytest
from pure_desk import BTC, SECOND
from random_market import RandomMarket

from mm_tui.bus import EventBus
from mm_tui.core.config import CoreConfig, FeedRules
from mm_tui.core.engine import Core
from mm_tui.model.account import MICRO
from mm_tui.model.events import OperatorAction
from mm_tui.risk.limits import Limits
from mm_tui.runtime.desk import Desk
from mm_tui.sim.config import Simulator
from mm_tui.sim.fees import PARTS
from mm_tui.sim.venue import paper_venue
from mm_tui.strategy.api import Strategy
from mm_tui.strategy.passive import Passive, PassiveParams

SIMULATORS: dict[str, dict[str, Any]] = {
    "as on Binance": {},
    "fees in quote": {"fee_currency": "quote", "self_trade_prevention": "none"},
    "fees in an asset": {"fee_currency": "asset", "fee_asset_balance": 1.0, "self_trade_prevention": "decrement"},
    "an asset that runs out": {"fee_currency": "asset", "fee_asset_balance": 0.001, "fee_asset_price": 611.7},
    "measured": {"latency": "measured", "queue_model": "power", "self_trade_prevention": "expire_both"},
}


def run(name: str, seed: int) -> Desk:
    """A desk at the end of a random market."""
    source = RandomMarket(seed, 1200)
    limits = Limits(max_position=0.01, max_daily_loss=30, max_drawdown=20, max_price_change_bps=200)
    core = Core(
        CoreConfig(limits=limits, feed=FeedRules(stale_after_ms=1000)),
        BTC,
        PassiveParams(min_spread_bps=0.3, max_spread_bps=3.0, drift_threshold_bps=1.0),
        lambda params: cast("Strategy", Passive(cast("PassiveParams", params), seed)),
    )
    venue = paper_venue(Simulator(seed=seed, **SIMULATORS[name]), BTC, core.book, 10, 20)
    desk = Desk(core, venue, EventBus(lambda: 0), None, source.asked)
    for event in source:
        desk.step(event)
        if core.mid2:
            assert desk.scores.pnl.split().total == core.account.total2(core.mid2)
        assert min(venue.base, venue.quote, venue.purse.asset) >= 0
    desk.step(OperatorAction(ts=desk.ts, action="close", argument="closing"))
    desk.advance(desk.ts + SECOND)
    return desk


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SIMULATORS)
def test_the_books_of_desk_and_venue_agree_to_the_last_digit(name: str, seed: int) -> None:
    desk = run(name, seed)
    account, purse = desk.core.account, cast("Any", desk.venue).purse
    assert account.fills > 0
    assert (purse.base, purse.quote) == (account.base, account.quote)
    opened = 0 if purse.fees.asset is None else purse.fees.asset.balance
    assert opened - purse.asset == account.asset_paid
    worth = 0 if purse.fees.asset is None else purse.fees.asset.worth
    assert account.asset_paid * worth == account.asset_value, "a whole number for this pair, so that nothing is rounded"
    if name == "as on Binance":
        assert account.asset_value == 0
    elif name == "fees in quote":
        assert account.position % MICRO == 0
    elif name == "fees in an asset":
        assert account.position % MICRO == 0
        assert 0 < account.asset_paid < PARTS
    elif name == "an asset that runs out":
        assert account.asset_paid > 0


@pytest.mark.parametrize("name", ["measured", "fees in an asset"])
def test_the_same_seed_gives_the_same_digest(name: str) -> None:
    assert run(name, 1).digest.hex() == run(name, 1).digest.hex()
