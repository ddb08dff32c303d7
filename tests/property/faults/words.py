"""The invariants by their number, and what is raised where one does not hold."""

import re

INVARIANTS = {
    0: "the core takes every event without raising",
    1: "nothing leaves the gate over a limit",
    2: "no quote outlives a stale or invalid book",
    3: "position and cash equal the sum of unique fills",
    4: "every sent order is terminal, live or listed unknown, and none is sent again",
    5: "after a halt nothing leaves but cancels and the operator's reduce-only",
    6: "the same inputs and seed give the same digest",
    7: "a planted secret is in no output",
    8: "what is counted at the wire is what the core counts",
}
"""1 to 7 as in the table of faults; 0 and 8 are what a desk dies of, or halts on, without need."""


class Broken(AssertionError):  # noqa: N818 - an invariant is broken
    """An invariant does not hold."""

    def __init__(self, invariant: int, what: str) -> None:
        super().__init__(f"invariant {invariant} ({INVARIANTS[invariant]}): {what}")
        self.invariant = invariant
        self.what = what
        self.event = 0
        """After which event, counted from 1."""

    @property
    def kind(self) -> tuple[int, str]:
        """What breaks it, whichever orders and figures it is told of."""
        return self.invariant, re.sub(r"mm-\d+|[-+]?\d[\d.]*", "…", self.what)


def hold(condition: object, invariant: int, what: str) -> None:
    """Raise unless the condition holds."""
    if not condition:
        raise Broken(invariant, what)
