"""A seeded market that also misbehaves: drops, repeats, gaps, silences, jumps and an operator who presses keys."""

from collections.abc import Iterator
from typing import Any

from pure_desk import BID, MS, SECOND, START

from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL
from mm_tui.model.generator import Generator

ACTIONS = (
    "pause", "pause", "flatten", "widen", "tighten", "larger", "smaller", "lean_up", "lean_down", "undo", "pause",
    "toggle_bids", "toggle_bids", "toggle_asks", "toggle_asks", "kill", "pull", "cancel_order",
)  # fmt: skip


class RandomMarket:
    """Events in the order of their time; `asked` is how the desk's request for a snapshot reaches it."""

    def __init__(self, seed: int, count: int, *, operator: bool = True) -> None:
        self.generator = Generator(seed)
        self.count = count
        self.operator = operator
        self.ts = START
        self.bid = BID
        self.update = self.last_diff = 1000
        """The ticker counts on between two diffs, as on Binance."""
        self.trades = 0
        self.recover = 0
        self.wanted = 0
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}
        self._refill()

    def asked(self) -> None:
        """The desk wants a snapshot."""
        self.wanted = self.ts + 50 * MS

    def __iter__(self) -> Iterator[Any]:
        yield ev.SessionStarted(ts=self.ts, base=10_000, quote=6_000 * 10_000_000)
        yield ev.LinkUp(ts=self.ts, venue="random")
        for _ in range(self.count):
            self.ts += self.generator.below(40 * MS)
            if self.wanted and self.ts >= self.wanted:
                self.wanted = 0
                yield self._snapshot()
            yield from self._next(self.generator.below(1000))

    def _next(self, dice: int) -> Iterator[Any]:  # noqa: C901 - one branch a kind of event
        if dice < 550:
            yield from self._diff(dice)
        elif dice < 800:
            self.update += 1
            yield ev.TopOfBook(
                ts=self.ts, update_id=self.update, bid=self.bid, bid_quantity=self.bids[self.bid],
                ask=self.bid + 1, ask_quantity=self.asks[self.bid + 1],
            )  # fmt: skip
        elif dice < 975:
            yield self._trade()
        elif dice < 980:
            self.ts += self.generator.below(4 * SECOND)
        elif dice < 984:
            yield ev.LinkDown(ts=self.ts, venue="random", reason="reset")
            self.ts += self.generator.below(SECOND)
            self.wanted = 0
            yield ev.LinkUp(ts=self.ts, venue="random")
        elif dice < 986:
            yield ev.FrameRefused(ts=self.ts, reason="broken", size=3)
        elif dice < 988:
            self._move(self.generator.below(60_000) - 30_000)
        elif self.operator and dice < 996:
            action = ACTIONS[self.generator.below(len(ACTIONS))]
            yield ev.OperatorAction(ts=self.ts, action=action, argument=f"mm-{self.generator.below(50)}")
            if action in ("kill", "pull", "flatten", "pause"):
                self.recover = self.ts + self.generator.below(5 * SECOND)
        elif self.recover and self.ts > self.recover:
            self.recover = 0
            for action in ("rearm", "pause"):
                yield ev.OperatorAction(ts=self.ts, action=action)

    def _diff(self, dice: int) -> Iterator[Any]:
        before = (dict(self.bids), dict(self.asks))
        self._move(self.generator.below(801) - 400)
        first = self.last_diff + 1
        self.last_diff = self.update = self.update + 1 + self.generator.below(3)
        event = ev.BookDelta(
            ts=self.ts, first_id=first, final_id=self.update,
            bids=_changes(before[0], self.bids), asks=_changes(before[1], self.asks),
        )  # fmt: skip
        if dice < 4:
            return
        yield event
        if dice < 10:
            yield event

    def _trade(self) -> ev.Trade:
        self.trades += 1
        side = BUY if self.generator.below(2) else SELL
        reach = self.generator.below(3_000) if self.generator.below(3) == 0 else 0
        price = self.bid + 1 + reach if side is BUY else self.bid - reach
        return ev.Trade(
            ts=self.ts, trade_id=self.trades, price=price, quantity=1 + self.generator.below(400), side=side
        )

    def _snapshot(self) -> ev.BookSnapshot:
        return ev.BookSnapshot(
            ts=self.ts, last_update_id=self.last_diff, bids=list(self.bids.items()), asks=list(self.asks.items())
        )

    def _move(self, ticks: int) -> None:
        self.bid += ticks
        self._refill()

    def _refill(self) -> None:
        steps = [0, *(500 * step + self.generator.below(400) for step in range(1, 16))]
        self.bids = {self.bid - step: 1 + self.generator.below(500) for step in steps}
        self.asks = {self.bid + 1 + step: 1 + self.generator.below(500) for step in steps}


def _changes(before: dict[int, int], after: dict[int, int]) -> list[tuple[int, int]]:
    gone = [(price, 0) for price in before if price not in after]
    return gone + [(price, quantity) for price, quantity in after.items() if before.get(price) != quantity]
