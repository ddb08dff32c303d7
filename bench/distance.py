"""How far the paper venue stands from hftbacktest's exchange, step by step; the strategy of `bench/differential.py`.

    python bench/distance.py --data FILE... --tick 0.01 --step 0.00001

The same rows, strategy, limits and latencies, no fee and no jitter. From hftbacktest's exchange (`sim.hindsight`) on,
the exchange's clock becomes ours; then the paper venue itself, where a diff counts as a whole, a print and what is
displayed are given out once, and orders are filled in parts. Prints the orders filled whole, the quantity traded, and
the PnL, what is left valued at the last trade.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Literal

import msgspec
from recording import Recording

from mm_tui.book.book import Book
from mm_tui.errors import DataError
from mm_tui.model import commands as cmd
from mm_tui.model import events as ev
from mm_tui.model.events import BUY, SELL, MarketEvent, Side, VenueReply
from mm_tui.model.instrument import Instrument
from mm_tui.risk.gate import Approved
from mm_tui.sim.config import Simulator
from mm_tui.sim.hindsight import Experiment
from mm_tui.sim.hindsight import run as run_hindsight
from mm_tui.sim.twoclocks import ASK, BID, BOUGHT, TwoClocks, two_clocks
from mm_tui.sim.venue import PaperVenue, paper_venue

QUOTED = ((0, 1), (50, 20), (300, 100))
MODELS: tuple[Literal["risk_averse", "log", "power", "optimistic"], ...] = (
    "risk_averse",
    "log",
    "power",
    "optimistic",
)
Fills = list[tuple[Side, int, int]]
"""Side, ticks, lots."""
NS_PER_MS = 1_000_000
BAD_DATA = 65
PLENTY = 1 << 60


class Order(msgspec.Struct, eq=False):
    """An order as the strategy knows it."""

    order_id: str
    side: Side
    price: int
    left: int
    """Lots."""
    can_be_cancelled: bool = False


class Desk:
    """The strategy of `sim.hindsight`, on the paper venue."""

    def __init__(self, book: Book, venue: PaperVenue, experiment: Experiment, quantity: int) -> None:
        self._book = book
        self._venue = venue
        self._half = experiment.half
        self._requote = experiment.requote
        self._quantity = quantity
        self._limit = experiment.limit * quantity
        self._position = 0
        self._orders: dict[Side, Order | None] = {BUY: None, SELL: None}
        self._sent = 0
        self.whole = 0
        """Orders filled whole."""
        self.fills: Fills = []

    def on_reply(self, reply: VenueReply) -> None:
        """The venue's word about an order of ours."""
        order = next((one for one in self._orders.values() if one and one.order_id == reply.order_id), None)
        if order is None:
            return
        if isinstance(reply, ev.OrderAccepted):
            order.can_be_cancelled = True
        elif isinstance(reply, ev.OrderFilled):
            order.left -= reply.quantity
            self._position += order.side * reply.quantity
            self.fills.append((order.side, reply.price, reply.quantity))
            if not order.left:
                self.whole += 1
                self._orders[order.side] = None
        elif isinstance(reply, ev.OrderRejected | ev.OrderCanceled):
            self._orders[order.side] = None

    def quote(self, now: int) -> None:
        """Cancel what stands too far off, send what is missing."""
        if not self._book.two_sided:
            return
        bid, ask = self._book.bids.best(), self._book.asks.best()
        twice = 2 * self._half
        self._quote_side(BUY, min((ask + bid - twice) // 2, bid), now)
        self._quote_side(SELL, max(-((-ask - bid - twice) // 2), ask), now)

    def _quote_side(self, side: Side, target: int, now: int) -> None:
        order = self._orders[side]
        if order is None:
            if side * self._position < self._limit:
                self._sent += 1
                order = self._orders[side] = Order(str(self._sent), side, target, self._quantity)
                self._send(
                    cmd.PlaceOrder(
                        ts=now, order_id=order.order_id, side=side, price=target, quantity=order.left, post_only=True
                    )
                )
        elif order.can_be_cancelled and abs(order.price - target) >= self._requote:
            order.can_be_cancelled = False
            self._send(cmd.CancelOrder(ts=now, order_id=order.order_id))

    def _send(self, command: cmd.OrderCommand) -> None:
        self._venue.submit(Approved(command))


def main() -> int:
    """Run each pair at each step of the way, print a table."""
    options = _options()
    base_latency = options.base_latency_ms * NS_PER_MS
    try:
        clocks = two_clocks(Recording(options.data, float(options.tick)).messages(), base_latency)
    except DataError as error:
        print(f"distance: {error}", file=sys.stderr)
        return BAD_DATA
    last = next((row[3] for row in reversed(clocks.recorded) if row[2] >= BOUGHT), 0)
    rows = []
    for half, requote in QUOTED:
        experiment = Experiment(
            half=half,
            requote=requote,
            limit=int(options.max_position / options.quantity),
            step=float(options.step),
            entry=options.entry_ms * NS_PER_MS,
            response=options.response_ms * NS_PER_MS,
            compatible=True,
        )
        for step, whole, fills in _way(clocks, experiment, options):
            worth = sum(side * (last - price) * lots for side, price, lots in fills) * options.tick * options.step
            traded = sum(lots for _, _, lots in fills) * options.step
            row = {"half": half, "requote": requote, "step": step, "filled": whole}
            rows.append(row | {"traded": f"{traded:f}", "pnl": f"{worth:f}"})
            if not options.json:
                print(f"half {half}, requote {requote}, {step}: {whole} filled, {traded:f} traded, PnL {worth:+f}")
    if options.json:
        print(json.dumps(rows))
    return 0


def _way(clocks: TwoClocks, experiment: Experiment, options: argparse.Namespace) -> Iterator[tuple[str, int, Fills]]:
    """What is compared, the orders filled whole, every fill."""
    lots = int(options.quantity / options.step)
    ours = TwoClocks(clocks.recorded, [(row[1], *row[1:]) for row in clocks.local], clocks.local)
    for step, these in (
        ("hftbacktest's exchange", clocks),
        ("on one clock", ours),
    ):
        found = run_hindsight(these, experiment)
        yield step, len(found), [(fill.side, fill.price, lots) for fill in found]
    for model in MODELS:
        config = Simulator(
            queue_model=model,
            feed_latency_ms=options.base_latency_ms,
            order_latency_ms=options.entry_ms,
            response_latency_ms=options.response_ms,
            latency_jitter_ms=0,
        )
        book = Book()
        venue = paper_venue(
            config, Instrument("BASE/QUOTE", "BASE", "QUOTE", options.tick, options.step), book, 0.0, 0.0
        )
        venue.open_account(PLENTY, PLENTY)
        desk = Desk(book, venue, experiment, lots)
        _run(_events(clocks, experiment.step), book, venue, desk)
        yield f"paper venue, {model}", desk.whole, desk.fills


def _run(events: Iterator[MarketEvent], book: Book, venue: PaperVenue, desk: Desk) -> None:
    """What is due first happens first; the strategy is woken by every event and every report."""
    for event in events:
        while venue.due is not None and venue.due <= event.ts:
            reply = venue.advance()
            if reply is not None:
                desk.on_reply(reply)
                desk.quote(reply.ts)
        if isinstance(event, ev.BookDelta):
            book.bids.apply(event.bids)
            book.asks.apply(event.asks)
            book.valid = True
        venue.on_market(event)
        desk.quote(event.ts)


def _events(clocks: TwoClocks, step: float) -> Iterator[MarketEvent]:
    """The rows by local time, what one diff says in one piece."""
    number = 0
    for (ts, exch_ts, is_trade), piece in groupby(clocks.local, lambda row: (row[1], row[0], row[2] >= BOUGHT)):
        rows = [(kind, price, round(quantity / step)) for _, _, kind, price, quantity in piece]
        if is_trade:
            for kind, price, quantity in rows:
                number += 1
                side = BUY if kind == BOUGHT else SELL
                yield ev.Trade(ts=ts, exch_ts=exch_ts, trade_id=number, price=price, quantity=quantity, side=side)
        else:
            number += 1
            bids, asks = ([row[1:] for row in rows if row[0] == kind] for kind in (BID, ASK))
            yield ev.BookDelta(ts=ts, exch_ts=exch_ts, first_id=number, final_id=number, bids=bids, asks=asks)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The differential test's strategy in the paper venue.")
    parser.add_argument("--data", nargs="+", type=Path, required=True, metavar="FILE", help="captures, one session")
    parser.add_argument("--tick", type=Decimal, required=True, help="the instrument's tick, quote")
    parser.add_argument("--step", type=Decimal, required=True, help="the instrument's step, base")
    parser.add_argument("--quantity", type=Decimal, default=Decimal("0.001"), help="of an order, base")
    parser.add_argument("--max-position", type=Decimal, default=Decimal("0.01"), help="long or short, base")
    parser.add_argument("--entry-ms", type=int, default=10, help="an order to the exchange")
    parser.add_argument("--response-ms", type=int, default=10, help="a report to us")
    parser.add_argument("--base-latency-ms", type=int, default=1, help="the smallest feed latency")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
