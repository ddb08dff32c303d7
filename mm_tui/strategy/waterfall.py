"""How a quote's price comes about, step by step, and the one line that is read off the steps.

A fall begins at the reference; each step says where the price stands after it, in half ticks, rounded so that every
machine writes the same. `settle` brings it to a tick and behind the touch, `quote` makes the wanted order of it.
"""

from math import ceil, floor

import msgspec

from mm_tui.model.events import Side
from mm_tui.model.waterfall import Step, StepName
from mm_tui.strategy.api import Quote, View

DIGITS = 6
"""Decimals of a half tick that count; what is finer is noise of floating point."""


class Fall:
    """The steps of one price, gathered as it is made."""

    __slots__ = ("price2", "side", "steps")

    def __init__(self, side: Side, reference2: float, why: str) -> None:
        """`why` names the reference: `mid`."""
        self.side = side
        self.price2 = reference2
        """Where the price stands now, half ticks."""
        self.steps = [Step("reference", reference2, why)]

    def to(self, name: StepName, price2: float, why: str = "") -> None:
        """The price moves there; a step that leaves it where it is may be told as well."""
        self.price2 = price2 = round(price2, DIGITS)
        self.steps.append(Step(name, price2, why))

    def settle(self, view: View) -> int:
        """Floor a bid and ceil an ask to a tick, and hold neither less than a tick off the other side's best, ticks."""
        half = self.price2 / 2
        price = floor(half) if self.side > 0 else ceil(half)
        if price != half:
            moved = round((price / half - 1) * 10_000, 3) if half else 0.0
            self.to("rounding", 2 * price, f"tick {signed(moved, 3)}" if moved else "")
        held = min(price, view.ask - 1) if self.side > 0 else max(price, view.bid + 1)
        if held != price:
            self.to("clamp", 2 * held, "held at the touch")
        return held

    def quote(self, level: int, price: int, quantity: int, target: int, since: int = 0) -> Quote:
        """The wanted order at the settled price; quantity and target in lots."""
        steps = tuple(self.steps)
        return Quote(self.side, level, price, quantity, target, reason(steps), steps, since)


def reason(steps: tuple[Step, ...]) -> str:
    """The steps in one line: the distance from the reference, then each step's own words where it has any."""
    first, last = steps[0], steps[-1]
    words = ", ".join(step.why for step in steps[1:] if step.why)
    away = signed((last.price2 / first.price2 - 1) * 10_000, 2) if first.price2 else "?"
    return f"{first.why} {away} bps: {words}" if words else f"{first.why} {away} bps"


def resized(quote: Quote, quantity: int, why: str) -> Quote:
    """The same quote with fewer lots; the reason and the steps both say so."""
    if quote.steps:
        steps = (*quote.steps, Step("size", quote.steps[-1].price2, why))
        words = reason(steps)
    else:
        steps, words = (), f"{quote.reason}, {why}" if quote.reason else why
    return msgspec.structs.replace(quote, quantity=quantity, target=quantity, reason=words, steps=steps)


def signed(value: float, digits: int) -> str:
    """A number with its sign, a true minus, and no negative nought: `−0.86`."""
    return f"{round(value, digits) + 0.0:+.{digits}f}".replace("-", "\u2212")
