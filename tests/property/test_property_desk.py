"""A whole desk on a market that misbehaves; the invariants of the faults' table after every event."""

from typing import Any, cast

import pytest
from pure_desk import BTC, MS, SECOND, placed
from random_market import RandomMarket

from mm_tui.bus import EventBus
from mm_tui.core.config import CoreConfig, FeedRules, Orders
from mm_tui.core.engine import Core
from mm_tui.core.state import QUOTES
from mm_tui.model import facts
from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, SELL, OperatorAction, SessionStarted
from mm_tui.model.orders import Status
from mm_tui.risk.limits import Limits
from mm_tui.runtime.desk import Desk
from mm_tui.sim.config import Simulator
from mm_tui.sim.fees import Fees
from mm_tui.sim.latency import Latency
from mm_tui.sim.venue import PaperVenue
from mm_tui.strategy.api import Strategy
from mm_tui.strategy.passive import Passive, PassiveParams

LIMITS = Limits(max_position=0.01, max_daily_loss=30, max_drawdown=20, max_price_change_bps=200)
ROUND_TRIP = 60 * MS
"""Longest way of a cancel to the exchange and back, with room for the queue of requests before it."""


class Watched:
    """A desk and an observer that trusts none of its counts."""

    def __init__(self, seed: int, count: int = 1200) -> None:
        self.source = RandomMarket(seed, count)
        config = CoreConfig(
            limits=LIMITS, feed=FeedRules(stale_after_ms=1000), orders=Orders(reset_interval_s=10, archive_after_s=5)
        )
        params = PassiveParams(min_spread_bps=0.3, max_spread_bps=3.0, drift_threshold_bps=1.0)
        self.core = Core(
            config, BTC, params, lambda params: cast("Strategy", Passive(cast("PassiveParams", params), seed))
        )
        venue = PaperVenue(BTC, self.core.book, Latency(Simulator(seed=seed, latency_jitter_ms=8)), Fees(1_000, 1_000))
        self.bus = EventBus(lambda: 0)
        self.desk = Desk(self.core, venue, self.bus, self, self.source.asked)
        self.bus.subscribe("observer", (facts.Fact,), self.hear)
        self.commands: list[Any] = []
        self.fills: dict[str, facts.Filled] = {}
        self.sent: set[str] = set()
        self.halted_at: int | None = None
        self.bad_since: int | None = None

    def hear(self, fact: facts.Fact) -> None:
        if isinstance(fact, facts.Filled):
            assert fact.trade_id not in self.fills
            self.fills[fact.trade_id] = fact

    # what the desk writes to its journal is how the observer learns of commands

    def record(self, message: Any) -> None:
        if type(message).__name__ in {"PlaceOrder", "ReplaceOrder", "AmendOrder", "CancelOrder", "CancelAll"}:
            self.commands.append(message)

    def market(self, ts: int, raw: bytes) -> None:
        """Frames carry no bytes here."""

    def flush(self) -> None:
        self.check()
        self.commands.clear()

    def run(self) -> None:
        for event in self.source:
            self.desk.step(event)
            assert self.desk.ts == event.ts or isinstance(event, SessionStarted)

    def check(self) -> None:
        core, desk = self.core, self.desk
        fresh = placed(self.commands)
        account = core.account
        for one in fresh:
            name = getattr(one, "new_order_id", one.order_id)
            assert name not in self.sent
            self.sent.add(name)
            worst = one.side * account.position + core.orders.reserved(one.side) * MICRO
            assert worst <= core.gate.max_position * MICRO
            assert one.quantity <= 1000
            assert one.price * one.quantity <= 1000 * 10_000_000
        assert core.gate.rate(desk.ts) <= LIMITS.max_orders_per_s
        quotable = core.state in QUOTES
        if not quotable:
            assert not fresh
            self.bad_since = self.bad_since if self.bad_since is not None else desk.ts
            if desk.ts - self.bad_since > ROUND_TRIP:
                assert not desk.venue.orders
        else:
            self.bad_since = None
        if core.market.book_ts and desk.ts - core.market.book_ts > 1000 * MS:
            assert not quotable
        if not core.book.valid:
            assert not quotable
        position = sum(
            one.side * one.quantity * MICRO - (one.fee if one.fee_in_base else 0) for one in self.fills.values()
        )
        quote = sum(
            -one.side * one.price * one.quantity * MICRO - (0 if one.fee_in_base else one.fee)
            for one in self.fills.values()
        )
        assert account.position == position
        assert account.quote - account.opening_quote == quote
        known = {one.order_id for one in core.orders.open}
        assert set(desk.wire.left) == known
        assert desk.wire.left == {one.order_id: one.left for one in core.orders.open}
        for name in self.sent:
            order = core.orders.get(name)
            assert order is not None
            assert order.terminal or name in known
        if core.gate.closed:
            assert not fresh
        if core.mid2:
            assert desk.scores.pnl.split().total == account.total2(core.mid2)


@pytest.mark.parametrize("seed", range(24))
def test_the_invariants_hold_after_every_event(seed: int) -> None:
    watched = Watched(seed)
    watched.run()
    desk, core = watched.desk, watched.core
    assert len(watched.sent) > 5
    desk.advance(desk.ts + 30 * SECOND)
    desk.step(_close(desk.ts))
    desk.advance(desk.ts + SECOND)
    assert not list(core.orders.open)
    assert not [one for one in core.orders.query() if one.status is Status.UNKNOWN]
    assert (desk.venue.base, desk.venue.quote) == (core.account.base, core.account.quote)
    assert core.orders.reserved(BUY) == core.orders.reserved(SELL) == 0


def _close(ts: int) -> Any:
    return OperatorAction(ts=ts, action="close", argument="closing")


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_digest_and_another_one_another(seed: int) -> None:
    digests = []
    for one in (seed, seed, seed + 100):
        watched = Watched(one, 600)
        watched.run()
        digests.append(watched.desk.digest.hex())
    assert digests[0] == digests[1] != digests[2]


def test_the_seeds_together_see_fills_halts_and_gaps() -> None:
    states, fills, gaps = set(), 0, 0
    for seed in range(6):
        watched = Watched(seed)
        seen: list[facts.StateChanged] = []
        watched.bus.subscribe("states", (facts.StateChanged,), seen.append)  # type: ignore[arg-type]
        watched.run()
        states |= {one.state for one in seen}
        fills += len(watched.fills)
        gaps += watched.core.market.gaps
    assert {"quoting", "paused", "halted", "stale", "invalid book", "one-sided"} <= states
    assert fills > 60
    assert gaps > 3
