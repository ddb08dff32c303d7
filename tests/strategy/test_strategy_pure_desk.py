"""`pure` through the real core and the paper venue: on a random market, and on the recorded one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from pure_desk import BTC, SECOND, placed
from random_market import RandomMarket

from mm_tui.bus import EventBus
from mm_tui.core.config import CoreConfig, Orders
from mm_tui.core.engine import Core
from mm_tui.core.operator import Parameters
from mm_tui.core.state import QUOTES
from mm_tui.errors import SettingsError
from mm_tui.model import commands as cmd
from mm_tui.model.events import BUY, SELL, OperatorAction
from mm_tui.model.orders import Status
from mm_tui.risk.limits import Limits
from mm_tui.runtime.desk import Desk
from mm_tui.sim.config import Simulator
from mm_tui.sim.fees import Fees
from mm_tui.sim.latency import Latency
from mm_tui.sim.venue import PaperVenue
from mm_tui.strategy.api import Completion
from mm_tui.strategy.hanging import FIRST_LEVEL
from mm_tui.strategy.pure import Pure
from mm_tui.strategy.pure_params import PureParams

pytestmark = pytest.mark.untraced

CAPTURE = Path(__file__).resolve().parents[3] / "shared" / "data" / "btcusdt_20240808.gz"
LIMITS = Limits(
    max_position=0.5, max_daily_loss=1e6, max_drawdown=1e6, max_price_change_bps=5_000, max_same_side_fills=1_000
)


class Run:
    """A whole desk on a random market without an operator, and what it sent."""

    def __init__(self, seed: int, count: int, **values: Any) -> None:
        self.source = RandomMarket(seed, count, operator=False)
        params = PureParams(**{"bid_spread_bps": 0.6, "ask_spread_bps": 0.6, "inventory_skew_enabled": False, **values})
        config = CoreConfig(limits=LIMITS, orders=Orders(reset_interval_s=0))
        self.core = Core(config, BTC, params, lambda params: Pure(cast("PureParams", params)))
        latency = Latency(Simulator(seed=seed, latency_jitter_ms=8))
        self.desk = Desk(
            self.core, PaperVenue(BTC, self.core.book, latency, Fees(0, 0)), EventBus(lambda: 0), self,
            self.source.asked,
        )  # fmt: skip
        self.sent: list[Any] = []
        self.completions: list[Completion] = []
        self.oldest = 0
        """How long a quote rested at most while the desk quoted, ns."""

    def record(self, message: Any) -> None:
        if isinstance(message, cmd.PlaceOrder | cmd.ReplaceOrder | cmd.CancelOrder):
            self.sent.append(message)

    def market(self, ts: int, raw: bytes) -> None:
        """Frames carry no bytes here."""

    def flush(self) -> None:
        """After each step."""
        core = self.core
        known = self.completions[-1].number if self.completions else 0
        self.completions += [one for one in core.view.completions if one.number > known]
        if core.state in QUOTES:
            for order in core.orders.open:
                if order.status in (Status.LIVE, Status.PARTIALLY_FILLED):
                    self.oldest = max(self.oldest, self.desk.ts - order.created)

    def steps(self) -> Iterator[int]:
        """Plays it through; yields the time of each event."""
        for event in self.source:
            self.desk.step(event)
            yield event.ts

    def play(self) -> "Run":
        for _ in self.steps():
            pass
        return self


def test_nothing_new_is_sent_during_the_delay_after_a_fill() -> None:
    run = Run(1, 8_000, filled_order_delay_s=2.0, order_refresh_time_s=3.0, order_levels=2).play()
    assert len(run.completions) > 8
    fresh = [one.ts for one in placed(run.sent)]
    for filled in run.completions:
        assert not [ts for ts in fresh if filled.ts < ts < filled.ts + 2 * SECOND]
    assert len(fresh) > 30
    assert not run.core.gate.closed


def test_with_ping_pong_fills_come_in_pairs_of_both_sides_whatever_parameter_changes() -> None:
    run = Run(2, 12_000, ping_pong_enabled=True, filled_order_delay_s=0.5)
    change, spreads = 0, [0.5, 0.7]
    for ts in run.steps():
        if ts - change > 3 * SECOND:
            change = ts
            spreads.reverse()
            setting = f"strategy.pure.bid_spread_bps={spreads[0]}"
            run.desk.step(OperatorAction(ts=ts, action="set", argument=setting))
    assert run.core.parameters.changed
    sides = [one.side for one in run.completions]
    assert len(sides) > 8
    assert all(first is not second for first, second in zip(sides[::2], sides[1::2], strict=False))
    assert any(before is side for before, side in pairwise(sides))


def test_hanging_orders_stay_where_they_are_until_they_are_filled() -> None:
    run = Run(6, 12_000, hanging_orders_enabled=True, filled_order_delay_s=0.5, order_refresh_time_s=2.0)
    prices: dict[str, int] = {}
    pulled: set[str] = set()
    lived: dict[str, int] = {}
    for ts in run.steps():
        quoting = run.core.state in QUOTES
        for order in run.core.orders.open:
            if order.level >= FIRST_LEVEL:
                assert prices.setdefault(order.order_id, order.price) == order.price
                lived[order.order_id] = ts - order.created
                if not quoting:
                    pulled.add(order.order_id)
    moved = {one.order_id for one in run.sent if isinstance(one, cmd.CancelOrder | cmd.ReplaceOrder)}
    ended = {name: run.core.orders.get(name) for name in prices}
    filled = [name for name, order in ended.items() if order is not None and order.status is Status.FILLED]
    assert len(filled) > 3
    assert any(lived[name] > 4 * SECOND for name in filled)
    assert not moved & set(prices) - pulled
    assert any(one.level >= FIRST_LEVEL for one in run.completions)


def test_no_order_rests_for_longer_than_its_age() -> None:
    values = {"bid_spread_bps": 30.0, "ask_spread_bps": 30.0, "order_refresh_tolerance_bps": 10_000.0}
    ageless = Run(4, 3_000, **values, max_order_age_s=0.0).play()
    run = Run(4, 3_000, **values, max_order_age_s=4.0).play()
    assert run.oldest < 5.5 * SECOND < ageless.oldest
    assert len([one for one in run.sent if isinstance(one, cmd.ReplaceOrder)]) > 4
    assert not [one for one in ageless.sent if isinstance(one, cmd.ReplaceOrder)]


def test_sizes_lean_against_what_was_bought() -> None:
    run = Run(5, 12_000, inventory_skew_enabled=True, inventory_range_multiplier=2.0, filled_order_delay_s=0.5).play()
    sizes = {side: {one.quantity for one in placed(run.sent) if one.side is side} for side in (BUY, SELL)}
    assert len(sizes[BUY]) > 2
    assert len(sizes[SELL]) > 2
    assert all(1 <= quantity <= 400 for side in sizes.values() for quantity in side)


def test_the_same_seed_gives_the_same_digest() -> None:
    values: dict[str, Any] = {"hanging_orders_enabled": True, "ping_pong_enabled": True, "max_order_age_s": 5.0,
                              "volatility_spread_factor": 0.1}  # fmt: skip
    digests = [Run(seed, 2_500, **values).play().desk.digest.hex() for seed in (6, 6, 7)]
    assert digests[0] == digests[1] != digests[2]


def test_bands_that_exclude_each_other_cannot_be_set_while_it_runs() -> None:
    parameters = Parameters("pure", PureParams(price_ceiling=60_000.0))
    with pytest.raises(SettingsError, match="price_floor 61000 is over price_ceiling 60000"):
        parameters.set("price_floor=61000", 1)
    assert parameters.set("price_floor=59000", 1)[0].after == "59000"
    assert parameters.set("price_ceiling=null", 1)[0].after == "None"
    assert parameters.set("price_floor=61000", 1)[0].after == "61000"


HANGING = ("hanging_orders_enabled=true", "ping_pong_enabled=true", "max_order_age_s=20")
LEVELS = (
    "order_levels=3", "order_optimization_enabled=true", "inventory_price_skew_bps=2", "volatility_spread_factor=0.5",
    "price_type=microprice", "bid_order_optimization_depth=5", "ask_order_optimization_depth=5",
)  # fmt: skip


@pytest.mark.skipif(not CAPTURE.exists(), reason=f"the captured data is not there: {CAPTURE}")
@pytest.mark.parametrize("settings", [(), HANGING, LEVELS], ids=["default", "hanging", "levels"])
def test_it_quotes_the_recorded_market(tmp_path: Path, settings: tuple[str, ...]) -> None:
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    arguments = ["run", "--venue", f"file:{CAPTURE}", "--headless", "--speed", "max", "--json", "--strategy", "pure"]
    for one in ("simulator.band=false", "risk.max_same_side_fills=100", *(f"strategy.pure.{one}" for one in settings)):
        arguments += ["--set", one]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "mm_tui", *arguments],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    assert summary["strategy"] == "pure"
    assert summary["risk"]["trips"] == []
    assert summary["fills"]["taker"] == 0
    assert 5 < summary["fills"]["count"] < 300
    assert abs(Decimal(summary["position"]["base"])) <= Decimal("0.02")
    journal = (Path(summary["session"]) / "journal.jsonl").read_text(encoding="utf-8")
    said = [one["reason"] for one in map(json.loads, journal.splitlines()) if one["type"] == "QuoteDecided"]
    assert any("spread 3.00" in reason for reason in said)
    assert any(reason.startswith("hanging since") for reason in said) == (settings is HANGING)
    assert any("just inside the book" in reason for reason in said) == (settings is LEVELS)
