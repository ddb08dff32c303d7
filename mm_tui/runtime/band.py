"""The PnL band: the same strategy and settings, closed loop, under three queue models on the same feed.

Each member is a whole desk of its own: core, paper venue, timers, account, without journal, digest or scores. The one
whose queue model the settings name is the main desk itself. A member hears what the main desk hears but for what is the
main desk's own: replies of its venue, its timers, orders cancelled by their id, trips over its own exposure and time.

Inputs wait in a bounded buffer until the main desk has nothing to do. Members advance in event time only, so they come
to the same figures whenever they catch up; a full buffer makes them catch up in small pieces, nothing is dropped.
"""

import logging
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from time import perf_counter_ns
from typing import Any

import msgspec

from mm_tui.analytics.scores import Scores
from mm_tui.bus import EventBus
from mm_tui.model import account as accounts
from mm_tui.model import events as ev
from mm_tui.model.clock import MILLISECOND
from mm_tui.model.events import AnyEvent
from mm_tui.model.facts import AnyFact
from mm_tui.runtime.assembly import Terms, build_desk
from mm_tui.runtime.desk import MARKET, Desk, Digest

MODELS = ("risk_averse", "power", "optimistic")
"""From the least to the most that a queue could have given."""
CAPACITY = 16_384
"""Inputs that may wait."""
PIECE = 256
"""Inputs that members hear at once when the buffer is full."""
SLICE = 250_000
"""How long members may keep a desk that runs on the clock from its inbox, ns; a step under way is finished."""
STEP_FACTOR = 2
"""A member whose step takes so many times the strategy's own time budget is late."""
LATE_STEPS = 3
"""Late steps, none a LATE_WINDOW after the one before, that drop a member: the main desk waits for each of them."""
LATE_WINDOW = 60_000_000_000
"""ns."""
STUCK = 1_000_000_000
"""A step that takes longer drops a member at once, ns."""
END_WITHIN = 5_000_000_000
"""Members that have not heard all by then are dropped when a desk that runs on the clock ends, ns."""

OWN_ACTIONS = frozenset({"cancel_order"})
OWN_RULES = frozenset({"exposure", "strategy_budget"})
OWN_KINDS = frozenset({ev.Timer, *ev.VenueReply.__args__})

Figures = tuple[Decimal | None, Decimal | None, Decimal | None]
"""One for each of MODELS."""
NO_FIGURES: Figures = (None, None, None)

log = logging.getLogger(__name__)


class Unread(Digest):
    """Nobody asks a member for its digest."""

    def add(self, output: Any) -> None:
        """Forget it."""


class Unscored(Scores):
    """Nobody asks a member for its scores."""

    def after(self, ts: int, mid2: int, valid: bool, facts: list[AnyFact]) -> None:  # noqa: FBT001 - as it is called
        """Forget it."""


class Member(msgspec.Struct):
    """One desk of the band."""

    model: str
    desk: Desk
    late: int = 0
    """Late steps in a row, none of them long after the one before."""
    late_ts: int = 0


class Band:
    """The main desk and its siblings under the other queue models."""

    def __init__(
        self,
        main: Desk,
        terms: Terms,
        *,
        timed: bool = False,
        clock: Callable[[], int] = perf_counter_ns,
        capacity: int = CAPACITY,
    ) -> None:
        """`terms` are the main desk's; a slow strategy is dropped where steps are `timed`, and waited for on a file."""
        self._main = main
        budget_ms = terms.settings.risk.strategy_budget_ms
        self._step_budget = round(STEP_FACTOR * budget_ms * MILLISECOND) if timed else None
        self._clock = clock
        self._capacity = capacity
        self._waiting: deque[AnyEvent] = deque()
        self._rest: tuple[Member, ...] = ()
        """Members that have not heard the first of what waits, where others have."""
        self._members: tuple[Member, ...] = ()
        self._ts = 0
        """How far members have come, ns."""
        self._own_model = terms.settings.simulator.queue_model
        for model in MODELS:
            if model != self._own_model:
                self._add(model, terms)

    def _add(self, model: str, terms: Terms) -> None:
        simulator = msgspec.structs.replace(terms.settings.simulator, queue_model=model)
        settings = msgspec.structs.replace(terms.settings, simulator=simulator)
        try:
            desk = self.build(msgspec.structs.replace(terms, settings=settings))
        except Exception as error:  # noqa: BLE001 - a strategy of anyone's is built anew here; the main desk lives
            _warn(model, error)
            return
        desk.digest, desk.scores = Unread(), Unscored()
        self._members += (Member(model, desk),)

    def build(self, terms: Terms) -> Desk:
        """A member's desk."""
        return build_desk(terms, EventBus(self._clock))

    @property
    def behind(self) -> bool:
        """Whether members have something to hear."""
        return bool(self._waiting)

    def take(self, event: AnyEvent) -> None:
        """The main desk took an event; members will, unless it is its own."""
        if self._members and (type(event) in MARKET or not _is_own(event)):
            self._waiting.append(event)
            if len(self._waiting) >= self._capacity:
                for _ in range(min(PIECE, len(self._waiting))):
                    self._next()

    def catch_up(self, until: int, within: int | None = None) -> None:
        """Let members hear what waits, for about so many ns; then let happen what falls due up to a time.

        `until` is the main desk's own time: everything that reaches it from now on is later.
        """
        waiting, clock = self._waiting, self._clock
        if within is None:
            while waiting:
                self._next()
        else:
            end = clock() + within
            while waiting:
                self._next()
                if clock() >= end:
                    break
        if not waiting and until > self._ts:
            self._ts = until
            for member in self._members:
                self._guard(member, member.desk.advance, until)

    def finish(self, until: int) -> None:
        """Let members hear what waits, at the end; a desk on the clock is held up for no member that is slow.

        Where the main desk's own last decision took too long, its siblings are not asked for theirs.
        """
        if self._step_budget is not None:
            if not (self._main.core.quoter.late and len(self._waiting) > 1):
                self.catch_up(until, END_WITHIN)
            if self._waiting:
                for member in self._members:
                    self._drop(member, TimeoutError("behind when the desk ended"))
        self.catch_up(until)

    def figures(self) -> Figures:
        """Trading PnL net of fees at the main desk's mid, quote; None where it cannot be known."""
        core = self._main.core
        mid2, instrument = core.mid2, core.instrument
        if not mid2:
            return NO_FIGURES
        totals = {member.model: member.desk.core.account.total2(mid2) for member in self._members}
        totals[self._own_model] = core.account.total2(mid2)

        def figure(model: str) -> Decimal | None:
            return accounts.money(totals[model], instrument) if model in totals else None

        risk_averse, power, optimistic = MODELS
        return figure(risk_averse), figure(power), figure(optimistic)

    def _next(self) -> None:
        """Members hear the first of what waits; after a late step the others hear it in the next turn."""
        event = self._waiting[0]
        self._ts = event.ts
        members, self._rest = self._rest or self._members, ()
        if self._step_budget is None:
            for member in members:
                self._guard(member, member.desk.step, event)
        else:
            self._rest = self._hear(event, members, self._step_budget)
        if self._waiting and not self._rest:
            self._waiting.popleft()

    def _hear(self, event: AnyEvent, members: tuple[Member, ...], budget: int) -> tuple[Member, ...]:
        """Those that have not heard it when a step was late."""
        began = self._clock()
        for number, member in enumerate(members, 1):
            self._guard(member, member.desk.step, event)
            ended = self._clock()
            if ended - began > budget:
                self._strike(member, event.ts, ended - began)
                return members[number:]
            began = ended
        return ()

    def _guard(self, member: Member, what: Callable[[Any], None], argument: object) -> None:
        try:
            what(argument)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a plug-in may raise anything, sys.exit too; the main desk lives
            self._drop(member, error)

    def _strike(self, member: Member, ts: int, spent: int) -> None:
        member.late = member.late + 1 if ts - member.late_ts < LATE_WINDOW else 1
        member.late_ts = ts
        if spent > STUCK:
            self._drop(member, TimeoutError(f"a step took {spent / 1e6:.0f} ms"))
        elif member.late >= LATE_STEPS:
            self._drop(member, TimeoutError(f"{LATE_STEPS} steps took too long, the last {spent / 1e6:.0f} ms"))

    def _drop(self, member: Member, error: BaseException) -> None:
        self._members = tuple(one for one in self._members if one is not member)
        if not self._members:
            self._waiting.clear()
        _warn(member.model, error)


def _is_own(event: AnyEvent) -> bool:
    """Whether an input that is no market data concerns the main desk alone."""
    if isinstance(event, ev.OperatorAction):
        return event.action in OWN_ACTIONS
    if isinstance(event, ev.WatchdogTripped):
        return event.rule in OWN_RULES
    return type(event) in OWN_KINDS


def _warn(model: str, error: BaseException) -> None:
    log.warning("band member=%s dropped error=%s: %s", model, type(error).__name__, error, exc_info=error)
