"""Why a price of the ladder has an order of ours, or why it has none: everything a quote passes, in its order.

The desk's state, the side, what the strategy wants, which step of its waterfall carries its quotes past the price,
what holds a quote back, what the gate would say to an order there, and what of ours stands nearest.
"""

from itertools import pairwise

from mm_tui.core.engine import Core
from mm_tui.core.quoter import room_words
from mm_tui.core.state import QUOTES
from mm_tui.model.events import BUY, SELL, Side
from mm_tui.model.orders import Order
from mm_tui.strategy.api import Quote
from mm_tui.views.fmt import bps, counted, number, steps
from mm_tui.views.frames import LevelCheck, LevelFrame


def level_frame(core: Core, price: int, group: int) -> LevelFrame | None:
    """The row of `group` ticks that a price falls in; None while the book is not known."""
    mid2 = core.mid2
    if not mid2 or price <= 0:
        return None
    side = BUY if 2 * price < mid2 else SELL
    bottom = price // group * group if side is BUY else -(-price // group) * group - group + 1
    low, high = max(1, bottom), bottom + group - 1  # nothing costs nothing
    bid, ask = core.references.bid, core.references.ask
    if side is BUY and low <= bid:
        high = min(high, bid)
    elif side is SELL and high >= ask:
        low = max(low, ask)
    return _Level(core, side, low, high).frame()


class _Level:
    """One row, looked at once."""

    def __init__(self, core: Core, side: Side, low: int, high: int) -> None:
        self._core = core
        self._side = side
        self._low, self._high = low, high
        self._edge = low if side is BUY else high
        """The row's price farthest from the mid: a quote beyond it is beyond the row."""
        bid, ask = core.references.bid, core.references.ask
        self._price = next((touch for touch in (bid, ask) if low <= touch <= high), self._edge)
        """As the ladder writes it."""
        self._orders = sorted(
            (one for one in core.orders.open if one.side is side and low <= one.price <= high),
            key=lambda one: -side * one.price,
        )
        asked = core.quoter.asked
        self._quotes = sorted(asked.bids if side is BUY else asked.asks, key=lambda one: -side * one.price)
        """Nearest to the mid first."""
        self._here = [one for one in self._quotes if low <= one.price <= high]

    def frame(self) -> LevelFrame:
        core, side = self._core, self._side
        checks = tuple(one for one in (self._desk(), self._side_on(), self._strategy(), self._rule(), *self._held(),
                                       self._gate(), self._nearest_order()) if one is not None)  # fmt: skip
        told = self._here[0] if self._here else self._nearest()
        levels = core.book.bids if side is BUY else core.book.asks
        return LevelFrame(
            price=self._price,
            low=self._low,
            high=self._high,
            side=side,
            bps=round((2 * self._price / core.mid2 - 1) * 10_000, 2),
            displayed=sum(lots for _, lots in levels.between(self._low, self._high)) if core.book.valid else 0,
            orders=tuple(order.order_id for order in self._orders),
            verdict=self._verdict(checks),
            checks=checks,
            quote="" if told is None else f"{self._word} {self._at(told.price)}, level {told.level}",
            steps=() if told is None else told.steps,
        )

    @property
    def _word(self) -> str:
        return self._side.book_word

    def _at(self, price: int) -> str:
        return steps(price, self._core.instrument.tick_size)

    def _away(self, price: int) -> str:
        """How far a price is from this row, bps."""
        off = abs(price / self._price - 1) * 10_000
        return f"{number(off, 1)} bps away"

    def _verdict(self, checks: tuple[LevelCheck, ...]) -> str:
        count = len(self._orders)
        if count:
            return f"{counted(count, 'order')} of ours here"
        against = next((one for one in checks if one.verdict == "keeps away"), None)
        if against is None:
            return "none of ours here yet" if self._here else "none of ours here"
        if against.name == "strategy":
            against = next((one for one in checks if (one.name, one.verdict) == ("rule", "keeps away")), against)
        return f"none of ours here: {against.words}"

    # -- what a quote passes

    def _desk(self) -> LevelCheck:
        core = self._core
        if core.state in QUOTES:
            words = core.state.value + (f": {core.reason}" if core.state.value != "quoting" else "")
            return LevelCheck(name="desk", verdict="passes", words=words)
        return LevelCheck(name="desk", verdict="keeps away", words=f"{core.state.value}: {core.reason}")

    def _side_on(self) -> LevelCheck | None:
        conduct, gate = self._core.conduct, self._core.gate
        if not conduct.side_on[self._side]:
            why = conduct.side_why.get(self._side, "")
            words = f"{self._word}s are off" + (f": {why}" if why else "")
            return LevelCheck(name="side", verdict="keeps away", words=words)
        adds = self._side * self._core.account.position_lots >= 0
        if gate.restrained and adds:
            words = f"reduce-only: {gate.restrained}; a {self._word} would add"
            return LevelCheck(name="side", verdict="keeps away", words=words)
        return LevelCheck(name="side", verdict="passes", words=f"{self._word}s are on")

    def _strategy(self) -> LevelCheck:
        """What is wanted on the side, and how this row lies to it."""
        quotes, asked = self._quotes, self._core.quoter.asked
        if self._core.state not in QUOTES:
            return LevelCheck(name="strategy", verdict="says", words="is not asked while nothing is quoted")
        if not quotes:
            words = f"wants no {self._word}s now" + (f": {asked.reason}" if asked.reason else "")
            return LevelCheck(name="strategy", verdict="keeps away", words=words)
        if self._here:
            wanted = self._here[0]
            size = steps(wanted.quantity, self._core.instrument.step_size)
            words = f"wants {size} {self._core.instrument.base} here, level {wanted.level}"
            return LevelCheck(name="strategy", verdict="passes", words=words)
        first, last = quotes[0], quotes[-1]
        span = f"wants {counted(len(quotes), self._word)}"
        span += f", {self._at(first.price)}" + (f" to {self._at(last.price)}" if len(quotes) > 1 else "")
        return LevelCheck(name="strategy", verdict="keeps away", words=f"{span}; {self._lie(first, last)}")

    def _lie(self, first: Quote, last: Quote) -> str:
        side = self._side
        if side * (self._price - first.price) > 0:
            return f"this is nearer to the mid than the nearest, {self._away(first.price)}"
        if side * (self._price - last.price) < 0:
            return f"this is beyond the farthest, {self._away(last.price)}"
        return "this is between two of them"

    def _nearest(self) -> Quote | None:
        return min(self._quotes, key=lambda one: abs(one.price - self._price), default=None)

    def _rule(self) -> LevelCheck | None:
        """Which step of its own waterfall carries the quote next to this row past it."""
        if self._here or not self._quotes:
            return None
        outer = [one for one in self._quotes if self._side * (self._price - one.price) > 0]
        if not outer:
            last = self._quotes[-1]
            words = f"level {last.level} is the outermost that is wanted"
            return LevelCheck(name="rule", verdict="keeps away", words=words)
        quote, level2 = outer[0], 2 * self._edge
        if not quote.steps:
            return LevelCheck(name="rule", verdict="says", words="the strategy does not say how it came to its price")
        for before, step in pairwise(quote.steps):
            if self._side * (before.price2 - level2) >= 0 > self._side * (step.price2 - level2):
                why = f": {step.why}" if step.why else ""
                words = f"{step.name} carries level {quote.level} past this price{why}"
                return LevelCheck(name="rule", verdict="keeps away", words=words)
        first, instrument = quote.steps[0], self._core.instrument
        at = number(first.price2 * float(instrument.tick_size) / 2, instrument.price_decimals + 1)
        words = f"the reference it was made from, {first.why} {at}, is beyond this price"
        return LevelCheck(name="rule", verdict="keeps away", words=words)

    def _held(self) -> list[LevelCheck]:
        """What holds back a quote that is wanted here."""
        held = {(one.quote.side, one.quote.level): one.why for one in self._core.executor.held}
        found = []
        for quote in self._here:
            why = held.get((quote.side, quote.level))
            served = self._served(quote)
            if why is not None:
                found.append(LevelCheck(name="limits", verdict="keeps away", words=f"held: {why}"))
            elif served is not None and not self._low <= served.price <= self._high:
                words = f"{served.order_id} stays for it at {self._at(served.price)}, {self._away(served.price)}"
                found.append(LevelCheck(name="orders", verdict="keeps away", words=words))
        return found

    def _served(self, quote: Quote) -> Order | None:
        """The order that stands for a quote."""
        orders = self._core.orders
        name = next((name for name, fate in orders.fates.items() if fate.quote is quote), None)
        return None if name is None else orders.get(name)

    def _gate(self) -> LevelCheck:
        """What would be said to an order of the usual size here."""
        core, nearest = self._core, self._nearest()
        quantity = core.instrument.min_quantity if nearest is None else nearest.quantity
        size = f"{steps(quantity, core.instrument.step_size)} {core.instrument.base}"
        shut = core.gate.shut(core.outbox.ts)
        broken = shut or core.gate.breaks(self._price, quantity, core.mid2)
        if shut:
            words = f"closed: {broken}"
        elif broken:
            words = f"{size} here would be refused: {broken}"
        else:
            broken = room_words(core.quoter.room(self._side), self._side, self._price, quantity)
            words = broken or f"{size} here would pass"
        return LevelCheck(name="gate", verdict="keeps away" if broken else "passes", words=words)

    def _nearest_order(self) -> LevelCheck | None:
        """What of ours stands nearest on this side."""
        if self._orders:
            return None
        same = [one for one in self._core.orders.open if one.side is self._side]
        nearest = min(same, key=lambda one: abs(one.price - self._price), default=None)
        if nearest is None:
            return LevelCheck(name="orders", verdict="says", words=f"no {self._word} of ours is open")
        off = bps((nearest.price / self._price - 1) * 10_000)
        words = f"{nearest.order_id} stands nearest, at {self._at(nearest.price)}, {off} bps from here"
        return LevelCheck(name="orders", verdict="says", words=words)
