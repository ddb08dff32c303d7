"""A paper venue with a book and a clock of its own, and what it answered."""

from decimal import Decimal
from typing import Any

import msgspec
from pure_desk import BID, BTC, MS, START, delta, snapshot, trade

from mm_tui.book.book import Book
from mm_tui.book.sync import BookSync
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.instrument import Instrument
from mm_tui.risk.gate import Approved
from mm_tui.sim.config import Simulator
from mm_tui.sim.fees import Fees, rate
from mm_tui.sim.latency import Latency
from mm_tui.sim.queue import queue_model
from mm_tui.sim.venue import PaperVenue

TINY = msgspec.structs.replace(BTC, min_notional=Decimal(0))
"""Any size is large enough, so that cases stay small."""
PLAIN = Simulator(order_latency_ms=10, response_latency_ms=5, latency_jitter_ms=0)
FEES = Fees(rate(1.0), rate(5.0))


class Exchange:
    """A paper venue with a book of its own, a clock, and what it answered."""

    def __init__(self, config: Simulator = PLAIN, instrument: Instrument = TINY, fees: Fees = FEES) -> None:
        self.book = Book()
        self.sync = BookSync(self.book)
        self.venue = PaperVenue(
            instrument,
            self.book,
            Latency(config),
            fees,
            queue_model(config, instrument.step),
            self_trade=config.self_trade_prevention,
        )
        self.venue.open_account(100_000, BID * 1_000_000)
        self.ts = START
        self.update = 100
        self.replies: list[Any] = []
        self.market(snapshot(self.ts))

    def market(self, event: Any) -> None:
        if isinstance(event, ev.BookSnapshot):
            self.sync.on_snapshot(event)
        elif isinstance(event, ev.BookDelta):
            self.sync.on_delta(event)
        self.venue.on_market(event)

    def submit(self, command: cmd.OrderCommand) -> None:
        self.venue.submit(Approved(command))

    def place(self, name: str, side: Side, price: int, quantity: int, **more: bool) -> None:
        self.submit(cmd.PlaceOrder(ts=self.ts, order_id=name, side=side, price=price, quantity=quantity, **more))

    def rest(self, name: str, side: Side, price: int, quantity: int) -> None:
        """Place and let it reach the exchange, and the answer the desk."""
        self.place(name, side, price, quantity)
        self.sleep(20)
        assert name in self.venue.orders
        self.replies.clear()

    def sleep(self, ms: float) -> None:
        self.ts += round(ms * MS)
        while self.venue.due is not None and self.venue.due <= self.ts:
            due = self.venue.due
            reply = self.venue.advance()
            if reply is not None:
                assert reply.ts == due
                self.replies.append(reply)

    def trade(self, price: int, quantity: int, side: Side) -> None:
        self.market(trade(self.ts, price, quantity, side))

    def show(self, side: Side, price: int, quantity: int) -> None:
        self.update += 1
        levels = [(price, quantity)]
        self.market(
            delta(self.ts, self.update, self.update, levels if side is BUY else [], levels if side is SELL else [])
        )

    def heard(self, kind: type) -> list[Any]:
        self.sleep(20)
        return [one for one in self.replies if isinstance(one, kind)]

    def filled(self) -> list[tuple[str, int, int]]:
        """What was filled since the last call: order, price, quantity."""
        found = [(one.order_id, one.price, one.quantity) for one in self.heard(ev.OrderFilled)]
        self.replies.clear()
        return found

    def ends(self) -> list[tuple[str, str]]:
        """Orders that are gone since the last call, each with its reason."""
        return [(one.order_id, one.reason) for one in self.heard(ev.OrderCanceled)]
