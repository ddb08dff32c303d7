"""A change of parameters before it is sent: what is previewed is what comes about, and the desk is left as it was."""

import threading
from typing import Any, cast

import msgspec
import pytest
from pure_desk import ASK, BID, BTC, MS, START, snapshot, top
from random_market import RandomMarket

from mm_tui.bus import EventBus
from mm_tui.core.config import CoreConfig, Execution, Orders
from mm_tui.core.engine import Core
from mm_tui.core.preview import Messages, Preview, Previewer
from mm_tui.core.state import QUOTES
from mm_tui.model import commands as cmd
from mm_tui.model.events import BUY, SELL, LinkUp, OperatorAction, OrderAccepted, SessionStarted
from mm_tui.risk.gate import Approved
from mm_tui.risk.limits import Limits
from mm_tui.runtime.desk import Desk
from mm_tui.sim.config import Simulator
from mm_tui.sim.fees import Fees
from mm_tui.sim.latency import Latency
from mm_tui.sim.venue import PaperVenue
from mm_tui.strategy.api import NO_QUOTES, Quotes, Strategy, View
from mm_tui.strategy.passive import Passive, PassiveParams
from mm_tui.strategy.registry import BUILT_IN

DRAFTS = {
    "passive": ("min_spread_bps=0.5\nmax_spread_bps=4", "order_amount=0.003", "reference=hybrid\nreference_window=30",
                "orders_per_side=6\nmin_spread_bps=1"),
    "pure": ("bid_spread_bps=0.9", "order_levels=3\nhanging_orders_enabled=true", "price_type=vwap\norder_amount=0.001",
             "ping_pong_enabled=true\nvolatility_spread_factor=0.4"),
    "avellaneda": ("risk_factor=0.2", "order_levels=3\nvolatility_window=10", "execution_timeframe=20",
                   "inventory_target_base_pct=40\nmin_spread_bps=0.3"),
    "glft": ("risk_factor=0.3", "adjustment_bps=1.5", "intensity_window=20\nmax_inventory=2", "order_amount=0.003"),
}  # fmt: skip
LIMITS = Limits(max_position=0.05, max_daily_loss=1e6, max_drawdown=1e6, max_price_change_bps=5_000)
Sent = cmd.PlaceOrder | cmd.ReplaceOrder | cmd.AmendOrder | cmd.CancelOrder | cmd.CancelAll


class Run:
    """A whole desk on a market that misbehaves, with an operator."""

    def __init__(self, strategy: str, seed: int, count: int = 700) -> None:
        self.source = RandomMarket(seed, count)
        kind = BUILT_IN[strategy]
        config = CoreConfig(
            limits=LIMITS, orders=Orders(reset_interval_s=5), execution=Execution(batch_size=3, rate_limit_per_s=5)
        )
        self.core = Core(config, BTC, kind.Params(), lambda params: cast("Strategy", kind(params, seed)))
        latency = Latency(Simulator(seed=seed, latency_jitter_ms=8))
        venue = PaperVenue(BTC, self.core.book, latency, Fees(1_000, 1_000))
        self.desk = Desk(self.core, venue, EventBus(lambda: 0), self, self.source.asked)
        self.previewer = Previewer(self.core)
        self.back = "\n".join(f"{key}={_typed(value)}" for key, value in msgspec.structs.asdict(kind.Params()).items())
        """Sets all parameters to their defaults."""
        self.sent: list[Any] = []
        self.seen = {"same": 0, "moved": 0, "idle": 0}

    def record(self, message: Any) -> None:
        if isinstance(message, Sent):
            self.sent.append(message)

    def market(self, ts: int, raw: bytes) -> None:
        """Frames carry no bytes here."""

    def flush(self) -> None:
        """Nothing to write."""

    def play(self, drafts: tuple[str, ...], *, commit_every: int = 0) -> str:
        for number, event in enumerate(self.source, 1):
            self.desk.step(event)
            if not drafts or number % 5:
                continue
            turn = number // 5
            draft = self.back if commit_every and turn % (2 * commit_every) == 0 else drafts[turn // 2 % len(drafts)]
            found = self.previewer.look(self.desk.ts, draft)
            if commit_every and turn % commit_every == 0:
                self.commit(draft, found)
        return self.desk.digest.hex()

    def commit(self, draft: str, found: Preview | None) -> None:
        """What is sent at the same moment does what was previewed, to the last order's id."""
        quoting = self.core.state in QUOTES
        self.sent.clear()
        self.desk.step(OperatorAction(ts=self.desk.ts, action="set", argument=draft))
        if found is None:
            self.seen["same"] += 1
        elif not quoting:
            assert found.idle or found.problem
            assert not self.sent
            self.seen["idle"] += 1
        else:
            assert not found.problem
            assert tuple(self.sent) == found.commands
            assert self.core.quoter.wanted == found.quotes
            assert self.core.executor.held == found.held
            assert self.core.gate.rate(self.desk.ts) == found.rate
            assert self.core.strategy.describe() == found.described
            self.seen["moved"] += bool(self.sent)


def _typed(value: object) -> str:
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("strategy", sorted(BUILT_IN))
def test_what_is_sent_at_once_does_what_was_previewed(strategy: str) -> None:
    run = Run(strategy, 11)
    run.play(DRAFTS[strategy], commit_every=2)
    assert run.seen["moved"] > 4, run.seen


@pytest.mark.parametrize("strategy", sorted(BUILT_IN))
def test_any_number_of_previews_leaves_the_digest_as_it_is(strategy: str) -> None:
    assert Run(strategy, 12).play(DRAFTS[strategy]) == Run(strategy, 12).play(())


class Bench:
    """A core that quotes by the passive strategy, three orders a side, all acknowledged."""

    def __init__(self, make: Any = Passive, params: msgspec.Struct | None = None, **config: Any) -> None:
        params = PassiveParams(quantity_jitter=0.0) if params is None else params
        self.core = Core(CoreConfig(**config), BTC, params, lambda params: cast("Strategy", make(params)))
        self.ts = START
        self.hear(SessionStarted(ts=START, base=10_000, quote=6_000 * 10_000_000))
        self.hear(LinkUp(ts=START, venue="x"))
        self.hear(snapshot(START))
        for _ in range(3):
            self.ts += 1_100 * MS
            self.hear(snapshot(self.ts, update=self.ts, partial=True))
            for order in tuple(self.core.orders.open):
                self.hear(OrderAccepted(ts=self.ts, order_id=order.order_id))
        self.previewer = Previewer(self.core)

    def hear(self, event: Any) -> list[Any]:
        return [one.command for one in self.core.process(event).commands if isinstance(one, Approved)]

    def look(self, draft: str) -> Preview:
        found = self.previewer.look(self.ts, draft)
        assert found is not None
        return found


def test_a_change_of_distance_moves_orders_and_gives_their_places_up() -> None:
    bench = Bench()
    found = bench.look("min_spread_bps=3.2")
    assert found.messages == Messages(replaces=4)
    assert (found.messages.total, found.rate, found.rate_limit) == (4, 4, 8)
    assert found.served == {(BUY, 2), (SELL, 2)}
    stay = {order.order_id for order in bench.core.orders.open if order.level == 2}
    assert {order.order_id for order in bench.core.orders.open} - found.leaving == stay
    assert [quote.price for quote in found.quotes.bids] == sorted((q.price for q in found.quotes.bids), reverse=True)
    assert (found.described, found.idle, found.problem) == ("passive 3.2–6.0 bps × 3", "", "")


def test_a_smaller_size_keeps_every_place_and_a_larger_one_none() -> None:
    bench = Bench()
    smaller = bench.look("order_amount=0.001")
    assert (smaller.messages, smaller.leaving, len(smaller.served)) == (Messages(amends=6), frozenset(), 6)
    larger = bench.look("order_amount=0.003")
    assert (larger.messages, len(larger.leaving), larger.served) == (Messages(replaces=6), 6, frozenset())


def test_levels_that_come_and_go_are_placed_and_cancelled() -> None:
    bench = Bench()
    fewer = bench.look("orders_per_side=1")
    assert fewer.messages == Messages(cancels=4)
    assert not fewer.rate
    far = bench.look("min_spread_bps=100\nmax_spread_bps=110")
    assert far.messages == Messages(cancels=6, places=6)
    assert len(far.held) == 6


def test_what_pace_and_gate_hold_back_is_said() -> None:
    bench = Bench(execution=Execution(batch_size=2), limits=Limits(max_order_value=150))
    paced = bench.look("min_spread_bps=3.2")
    assert len(paced.commands) == 2
    assert paced.messages.total == 4
    refused = bench.look("order_amount=0.005")
    assert refused.messages.total == 6
    assert not refused.commands


def test_orders_on_their_way_wait_for_their_acknowledgement_in_a_preview_too() -> None:
    bench = Bench()
    bench.hear(OperatorAction(ts=bench.ts, action="set", argument="min_spread_bps=3.2"))
    found = bench.look("min_spread_bps=1")
    assert not found.commands
    assert found.messages == Messages(replaces=2)
    assert "waits for the acknowledgement" in found.held[0].why
    gone = bench.look("orders_per_side=1")
    assert gone.messages.cancels == 4


def test_what_changes_nothing_has_no_preview() -> None:
    bench = Bench()
    assert bench.previewer.look(bench.ts, "min_spread_bps=2\norders_per_side=3") is None


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ("min_spread_bps=-1", "must be > 0"),
        ("min_spread_bps=7", "min_spread_bps 7 is over max_spread_bps 6"),
        ("spread=7", "unknown key"),
        ("", "can be set"),
    ],
)
def test_what_cannot_be_set_cannot_be_previewed(draft: str, words: str) -> None:
    assert words in Bench().look(draft).problem


def test_while_nothing_is_quoted_the_quotes_are_shown_and_nothing_would_be_sent() -> None:
    bench = Bench()
    bench.hear(OperatorAction(ts=bench.ts, action="pause"))
    found = bench.look("min_spread_bps=3")
    assert found.idle == "paused: by the operator"
    assert len(found.quotes.bids) == 3
    bench.hear(OperatorAction(ts=bench.ts, action="kill"))
    assert bench.look("min_spread_bps=3").idle == "halted: kill pressed"


def test_a_book_that_is_not_known_gives_no_preview() -> None:
    core = Core(CoreConfig(), BTC, PassiveParams(), lambda params: cast("Strategy", Passive(cast("Any", params))))
    found = Previewer(core).look(START, "min_spread_bps=3")
    assert found is not None
    assert found.problem == "starting: waiting for market data"


# -- strategies of anyone's


class Odd(msgspec.Struct, frozen=True):
    width: int = 10
    tries: int = 0


class Plugin:
    """Quotes nothing; counts how it is used."""

    name = "odd"
    reference_window = 1.0
    made = 0

    def __init__(self, params: Odd) -> None:
        type(self).made += 1
        self.params = params
        self.memory: Any = []
        if params.width == 13:
            raise SystemExit(13)

    def quote(self, view: View) -> Quotes:
        self.memory.append(view.ts)
        if self.params.width == 14:
            raise ValueError("no idea")
        return NO_QUOTES

    def describe(self) -> str:
        return "odd"

    def nearest_bps(self) -> float:
        return 1.0


class Heir(Plugin):
    name = "heir"

    def inherit(self, before: Any) -> None:
        self.memory = before.memory


class Locked(Heir):
    def __init__(self, params: Odd) -> None:
        super().__init__(params)
        self.lock = threading.Lock()


def test_a_strategy_is_made_once_a_draft_and_what_it_raises_is_the_reason() -> None:
    bench = Bench(Plugin, Odd())
    before = Plugin.made
    for _ in range(5):
        assert not bench.look("width=11").problem
    assert Plugin.made == before + 1
    for _ in range(3):
        assert bench.look("width=13").problem == "SystemExit: 13"
    assert bench.look("width=14").problem == "strategy odd: ValueError: no idea; that decision is dropped"
    assert not bench.core.quoter.failing


def test_memory_that_an_heir_takes_over_is_not_touched() -> None:
    bench = Bench(Heir, Odd())
    memory = cast("Heir", bench.core.strategy).memory
    held = list(memory)
    for _ in range(3):
        assert not bench.look("width=11").problem
    assert memory == held
    assert held


def test_a_strategy_that_cannot_be_copied_has_no_preview() -> None:
    bench = Bench(Locked, Odd())
    assert bench.look("width=11").problem.startswith("the strategy cannot be copied: TypeError")
    assert bench.hear(top(bench.ts, BID, ASK, bench.ts + 1)) == []
