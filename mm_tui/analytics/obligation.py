"""The obligation scoreboard: how long we stood in the market as promised, exact to the nanosecond.

Counted from acknowledged resting orders against the mid, by time since quoting was first switched on. Time in which the
venue was down, or the book invalid (a gap, a crossed or empty book, a reconnect: what the venue sent cannot be used),
is excused: it counts neither way and is shown apart. Pause, halt, stale data and the gap of a replace count as down.
An order whose cancel is on its way still stands; one in doubt does not.

- up: a side has an order, wherever it stands
- in band: a side has enough orders of the promised value, what is left of each counts, between the bounds from the mid
- value: both sides' orders between the bounds, small ones too, are together worth what was promised

Between two changes nothing is worked out: `low` and `high` bound the mids at which every order stays in or out of band.
"""

from collections.abc import Callable

import msgspec

from mm_tui.analytics.terms import FAR, NO_TERMS, Terms
from mm_tui.model.clock import DAY
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.facts import BookInvalid, BookValid, LinkChanged, OrderChanged, StateChanged
from mm_tui.model.orders import Status

_QUOTING = frozenset({"quoting", "one-sided", "reduce-only"})
_ACKNOWLEDGED = frozenset({Status.LIVE.value, Status.PARTIALLY_FILLED.value})
_STILL_STANDS = frozenset({Status.PENDING_AMEND.value, Status.PENDING_CANCEL.value})
"""An acknowledged order does."""


class Standing(msgspec.Struct, frozen=True, gc=False):
    """One acknowledged order."""

    low: int
    """The lowest mid at which it is in band, half ticks."""
    high: int
    """The highest one."""
    value: int
    """Of what is left, ticks times lots."""


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """How things stand over a stretch of time; a row of the proof file."""

    state: str
    """The desk's."""
    bid_in_band: bool
    ask_in_band: bool
    bid_value: int
    """Of all orders of the side between the bounds, ticks times lots."""
    ask_value: int
    excused: bool
    bid_up: bool
    ask_up: bool


class Tally(msgspec.Struct):
    """Nanoseconds, of each thing that is counted; excused time is in none but its own."""

    counted: int = 0
    excused: int = 0
    bid_up: int = 0
    ask_up: int = 0
    both_up: int = 0
    bid_in_band: int = 0
    ask_in_band: int = 0
    both_in_band: int = 0
    value: int = 0

    def add(self, span: int, how: Stretch, depth: int) -> None:
        """Take a stretch of time."""
        if how.excused:
            self.excused += span
            return
        self.counted += span
        if how.bid_up:
            self.bid_up += span
            self.both_up += span * how.ask_up
        if how.ask_up:
            self.ask_up += span
        if how.bid_in_band:
            self.bid_in_band += span
            self.both_in_band += span * how.ask_in_band
        if how.ask_in_band:
            self.ask_in_band += span
        if how.bid_value >= depth and how.ask_value >= depth:
            self.value += span

    def absorb(self, other: "Tally") -> None:
        """Take all that another one counted."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def share(self, time: int) -> float | None:
        """Percent of the counted time; None while none was."""
        return 100 * time / self.counted if self.counted else None


class Row(msgspec.Struct, frozen=True, gc=False):
    """One promise and how it stands."""

    name: str
    share_pct: float | None
    """Of the counted time; None while none was."""
    target_pct: float
    slack_ns: int | None
    """How long it may still fail today and meet the target, the rest of the day counted; None before quoting began."""
    now: bool | None
    """Whether it is kept at this moment; None before quoting began."""


_NOTHING = Stretch("starting", False, False, 0, 0, False, False, False)


class Obligation:
    """Takes facts in the order of their time, and the mid when it leaves the range in which it changes nothing."""

    def __init__(self, terms: Terms = NO_TERMS) -> None:
        self.terms = terms
        self.on_stretch: Callable[[int, int, Stretch], None] | None = None
        """Told of each stretch that is over: its start and its end, ns, and how things stood."""
        self.started: int | None = None
        """When quoting was first switched on, ns."""
        self.dirty = False
        """A fact was taken that `look` has not seen."""
        self.low, self.high = FAR, 0
        """Mids, half ticks, at which nothing changes."""
        self._orders: dict[Side, dict[str, Standing]] = {BUY: {}, SELL: {}}
        self._state = "starting"
        self._link_down = self._book_invalid = False
        self._how = _NOTHING
        self._start = self._since = 0
        self._earlier = Tally()
        """Of the days before."""
        self._today = Tally()

    # -- facts

    def on_state(self, fact: StateChanged) -> None:
        """The desk's state changed."""
        self._state, self.dirty = fact.state, True
        if self.started is None and fact.state in _QUOTING:
            self.started = self._start = self._since = fact.ts

    def on_order(self, fact: OrderChanged) -> None:
        """An order moved along its life."""
        name, status, orders = fact.order_id, fact.status, self._orders[fact.side]
        if status in _ACKNOWLEDGED or (status in _STILL_STANDS and name in orders):
            low, high = self.terms.reach(fact.side, fact.price)
            standing = Standing(low, high, fact.price * (fact.quantity - fact.filled))
            if orders.get(name) != standing:
                orders[name] = standing
                self.dirty = True
        elif orders.pop(name, None) is not None:
            self.dirty = True

    def on_link(self, fact: LinkChanged) -> None:
        """Market data came or went."""
        self._link_down, self.dirty = not fact.up, True

    def on_book(self, fact: BookInvalid | BookValid) -> None:
        """The book was lost, or is whole again."""
        self._book_invalid, self.dirty = type(fact) is BookInvalid, True

    # -- time

    def look(self, ts: int, mid2: int) -> None:
        """Work out how things stand from this time on, at this mid in half ticks."""
        self.dirty = False
        self.low, self.high = 0, FAR
        bids, bid_value = self._side(BUY, mid2)
        asks, ask_value = self._side(SELL, mid2)
        needed = self.terms.orders
        how = Stretch(
            self._state,
            bids >= needed,
            asks >= needed,
            bid_value,
            ask_value,
            self._link_down or self._book_invalid,
            bool(self._orders[BUY]),
            bool(self._orders[SELL]),
        )
        if how != self._how:
            self._close(ts)
            self._how = how

    def finish(self, ts: int) -> None:
        """The session is over: the last stretch ends."""
        self._close(ts)

    def _side(self, side: Side, mid2: int) -> tuple[int, int]:
        """Orders in band that count and the value of all in band; narrows the range of mids that change nothing."""
        low, high, least = self.low, self.high, self.terms.order_value
        count = value = 0
        for order in self._orders[side].values():
            if mid2 < order.low:
                high = min(high, order.low - 1)
            elif mid2 > order.high:
                low = max(low, order.high + 1)
            else:
                low, high = max(low, order.low), min(high, order.high)
                value += order.value
                count += order.value >= least
        self.low, self.high = low, high
        return count, value

    def _close(self, ts: int) -> None:
        if self.started is None:
            return
        self._today = self._count(self._earlier, self._today, ts)
        self._since = ts
        if ts > self._start:
            if self.on_stretch is not None:
                self.on_stretch(self._start, ts, self._how)
            self._start = ts

    def _count(self, earlier: Tally, today: Tally, until: int) -> Tally:
        """Add the time since the last count, cut at midnight; the tally of the day that `until` lies in."""
        since, depth = self._since, self.terms.depth
        while since < until:
            midnight = since - since % DAY + DAY
            end = min(until, midnight)
            today.add(end - since, self._how, depth)
            if end == midnight:
                earlier.absorb(today)
                today = Tally()
            since = end
        return today

    # -- figures; asking changes nothing

    def tallies(self, ts: int) -> tuple[Tally, Tally]:
        """Since quoting began and since midnight, up to this time."""
        total, today = msgspec.structs.replace(self._earlier), msgspec.structs.replace(self._today)
        if self.started is not None:
            today = self._count(total, today, ts)
        total.absorb(today)
        return total, today

    def rows(self, ts: int) -> tuple[Row, ...]:
        """Each promise up to this time, of this session alone; none where nothing was promised."""
        terms, how = self.terms, self._how
        if terms.in_band is None or terms.two_sided is None or terms.value is None:
            return ()
        total, today = self.tallies(ts)
        kept = (
            ("bid in band", "bid_in_band", terms.in_band, how.bid_in_band),
            ("ask in band", "ask_in_band", terms.in_band, how.ask_in_band),
            ("two-sided", "both_up", terms.two_sided, how.bid_up and how.ask_up),
            ("value", "value", terms.value, how.bid_value >= terms.depth and how.ask_value >= terms.depth),
        )
        begun = self.started is not None
        return tuple(
            Row(
                name,
                total.share(getattr(total, counter)),
                float(target),
                _slack(today.counted, getattr(today, counter), target.as_integer_ratio(), ts) if begun else None,
                now if begun else None,
            )
            for name, counter, target, now in kept
        )


def _slack(counted: int, met: int, target: tuple[int, int], ts: int) -> int:
    """What the day still allows, were the rest of it counted: a share of it may fail, some of which has."""
    day = counted + DAY - ts % DAY
    percent, parts = target
    return day * (100 * parts - percent) // (100 * parts) - (counted - met)
