"""An order's place in the queue, for the hindsight scheduler: by our own models, or just as hftbacktest reckons it.

Both hold that an order is filled, whole, by the first trade at its price that reaches beyond the queue ahead of it.

- `OwnPlace` is one of the models of `sim.queue`, in lots: the right answer.
- `FloatPlace` and `FloatShare` are hftbacktest 2.4.4's RiskAdverseQueueModel and ProbQueueModel in its own arithmetic,
  floats of base in its order of operations, and with what is wrong there: diffs may push the estimated queue ahead
  below zero, and below −1 the logarithm of its log model is no number, upon which the whole displayed quantity counts
  as ahead again. So does an empty level for the power model, where 0 is divided by 0.
"""

from collections.abc import Callable
from math import inf, isinf, log, nan
from typing import Final, Protocol

from mm_tui.sim.queue import MakeQueue, Share

HALF_LOT: Final = 0.5
"""A trade that reaches beyond the queue by so much rounds to a lot."""


class Place(Protocol):
    """Where one order stands."""

    def reached(self, quantity: float) -> bool:
        """A trade of so much at the price; whether it reaches the order."""
        ...

    def displayed(self, before: float, now: float) -> None:
        """A row displays so much at the price; what was displayed before it."""
        ...


MakePlace = Callable[[float], Place]
"""A place from the quantity displayed at the price when the order arrives."""


class OwnPlace:
    """One of our own queue models, in lots."""

    __slots__ = ("_queue", "_step")

    def __init__(self, make: MakeQueue, displayed: float, step: float) -> None:
        self._step = step
        self._queue = make(round(displayed / step))

    def reached(self, quantity: float) -> bool:
        """A trade of so much at the price; whether it reaches the order."""
        return self._queue.on_trade(round(quantity / self._step)) > 0

    def displayed(self, _before: float, now: float) -> None:
        """A row displays so much at the price."""
        self._queue.on_displayed(round(now / self._step))


class FloatPlace:
    """Risk-averse: only trades, and less displayed than was ahead, move the order forward."""

    __slots__ = ("_step", "ahead")

    def __init__(self, displayed: float, step: float) -> None:
        self.ahead = displayed
        """In base; below zero once diffs took more than was ahead."""
        self._step = step

    def reached(self, quantity: float) -> bool:
        """A trade of so much at the price; whether it reaches the order by half a lot."""
        self.ahead -= quantity
        return -self.ahead / self._step >= HALF_LOT

    def displayed(self, _before: float, now: float) -> None:
        """A row displays so much at the price."""
        self.ahead = min(self.ahead, now)


class FloatShare(FloatPlace):
    """Probabilistic: of a decrease that trades do not explain, a share stood behind the order."""

    __slots__ = ("_share", "_traded")

    def __init__(self, displayed: float, step: float, share: Share) -> None:
        super().__init__(displayed, step)
        self._traded = 0.0
        self._share = share

    def reached(self, quantity: float) -> bool:
        """A trade of so much at the price; whether it reaches the order by half a lot."""
        self._traded += quantity
        return super().reached(quantity)

    def displayed(self, before: float, now: float) -> None:
        """A row displays so much at the price."""
        cancelled = before - now - self._traded
        self._traded = 0.0
        if cancelled < 0:
            self.ahead = min(self.ahead, now)
            return
        ahead = self.ahead
        back = before - ahead
        behind = self._share(ahead, back)
        if isinf(behind):
            behind = 1.0
        estimate = ahead - (1.0 - behind) * cancelled + min(back - behind * cancelled, 0.0)
        self.ahead = min(now, estimate)  # no number is not less, so it too gives what is displayed


def float_power(power: float) -> Share:
    """PowerProbQueueFunc3: 1 − (ahead / (ahead + back))ⁿ, no number where 0 is divided by 0."""

    def share(ahead: float, back: float) -> float:
        ratio = _divided(ahead, ahead + back)
        try:
            risen = ratio**power
        except OverflowError:
            return -inf
        return nan if isinstance(risen, complex) else 1.0 - risen

    return share


def float_log(ahead: float, back: float) -> float:
    """LogProbQueueFunc: ln(1 + back) / (ln(1 + back) + ln(1 + ahead)), no number where a logarithm is none."""
    behind, front = _logarithm(1.0 + back), _logarithm(1.0 + ahead)
    return _divided(behind, behind + front)


def _logarithm(number: float) -> float:
    return log(number) if number > 0 else -inf if number == 0 else nan


def _divided(number: float, by: float) -> float:
    """As IEEE 754 divides."""
    if by:
        return number / by
    return nan if number == 0 or number != number else inf if number > 0 else -inf  # noqa: PLR0124 - not a number
