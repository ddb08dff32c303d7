"""How long the strategy may think: a decision that took over `risk.strategy_budget_ms` is dropped.

One that took over a second pulls the quotes at once: nothing else, no signal and no kill, was heard meanwhile.

What the clock said is an input like any other, so it stands in the journal: the live stopwatch records a
`WatchdogTripped` of the rule `strategy_budget`, with the number of the decision, in the midst of the event that asked
for it: behind the event's own record or market line, before the outputs.

A replay of the same desk has to answer the same at the same decision, whatever its own machine takes. It sets a
`RecordedStopwatch`, and has that `learn` each such record before it processes the event that the record stands behind:
`foretold` reads a session so. The core is not given the record; it would ignore it. A desk with other parameters, a
backtest or a shadow, makes other decisions: it has no stopwatch. Nor has a desk on a file, since what it makes of the
file must not depend on the machine.
"""

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter_ns

from mm_tui.journal.record import Entry, MarketLine
from mm_tui.model.bounds import typed
from mm_tui.model.clock import MILLISECOND
from mm_tui.model.events import WatchdogTripped
from mm_tui.runtime.desk import Desk

RULE = "strategy_budget"
STUCK_MS = 1000.0
"""A decision that takes longer holds off everything else for too long."""


class LiveStopwatch:
    """Times each decision of a desk's strategy; what is over leaves a record in its journal."""

    __slots__ = ("_began", "_clock", "_desk", "_gate", "decisions", "stuck")

    def __init__(self, desk: Desk, clock: Callable[[], int] = perf_counter_ns) -> None:
        """`clock` counts ns and never goes back."""
        self.decisions = 0
        """How often the strategy was asked."""
        self.stuck = False
        """Whether the last decision took so long that the quotes must be pulled."""
        self._desk = desk
        self._gate = desk.core.gate
        self._clock = clock
        self._began = 0

    def start(self) -> None:
        """The strategy is about to be asked."""
        self.decisions += 1
        self._began = self._clock()

    def over(self) -> str:
        """It has answered: in words why that was too late, empty where it was not."""
        taken = self._clock() - self._began
        self.stuck = False
        budget = self._gate.limits.strategy_budget_ms
        if taken <= budget * MILLISECOND:
            return ""
        trip = WatchdogTripped(
            ts=self._desk.ts,
            rule=RULE,
            value=f"{taken / MILLISECOND:.1f} ms",
            limit=f"{typed(budget)} ms",
            decision=self.decisions,
        )
        self._desk.journal.record(trip)
        self.stuck = is_stuck(trip)
        return in_words(trip)


class RecordedStopwatch:
    """Answers as the live one did when the session was recorded."""

    __slots__ = ("_trips", "decisions", "stuck")

    def __init__(self, trips: Iterable[WatchdogTripped] = ()) -> None:
        """`trips` may be any of the session's watchdogs; those of other rules say nothing here."""
        self.decisions = 0
        """How often the strategy was asked."""
        self.stuck = False
        """As of the live one."""
        self._trips: dict[int, WatchdogTripped] = {}
        for trip in trips:
            self.learn(trip)

    def learn(self, trip: WatchdogTripped) -> None:
        """A record of the session, before the decision that it is about is made again."""
        if trip.rule == RULE:
            self._trips[trip.decision] = trip

    def start(self) -> None:
        """The strategy is about to be asked."""
        self.decisions += 1

    def over(self) -> str:
        """In words why this decision was too late when it was made first; empty where it was not."""
        trip = self._trips.pop(self.decisions, None)
        self.stuck = trip is not None and is_stuck(trip)
        return "" if trip is None else in_words(trip)


def in_words(trip: WatchdogTripped) -> str:
    """The same words from the clock and from the record: `took 73.2 ms, its budget is 50 ms`."""
    return f"took {trip.value}, its budget is {trip.limit}"


def is_stuck(trip: WatchdogTripped) -> bool:
    """Whether the quotes must be pulled at once; by the words of the record, so that a replay judges the same."""
    try:
        return float(trip.value.removesuffix(" ms")) > STUCK_MS
    except ValueError:
        return False


def foretold(records: Iterable[MarketLine | Entry], stopwatch: RecordedStopwatch) -> Iterator[MarketLine | Entry]:
    """A session's records without the stopwatch's, each of which is learned before the event it stands behind comes."""
    before: MarketLine | Entry | None = None
    for item in records:
        if isinstance(item, Entry) and isinstance(item.message, WatchdogTripped) and item.message.rule == RULE:
            stopwatch.learn(item.message)
            continue
        if before is not None:
            yield before
        before = item
    if before is not None:
        yield before
