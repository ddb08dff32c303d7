"""Desks that follow the main desk: whole desks of their own, on the same inputs, none of them a danger to it.

Inputs wait in a bounded buffer until the main desk has nothing to do. Followers advance in event time only, so they
come to the same figures whenever they catch up. A full buffer makes them catch up in small pieces; a kind of followers
that is timed may rather drop one. Nothing is ever left out for one that goes on.

A follower that raises, or is slow three times in a minute, is dropped: the main desk waits for every step of it.
"""

from collections import deque
from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import Any

import msgspec

from mm_tui.analytics.scores import Scores
from mm_tui.model import events as ev
from mm_tui.model.clock import MILLISECOND, MINUTE, SECOND
from mm_tui.model.events import AnyEvent
from mm_tui.model.facts import AnyFact
from mm_tui.runtime.desk import MARKET, Desk, Digest

CAPACITY = 16_384
"""Inputs that may wait."""
PIECE = 256
"""Inputs that followers hear at once when the buffer is full."""
SLICE = 250_000
"""How long followers may keep a desk that runs on the clock from its inbox, ns; a step under way is finished."""
STEP_FACTOR = 2
"""A follower whose step takes so many times the strategy's own time budget is late."""
LATE_STEPS = 3
"""Late steps, none a LATE_WINDOW after the one before, that drop a follower: the main desk waits for each of them."""
LATE_WINDOW = MINUTE
"""ns."""
STUCK = SECOND
"""A step that takes longer drops a follower at once, ns."""
END_WITHIN = 5 * SECOND
"""Followers that have not heard all by then are dropped when a desk that runs on the clock ends, ns."""

OWN_RULES = frozenset({"exposure", "strategy_budget"})
"""Watchdogs that look at the main desk itself."""
OWN_KINDS = frozenset({ev.Timer, *ev.VenueReply.__args__})
"""Inputs that each desk makes for itself."""


class Unread(Digest):
    """Nobody asks a follower for its digest."""

    def add(self, output: Any) -> None:
        """Forget it."""


class Unscored(Scores):
    """For a follower whose scores nobody asks for."""

    def after(self, ts: int, mid2: int, valid: bool, facts: list[AnyFact]) -> None:  # noqa: FBT001 - as it is called
        """Forget it."""


class Follower(msgspec.Struct, eq=False):
    """One desk that follows."""

    name: str
    desk: Desk
    late: int = 0
    """Late steps in a row, none of them long after the one before."""
    late_ts: int = 0
    spent: int = 0
    """What its steps took so far, ns; counted where steps are timed."""
    heard: int = 0
    """Steps that were timed."""
    gone: bool = False
    """It was dropped, or sent away before its turn came."""


class Entry(msgspec.Struct, eq=False):
    """A place in the buffer at which a follower joins: what came before is not for it."""

    follower: Follower
    opening: Sequence[AnyEvent]
    """What it hears first."""
    ts: int


class Followers:
    """Desks of one kind behind one main desk."""

    def __init__(
        self,
        main: Desk,
        budget_ms: float | None,
        *,
        timed: bool,
        clock: Callable[[], int] = perf_counter_ns,
        capacity: int = CAPACITY,
    ) -> None:
        """A step over STEP_FACTOR times the budget is late; None waits for any. `timed` counts what steps take."""
        self._main = main
        self._step_budget = None if budget_ms is None else round(STEP_FACTOR * budget_ms * MILLISECOND)
        self._timed = timed
        self._clock = clock
        self._capacity = capacity
        self._waiting: deque[AnyEvent | Entry] = deque()
        self._joining = 0
        """Entries among them."""
        self._rest: tuple[Follower, ...] = ()
        """Followers that have not heard the first of what waits, where others have."""
        self._members: tuple[Follower, ...] = ()
        self._ts = 0
        """How far they have come, ns."""

    # -- what a kind of followers says

    def concerns(self, event: AnyEvent) -> bool:
        """Whether an input that is no market data is for followers too."""
        raise NotImplementedError

    def on_dropped(self, member: Follower, error: BaseException) -> None:
        """One will hear no more."""
        raise NotImplementedError

    def on_full(self) -> None:
        """So much waits that no more should: hear a piece of it at once."""
        self._hear_piece()

    # -- what the main desk's worker calls

    @property
    def behind(self) -> bool:
        """Whether they have something to hear."""
        return bool(self._waiting)

    @property
    def heard_to(self) -> int:
        """How far they have come, ns."""
        return self._ts

    def take(self, event: AnyEvent) -> None:
        """The main desk took an event; followers will, unless it is its own."""
        if (self._members or self._joining) and (type(event) in MARKET or self.concerns(event)):
            self._waiting.append(event)
            if len(self._waiting) >= self._capacity:
                self.on_full()

    def catch_up(self, until: int, within: int | None = None) -> None:
        """Let them hear what waits, for about so many ns; then let happen what falls due up to a time.

        `until` is the main desk's own time: everything that reaches it from now on is later.
        """
        waiting, clock = self._waiting, self._clock
        if within is None:
            while waiting:
                self._next()
        else:
            end = clock() + within
            while waiting:
                self._next(end)
                if clock() >= end:
                    break
        if not waiting and until > self._ts:
            self._ts = until
            for member in self._members:
                self._guard(member, member.desk.advance, until)

    def finish(self, until: int, within: int = END_WITHIN) -> None:
        """Let them hear what waits, at the end, for so many ns; a desk on the clock is held up for none that is slow.

        Where the main desk's own last decision took too long, its followers are not asked for theirs.
        """
        if self._step_budget is not None:
            if not (self._main.core.quoter.late and len(self._waiting) > 1):
                self.catch_up(until, within)
            if self._waiting:
                joining = tuple(one.follower for one in self._waiting if type(one) is Entry)
                for member in (*self._members, *joining):
                    self.drop(member, TimeoutError("behind when the desk ended"))
                self._waiting.clear()
                self._joining = 0
        self.catch_up(until)

    # -- coming and going

    def join(self, member: Follower, opening: Sequence[AnyEvent] = (), ts: int = 0) -> None:
        """One more, from here on: of what waits it hears nothing, of what comes everything."""
        if opening:
            self._joining += 1
            self._waiting.append(Entry(member, opening, ts))
        else:
            self._members += (member,)

    def send_away(self, member: Follower) -> None:
        """One less; without a word."""
        member.gone = True
        self._members = tuple(one for one in self._members if one is not member)
        if self._rest:
            self._rest = tuple(one for one in self._rest if one is not member)
            if not self._rest:
                self._waiting.popleft()
        if not (self._members or self._joining):
            self._waiting.clear()

    def drop(self, member: Follower, error: BaseException) -> None:
        """One less, and why."""
        self.send_away(member)
        self.on_dropped(member, error)

    # -- inside

    def _hear_piece(self, size: int = PIECE) -> None:
        for _ in range(min(size, len(self._waiting))):
            self._next()

    def _next(self, end: int | None = None) -> None:
        """They hear the first of what waits; after a late step, or at `end`, the others hear it in the next turn."""
        event = self._waiting[0]
        self._ts = event.ts
        if type(event) is Entry:
            self._waiting.popleft()
            self._welcome(event)
            return
        members, self._rest = self._rest or self._members, ()
        if self._timed:
            self._rest = self._hear(event, members, end)  # type: ignore[arg-type]  # no Entry
        else:
            for member in members:
                self._guard(member, member.desk.step, event)
        if self._waiting and not self._rest:
            self._waiting.popleft()

    def _welcome(self, entry: Entry) -> None:
        self._joining -= 1
        member = entry.follower
        if member.gone:
            return
        self._members += (member,)
        for event in entry.opening:
            if not member.gone:
                self._guard(member, member.desk.step, event)

    def _hear(self, event: AnyEvent, members: tuple[Follower, ...], end: int | None) -> tuple[Follower, ...]:
        """Those that have not heard it when a step was late, or time was up."""
        clock, budget = self._clock, self._step_budget
        began = clock()
        for number, member in enumerate(members, 1):
            self._guard(member, member.desk.step, event)
            ended = clock()
            taken = ended - began
            member.spent += taken
            member.heard += 1
            if budget is not None and taken > budget:
                self._strike(member, event.ts, taken)
                return members[number:]
            if end is not None and ended >= end:
                return members[number:]
            began = ended
        return ()

    def _guard(self, member: Follower, what: Callable[[Any], None], argument: object) -> None:
        try:
            what(argument)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a plug-in may raise anything, sys.exit too; the main desk lives
            self.drop(member, error)

    def _strike(self, member: Follower, ts: int, spent: int) -> None:
        if member.gone:
            return
        member.late = member.late + 1 if ts - member.late_ts < LATE_WINDOW else 1
        member.late_ts = ts
        if spent > STUCK:
            self.drop(member, TimeoutError(f"a step took {spent / 1e6:.0f} ms"))
        elif member.late >= LATE_STEPS:
            self.drop(member, TimeoutError(f"{LATE_STEPS} steps took too long, the last {spent / 1e6:.0f} ms"))


def is_own(event: AnyEvent) -> bool:
    """Whether an input that is no market data is the main desk's own, for any kind of followers."""
    if isinstance(event, ev.WatchdogTripped):
        return event.rule in OWN_RULES
    return type(event) in OWN_KINDS
