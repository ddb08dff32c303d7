"""Quotes and orders that were brought together are not compared again for replies that were asked for."""

from collections.abc import Sequence

import pytest
from coarse_market import COARSE, CoarseMarket
from pure_desk import BTC
from random_market import RandomMarket
from two_ways import terms

from mm_tui.bus import EventBus
from mm_tui.core.execution import Executor
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.assembly import build_desk
from mm_tui.runtime.desk import Desk

VARIANTS = (
    ["strategy.passive.min_spread_bps=0.5", "strategy.passive.drift_threshold_bps=0.3"],
    ["strategy.passive.min_spread_bps=0.4", "strategy.passive.orders_per_side=8", "orders.modify_threshold_bps=3"],
    ["strategy.passive.min_spread_bps=0.4", "execution.rate_limit_per_s=2", "execution.batch_size=2"],
    ["desk.strategy=pure", "strategy.pure.bid_spread_bps=0.3", "strategy.pure.order_refresh_time_s=1",
     "strategy.pure.order_levels=3", "strategy.pure.hanging_orders_enabled=true"],
    ["desk.strategy=glft", "risk.max_open_orders=3"],
)  # fmt: skip

NEVER_SETTLED = (1, 2)
"""One order may serve two quotes; more is wanted than may leave."""


def lived(market: RandomMarket | CoarseMarket, instrument: Instrument, overrides: Sequence[str]) -> Desk:
    asked = market.asked if isinstance(market, RandomMarket) else lambda: None
    told = ["risk.max_price_change_bps=10000", "risk.max_same_side_fills=1000", *overrides]
    desk = build_desk(terms(instrument, *told), EventBus(lambda: 0), request_snapshot=asked)
    for event in market:
        desk.step(event)
    return desk


@pytest.mark.untraced
@pytest.mark.parametrize("variant", range(len(VARIANTS)))
def test_the_desk_does_the_same_as_one_that_always_compares(variant: int, monkeypatch: pytest.MonkeyPatch) -> None:
    follows: list[str] = []
    follow = Executor.follow

    def counted(self: Executor, *arguments: object) -> None:
        follows.append(words)
        follow(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Executor, "follow", counted)
    digests: dict[str, list[str]] = {}
    for words in ("settles", "compares"):
        if words == "compares":
            monkeypatch.setattr("mm_tui.core.execution.lasting", lambda *_: False)
        desks = [lived(RandomMarket(seed, 900), BTC, VARIANTS[variant]) for seed in range(3)]
        desks += [lived(CoarseMarket(seed, 900), COARSE, VARIANTS[variant]) for seed in range(3)]
        digests[words] = [desk.digest.hex() for desk in desks]
        assert sum(desk.core.orders.placed for desk in desks) > 50
    assert digests["settles"] == digests["compares"]
    assert (follows.count("settles") < follows.count("compares")) is (variant not in NEVER_SETTLED)
