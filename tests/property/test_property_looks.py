"""Whatever is looked at, on a market that misbehaves: there is a frame, it can be sent, and the desk stays as it is."""

from typing import Any, cast

import msgspec
import pytest
from pure_desk import BID, BTC, MS
from random_market import RandomMarket

from mm_tui.bus import EventBus
from mm_tui.core.config import CoreConfig, FeedRules
from mm_tui.core.engine import Core
from mm_tui.model.events import OperatorAction
from mm_tui.model.facts import Fact, Filled, OrderChanged
from mm_tui.model.generator import Generator
from mm_tui.risk.limits import Limits
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.screen.previewing import Previews
from mm_tui.runtime.screen.viewers import changed
from mm_tui.sim.config import Simulator
from mm_tui.sim.fees import Fees
from mm_tui.sim.latency import Latency
from mm_tui.sim.venue import PaperVenue
from mm_tui.strategy.api import Strategy
from mm_tui.strategy.passive import Passive, PassiveParams
from mm_tui.views.frames import FARTHEST, DeskFrame, Viewport
from mm_tui.views.log import EventLog
from mm_tui.views.present import Presenter, Vitals

PRICES = (None, 0, 1, 7, BID - 1, BID, BID + 1, 2 * BID, FARTHEST)
DRAFTS = (
    "", "min_spread_bps=1", "min_spread_bps=9\nmax_spread_bps=1", "orders_per_side=20\nstrategy.passive.order_amount=1",
    "reference=vwap", "min_spread_bps=", "\n", "x=y", "min_spread_bps=nan", "order_amount=1e12", "\x00=\u202e",
)  # fmt: skip
ACTIONS = (
    ("set", "min_spread_bps=1\nmax_spread_bps=4"), ("set", "x"), ("undo", ""), ("flatten", ""), ("pause", ""),
    ("rearm", ""), ("promote", '{"strategy":"passive","params":{"orders_per_side":5}}'), ("promote", "{"),
    ("inject", "latency 300"), ("inject", "reject 2"), ("inject", "?"), ("drop", "a=1\nb=2"), ("shadow", "add ?"),
    ("loosen", "risk.max_position=0.05"), ("kill", ""), ("nonsense", "\x1b[2J"),
)  # fmt: skip


class Looked:
    """A desk that is looked at from everywhere, or not at all."""

    def __init__(self, seed: int, *, looks: bool) -> None:
        self.source = RandomMarket(seed, 700)
        self.draw = Generator(seed + 1)
        config = CoreConfig(limits=Limits(max_position=0.01), feed=FeedRules(stale_after_ms=1000))
        self.core = Core(
            config, BTC, PassiveParams(max_spread_bps=3.0, min_spread_bps=0.3),
            lambda params: cast("Strategy", Passive(cast("PassiveParams", params), seed)),
        )  # fmt: skip
        venue = PaperVenue(BTC, self.core.book, Latency(Simulator(seed=seed)), Fees(1_000, 1_000))
        bus = EventBus(lambda: 0)
        self.desk = Desk(self.core, venue, bus, request_snapshot=self.source.asked)
        log = EventLog(BTC)
        bus.subscribe("event log", (Fact,), log.hear)
        self.presenter = Presenter(self.core, self.desk.scores, lambda _: 7, log, 10.0)
        bus.subscribe("order history", (OrderChanged, Filled), self.presenter.history.hear)
        self.time = 0
        self.previews = Previews(self.core, lambda: self.time)
        self.frame = DeskFrame()
        self.looks = looks

    def run(self) -> str:
        """Its digest."""
        for event in self.source:
            self.desk.step(event)
            if self.pick(range(20)) == 0:
                action, argument = self.pick(ACTIONS)
                self.desk.step(OperatorAction(ts=self.desk.ts, action=action, argument=argument))
            self.time += 200 * MS
            view = Viewport(
                rows=self.pick((0, 1, 4, 40, 90, 1000)),
                group=self.pick((0, 0, 1, 5, 5000, 10**9)),
                centre=self.pick(PRICES),
                recentre=self.pick(range(2)),
                level=self.pick(PRICES),
                draft=self.pick(DRAFTS),
            )
            if self.pick(range(4)) == 0 and self.looks:
                self.look(view)
        return self.desk.digest.hex()

    def pick(self, choices: Any) -> Any:
        return choices[self.draw.below(len(choices))]

    def look(self, view: Viewport) -> None:
        msgspec.convert(msgspec.to_builtins(view), Viewport)
        preview = self.previews.look(self.desk.ts, view.draft)
        frame = self.presenter.present(self.desk.ts, Vitals(venue="test", link="up"), view, preview)
        changed(frame, self.frame)
        self.frame = frame


@pytest.mark.parametrize("seed", range(3))
def test_looking_never_fails_and_changes_nothing(seed: int) -> None:
    assert Looked(seed, looks=True).run() == Looked(seed, looks=False).run()
