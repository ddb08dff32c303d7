"""Online estimates of volatility and of trading intensity, for the strategies whose formulas ask for them.

Time is cut into whole seconds. Of each is kept how far the mid moved and how deep trades reached, both in bps of the
mid that stood when the second began:

- volatility: root mean square of those moves (they have no drift worth the name), bps a root second
- intensity: an order at distance d on one side would have been reached in the share p(d) of seconds, which a Poisson
  stream of rate −ln(1 − p) a second explains; the line ln rate = ln A − κ·d through these points, weighted by how many
  seconds each stands on, gives A and κ, and its R² says how well trades keep to it

A prior counts as much as `PRIOR_S` seconds of data, so that an estimate is there at once and never jumps. Nothing is
kept until a strategy asks, and then an event costs one append: what it means is worked out once a second.
"""

from collections import deque
from math import exp, log, sqrt

import msgspec

from mm_tui.model.clock import SECOND
from mm_tui.model.events import Trade

PRIOR_S = 30
FRESH_LIMIT = 1024
"""Events that may wait to be counted."""
GAP_S = 60
"""A silence of this length is no quiet market: what is known of the second before it is dropped."""
POINTS = 16
"""Distances that the line goes through."""
LEAST_TOUCHED = 5
"""Seconds that a distance must have been reached in to count, and points that a line needs."""
MOST_TOUCHED = 0.95
"""A distance that is reached in more of the seconds than this says nothing about the rate."""


class SignalRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a strategy wants estimated; it has them as `signal_rules`."""

    volatility_window: float
    """Seconds."""
    intensity_window: float
    """Seconds."""
    volatility: float
    """Prior, bps a root second."""
    decay: float
    """Prior of κ, per bp."""
    arrivals: float
    """Prior of A, a second and side."""


class Estimates(msgspec.Struct, frozen=True):
    """What is believed now; rounded, since prices are decided by it."""

    volatility: float
    """σ, bps a root second."""
    decay: float
    """κ, per bp: how fast trades get rarer with distance from the mid."""
    arrivals: float
    """A, a second and side: how often trades reach an order at the mid."""
    fit: float | None
    """R² of the line behind κ and A; None where the prior stands alone."""
    seconds: int
    """Of data that intensity rests on."""


class Line(msgspec.Struct, frozen=True):
    """ln rate = ln A − κ·distance."""

    arrivals: float
    decay: float
    fit: float


NO_RULES = SignalRules(volatility_window=1, intensity_window=1, volatility=1, decay=1, arrivals=1)


class Signals:
    """Keeps moves of the mid and trades while a strategy asks for estimates of them."""

    __slots__ = ("_depths", "_due", "_estimates", "_fresh", "_high2", "_low2", "_mid2", "_moves", "_rules", "_second",
                 "_start2", "watched")  # fmt: skip

    def __init__(self) -> None:
        self.watched = False
        """Whether anything needs to be kept."""
        self._rules = NO_RULES
        self._fresh: list[tuple[int, int] | Trade] = []
        self._moves: deque[tuple[int, float]] = deque()
        """`(second, bps)`."""
        self._depths: deque[tuple[int, float | None, float | None]] = deque()
        """`(second, above, below)`: how far above and below the mid trades reached, bps; None without a trade there."""
        self._mid2 = self._start2 = 0
        """The mid now and when the second began, half ticks; 0 while unknown."""
        self._high2: int | None = None
        """The highest price that was bought at within the second, half ticks."""
        self._low2: int | None = None
        self._second = 0
        self._due = 0
        """When the estimates are to be made anew, ns."""
        self._estimates = Estimates(1.0, 1.0, 1.0, None, 0)

    @property
    def last(self) -> Estimates | None:
        """What a strategy was told last; asking changes nothing. None before one asked."""
        return self._estimates if self._due else None

    def follow(self, rules: SignalRules | None) -> None:
        """Estimate by these rules from now on; with None, nothing is kept."""
        self.watched, self._due = rules is not None, 0
        if rules is None:
            self.restart()
            self._moves.clear()
            self._depths.clear()
        else:
            self._rules = rules

    def restart(self) -> None:
        """Frames were missed: the second that they belong to is dropped."""
        self._fresh.clear()
        self._mid2 = 0

    def move(self, ts: int, mid2: int) -> None:
        """Take a move of the mid, half ticks."""
        fresh = self._fresh
        fresh.append((ts, mid2))
        if len(fresh) >= FRESH_LIMIT:
            self._count(ts)

    def trade(self, trade: Trade) -> None:
        """Take a public trade."""
        fresh = self._fresh
        fresh.append(trade)
        if len(fresh) >= FRESH_LIMIT:
            self._count(trade.ts)

    def estimates(self, ts: int) -> Estimates:
        """What is believed now; the same object within a second."""
        if ts >= self._due:
            self._count(ts)
            self._due = ts - ts % SECOND + SECOND
            self._estimates = self._estimate()
        return self._estimates

    # -- counting

    def _count(self, ts: int) -> None:
        for one in self._fresh:
            if isinstance(one, Trade):
                self._advance(one.ts)
                self._reach(one)
            else:
                at, mid2 = one
                if self._mid2:
                    self._advance(at)
                else:
                    self._begin(at // SECOND, mid2)
                self._mid2 = mid2
        self._fresh.clear()
        self._advance(ts)
        self._expire()

    def _begin(self, second: int, mid2: int) -> None:
        self._second, self._start2 = second, mid2
        self._high2 = self._low2 = None

    def _reach(self, trade: Trade) -> None:
        price2 = 2 * trade.price
        if trade.side > 0:
            self._high2 = price2 if self._high2 is None else max(self._high2, price2)
        else:
            self._low2 = price2 if self._low2 is None else min(self._low2, price2)

    def _advance(self, ts: int) -> None:
        """Close the seconds that are over."""
        second = ts // SECOND
        if second == self._second or not self._mid2:
            return
        if second - self._second > GAP_S:
            self._begin(second, self._mid2)
            return
        while self._second < second:
            bps, start2 = 10_000 / self._start2, self._start2
            self._moves.append((self._second, (self._mid2 - start2) * bps))
            above = None if self._high2 is None else max(0.0, (self._high2 - start2) * bps)
            below = None if self._low2 is None else max(0.0, (start2 - self._low2) * bps)
            self._depths.append((self._second, above, below))
            self._begin(self._second + 1, self._mid2)

    def _expire(self) -> None:
        oldest = self._second - self._rules.volatility_window
        while self._moves and self._moves[0][0] < oldest:
            self._moves.popleft()
        oldest = self._second - self._rules.intensity_window
        while self._depths and self._depths[0][0] < oldest:
            self._depths.popleft()

    # -- estimating

    def _estimate(self) -> Estimates:
        rules = self._rules
        squares = PRIOR_S * rules.volatility**2
        for _, bps in self._moves:
            squares += bps * bps
        seconds, depths = len(self._depths), []
        for _, above, below in self._depths:
            if above is not None:
                depths.append(above)
            if below is not None:
                depths.append(below)
        line = fit_line(depths, 2 * seconds)
        share = seconds / (seconds + PRIOR_S) if line else 0.0
        return Estimates(
            volatility=round(sqrt(squares / (PRIOR_S + len(self._moves))), 6),
            decay=round(_blend(rules.decay, line.decay, share) if line else rules.decay, 6),
            arrivals=round(_blend(rules.arrivals, line.arrivals, share) if line else rules.arrivals, 6),
            fit=round(line.fit, 4) if line else None,
            seconds=seconds,
        )


def fit_line(depths: list[float], seconds: int) -> Line | None:
    """The line of rate over distance, from how deep trades reached in so many seconds; None where they show none."""
    deepest_first = sorted(depths, reverse=True)
    touched = min(len(deepest_first), int(seconds * MOST_TOUCHED))
    if touched <= LEAST_TOUCHED:
        return None
    far, near = deepest_first[LEAST_TOUCHED - 1], deepest_first[touched - 1]
    step = (far - near) / (POINTS - 1)
    if step <= 0:
        return None
    points: list[tuple[float, float, int]] = []
    reached = touched
    for number in range(POINTS):
        distance = near + step * number
        while reached > LEAST_TOUCHED and deepest_first[reached - 1] < distance:
            reached -= 1
        points.append((distance, log(-log(1 - reached / seconds)), reached))
    return _regress(points)


def _regress(points: list[tuple[float, float, int]]) -> Line:
    """Least squares through `(distance, ln rate, weight)`; rates that fall, so that the slope is below zero."""
    total = sum(weight for _, _, weight in points)
    mean_x = mean_y = 0.0
    for x, y, weight in points:
        mean_x += x * weight / total
        mean_y += y * weight / total
    xx = xy = yy = 0.0
    for x, y, weight in points:
        xx += weight * (x - mean_x) ** 2
        xy += weight * (x - mean_x) * (y - mean_y)
        yy += weight * (y - mean_y) ** 2
    slope = xy / xx
    return Line(arrivals=exp(mean_y - slope * mean_x), decay=-slope, fit=xy * xy / (xx * yy))


def _blend(prior: float, seen: float, share: float) -> float:
    """Between the two by share, on the scale of logarithms: both are rates."""
    return exp((1 - share) * log(prior) + share * log(seen))
