"""Everything outside the desk, from one seed: what happens next is decided when it happens, by what the desk did."""

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random
from typing import Any

import msgspec

from faults.market import Market
from faults.run import Burst, Item, Run
from faults.setup import Setup
from faults.venue import Venue
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.clock import MILLISECOND as MS
from mm_tui.model.clock import SECOND

PRESSES = (
    "pause", "flatten", "flatten", "flatten", "widen", "tighten", "larger", "smaller", "lean_up", "lean_down",
    "undo", "toggle_bids", "toggle_asks", "kill", "pull", "cancel_order", "reduce_only", "reduce_only", "rearm",
    "set", "set", "loosen", "nonsense",
)  # fmt: skip
ASSIGNMENTS = (
    "risk.max_position=0.003", "risk.max_order_quantity=0.0015", "risk.max_open_orders=2",
    "risk.max_orders_per_s=2", "risk.price_collar_bps=4", "risk.max_drawdown=0.5", "risk.max_position=0.5",
    "risk.max_open_orders=40", "risk.max_position=nan", "risk.max_positon=1", "risk.", "order_amount=0.001",
    "order_amount=-1", "max_spread_bps=3", "=", "min_spread_bps=9e99",
)  # fmt: skip
LOOSER = ("risk.max_position=0.015", "risk.max_open_orders=10", "risk.price_collar_bps=40", "risk.max_drawdown=10")


class Adversary:
    """Makes the script of a seed while its run goes on."""

    def __init__(self, setup: Setup, run: Run) -> None:
        self._dice = dice = Random(setup.seed)
        self._random = dice.random
        self._heap: list[tuple[int, int, Callable[[int], Any]]] = []
        self._count = 0
        self.run = run
        self.ts = run.ts
        self.script: list[Item] = []
        self.market = Market(dice, self._later)
        self.venue = Venue(setup, dice, self._later)
        self._pace = dice.choice((20, 60, 150)) * MS
        self._presses = dice.choice((0.0, 0.005, 0.03))
        self._soothed = self.ts
        self.honest_since = 1 << 62
        """From when on nothing goes wrong, ns."""
        run.sink = self._hear

    def play(self, events: int) -> None:
        """Do its worst until the core has heard so many events; then be honest for a while, and close the desk."""
        run = self.run
        self._give(ev.LinkUp(ts=self.ts, venue="adversary"))
        while run.heard < events:
            self.ts += int(self._random() * self._pace)
            self._deliver(self.ts)
            item = self._next(self.ts)
            if item is not None:
                self._give(item)
            elif self.ts > self._soothed:
                self._soothe()
        self._end()

    def _soothe(self) -> None:
        """A person looks every few seconds, and brings a desk that stands still to quote again."""
        self._soothed = self.ts + int((2 + 6 * self._random()) * SECOND)
        core = self.run.core
        presses: list[str] = []
        if core.gate.closed:
            presses = ["rearm", "pause"]
        elif core.conduct.paused:
            presses = ["pause"]
        presses += [f"toggle_{side.book_word}s" for side, on in core.conduct.side_on.items() if not on]
        if core.restraint.operator:
            presses.append("reduce_only")
        for action in presses:
            self._give(ev.OperatorAction(ts=self.ts, action=action))

    def _press(self, ts: int, action: str) -> ev.OperatorAction | None:
        """What a person meant to do a while ago; a desk that is closed hears nobody."""
        return None if self.market.honest else ev.OperatorAction(ts=ts, action=action)

    def _end(self) -> None:
        self.market.honest = self.venue.honest = True
        self.honest_since = self.ts
        self.venue.dead_until = 0
        self.ts += 10 * MS
        self._deliver(self.ts)
        self._give(ev.OperatorAction(ts=self.ts, action="close", argument="closing"))
        self._give(ev.LinkUp(ts=self.ts, venue="adversary", resync=False))
        for _ in range(24):
            self.ts += SECOND
            self._deliver(self.ts)
            self._give(self.market.diff(self.ts))
        self.ts += SECOND // 2
        self._deliver(self.ts)  # a level that was once a lie may cross the very last frame: its snapshot still comes

    # -- time

    def _later(self, due: int, make: Callable[[int], Any]) -> None:
        self._count += 1
        heappush(self._heap, (due, self._count, make))

    def _deliver(self, until: int) -> None:
        """What falls due comes; timers of the desk in between go off in their turn."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            due, _, make = heappop(heap)
            event = make(max(due, self.run.ts))
            if event is not None:
                self._give(event)

    def _give(self, item: Item) -> None:
        if item.ts < self.run.ts:
            item = msgspec.structs.replace(item, ts=self.run.ts)
        self.script.append(item)
        self.run.feed(item)

    def _hear(self, command: Any) -> None:
        if type(command) is cmd.RequestSnapshot:
            self.market.asked(self.run.ts)
        else:
            self.venue.take(command, self.run.ts)

    # -- what happens

    def _next(self, ts: int) -> Item | None:
        dice, market = self._random(), self.market
        if dice < self._presses:
            return self._person(ts)
        dice = self._random()
        if dice < 0.50:
            return market.diff(ts)
        if dice < 0.62:
            return market.top(ts)
        if dice < 0.70:
            return market.trade(ts)
        if dice < 0.985:
            return self._fill(ts)
        return self._mischief(ts)

    def _fill(self, ts: int) -> None:
        live = self.venue.live
        if live and ts >= self.venue.dead_until:
            orders = list(live.values())
            self.venue.fill(orders[int(self._random() * len(orders))], ts)

    def _mischief(self, ts: int) -> Item | None:  # noqa: C901, PLR0911 - one branch a kind
        dice, market = int(self._random() * 14), self.market
        if dice == 0:
            self.ts += int(self._random() * 5 * SECOND)
        elif dice == 1:
            self._later(ts + int(self._random() * SECOND), lambda ts: ev.LinkUp(ts=ts, venue="adversary"))
            return ev.LinkDown(ts=ts, venue="adversary", reason="reset")
        elif dice == 2:
            return ev.LinkUp(ts=ts, venue="adversary", resync=self._random() < 0.5)
        elif dice == 3:
            return ev.FrameRefused(ts=ts, reason="a price of -1", size=99)
        elif dice in (4, 5):
            return market.jump(
                ts, int((self._random() - 0.5) * 2 * market.bid * self._dice.choice((0.001, 0.004, 0.02)))
            )
        elif dice == 6:
            self.venue.dead_until = ts + int(self._random() * 20 * SECOND)
        elif dice == 7 and self._random() < 0.4:
            which = self._random()
            rule = "exposure" if which < 0.05 else "feed_age" if which < 0.5 else "loop_lag"
            return ev.WatchdogTripped(ts=ts, rule=rule, value="3.2 s", limit="1 s")
        elif dice == 8:
            self.ts += int(self._random() * self._random() * 90 * SECOND)
        elif dice == 9:
            return self._burst(ts)
        elif dice in (10, 11):
            return self._lie(ts)
        elif dice == 12:
            return market.snapshot(ts)
        elif dice == 13:
            return ev.OperatorAction(ts=ts, action=self._dice.choice(("rearm", "pause")))
        return None

    def _burst(self, ts: int) -> Burst:
        """Frames wait while somebody throws the kill switch."""
        market, frames = self.market, []
        for _ in range(1 + int(self._random() * 4)):
            frame = market.diff(ts) if self._random() < 0.7 else market.trade(ts)
            ts += int(self._random() * 300 * MS)
            if frame is not None:
                frames.append(msgspec.structs.replace(frame, ts=ts))
        self.ts = ts
        self._later(ts + int(self._random() * 4 * SECOND), lambda ts: self._press(ts, "rearm"))
        self._later(ts + int(self._random() * 9 * SECOND), lambda ts: self._press(ts, "pause"))
        return Burst(ts, frames, int(self._random() * (len(frames) + 1)))

    def _lie(self, ts: int) -> Any:
        """What no honest venue says: of orders that are not ours, and fills of nothing."""
        name = f"mm-{int(self._random() * 60)}" if self._random() < 0.5 else "x-1"
        if self._random() < 0.5:
            return ev.OrderFilled(
                ts=ts, order_id=name, trade_id=f"lie{self.run.heard}", price=self.market.bid,
                quantity=-int(self._random() * 3), maker=True, fee=0, fee_in_base=True,
            )  # fmt: skip
        return ev.CancelRejected(ts=ts, order_id=name, code=-2011, reason="Unknown order sent.")

    def _person(self, ts: int) -> ev.OperatorAction:
        action = self._dice.choice(PRESSES)
        argument = ""
        if action == "set":
            argument = self._dice.choice(ASSIGNMENTS)
        elif action == "loosen":
            argument = self._dice.choice(LOOSER)
        elif action == "cancel_order":
            argument = f"mm-{int(self._random() * 60)}"
        elif action == "kill" and self._random() < 0.5:
            self._later(ts + int(self._random() * 6 * SECOND), lambda ts: self._press(ts, "rearm"))
        return ev.OperatorAction(ts=ts, action=action, argument=argument)
