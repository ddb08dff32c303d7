"""A core on a virtual clock, a scripted strategy, and events made by hand."""

from decimal import Decimal
from typing import Any

import msgspec

from mm_tui.core.config import CoreConfig
from mm_tui.core.engine import Core
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.facts import Fact
from mm_tui.model.instrument import Instrument
from mm_tui.model.orders import Order
from mm_tui.risk.gate import Approved
from mm_tui.strategy.api import NO_QUOTES, Quote, Quotes, View

MS = 1_000_000
SECOND = 1_000_000_000
START = 1_723_161_253 * SECOND
BID, ASK = 6_180_000, 6_180_001
MID2 = BID + ASK
BTC = Instrument(
    "BTC/USDT", "BTC", "USDT", Decimal("0.01"), Decimal("0.00001"), min_notional=Decimal(5), min_quantity=1
)


def snapshot(ts: int, bid: int = BID, ask: int = ASK, update: int = 100, *, partial: bool = False) -> ev.BookSnapshot:
    """A book of five levels a side, one BTC each."""
    return ev.BookSnapshot(
        ts=ts,
        last_update_id=update,
        bids=[(bid - step, 100_000) for step in range(5)],
        asks=[(ask + step, 100_000) for step in range(5)],
        partial=partial,
    )


def delta(
    ts: int, first: int, final: int, bids: ev.Levels | None = None, asks: ev.Levels | None = None
) -> ev.BookDelta:
    return ev.BookDelta(ts=ts, first_id=first, final_id=final, bids=bids or [], asks=asks or [])


def top(ts: int, bid: int, ask: int, update: int) -> ev.TopOfBook:
    return ev.TopOfBook(ts=ts, update_id=update, bid=bid, bid_quantity=100, ask=ask, ask_quantity=100)


def trade(ts: int, price: int, quantity: int, side: Side, number: int = 1) -> ev.Trade:
    return ev.Trade(ts=ts, trade_id=number, price=price, quantity=quantity, side=side)


def bid(price: int, quantity: int = 100, level: int = 0) -> Quote:
    return Quote(BUY, level, price, quantity, quantity, "wanted")


def ask(price: int, quantity: int = 100, level: int = 0) -> Quote:
    return Quote(SELL, level, price, quantity, quantity, "wanted")


class NoParams(msgspec.Struct, frozen=True):
    """The scripted strategy has none."""


class Scripted:
    """Wants what the test says."""

    name = "scripted"
    reference_window = 10.0

    def __init__(self) -> None:
        self.params: msgspec.Struct = NoParams()
        self.quotes: Any = NO_QUOTES
        self.error: Exception | None = None
        self.asked = 0

    def want(self, *quotes: Quote) -> None:
        """From now on these."""
        self.quotes = Quotes(
            tuple(one for one in quotes if one.side is BUY), tuple(one for one in quotes if one.side is SELL)
        )

    def quote(self, view: View) -> Any:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.quotes

    def describe(self) -> str:
        return "scripted"

    def nearest_bps(self) -> float:
        return 2.0


class Rig:
    """A core, what it said, and its timers."""

    def __init__(self, config: CoreConfig | None = None, instrument: Instrument = BTC) -> None:
        self.strategy = Scripted()
        self.core = Core(config or CoreConfig(), instrument, self.strategy.params, lambda params: self.strategy)
        self.ts = START
        self.commands: list[Any] = []
        self.facts: list[Any] = []
        self.requests: list[str] = []
        self.timers: dict[str, int] = {}
        self.update = 100
        self.fills = 0
        self.hear(ev.SessionStarted(ts=self.ts, base=10_000, quote=6_000_000_000 * 100))

    def hear(self, event: Any) -> None:
        """One event, now; timers that fall due are not fired by this."""
        outputs = self.core.process(event)
        for command in outputs.commands:
            if isinstance(command, cmd.ArmTimer):
                self.timers[command.name] = command.due
            elif isinstance(command, cmd.RequestSnapshot):
                self.requests.append(command.reason)
            else:
                assert isinstance(command, Approved)
                self.commands.append(command.command)
        self.facts += outputs.facts

    def open_book(self) -> None:
        """Link and book are there."""
        self.hear(ev.LinkUp(ts=self.ts, venue="test"))
        self.hear(snapshot(self.ts))

    def sleep(self, seconds: float) -> None:
        """Let time pass; timers fire when they are due."""
        until = self.ts + round(seconds * SECOND)
        while self.timers:
            name = min(self.timers, key=lambda one: (self.timers[one], one))
            if self.timers[name] > until:
                break
            self.ts = max(self.ts, self.timers.pop(name))
            self.hear(ev.Timer(ts=self.ts, name=name))
        self.ts = until

    def tick(self, bid: int = BID, ask: int = ASK) -> None:
        """The touch is confirmed, or moves; where the book's own stream was silent for a second it goes on."""
        last = self.core.book.last_update_id
        if self.core.book.valid and self.ts - self.core.market.book_ts >= SECOND:
            self.hear(delta(self.ts, last + 1, last + 1))
        self.update = max(self.update, last + 1) + 1
        self.hear(top(self.ts, bid, ask, self.update))

    def flow(self, seconds: float, bid: int = BID, ask: int = ASK) -> None:
        """Clean data for so long, ten ticks a second."""
        for _ in range(round(seconds * 10)):
            self.sleep(0.1)
            self.tick(bid, ask)

    def act(self, action: str, argument: str = "") -> None:
        self.hear(ev.OperatorAction(ts=self.ts, action=action, argument=argument))

    def want(self, *quotes: Quote) -> None:
        """The strategy wants these, and is asked."""
        self.strategy.want(*quotes)
        self.tick()

    def accept(self, *orders: Order) -> None:
        for order in orders or tuple(self.core.orders.open):
            self.hear(ev.OrderAccepted(ts=self.ts, order_id=order.order_id))

    def fill(self, order: Order, quantity: int, price: int = 0, trade_id: str = "") -> None:
        self.fills += 1
        self.hear(
            ev.OrderFilled(
                ts=self.ts,
                order_id=order.order_id,
                trade_id=trade_id or f"t{self.fills}",
                price=price or order.price,
                quantity=quantity,
                maker=True,
                fee=0,
                fee_in_base=order.side is BUY,
            )
        )

    def canceled(self, *orders: Order) -> None:
        for order in orders:
            self.hear(ev.OrderCanceled(ts=self.ts, order_id=order.order_id))

    def quoting(self, *quotes: Quote) -> list[Order]:
        """Open the book and rest these quotes; their orders, oldest first."""
        self.open_book()
        self.want(*quotes)
        self.accept()
        self.take()
        return list(self.core.orders.open)

    def take(self, *kinds: type) -> list[Any]:
        """Commands since the last call; of some kinds alone where named."""
        taken, self.commands = self.commands, []
        return [one for one in taken if isinstance(one, kinds)] if kinds else taken

    def said(self, kind: type[Fact]) -> list[Any]:
        """Facts of a kind so far."""
        return [one for one in self.facts if isinstance(one, kind)]

    @property
    def state(self) -> str:
        return self.core.state.value


def placed(commands: list[Any]) -> list[Any]:
    """Commands that would add exposure, the operator's own reduce-only apart."""
    return [
        one
        for one in commands
        if isinstance(one, cmd.ReplaceOrder) or (isinstance(one, cmd.PlaceOrder) and not one.reduce_only)
    ]
