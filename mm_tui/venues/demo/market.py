"""A seeded limit order book market on a virtual clock: no I/O, the same output for the same seed on every machine.

The market is a queue of five clocks: orders that take at the touch (`flow`), changes of resting orders, the grid of
the latent fair price (`fair`), the repair of a wide spread, and the publishing of diffs each 100 ms. The best prices
stand still while the fair price is within a threshold of the mid. Beyond it an informed order sweeps the stale
quotes up to the fair price, as a sniper does (Budish, Cramton, Shim, "The high-frequency trading arms race", 2015),
or, less often, the quotes are pulled without a trade. So what rests a few bps out is filled when it has become
wrong: passive quotes are selected against. Makers then close the spread, the touch refills within a second and the
levels behind it within a few (resilience: Biais, Hillion, Spatt, "An empirical analysis of the limit order book and
the order flow in the Paris Bourse", 1995); levels come and go around a density that falls off with the distance
(zero-intelligence flow: Smith, Farmer, Gillemot, Krishnamurthy, 2003) and thins while trading is hectic.
"""

from math import ceil, exp, floor, inf, log, sqrt

from msgspec import Struct

from mm_tui.model.generator import Generator
from mm_tui.venues.demo.fair import GRID_S, JUMP_RATE, FairPrice
from mm_tui.venues.demo.flow import Arrivals, Parents, Sizes
from mm_tui.venues.demo.ladder import Ladder, Level, Side

DIFF_S = 0.1
"""Seconds between two diffs of the book."""
FIRST_UPDATE_ID = 50_000_000_000
"""The book's update ids go on from here."""
FIRST_TRADE_ID = 3_700_000_000
"""Trade ids go on from here."""
REACH_BPS = 100.0
"""Resting orders reach this far from the fair price."""
PRUNE_BPS = 150.0
"""Levels beyond this distance are taken away."""
RESERVE_LEVELS = 20
"""A side with fewer levels is furnished anew behind them; only drills take so many away."""
LEVEL_LOTS = 20_000
"""Mean size of a level, lots."""
RESIZE_CHANCE = 0.25
"""Chance that a change behind the touch is one of a level's size."""
MOST_LEAVING = 0.4
"""Largest share of the touch that leaves it at once."""
LEVEL_GAP_BPS = 0.04
"""Mean distance between neighbouring levels near the touch."""
GAP_DOUBLES_BPS = 25.0
"""That distance doubles over so many bps from the touch."""
CHANGE_RATE = 320.0
"""Changes of resting orders behind the touch a second, both sides together."""
NEAR_SHARE = 0.6
"""Share of them that happens near the touch."""
NEAR_BPS = 2.0
"""Mean distance of these from the touch."""
TOUCH_RATE = 60.0
"""Changes of resting orders at the touch a second, both sides together."""
TOUCH_LOTS = 170_000.0
"""What the touch holds when nobody is in a hurry, lots."""
REPAIR_RATE = 700.0
"""Steps a second by which makers close a wide spread."""
PATIENCE = 0.33
"""Least gap between fair price and mid that is swept, in units of the volatility over one second."""
SPREAD_OF_PATIENCE = 0.38
"""Mean of what comes on top of it, exponential."""
OVERREACTION = 0.4
"""Most of the gap by which a sweep goes beyond the fair price: the part of its impact that passes."""
PULL_CHANCE = 0.12
"""Chance that makers pull their stale quotes before they are swept."""
SWEPT_SHARE = 0.2
"""Share of the stale levels behind the touch that are still there when the sweep comes, at 25 trades a second."""
SWEEP_EXCITES = 0.8
"""Ordinary orders that a sweep is worth to those who watch the tape."""
JUMP_EXCITES = 10.0
"""Ordinary orders that a jump of the fair price is worth."""
SWEEPS_PER_S = 1.1
"""How often a sweep happens with this patience, measured."""
PRINTS_PER_SWEEP_S = 8.0
"""Prints a second that come from sweeps at 25 trades a second; the rest comes from ordinary orders."""
MANY_PRINTS_CHANCE = 0.18
"""Chance that an ordinary order meets more than one resting order."""
LEAST_MANY_PRINTS = 4.0
"""It then meets at least so many."""
PRINTS_TAIL = 1.3
"""Pareto exponent of how many it meets."""
MOST_PRINTS = 400
"""And at most so many."""
PRINTS_PER_ORDER = 2.85
"""Mean prints of an ordinary order."""


BURST_LOTS = 9
"""Size of each order of a drill's burst."""


class Print(Struct, frozen=True, gc=False):
    """A trade: one resting order met by an aggressor."""

    at: float
    """Seconds of the market's clock."""
    trade_id: int
    price: int
    """Ticks."""
    lots: int
    buyer_is_maker: bool
    """True: the aggressor sold."""


class Touch(Struct, frozen=True, gc=False):
    """The best prices changed, or the sizes there."""

    at: float
    update_id: int
    bid: int
    bid_lots: int
    ask: int
    ask_lots: int


class Diff(Struct, frozen=True, gc=False):
    """What changed in the book since the last diff; sizes are absolute."""

    at: float
    first_update_id: int
    """The last diff's `last_update_id` + 1."""
    last_update_id: int
    bids: list[Level]
    asks: list[Level]


class Depth(Struct, frozen=True, gc=False):
    """The book at a moment."""

    last_update_id: int
    bids: list[Level]
    asks: list[Level]


Output = Print | Touch | Diff
"""What the market publishes."""


class Market:
    """The market of one pair; prices in ticks, sizes in lots, time in seconds since its opening."""

    def __init__(self, seed: int, start: int, volatility: float, trades_per_s: float) -> None:
        root = Generator(seed)
        self._generator = Generator(root.bits())
        self._fair = FairPrice(float(start), volatility, Generator(root.bits()))
        pace = trades_per_s / 25.0
        orders = (trades_per_s - PRINTS_PER_SWEEP_S * pace) / PRINTS_PER_ORDER
        watched = (SWEEPS_PER_S * SWEEP_EXCITES + JUMP_RATE * JUMP_EXCITES) * pace
        self._arrivals = Arrivals(orders, watched, Generator(root.bits()))
        self._pace = pace
        self._parents = Parents(Generator(root.bits()))
        self._sizes = Sizes(Generator(root.bits()))
        self._swept_share = min(1.0, SWEPT_SHARE * pace * 1.75 / volatility)
        self._patience = volatility
        self._threshold = self._draw_threshold()
        self.now = 0.0
        """Seconds since the opening."""
        self.ladder = Ladder(FIRST_UPDATE_ID)
        self._trade_id = FIRST_TRADE_ID
        self._published = FIRST_UPDATE_ID
        self._outputs: list[Output] = []
        self._stress = 1.0
        self._ticks_per_bp = start / 10_000.0
        self._furnish(self.ladder.bids, start - 1)
        self._furnish(self.ladder.asks, start)
        self.ladder.bids.take_changes()
        self.ladder.asks.take_changes()
        self._published = self.ladder.update_id
        self._next_order = self._arrivals.after(0.0)
        self._next_change = self._generator.exponential(CHANGE_RATE + TOUCH_RATE)
        self._next_fair = GRID_S
        self._next_repair = inf
        self._next_diff = DIFF_S

    def depth(self, limit: int) -> Depth:
        """The best levels of each side as they stand now."""
        return Depth(self.ladder.update_id, self.ladder.bids.top(limit), self.ladder.asks.top(limit))

    def advance(self, until: float) -> list[Output]:
        """Let the market run until this time; what it published, in order."""
        while True:
            at = min(self._next_order, self._next_change, self._next_fair, self._next_repair, self._next_diff)
            if at > until:
                break
            self.now = at
            if at == self._next_change:
                self._change()
                self._next_change = at + self._generator.exponential(CHANGE_RATE + TOUCH_RATE)
            elif at == self._next_fair:
                self._next_fair = at + GRID_S
                self._follow_fair_price()
            elif at == self._next_order:
                self._order()
                self._next_order = self._arrivals.after(at)
            elif at == self._next_repair:
                self._repair()
            else:
                self._next_diff = at + DIFF_S
                self._publish_diff()
            if self.ladder.spread == 1:
                self._next_repair = inf
            elif self._next_repair in (inf, at):
                self._next_repair = at + self._generator.exponential(REPAIR_RATE)
        self.now = until
        outputs, self._outputs = self._outputs, []
        return outputs

    def jump(self, bps: float) -> None:
        """A drill: shift the fair price; the next sweep follows within GRID_S."""
        self._fair.move(bps)

    def burst(self, orders: int) -> None:
        """A drill: so many small orders on alternating sides at once; they come out of the next `advance`."""
        for number in range(orders):
            self._print(self.ladder.asks if number % 2 else self.ladder.bids, BURST_LOTS)
            self._repair()

    # -- the clocks ---------------------------------------------------------------------------------------------

    def _order(self) -> None:
        self._arrivals.excite(self.now)
        sign = self._parents.sign()
        prints = 1
        if self._generator.uniform() < MANY_PRINTS_CHANCE:
            prints = min(
                MOST_PRINTS, int(LEAST_MANY_PRINTS * (1.0 - self._generator.uniform()) ** (-1.0 / PRINTS_TAIL))
            )
        self._take(sign, prints)
        self._fair.learn(sign)

    def _follow_fair_price(self) -> None:
        activity = self._arrivals.activity(self.now)
        self._stress = sqrt(min(4.0, max(0.5, activity)))
        if self._fair.step(activity):
            self._arrivals.excite(self.now, JUMP_EXCITES * self._pace)
            self._next_order = self._arrivals.after(self.now)
        gap = (self._fair.price / self.ladder.mid - 1.0) * 10_000.0
        if abs(gap) > self._threshold:
            self._threshold = self._draw_threshold()
            self._sweep(1 if gap > 0 else -1)

    def _change(self) -> None:
        draw = self._generator.uniform() * (CHANGE_RATE + TOUCH_RATE)
        side = self.ladder.asks if self._generator.uniform() < 1 / 2 else self.ladder.bids
        if draw < TOUCH_RATE:
            self._change_touch(side)
        else:
            self._change_behind(side)

    def _publish_diff(self) -> None:
        self._prune(self.ladder.bids)
        self._prune(self.ladder.asks)
        last = self.ladder.update_id
        bids, asks = self.ladder.bids.take_changes(), self.ladder.asks.take_changes()
        if last > self._published:
            self._outputs.append(Diff(self.now, self._published + 1, last, bids, asks))
            self._published = last

    # -- who takes ----------------------------------------------------------------------------------------------

    def _take(self, sign: int, prints: int) -> None:
        """An order of this side meets so many resting orders from the best price on."""
        side = self.ladder.asks if sign > 0 else self.ladder.bids
        for _ in range(prints):
            self._print(side, self._sizes.order())

    def _sweep(self, sign: int) -> None:
        """The fair price has left the quotes behind: those beyond it go, by a trade or by their makers' own hand."""
        side = self.ladder.asks if sign > 0 else self.ladder.bids
        haste = OVERREACTION * self._generator.uniform() * abs(self._fair.price - self.ladder.mid)
        limit = floor(self._fair.price + haste) if sign > 0 else ceil(self._fair.price - haste)
        count = side.place(limit + sign)
        if count == 0:
            return
        if count == len(side.keys):
            self._furnish(side, limit + sign)
        stale = [key * sign for key in side.keys[:count]]
        if self._generator.uniform() < PULL_CHANCE:
            for price in stale:
                self.ladder.set(side, price, 0)
            self._publish_touch()
            return
        for price in stale[1:-1]:
            if self._generator.uniform() >= self._swept_share:
                self.ladder.set(side, price, 0)
        while (side.best - limit) * sign <= 0:
            self._sweep_level(side)
        self._arrivals.excite(self.now, SWEEP_EXCITES * self._pace)
        self._next_order = self._arrivals.after(self.now)

    def _sweep_level(self, side: Side) -> None:
        """Clear the best level: one resting order in it is met, the others were pulled."""
        price = side.best
        self._print(side, self._sizes.order())
        if price in side.lots:
            self.ladder.set(side, price, 0)
            self._publish_touch()

    def _print(self, side: Side, lots: int) -> None:
        """One resting order at the best price is met, at most with all that rests there."""
        if len(side.keys) < RESERVE_LEVELS:
            self._furnish(side, side.worst + side.sign)
        price, resting = side.best, side.best_lots
        lots = min(lots, resting)
        self._trade_id += 1
        self._outputs.append(Print(self.now, self._trade_id, price, lots, side is self.ladder.bids))
        self.ladder.set(side, price, resting - lots)
        self._publish_touch()

    # -- who makes ----------------------------------------------------------------------------------------------

    def _repair(self) -> None:
        """Makers better one side by a step towards the fair price, until the spread is one tick."""
        bid, ask = self.ladder.bids.best, self.ladder.asks.best
        gap = ask - bid - 1
        if gap <= 0:
            return
        fair = self._fair.price
        step = gap if self._generator.uniform() < 1 / 2 else 1 + self._generator.below(gap)
        lots = self._sizes.order() + self._sizes.order()
        if fair - bid > ask - fair:
            self.ladder.set(self.ladder.bids, bid + min(step, max(1, floor(fair) - bid)), lots)
        else:
            self.ladder.set(self.ladder.asks, ask - min(step, max(1, ask - ceil(fair))), lots)
        self._publish_touch()

    def _change_touch(self, side: Side) -> None:
        """Somebody joins the best price or leaves it, the rather the further its size is from the usual."""
        lots, wanted = side.best_lots, TOUCH_LOTS / self._stress
        if self._generator.uniform() * (lots + wanted) < wanted:
            self.ladder.set(side, side.best, lots + self._resting_lots())
        else:
            left = lots - 1 - int(lots * MOST_LEAVING * self._generator.uniform())
            self.ladder.set(side, side.best, max(1, left))
        self._publish_touch()

    def _change_behind(self, side: Side) -> None:
        """A level appears, goes or changes at a random distance; gaps between levels stay near their mean."""
        if self._generator.uniform() < NEAR_SHARE:
            distance = self._generator.exponential(1.0 / NEAR_BPS)
        else:
            distance = REACH_BPS * self._generator.uniform() ** 3
        price = side.best + side.sign * (1 + int(distance * self._ticks_per_bp))
        place = side.place(price)
        if place == len(side.keys):
            self.ladder.set(side, price, self._resting_lots())
            return
        next_price = side.keys[place] * side.sign
        behind_it = side.keys[min(place + 1, len(side.keys) - 1)]
        free = (behind_it - side.keys[place - 1]) / 2.0
        wanted = self._gap_ticks(distance) * self._stress
        if self._generator.uniform() < RESIZE_CHANCE:
            self.ladder.set(side, next_price, self._resting_lots())
        elif self._generator.uniform() * (free + wanted) >= free:
            self.ladder.set(side, next_price, 0)
        else:
            self.ladder.set(side, price, self._resting_lots())

    def _furnish(self, side: Side, best: int) -> None:
        """Put fresh levels on a side from this price to the reach."""
        self.ladder.set(side, best, int(TOUCH_LOTS))
        distance = 0.0
        while distance < REACH_BPS:
            distance += self._generator.exponential(1.0) * self._gap_ticks(distance) / self._ticks_per_bp
            self.ladder.set(side, best + side.sign * (1 + int(distance * self._ticks_per_bp)), self._resting_lots())

    def _gap_ticks(self, distance: float) -> float:
        return LEVEL_GAP_BPS * exp(log(2.0) * distance / GAP_DOUBLES_BPS) * self._ticks_per_bp

    def _resting_lots(self) -> int:
        """The size of a level: many small, few large."""
        return 9 + int(LEVEL_LOTS * 3.0 * self._generator.exponential(1.0) * self._generator.uniform() ** 2)

    def _prune(self, side: Side) -> None:
        while side.keys[-1] - side.keys[0] > PRUNE_BPS * self._ticks_per_bp:
            self.ladder.set(side, side.worst, 0)

    def _publish_touch(self) -> None:
        bids, asks = self.ladder.bids, self.ladder.asks
        self._outputs.append(
            Touch(self.now, self.ladder.update_id, bids.best, bids.best_lots, asks.best, asks.best_lots)
        )

    def _draw_threshold(self) -> float:
        return self._patience * (PATIENCE + SPREAD_OF_PATIENCE * self._generator.exponential(1.0))
