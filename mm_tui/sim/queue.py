"""Queue models: how much is ahead of an order at its price. Quantities in lots.

Market-by-price data say what stands at a price, not how many orders and in which order: a trade at the price takes from
the front of the queue, an addition goes to its end, but where in it a cancel stood is not known. That is what the
models assume, each something else.

All of them: ahead₀ is the quantity displayed at the price when the exchange acknowledges the order; a trade of v at the
price takes v from it, and what is beyond the queue is ours; a trade through the price leaves nothing ahead. At a price
beyond the known levels (a stream of the best 20 alone) ahead is unknown, and only a trade through the price fills,
until the price is displayed. They differ in what they make of a diff that displays d where p was displayed before:

- risk-averse: what is cancelled stood behind us, until less is displayed than was thought ahead: ahead ← min(ahead, d)
- probabilistic (Rigtorp, "Estimating order queue position", 2013; as in hftbacktest's ProbQueueModel): of a decrease
  c = p − d − (traded since), the share `prob` stood behind us, so with back = p − ahead
  ahead ← min(ahead − (1 − prob)·c + min(back − prob·c, 0), d), and never below 0. The last term moves to the front what
  a decrease is larger than all that was behind. Without a decrease ahead ← min(ahead, d).
    - power n: prob = 1 − (ahead / (ahead + back))ⁿ (hftbacktest's PowerProbQueueFunc3)
    - log: prob = ln(1 + back) / (ln(1 + back) + ln(1 + ahead)), quantities in base (its LogProbQueueFunc)
- optimistic: nothing is ever ahead; every trade at the price is ours first
"""

from collections.abc import Callable
from math import ceil, log
from typing import Protocol

from mm_tui.sim.config import Simulator

Share = Callable[[float, float], float]
"""The share of a decrease that stood behind us, of what is ahead and what is behind."""


class Queue(Protocol):
    """The queue ahead of one order."""

    @property
    def ahead(self) -> int | None:
        """Lots ahead; None while unknown."""
        ...

    def on_trade(self, quantity: int) -> int:
        """A trade at our price; what of it reaches us."""
        ...

    def on_through(self) -> None:
        """A trade through our price: nothing is ahead any more."""
        ...

    def on_displayed(self, quantity: int | None) -> None:
        """What is displayed at our price now; None where it is not known."""
        ...


MakeQueue = Callable[[int | None], Queue]
"""A queue from what was displayed when the order came; None where that is not known."""


class RiskAverse:
    """Cancels are taken to have stood behind us."""

    __slots__ = ("ahead",)

    def __init__(self, displayed: int | None) -> None:
        self.ahead = displayed
        """None while unknown."""

    def on_trade(self, quantity: int) -> int:
        """A trade at our price; what of it reaches us."""
        if self.ahead is None:
            return 0
        beyond = quantity - self.ahead
        self.ahead = max(0, -beyond)
        return max(0, beyond)

    def on_through(self) -> None:
        """Nothing is ahead any more."""
        self.ahead = 0

    def on_displayed(self, quantity: int | None) -> None:
        """Less displayed than was thought ahead: that is all that can be."""
        if quantity is not None and (self.ahead is None or quantity < self.ahead):
            self.ahead = quantity


class Probabilistic:
    """Cancels stood partly ahead of us, by the model's share."""

    __slots__ = ("_ahead", "_displayed", "_share", "_traded")

    def __init__(self, displayed: int | None, share: Share) -> None:
        self._ahead: float | None = displayed
        self._displayed = displayed or 0
        self._traded = 0
        """At the price since it was last displayed."""
        self._share = share

    @property
    def ahead(self) -> int | None:
        """Lots ahead, rounded up; None while unknown."""
        return None if self._ahead is None else ceil(self._ahead)

    def on_trade(self, quantity: int) -> int:
        """A trade at our price; what of it reaches us."""
        if self._ahead is None:
            return 0
        self._traded += quantity
        beyond = quantity - self._ahead
        self._ahead = max(0.0, -beyond)
        return max(0, int(beyond))

    def on_through(self) -> None:
        """Nothing is ahead any more."""
        self._ahead = 0.0

    def on_displayed(self, quantity: int | None) -> None:
        """A decrease that trades do not explain was cancelled, partly ahead of us."""
        if quantity is None:
            return
        before, ahead = self._displayed, self._ahead
        cancelled = before - quantity - self._traded
        self._displayed, self._traded = quantity, 0
        if ahead is None:
            self._ahead = quantity
        elif cancelled <= 0:
            self._ahead = min(ahead, quantity)
        else:
            back = max(0.0, before - ahead)
            behind = self._share(ahead, back)
            estimate = ahead - (1 - behind) * cancelled + min(back - behind * cancelled, 0.0)
            self._ahead = round(max(0.0, min(estimate, quantity)), 6)


class Optimistic:
    """Nothing is ever ahead."""

    __slots__ = ()

    def __init__(self, _displayed: int | None) -> None:
        """Whatever was displayed."""

    @property
    def ahead(self) -> int:
        """Nothing."""
        return 0

    def on_trade(self, quantity: int) -> int:
        """All of it reaches us."""
        return quantity

    def on_through(self) -> None:
        """It was so before."""

    def on_displayed(self, quantity: int | None) -> None:
        """It changes nothing."""


def power_share(power: float) -> Share:
    """Prob = 1 − (ahead / (ahead + back))ⁿ; 1 where nothing is there."""

    def share(ahead: float, back: float) -> float:
        total = ahead + back
        return 1.0 - (ahead / total) ** power if total > 0 else 1.0

    return share


def log_share(ahead: float, back: float) -> float:
    """Prob = ln(1 + back) / (ln(1 + back) + ln(1 + ahead)); 1 where nothing is there."""
    behind, front = log(1.0 + back), log(1.0 + ahead)
    return behind / (behind + front) if behind + front > 0 else 1.0


def log_share_in_base(step: float) -> Share:
    """The same on quantities in base, as its source has it: a logarithm is not the same in lots."""
    return lambda ahead, back: log_share(ahead * step, back * step)


def queue_model(config: Simulator, step: float) -> MakeQueue:
    """The model that the settings name; `step` is a lot in base."""
    if config.queue_model == "power":
        share = power_share(config.queue_power)
        return lambda displayed: Probabilistic(displayed, share)
    if config.queue_model == "log":
        in_base = log_share_in_base(step)
        return lambda displayed: Probabilistic(displayed, in_base)
    return Optimistic if config.queue_model == "optimistic" else RiskAverse
