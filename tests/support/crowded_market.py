"""A market on which the queue decides, and desks that stand at its touch."""

from collections.abc import Iterator
from typing import Any

from pure_desk import BID, BTC, MS, START, delta, snapshot, trade

from mm_tui.bus import EventBus
from mm_tui.core.config import Orders
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL
from mm_tui.model.generator import Generator
from mm_tui.risk.limits import Limits
from mm_tui.runtime.assembly import Terms, build_desk, opening
from mm_tui.runtime.desk import Desk
from mm_tui.settings.sections import Settings, Strategies
from mm_tui.sim.config import Simulator
from mm_tui.strategy.passive import PassiveParams

WIDE = Limits(max_daily_loss=500, max_drawdown=300, max_same_side_fills=1000, max_position=1)
AT_THE_TOUCH = PassiveParams(
    refill_delay_s=0.0,
    min_spread_bps=0.0005,
    max_spread_bps=0.0005,
    orders_per_side=1,
    drift_threshold_bps=0,
    min_order_value=0,
)


def terms_of(model: str = "risk_averse", **more: Any) -> Terms:
    settings = Settings(
        strategy=Strategies(passive=AT_THE_TOUCH),
        simulator=Simulator(queue_model=model),  # type: ignore[arg-type]  # one of its four
        orders=Orders(modify_threshold_bps=0),
        risk=WIDE,
    )
    base: dict[str, Any] = {
        "settings": settings, "instrument": BTC, "strategy": "passive", "maker_bps": 0.1, "taker_bps": 5.0,
        "stale_after_ms": 1000,
    }  # fmt: skip
    return Terms(**{**base, **more})


def desk_of(terms: Terms) -> Desk:
    return build_desk(terms, EventBus(lambda: 0))


def crowded_market(count: int = 1500, seed: int = 1) -> Iterator[Any]:
    """A touch that rarely moves, whose sizes come and go and are traded against: where the queue decides."""
    generator = Generator(seed)
    ts, bid, update = START, BID, 100
    sizes = {bid + step: 700 for step in range(-3, 5)}
    yield opening(terms_of(), ts)
    yield ev.LinkUp(ts=ts, venue="test")
    yield snapshot(ts)
    for number in range(count):
        ts += generator.below(20 * MS)
        dice = generator.below(100)
        if dice < 50:
            update += 1
            for price in range(bid - 1, bid + 3):
                sizes[price] = max(50, sizes.get(price, 700) + generator.below(601) - 300)
            bids, asks = ([(price, sizes[price]) for price in pair] for pair in ((bid - 1, bid), (bid + 1, bid + 2)))
            yield delta(ts, update, update, bids, asks)
        elif dice < 51:
            up, update = generator.below(2), update + 1
            bid += 1 if up else -1
            yield delta(
                ts, update, update, [(bid, 700)] if up else [(bid + 1, 0)], [(bid, 0)] if up else [(bid + 1, 700)]
            )
            sizes[bid] = sizes[bid + 1] = 700
        else:
            side = BUY if generator.below(2) else SELL
            price = bid + 1 if side is BUY else bid
            yield trade(ts, price, 1 + generator.below(300), side, number)
