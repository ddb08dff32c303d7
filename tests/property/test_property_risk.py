"""Random orders, fills and operators against the real core: nothing leaves over a limit, ever.

The strategy wants anything: quotes too large, too far, across the book and across each other. The venue answers
anything: late, twice, in part, after a cancel. The operator tightens, loosens, kills, re-arms, flattens and switches
at random. An observer that keeps its own orders, balances, messages and limits looks at every command that leaves.

The default run takes 100,000 orders and fills. A million take minutes, on two cores:

    pytest tests/property/test_property_risk.py -m slow -n2
"""

from collections import Counter, deque
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec
import pytest
from limit_observer import Known, Observer
from pure_desk import ASK, BID, BTC, MS, SECOND, START, NoParams, snapshot, top

from mm_tui.core.config import CoreConfig, Execution, FeedRules, Orders
from mm_tui.core.engine import Core
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model import facts
from mm_tui.model.account import MICRO
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.risk.gate import Approved
from mm_tui.risk.limits import Limits, loosens
from mm_tui.strategy.api import Quote, Quotes, View

SHARES = 4
"""Each run is this many independent desks, so that cores share the work."""
LIMITS = Limits(
    max_position=0.01, max_order_quantity=0.004, max_order_value=170.0, max_open_orders=7, max_orders_per_s=12,
    max_price_change_bps=10_000, max_daily_loss=40, max_drawdown=25, max_same_side_fills=12,
    max_messages_per_day=20_000, max_inventory_age_s=240,
)  # fmt: skip
BUDGET = 41
"""Messages a day beside those that were sent and a bit."""
CHOICES: dict[str, tuple[float, ...]] = {
    "max_position": (0.002, 0.005, 0.01, 0.02),
    "max_order_quantity": (0.001, 0.002, 0.004),
    "max_order_value": (60, 120, 170),
    "max_open_orders": (2, 4, 7),
    "max_orders_per_s": (3, 6, 12),
    "price_collar_bps": (15, 30, 60),
    "max_drawdown": (10, 25),
    "max_messages_per_day": (0, BUDGET, BUDGET, 20_000),
    "max_inventory_age_s": (0, 30, 240),
    "soft_limit_pct": (50, 80, 100),
}
OPENINGS = ((700, 1_900 * 10_000_000), (3_000, 430 * 10_000_000))
"""Lots and quote units: of one of them so little that it runs out before the position limit is reached."""


class Wild:
    """Wants anything, and something else whenever asked."""

    name = "wild"
    reference_window = 1.0

    def __init__(self, random: Random) -> None:
        self.params: msgspec.Struct = NoParams()
        self.random = random
        self.now = 0
        self.quotes = Quotes()

    def quote(self, view: View) -> Quotes:
        """Keep what was wanted half of the time."""
        if self.random.random() < 0.5:
            return self.quotes
        mid, self.now = (view.bid + view.ask) // 2, view.ts
        self.quotes = Quotes(tuple(self._side(BUY, mid)), tuple(self._side(SELL, mid)))
        return self.quotes

    def _side(self, side: Side, mid: int) -> Iterator[Quote]:
        draw = self.random
        for level in range(draw.randrange(6)):
            reach = draw.choice((40, 400, 4_000, 50_000)) * mid // 6_180_000
            price = mid - side * (draw.randrange(reach) - reach // 8)
            quantity = draw.choice((20, 100, 201, 300, 401))
            yield Quote(side, level, price, quantity, quantity, "anything", since=view_since(draw, self.now))

    def describe(self) -> str:
        return "wild"

    def nearest_bps(self) -> float:
        return 1.0


def view_since(draw: Random, ts: int) -> int:
    """Now and then a quote that no order serves which was sent before."""
    return ts if draw.random() < 0.1 else 0


class Chaos:
    """One desk, its venue and its operator, all from one seed."""

    def __init__(self, seed: int, *, cut: bool) -> None:
        """Without `cut` the quotes reach the gate as the strategy wants them, so that it stands alone."""
        self.random = Random(seed)
        self.ts = START
        base, quote = OPENINGS[seed % 2]
        self.observer = Observer(base, quote, LIMITS)
        self.timers: dict[str, int] = {}
        self.bid, self.update, self.trades = BID, 100, 0
        self.told: deque[ev.OrderFilled] = deque(maxlen=20)
        self.flattened_at = 0
        wild = Wild(self.random)
        config = CoreConfig(
            limits=LIMITS,
            feed=FeedRules(stale_after_ms=10**12),
            execution=Execution(batch_size=12, rate_limit_per_s=1000, modify_rate_limit_per_s=1000),
            orders=Orders(archive_after_s=1),
        )
        self.core = Core(config, BTC, wild.params, lambda _: wild)
        if not cut:
            assert callable(self.core.quoter._within)
            self.core.quoter._within = lambda _, quotes, *__: quotes  # type: ignore[method-assign, assignment]
        self.hear(ev.SessionStarted(ts=self.ts, base=base, quote=quote))
        self.hear(ev.LinkUp(ts=self.ts, venue="chaos"))
        self.observer.mid2 = BID + ASK
        self.hear(snapshot(self.ts))

    def hear(self, event: Any) -> None:
        """One event; everything that it brings about is looked at."""
        core, observer = self.core, self.observer
        outputs = core.process(event)
        for fact in outputs.facts:
            kind = type(fact)
            if kind is facts.RiskTripped and fact.action == "halt":
                observer.halted, observer.flattening = True, False
                observer.seen[f"halt: {fact.rule}"] += 1
            elif kind is facts.StateChanged:
                observer.state = fact.state
                observer.seen[fact.state] += 1
            elif kind is facts.RiskRefused:
                observer.seen[f"refused: {fact.rule}"] += 1
        for command in outputs.commands:
            if type(command) is cmd.ArmTimer:
                self.timers[command.name] = command.due
            elif type(command) is Approved:
                observer.saw(command.command)

    def step(self) -> None:
        """Let some time pass, then let something happen."""
        draw = self.random
        self.ts += draw.randrange(60 * MS) if draw.random() < 0.9997 else draw.randrange(9 * 3600) * SECOND
        while self.timers and min(self.timers.values()) <= self.ts:
            name = min(self.timers, key=lambda one: (self.timers[one], one))
            due = self.timers.pop(name)
            self.hear(ev.Timer(ts=max(due, self.core.outbox.ts), name=name))
        self.ts = max(self.ts, self.core.outbox.ts)
        dice = draw.random()
        if dice < 0.30:
            self.move()
        elif dice < 0.99:
            self.reply()
        elif dice < 0.994:
            self.operate()
        else:
            self.resume()

    def move(self) -> None:
        """The touch moves by up to 3 bps, within 2 % of where it began; now and then it leaps."""
        draw = self.random
        step = draw.randrange(-1_800, 1_801) * (8 if draw.random() < 0.02 else 1)
        self.bid = min(max(self.bid + step, BID - 120_000), BID + 120_000)
        self.update += 1
        self.observer.mid2 = 2 * self.bid + 1
        self.hear(top(self.ts, self.bid, self.bid + 1, self.update))

    def reply(self) -> None:
        """The venue says something of an order, mostly of an open one, mostly true."""
        draw, observer = self.random, self.observer
        if self.told and draw.random() < 0.02:
            self.hear(msgspec.structs.replace(self.told[draw.randrange(len(self.told))], ts=self.ts))
            return
        if observer.gone and draw.random() < 0.003:
            self.late_fill()
            return
        if not observer.orders:
            self.move()
            return
        name = draw.choice(list(observer.orders))
        order = observer.orders[name]
        dice = draw.random()
        if order.leaving and dice < 0.5:
            observer.end(name)
            self.hear(ev.OrderCanceled(ts=self.ts, order_id=name))
        elif order.replaced and dice < 0.5:
            observer.end(name)
            self.hear(ev.OrderCanceled(ts=self.ts, order_id=name, reason="replaced"))
        elif dice < 0.65:
            quantity = order.left if draw.random() < 0.6 else 1 + draw.randrange(order.left)
            self.fill(name, order, quantity)
        elif dice < 0.97:
            self.hear(ev.OrderAccepted(ts=self.ts, order_id=name))
            wanted = self.core.orders.get(name)
            if wanted is not None and wanted.pending_quantity > order.filled and draw.random() < 0.7:
                order.quantity = wanted.pending_quantity
                self.hear(ev.OrderAmended(ts=self.ts, order_id=name, quantity=order.quantity))
        elif order.leaving or order.replaced:
            self.hear(ev.CancelRejected(ts=self.ts, order_id=name, code=-2011, reason="unknown order"))
        else:
            observer.end(name)
            self.hear(ev.OrderCanceled(ts=self.ts, order_id=name, reason="expired"))

    def late_fill(self) -> None:
        """An order believed dead was filled before; the venue says so now."""
        done = [name for name in list(self.observer.gone)[-5:] if self.observer.gone[name].left > 0]
        if done:
            name = self.random.choice(done)
            order = self.observer.gone[name]
            self.fill(name, order, 1 + self.random.randrange(order.left))

    def fill(self, name: str, order: Known, quantity: int) -> None:
        self.trades += 1
        fee = quantity * MICRO // 10_000 if order.side is BUY else quantity * order.price * MICRO // 10_000
        event = ev.OrderFilled(
            ts=self.ts, order_id=name, trade_id=f"t{self.trades}", price=order.price, quantity=quantity, maker=True,
            fee=fee, fee_in_base=order.side is BUY,
        )  # fmt: skip
        self.observer.filled(name, quantity, order.price, fee)
        self.told.append(event)
        self.hear(event)

    def operate(self) -> None:
        """The operator does something; what a halt needs comes more often while halted."""
        draw, observer = self.random, self.observer
        if observer.halted and draw.random() < 0.5:
            action = draw.choice(("rearm", "flatten"))
        else:
            action = draw.choice((
                "set", "set", "loosen", "loosen", "reduce_only", "kill", "rearm", "pause", "pause", "flatten",
                "toggle_bids", "toggle_asks", "pull", "cancel_order",
            ))  # fmt: skip
        argument = ""
        if action in ("set", "loosen"):
            key = draw.choice(list(CHOICES))
            value = draw.choice(CHOICES[key])
            if value == BUDGET:
                value += 1.3 * self.core.gate.messages(self.ts) // 1
            argument = f"risk.{key}={value:g}"
            self.expect_limit(action, argument)
        elif action == "cancel_order" and observer.orders:
            argument = draw.choice(list(observer.orders))
        elif action == "kill":
            observer.halted, observer.flattening = True, False
        elif action == "rearm":
            observer.halted = False
        elif action == "flatten":
            observer.flattening = True
        elif action == "reduce_only":
            observer.reduce_only = not observer.reduce_only
        observer.seen[action] += 1
        self.hear(ev.OperatorAction(ts=self.ts, action=action, argument=argument))

    def resume(self) -> None:
        """The operator wants to quote again, with every limit as it was in the beginning."""
        core, observer = self.core, self.observer
        actions = ["rearm"] if observer.halted else []
        observer.halted = False
        if observer.reduce_only:
            observer.reduce_only = False
            actions.append("reduce_only")
        actions += ["toggle_bids"] * (not core.conduct.side_on[BUY]) + ["toggle_asks"] * (
            not core.conduct.side_on[SELL]
        )
        for action in actions:
            self.hear(ev.OperatorAction(ts=self.ts, action=action))
        for key in CHOICES:
            observer.limits = msgspec.structs.replace(observer.limits, **{key: getattr(LIMITS, key)})
            argument = f"risk.{key}={getattr(LIMITS, key):g}"
            self.hear(ev.OperatorAction(ts=self.ts, action="loosen", argument=argument))
        if core.conduct.paused and not observer.halted:
            self.hear(ev.OperatorAction(ts=self.ts, action="pause"))

    def expect_limit(self, action: str, argument: str) -> None:
        """`set` never loosens."""
        key, _, text = argument.removeprefix("risk.").partition("=")
        value = type(getattr(LIMITS, key))(float(text))
        observer = self.observer
        if action == "loosen" or not loosens(key, getattr(observer.limits, key), value):
            observer.limits = msgspec.structs.replace(observer.limits, **{key: value})

    def check(self) -> None:
        """Core and observer hold the same."""
        core, observer = self.core, self.observer
        assert (core.account.base, core.account.quote) == (observer.base, observer.quote)
        assert {one.order_id: one.left for one in core.orders.open} == {
            name: one.left for name, one in observer.orders.items()
        }
        assert core.limits == observer.limits
        assert bool(core.gate.closed) == observer.halted


def run(seed: int, count: int, *, cut: bool) -> Counter[str]:
    """A desk until so many orders and fills have passed; what was seen on the way."""
    chaos = Chaos(seed, cut=cut)
    seen, steps = chaos.observer.seen, 0
    while seen["orders"] + seen["fills"] < count:
        chaos.step()
        steps += 1
        if steps % 64 == 0:
            chaos.check()
        assert steps < 40 * count + 1000, f"nothing moves: {seen}"
    chaos.check()
    return seen


def must_have_seen(seen: Counter[str], *, cut: bool) -> None:
    """A run that never came to a limit would prove nothing."""
    wanted = {
        "orders", "fills", "reducing", "reduce-only", "halted", "quoting", "refused: collar", "refused: order rate",
        "refused: open orders", "refused: order size", "refused: order value", "refused: own cross", "flatten",
        "halt: kill",
    }  # fmt: skip
    if not cut:
        wanted |= {"refused: position", "refused: reduce only", "refused: funds"}
    assert not {name for name in wanted if not seen[name]}, seen


@pytest.mark.untraced
@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_leaves_over_a_limit(share: int, cut: bool) -> None:  # noqa: FBT001 - a parameter of the run
    must_have_seen(run(100 + share, 100_000 // (2 * SHARES), cut=cut), cut=cut)


@pytest.mark.slow
@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_leaves_over_a_limit_in_a_million(share: int, cut: bool) -> None:  # noqa: FBT001 - likewise
    must_have_seen(run(9_000 + share, 1_000_000 // (2 * SHARES), cut=cut), cut=cut)
