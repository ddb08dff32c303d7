"""A run by the index: the same core, strategy, gate, orders and paper venue, given only the inputs that can matter.

No decision is made here. What is worked out is which input is the next that may change anything, and everything up to
it is passed over, the market brought to where it then stands:

- a mid that leaves what the strategy's last answer holds for (`Rest`), or the time of its next look
- a mid at which the PnL might come to a limit, and one at which the obligation's band ends
- a trade at or through the price of an order of ours
- what is due: replies and timers; what the mid did after a fill is looked up later
- links, gaps, snapshots that make the book whole; every move of the book while the desk does not quote

To give the core one input too many changes nothing, so whatever is not sure to be idle is given.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from mm_tui.analytics.terms import FAR, terms_of
from mm_tui.backtest.index.lookup import Lookup, SideLookup
from mm_tui.backtest.index.market import IndexedMarket
from mm_tui.backtest.index.queues import LateQueue
from mm_tui.backtest.index.reach import Bound
from mm_tui.backtest.index.shape import BOOK, BOUGHT, QUIET_BOOK, SOLD, SPECIAL, TOP, Special
from mm_tui.backtest.recording import Recording
from mm_tui.backtest.runner import Job, end, summary_of
from mm_tui.bus import EventBus
from mm_tui.core.sleep import at_rest, settled_mids, slept
from mm_tui.core.state import QUOTES
from mm_tui.model.clock import DAY, MILLISECOND
from mm_tui.model.events import BUY, SELL, BookDelta, OperatorAction, SessionStarted, TopOfBook
from mm_tui.runtime.assembly import Terms, build_core, opening
from mm_tui.runtime.desk import Desk
from mm_tui.runtime.followers.band import Band
from mm_tui.sim.venue import paper_venue
from mm_tui.strategy.api import NEVER
from mm_tui.strategy.registry import make as make_strategy

TRADES = frozenset({SOLD, BOUGHT})
IDLE_TIMERS = frozenset({"stale", "archive"})
"""They may go off late: while frames come the one arms itself anew, and what the other puts away nobody asks for."""
AT_REST = IDLE_TIMERS | {"retry"}
"""This one too, where there is nothing to try again, and the strategy would say what it said."""
MakeWatch = Callable[[Desk], Callable[[int], None]]
FAR_BPS = 1e12
"""A price change that no market makes: `Lookup.calm` has seen to the real one."""


def unserved(recording: Recording, job: Job) -> str:
    """Why no index serves for such a run, whatever it holds; empty where one may."""
    terms = recording.terms
    simulator = terms.settings.simulator
    if job.out is not None:
        return "files are written"
    if recording.stopwatch is not None:
        return "it is the session's own desk"
    if simulator.latency == "measured":
        return "latencies are drawn from the feed"
    params = getattr(terms.settings.strategy, terms.strategy, None)
    rest = getattr(make_strategy(terms.strategy, params, seed=simulator.seed), "rest", None)
    return "the strategy looks at more than the mid" if rest is None or rest() is None else ""


def why_not(recording: Recording, job: Job, lookup: Lookup) -> str:
    """Why the recording has to go through the full core; empty where its index gives the same."""
    if job.operator and any(isinstance(special.event, OperatorAction) for special in lookup.head.specials):
        return "the operator acts"
    if not lookup.calm(recording.terms.settings.risk):
        return "the price moves too far"
    return unserved(recording, job)


def run_by_index(recording: Recording, job: Job, lookup: Lookup, watch: MakeWatch | None = None) -> dict[str, Any]:
    """The summary of a desk that heard the recording, the same as `runner.run` gives; where `why_not` is empty.

    `watch` is given the desk, and what it gives back is told the mid after each input that may have moved it or the
    account, and once at the end.
    """
    bus, terms = EventBus(lambda: 0), recording.terms
    desk = _build(terms, bus, lookup)
    band = IndexedBand(desk, terms, lookup) if terms.settings.simulator.band else None
    told = watch(desk) if watch is not None else None
    if lookup.count:
        first = opening(terms, lookup.head.first_ts)
        desk.step(first)
        Pass(desk, lookup, operator=job.operator, watch=told).through()
        if band is not None:
            band.live(first, operator=job.operator)
    end(desk, band)
    if told is not None:
        told(desk.core.mid2)
    return summary_of(desk, bus, recording, band)


class IndexedBand(Band):
    """The band, its members run by the index as well, one after the other."""

    def __init__(self, main: Desk, terms: Terms, lookup: Lookup) -> None:
        self._lookup = lookup
        super().__init__(main, terms)

    def build(self, terms: Terms) -> Desk:
        """A member's desk."""
        return _build(terms, EventBus(lambda: 0), self._lookup)

    def live(self, first: SessionStarted, *, operator: bool) -> None:
        """Bring every member to the end of the recording."""
        for member in self._members:
            desk = member.desk
            desk.scores.obligation.low, desk.scores.obligation.high = 0, FAR
            desk.step(first)
            Pass(desk, self._lookup, operator=operator).through()


def _params(terms: Terms) -> msgspec.Struct | None:
    return getattr(terms.settings.strategy, terms.strategy, None)


def _build(terms: Terms, bus: EventBus, lookup: Lookup) -> Desk:
    risk = msgspec.structs.replace(terms.settings.risk, max_price_change_bps=FAR_BPS)
    settings = msgspec.structs.replace(terms.settings, risk=risk)
    terms = msgspec.structs.replace(terms, settings=settings)
    market = IndexedMarket(terms.instrument, settings.feed, lookup)
    core = build_core(terms, market)
    venue = paper_venue(settings.simulator, terms.instrument, core.book, terms.maker_bps, terms.taker_bps)
    desk = Desk(core, venue, bus, promised=terms_of(settings.obligation, terms.instrument))
    desk.scores.stood = lookup.stood
    return desk


class _Touched(NamedTuple):
    """What comes next to our best order of a side."""

    price: int
    next: int
    """The first input that reaches it."""
    crossed: int
    """The first one that brings the other side's best to it."""


class Pass:
    """One pass of a desk through an index."""

    def __init__(
        self, desk: Desk, lookup: Lookup, *, operator: bool, watch: Callable[[int], None] | None = None
    ) -> None:
        self._desk = desk
        self._watch = watch
        self._lookup = lookup
        self._core = desk.core
        self._market: IndexedMarket = desk.core.market  # type: ignore[assignment]  # built so
        self._own = desk.venue.own
        self._special = [one for one in lookup.head.specials if not _is_skipped(one, operator=operator)]
        self._special_at = [one.at for one in self._special]
        self._specials = 0
        """Special inputs that were heard."""
        self._at = 0
        """Inputs heard or passed over."""
        self._count = _heard_to(lookup, operator=operator)
        self._advanced = 0
        """Until when everything that fell due has happened, ns."""
        self._midnight = 0
        """The first input of the next day."""
        self._bounds = (0.0, 0.0)
        self._leaves = -1
        """The first touch whose mid is not between the bounds."""
        self._bid = self._ask = _Touched(0, -1, -1)
        """What comes next to our best orders."""
        self._crossed = -1
        """The first input that brings the other side's best to one of them."""
        self._stale_after = desk.core.config.feed.stale_after_ms * MILLISECOND
        self._stale: int | None = None
        """When the book is next stale, as long as no more inputs are heard than these."""
        self._stale_to = -1

    def through(self) -> None:
        """Bring the desk to the end of the recording."""
        desk, lookup, count, ts = self._desk, self._lookup, self._count, self._lookup.ts
        while self._at < count:
            at = self._next()
            due = self._due()
            if due is not None and (at >= count or due <= ts[at]):
                first = lookup.first_at(due, self._at, at)
                if first < count:
                    self._pass_to(first)
                    desk.advance(ts[first])
                    self._advanced = ts[first]
                    self._take_places()
                    continue
            self._pass_to(min(at, count))
            if at < count:
                self._hear(at)
        desk.ts = ts[count - 1]
        desk.scores.after(desk.ts, self._core.mid2, self._core.book.valid, [])
        self._market.finish()

    # -- what comes next

    def _next(self) -> int:
        """The next input that may change anything; their number where none does."""
        lookup, at = self._lookup, self._at
        found = min(self._next_trade(), self._next_move())
        if self._specials < len(self._special_at):
            found = min(found, self._special_at[self._specials])
        if self._midnight <= at:
            self._midnight = lookup.first_at((lookup.ts[at] // DAY + 1) * DAY, at)
        return min(found, self._midnight)

    def _due(self) -> int | None:
        """When something falls due that does more than arm itself anew, or put orders away."""
        core, desk = self._core, self._desk
        if core.conduct.stale:
            return desk.due
        due, timer = desk.due_beside(IDLE_TIMERS)
        if timer == "retry" and due is not None and due < self._asked_from() and at_rest(core):
            due, _ = desk.due_beside(AT_REST)
        if self._at > self._stale_to:
            self._stale, self._stale_to = self._lookup.stale_from(self._at, self._stale_after)
        stale = self._stale
        if stale is None or stale <= self._advanced:
            return due
        return stale if due is None else min(due, stale)

    def _asked_from(self) -> int:
        """From when on a timer that has the strategy asked may bring about other quotes, ns."""
        core, rest = self._core, self._core.quoter.rest
        if core.state not in QUOTES:
            return NEVER
        return 0 if rest is None else rest.until

    def _next_trade(self) -> int:
        """The next trade, or diff, that may reach an order of ours."""
        own, lookup, at = self._own, self._lookup, self._at
        if not own.by_id:
            return lookup.count
        touched = lookup.book_from(at) if self._is_contested() else lookup.count
        bid, ask = self._bid, self._ask
        if bid.price != own.highest_bid or bid.next < at:
            bid = self._bid = self._touched(own.highest_bid, lookup.sold, lookup.asks)
        if ask.price != own.lowest_ask or ask.next < at:
            ask = self._ask = self._touched(own.lowest_ask, lookup.bought, lookup.bids)
        self._crossed = min(bid.crossed, ask.crossed)
        return min(bid.next, ask.next, touched)

    def _is_contested(self) -> bool:
        """Whether an order of ours rests where takers of ours took: its place then hears of each diff what is left."""
        depth = self._desk.venue.depth
        return depth.touched and any(order.price in depth.of(order.side).used for order in self._own.by_id.values())

    def _touched(self, price: int, trades: Bound, others: SideLookup) -> "_Touched":
        """What reaches an order of ours at a price: one of these trades, or the other side's best."""
        lookup, at = self._lookup, self._at
        place = trades.next(lookup.trades_before(at), price)
        crossed = others.crosses(price, at)
        reached = lookup.trade_at[place] if place < len(lookup.trade_at) else lookup.count
        return _Touched(price, min(reached, crossed), crossed)

    def _next_move(self) -> int:
        """The next move of the book that may bring about anything."""
        core, lookup, at = self._core, self._lookup, self._at
        mids = settled_mids(core)
        if mids is None:
            return lookup.moved_from(at)
        low, high = mids
        found = lookup.count
        if core.state in QUOTES:
            rest = core.quoter.rest
            if rest is None or not rest.low2 < core.mid2 < rest.high2:
                return lookup.moved_from(at)
            low, high = max(low, rest.low2), min(high, rest.high2)
            if rest.until < NEVER:
                found = lookup.moved_from(lookup.first_at(rest.until, at))
        obligation = self._desk.scores.obligation
        low, high = max(low, obligation.low - 1), min(high, obligation.high + 1)
        place = self._market.touches
        if self._leaves < place or self._bounds != (low, high):
            self._bounds = (low, high)
            self._leaves = min(lookup.mids.at_least(place, high), lookup.mids.at_most(place, low))
        return min(found, lookup.touch_at[self._leaves]) if self._leaves < len(lookup.touch_at) else found

    # -- going there

    def _pass_to(self, at: int) -> None:
        """Everything before this input was heard, and nothing came of it."""
        market, core, desk, lookup = self._market, self._core, self._desk, self._lookup
        before = market.touches
        market.seek(at)
        desk.venue.last_price = market.last_price
        if desk.venue.depth.touched:
            self._renew(at)
        touches = market.touches
        if at > self._at and self._watch is not None:
            self._tell(before, touches)
        if at > self._at and touches > before:
            ts = lookup.ts[at - 1]
            if core.account.position:
                slept(core, ts, *lookup.mids.extremes(before, touches))
            desk.scores.after(ts, core.mid2, core.book.valid, [])
        self._at = at

    def _renew(self, at: int) -> None:
        """What was displayed up to an input where takers of ours took some."""
        for side in (BUY, SELL):
            taken = self._desk.venue.depth.of(side)
            for price in list(taken.used):
                for quantity in self._lookup.side(side).changes(price, self._at, at):
                    taken.follow(price, quantity)

    def _tell(self, before: int, touches: int) -> None:
        """The mid after each input that is passed over, as far as it changed; the first one may follow on a fill."""
        lookup, watch = self._lookup, self._watch
        if watch is None:
            return
        mids = lookup.mids.values
        if before and (before >= len(lookup.touch_at) or lookup.touch_at[before] != self._at):
            watch(mids[before - 1])
        for mid2 in mids[before:touches]:
            watch(mid2)

    def _hear(self, at: int) -> None:
        """The desk is given an input."""
        self._give(at)
        if self._watch is not None:
            self._watch(self._core.mid2)

    def _give(self, at: int) -> None:
        desk, core, lookup = self._desk, self._core, self._lookup
        kind, ts = lookup.kind[at], lookup.ts[at]
        self._at = at + 1
        if kind == SPECIAL:
            self._hear_special(at)
            return
        if kind == TOP or (kind == BOOK and at != self._crossed and not desk.venue.depth.touched):
            desk.step(TopOfBook(ts=ts, update_id=0, bid=0, bid_quantity=0, ask=0, ask_quantity=0))
            return
        diff = BookDelta(ts=ts, first_id=0, final_id=0, bids=[], asks=[])
        if kind == BOOK:
            desk.step(diff)
            return
        desk.ts = ts
        if kind in TRADES:
            desk.venue.on_market(lookup.trade(at))
        elif kind == QUIET_BOOK:
            self._market.seek(at + 1)
            desk.venue.on_market(diff)
        desk.scores.after(ts, core.mid2, core.book.valid, [])

    def _hear_special(self, at: int) -> None:
        if self._specials < len(self._special_at) and self._special_at[self._specials] == at:
            special = self._special[self._specials]
            self._specials += 1
            if special.outcome:
                self._market.expect(special)
            self._desk.step(special.event)

    def _take_places(self) -> None:
        """Orders that came to rest hear of their queue when it is asked for."""
        for order in self._own.by_id.values():
            if type(order.queue) is not LateQueue:
                order.queue = LateQueue(order.queue, self._lookup, self._market, order.side, order.price)


def _is_skipped(special: Special, *, operator: bool) -> bool:
    return isinstance(special.event, SessionStarted) or (isinstance(special.event, OperatorAction) and not operator)


def _heard_to(lookup: Lookup, *, operator: bool) -> int:
    """The number of inputs up to the last one that is heard."""
    count = lookup.count
    for special in reversed(lookup.head.specials):
        if special.at != count - 1 or not _is_skipped(special, operator=operator):
            break
        count -= 1
    return count
