"""One step of the desk: everything due before an event happens first, then the event, then what it caused.

The same step serves a live desk, a file and a backtest; only who calls it differs. It is synchronous: an event is
journalled, decided upon and answered before the next is looked at.
"""

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any, Protocol

import msgspec

from mm_tui.analytics.scores import Scores
from mm_tui.analytics.terms import NO_TERMS, Terms
from mm_tui.bus import EventBus
from mm_tui.core.engine import Core
from mm_tui.core.outputs import EMPTY, Outputs
from mm_tui.errors import UsageError
from mm_tui.model.commands import ArmTimer, RequestSnapshot
from mm_tui.model.drills import Drill, read_drill
from mm_tui.model.events import (
    AnyEvent,
    BookDelta,
    BookSnapshot,
    OperatorAction,
    SessionStarted,
    Timer,
    TopOfBook,
    Trade,
)
from mm_tui.runtime.wire import WireCount
from mm_tui.sim.venue import PaperVenue

MARKET = frozenset({BookDelta, BookSnapshot, TopOfBook, Trade})
FILLING = MARKET - {TopOfBook}
"""What the paper venue hears: the best bid and ask of the ticker alone move nothing there."""


class Journal(Protocol):
    """What a step writes; `journal.writer.SessionWriter` is one."""

    def market(self, ts: int, raw: bytes) -> None:
        """A frame of the market."""
        ...

    def record(self, message: Any) -> None:
        """An input that is no frame, or an output."""
        ...

    def flush(self) -> None:
        """What was recorded is on disk when this returns."""
        ...


class NoJournal:
    """A desk that leaves nothing behind."""

    def market(self, ts: int, raw: bytes) -> None:
        """Forget it."""

    def record(self, message: Any) -> None:
        """Forget it."""

    def flush(self) -> None:
        """Nothing to write."""


class Digest:
    """sha256 over the canonical JSON of the outputs, times counted from the session's start."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._encode = msgspec.json.Encoder(order="deterministic").encode
        self.start = 0
        self._times = (-1, 0)
        """Of the last output, and the start it was counted from; most come several at a time."""
        self._told = self._counted = b""
        """Its time as it is encoded, and as it goes in."""

    def add(self, output: Any) -> None:
        """Take an order command or a fact; its time stands behind its type, before all else."""
        times = (output.ts, self.start)
        if times != self._times:
            self._times = times
            self._told, self._counted = b',"ts":%d' % output.ts, b",%d" % (output.ts - self.start)
        self._hash.update(self._encode(output).replace(self._told, self._counted, 1) + b"\n")

    def hex(self) -> str:
        """So far."""
        return self._hash.hexdigest()


class Desk:
    """Core, paper venue, timers, journal and bus, moved on by one event at a time."""

    def __init__(
        self,
        core: Core,
        venue: PaperVenue,
        bus: EventBus,
        journal: Journal | None = None,
        request_snapshot: Callable[[], None] = lambda: None,
        *,
        promised: Terms = NO_TERMS,
    ) -> None:
        self.core = core
        self.venue = venue
        self.bus = bus
        self.journal: Journal = journal if journal is not None else NoJournal()
        self.request_snapshot = request_snapshot
        self.drill: Callable[[Drill], None] = lambda _: None
        """Told of every drill; what runs the desk does the rest of it."""
        self.digest = Digest()
        self.scores = Scores(promised, lambda: core.gate.max_position, core.market.mid_before)
        self.wire = WireCount()
        self.ts = 0
        """Time of the last event, ns; never goes back."""
        self.first_ts = 0
        self._timers: dict[str, int] = {}
        self._timer_due: int | None = None

    def step(self, event: AnyEvent, raw: bytes = b"") -> None:
        """Let everything happen that falls due up to the event's time, then the event."""
        ts, due, timer = event.ts, self.venue.due, self._timer_due
        if (due is not None and due <= ts) or (timer is not None and timer <= ts):
            self.advance(ts)
        self._hear(event, raw)

    def advance(self, until: int) -> None:
        """Let everything happen that falls due up to a time, that time included; the venue before timers."""
        venue = self.venue
        while True:
            due, timer = venue.due, self._timer_due
            if due is not None and due <= until and (timer is None or due <= timer):
                reply = venue.advance()
                if reply is not None:
                    self.wire.heard(reply)
                    self._hear(reply, b"")
            elif timer is not None and timer <= until:
                self._fire(timer)
            else:
                return

    @property
    def due(self) -> int | None:
        """When something falls due next, ns; None when nothing does."""
        venue, timer = self.venue.due, self._timer_due
        if venue is None or timer is None:
            return timer if venue is None else venue
        return min(venue, timer)

    def due_beside(self, names: frozenset[str]) -> tuple[int | None, str]:
        """The same, but for timers of these names, which still go off when time goes past them; which timer it is."""
        due, found = self.venue.due, ""
        for name, at in self._timers.items():
            if name not in names and (due is None or at < due):
                due, found = at, name
        return due, found

    def _fire(self, due: int) -> None:
        name = min(name for name, at in self._timers.items() if at == due)
        del self._timers[name]
        self._find_timer()
        self._hear(Timer(ts=due, name=name), b"")

    def _find_timer(self) -> None:
        self._timer_due = min(self._timers.values()) if self._timers else None

    def _hear(self, event: AnyEvent, raw: bytes) -> None:
        journal = self.journal
        self.ts = ts = event.ts
        kind = type(event)
        if raw:
            journal.market(ts, raw)
        elif kind not in MARKET:
            journal.record(event)
        core = self.core
        outputs = core.process(event)
        if kind in FILLING:
            self.venue.on_market(event)  # type: ignore[arg-type]
        elif kind is SessionStarted:
            self.first_ts = self.digest.start = ts
            self.venue.open_account(event.base, event.quote)  # type: ignore[union-attr]
        elif kind is OperatorAction and event.action == "inject":  # type: ignore[union-attr]
            self._inject(event.argument)  # type: ignore[union-attr]
        scores, mid2, valid = self.scores, core.references.mid2, core.book.valid
        if outputs is not EMPTY:
            scores.after(ts, mid2, valid, outputs.facts)
            self._answer(outputs)
        elif ts > scores.due or mid2 != scores.mid2 or valid is not scores.valid:
            scores.after(ts, mid2, valid, outputs.facts)
        journal.flush()

    def _inject(self, text: str) -> None:
        """A drill that the core has taken note of."""
        with suppress(UsageError):
            drill = read_drill(text)
            self.venue.drill(drill)
            self.drill(drill)

    def _answer(self, outputs: Outputs) -> None:
        journal, digest = self.journal, self.digest
        for command in outputs.commands:
            if type(command) is ArmTimer:
                self._timers[command.name] = command.due
                self._find_timer()
                journal.record(command)
            elif type(command) is RequestSnapshot:
                journal.record(command)
                self.request_snapshot()
            else:
                journal.record(command.command)  # type: ignore[union-attr]
                digest.add(command.command)  # type: ignore[union-attr]
                self.wire.sent(command.command)  # type: ignore[union-attr]
                self.scores.sent()
                self.venue.submit(command)  # type: ignore[arg-type]
        for fact in outputs.facts:
            journal.record(fact)
            digest.add(fact)
            self.bus.publish(fact)
