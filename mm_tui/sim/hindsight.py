"""The hindsight scheduler: a fixed strategy over a recorded session with two clocks, to be held against hftbacktest.

The exchange lives in its own time and we in ours, so an order sent at t reaches a book that is known to us only later;
that takes the whole recording at once, which no live session has (`sim.venue` is the causal one). The exchange is
hftbacktest's NoPartialFillExchange:

- A post-only order that meets the other side's best when it arrives expires; any other takes its place in the queue.
- A row that raises the best bid to an ask of ours or above fills it, whole; a lower best ask does so with a bid.
- A trade through the price of an order fills it, whole; one at its price does once it reaches beyond the queue ahead.
- A cancel that finds its order filled is refused, and changes nothing.

What falls on the same nanosecond happens in the order: rows on our clock, reports, rows on the exchange's, requests.
The strategy is woken when all of a nanosecond in which a row or a report reached us is done. With best bid b and ask a
in ticks it wants a bid at min(⌊(a + b − 2h) / 2⌋, b) and an ask at max(⌈(a + b + 2h) / 2⌉, a). Bid before ask, an
acknowledged order at least R ticks from there is cancelled, and a side without an order gets one, within the limit.
"""

from collections import deque
from typing import Final, Literal

import msgspec

from mm_tui.model.events import BUY, SELL, Side
from mm_tui.sim.lastword import NO_ASK, NO_BID, LastWordBook
from mm_tui.sim.places import FloatPlace, FloatShare, MakePlace, OwnPlace, Place, float_log, float_power
from mm_tui.sim.queue import Probabilistic, RiskAverse, log_share_in_base, power_share
from mm_tui.sim.twoclocks import ASK, BID, BOUGHT, SOLD, Row, TwoClocks

Model = Literal["risk_averse", "power", "log"]

_NEVER: Final = 1 << 63


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """What is traded, how, and what the exchange is like."""

    half: int
    """Half the spread that is quoted, ticks."""
    requote: int
    """An order so many ticks from its target is cancelled."""
    limit: int
    """Orders' worth of position that may be held, long or short: the position limit over the order's size."""
    step: float
    """The smallest step of a quantity, base."""
    queue: Model = "risk_averse"
    power: float = 3.0
    """Of the power model."""
    entry: int = 10_000_000
    """From us to the exchange, ns."""
    response: int = 10_000_000
    """From the exchange to us, ns."""
    compatible: bool = False
    """Reckon queues as hftbacktest does, errors included; our own models otherwise."""


class HindsightFill(msgspec.Struct, frozen=True, gc=False):
    """An order that was filled, as maker and whole."""

    exch_ts: int
    local_ts: int
    """When we heard of it, ns of the shifted local clock."""
    side: Side
    price: int
    """Ticks."""


class _Order(msgspec.Struct, eq=False):
    """An order as the strategy knows it."""

    side: Side
    price: int
    can_be_cancelled: bool = False


class _Resting(msgspec.Struct, eq=False):
    """An order in the exchange's book."""

    order: _Order
    price: int
    place: Place


class _Report(msgspec.Struct):
    """What the exchange says of an order."""

    due: int
    word: Literal["accepted", "gone", "filled", "refused"]
    order: _Order
    exch_ts: int


def run(clocks: TwoClocks, experiment: Experiment) -> list[HindsightFill]:
    """The fills of the experiment, in the order in which we hear of them."""
    exchange = _Exchange(experiment)
    desk = _Desk(experiment)
    ours, theirs = clocks.local, clocks.exchange
    next_ours = next_theirs = 0
    woken = _NEVER
    while True:
        local_row = ours[next_ours][1] if next_ours < len(ours) else _NEVER
        report = exchange.reports[0].due if exchange.reports else _NEVER
        exchange_row = theirs[next_theirs][0] if next_theirs < len(theirs) else _NEVER
        request = desk.requests[0][0] if desk.requests else _NEVER
        now = min(local_row, report, exchange_row, request)
        if now == _NEVER:
            return desk.fills
        if woken < now:
            desk.quote(woken)
            woken = _NEVER
        elif now == local_row:
            while next_ours < len(ours) and ours[next_ours][1] == now:
                desk.on_row(ours[next_ours])
                next_ours += 1
            woken = now
        elif now == report:
            desk.on_report(exchange.reports.popleft())
            woken = now
        elif now == exchange_row:
            exchange.on_row(theirs[next_theirs])
            next_theirs += 1
        else:
            _, order, cancels = desk.requests.popleft()
            (exchange.on_cancel if cancels else exchange.on_new)(order, now)


class _Exchange:
    """Our orders, at most one a side, in the exchange's book and time."""

    def __init__(self, experiment: Experiment) -> None:
        self.reports: deque[_Report] = deque()
        self._book = LastWordBook(experiment.step)
        self._response = experiment.response
        self._place = place_maker(experiment)
        self._bid: _Resting | None = None
        self._ask: _Resting | None = None

    def on_row(self, row: Row) -> None:
        """A row of the recording, in exchange time."""
        now, _, kind, price, quantity = row
        book, bid, ask = self._book, self._bid, self._ask
        if kind == BID:
            best = book.best_bid
            before = book.on_bid(price, quantity)
            if bid is not None and bid.price == price:
                bid.place.displayed(before, quantity)
            if ask is not None and best < book.best_bid >= ask.price:
                self._fill(ask, now)
        elif kind == ASK:
            best = book.best_ask
            before = book.on_ask(price, quantity)
            if ask is not None and ask.price == price:
                ask.place.displayed(before, quantity)
            if bid is not None and best > book.best_ask <= bid.price:
                self._fill(bid, now)
        elif kind == BOUGHT:
            if ask is not None and (ask.price < price or (ask.price == price and ask.place.reached(quantity))):
                self._fill(ask, now)
        elif (
            kind == SOLD
            and bid is not None
            and (bid.price > price or (bid.price == price and bid.place.reached(quantity)))
        ):
            self._fill(bid, now)

    def on_new(self, order: _Order, now: int) -> None:
        """A post-only order arrives."""
        book, price = self._book, order.price
        if price >= book.best_ask if order.side == BUY else price <= book.best_bid:
            self._say("gone", order, now)
            return
        displayed = (book.bids if order.side == BUY else book.asks).get(price, 0.0)
        resting = _Resting(order, price, self._place(displayed))
        if order.side == BUY:
            self._bid = resting
        else:
            self._ask = resting
        self._say("accepted", order, now)

    def on_cancel(self, order: _Order, now: int) -> None:
        """A cancel arrives."""
        resting = self._bid if order.side == BUY else self._ask
        if resting is None or resting.order is not order:
            self._say("refused", order, now)
            return
        self._remove(order.side)
        self._say("gone", order, now)

    def _fill(self, resting: _Resting, now: int) -> None:
        self._remove(resting.order.side)
        self._say("filled", resting.order, now)

    def _remove(self, side: Side) -> None:
        if side == BUY:
            self._bid = None
        else:
            self._ask = None

    def _say(self, word: Literal["accepted", "gone", "filled", "refused"], order: _Order, now: int) -> None:
        self.reports.append(_Report(now + self._response, word, order, now))


class _Desk:
    """The strategy, on our clock."""

    def __init__(self, experiment: Experiment) -> None:
        self.requests: deque[tuple[int, _Order, bool]] = deque()
        """When it reaches the exchange, the order, whether it is a cancel."""
        self.fills: list[HindsightFill] = []
        self._book = LastWordBook(experiment.step)
        self._experiment = experiment
        self._orders: dict[Side, _Order | None] = {BUY: None, SELL: None}
        self._position = 0
        """In orders' worth."""

    def on_row(self, row: Row) -> None:
        """A row of the recording, in our time."""
        kind, price, quantity = row[2:]
        if kind == BID:
            self._book.on_bid(price, quantity)
        elif kind == ASK:
            self._book.on_ask(price, quantity)

    def on_report(self, report: _Report) -> None:
        """The exchange's word about an order of ours."""
        order = report.order
        if report.word == "accepted":
            order.can_be_cancelled = True
        elif report.word != "refused":
            self._orders[order.side] = None
            if report.word == "filled":
                self._position += order.side
                self.fills.append(HindsightFill(report.exch_ts, report.due, order.side, order.price))

    def quote(self, now: int) -> None:
        """Cancel what stands too far off, send what is missing."""
        bid, ask = self._book.best_bid, self._book.best_ask
        if bid == NO_BID or ask == NO_ASK:
            return
        twice = 2 * self._experiment.half
        self._quote_side(BUY, min((ask + bid - twice) // 2, bid), now)
        self._quote_side(SELL, max(-((-ask - bid - twice) // 2), ask), now)

    def _quote_side(self, side: Side, target: int, now: int) -> None:
        order, experiment = self._orders[side], self._experiment
        if order is None:
            if side * self._position < experiment.limit:
                order = self._orders[side] = _Order(side, target)
                self.requests.append((now + experiment.entry, order, False))
        elif order.can_be_cancelled and abs(order.price - target) >= experiment.requote:
            order.can_be_cancelled = False
            self.requests.append((now + experiment.entry, order, True))


def place_maker(experiment: Experiment) -> MakePlace:
    """The queue model of the experiment."""
    step, model = experiment.step, experiment.queue
    if experiment.compatible:
        if model == "risk_averse":
            return lambda displayed: FloatPlace(displayed, step)
        floating = float_log if model == "log" else float_power(experiment.power)
        return lambda displayed: FloatShare(displayed, step, floating)
    if model == "risk_averse":
        return lambda displayed: OwnPlace(RiskAverse, displayed, step)
    share = log_share_in_base(step) if model == "log" else power_share(experiment.power)
    return lambda displayed: OwnPlace(lambda lots: Probabilistic(lots, share), displayed, step)
