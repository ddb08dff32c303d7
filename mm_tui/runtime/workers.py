"""The desk's async workers. Each owns one thing, shows its state, and never does another's work."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from mm_tui.journal.seal import seal_log
from mm_tui.journal.writer import SessionWriter
from mm_tui.model.events import AnyEvent, SessionStarted
from mm_tui.runtime.clock import EventClock, LiveClock
from mm_tui.runtime.desk import MARKET, Desk
from mm_tui.runtime.followers.followers import SLICE, Followers
from mm_tui.runtime.gauges import Gauges
from mm_tui.runtime.inbox import DeskInbox
from mm_tui.runtime.keeping.boxes import Boxes
from mm_tui.runtime.keeping.latch import RiskFile
from mm_tui.runtime.keeping.milestones import Milestones
from mm_tui.venues.api import Feed
from mm_tui.views.frames import WorkerRow

BATCH = 64
"""Events that are taken in a row before other tasks get a turn."""
LONG_TURN = 50_000_000
"""A turn that takes longer ends early, ns."""
BREATH = 0.001
"""Seconds that the loop has to itself after it: what a signal or the end of the duration does takes a few rounds."""
CHECK_EVERY = 0.1
"""Seconds between two looks of the risk worker."""
KEEP_EVERY = 10
"""Looks of the risk worker between two writings of what the limits carry over."""
STUCK_AFTER = 1.0
"""Seconds without a sign of life from the loop."""
LATE = 250_000_000
"""How much later than the core the risk worker calls a feed stale, ns."""

Clock = LiveClock | EventClock


class WorkerState(msgspec.Struct):
    """What a worker is doing, for the screen."""

    name: str
    state: str = "starting"
    detail: str = ""

    def row(self) -> WorkerRow:
        """As it is shown."""
        return WorkerRow(name=self.name, state=self.state, detail=self.detail)  # type: ignore[arg-type]


class FeedWorker:
    """Runs the feed; a file's feed ends."""

    def __init__(self, feed: Feed, inbox: DeskInbox, ended: Callable[[], None]) -> None:
        self._feed = feed
        self._inbox = inbox
        self._ended = ended
        self.state = WorkerState("feed")

    async def run(self) -> None:
        """Feed the inbox."""
        self.state.state = "running"
        await self._feed.run(self._inbox)
        while not self._inbox.empty:  # noqa: ASYNC110 - a turn or two, once a file
            await asyncio.sleep(0)
        self.state.state, self.state.detail = "stopped", "the file has ended"
        self._ended()

    def look(self) -> WorkerState:
        """The state, brought up to date from the feed's own words."""
        state, status = self.state, self._feed.status
        if state.state in ("running", "retrying"):
            state.state = "retrying" if status.link.startswith(("retrying", "down")) else "running"
            state.detail = f"{status.link}: {status.detail}" if status.detail else status.link
        return state


class StrategyWorker:
    """Takes the inbox in order and steps the desk."""

    def __init__(  # noqa: PLR0917 - handed over once, by the session
        self,
        desk: Desk,
        inbox: DeskInbox,
        clock: Clock,
        gauges: Gauges,
        opening: Callable[[int], SessionStarted],
        followers: Sequence[Followers] = (),
        milestones: Milestones | None = None,
    ) -> None:
        """`opening` makes the session's first event, at the time of the first one that comes."""
        self._followers = tuple(followers)
        self._milestones = milestones
        self._desk = desk
        self._inbox = inbox
        self._clock = clock
        self._gauges = gauges
        self._opening = opening
        self.due_changed = asyncio.Event()
        """Something falls due earlier or later than before; the simulator listens."""
        self.state = WorkerState("strategy")

    async def run(self) -> None:
        """Step the desk for each event; when nothing waits, for what fell due."""
        desk, inbox, clock = self._desk, self._inbox, self._clock
        live = isinstance(clock, LiveClock)
        self.state.state = "running"
        known_due: int | None = None
        while True:
            began = time.perf_counter_ns()
            for _ in range(BATCH):
                frame = inbox.take(desk.ts)
                if frame is None:
                    break
                self._step(frame.event, frame.raw)
                if time.perf_counter_ns() - began > LONG_TURN:
                    break
            if (
                live
                and inbox.empty
                and not inbox.closed
                and (due := desk.due) is not None
                and due <= (now := clock.now())
            ):
                desk.advance(now)
            if desk.due != known_due:
                known_due = desk.due
                self.due_changed.set()
            if inbox.closed or time.perf_counter_ns() - began > LONG_TURN:
                await asyncio.sleep(BREATH)
            elif not inbox.empty:
                await asyncio.sleep(0)
            elif (behind := next((one for one in self._followers if one.behind), None)) is not None:
                behind.catch_up(desk.ts, SLICE)
                await asyncio.sleep(BREATH if time.perf_counter_ns() - began > LONG_TURN else 0)
            else:
                await inbox.wait()

    def _step(self, event: AnyEvent, raw: bytes) -> None:
        desk, gauges = self._desk, self._gauges
        if not desk.first_ts:
            opening = self._opening(event.ts)
            desk.step(opening)
            for one in self._followers:
                one.take(opening)
        placed = desk.core.orders.placed
        desk.step(event, raw)
        if gauges.live and desk.core.orders.placed != placed and type(event) in MARKET:
            gauges.tick_to_order.add(self._clock.now() - event.ts)
        for one in self._followers:
            one.take(event)
        milestones = self._milestones
        if milestones is not None and desk.ts >= milestones.due:
            milestones.look()


class SimulatorWorker:
    """Wakes the paper venue, and the core's timers, when something falls due and no market event came."""

    def __init__(self, desk: Desk, inbox: DeskInbox, clock: Clock, strategy: StrategyWorker) -> None:
        self._desk = desk
        self._inbox = inbox
        self._clock = clock
        self._changed = strategy.due_changed
        self.state = WorkerState("simulator")

    async def run(self) -> None:
        """Sleep until the next due time, wake the strategy, again."""
        self.state.state = "running"
        live = isinstance(self._clock, LiveClock)
        while True:
            due = self._desk.due if live else None
            self._changed.clear()
            if due is None:
                await self._changed.wait()
                continue
            delay = (due - self._clock.now()) / 1e9
            if delay > 0:
                try:
                    async with asyncio.timeout(delay):
                        await self._changed.wait()
                except TimeoutError:
                    pass
                continue  # a timeout may come a hair early, and a wake before the time would be the last one
            self._inbox.wake()
            await self._changed.wait()


class RiskWorker:
    """The independent check: feed age, loop lag and a second count of exposure at the wire; trusts nobody's numbers."""

    def __init__(
        self,
        desk: Desk,
        inbox: DeskInbox,
        gauges: Gauges,
        stale_after_ms: int,
        risk_file: RiskFile | None = None,
        *,
        punctual: bool = False,
    ) -> None:
        """`risk_file` is kept up where there is one: what the limits carry over a restart.

        `punctual`: frames say when they were sent, so that one that comes late is known to be old.
        """
        self._risk_file = risk_file
        self._punctual = punctual
        self._looks = 0
        self._desk = desk
        self._inbox = inbox
        self._gauges = gauges
        self._stale_after = stale_after_ms * 1_000_000
        self._stale = False
        self._late = ""
        """How late the frames were when that was first too late; empty while they come in time."""
        self._mismatch: frozenset[tuple[str, int | None, int | None]] = frozenset()
        """Orders that core and wire count otherwise: id, lots left there and here."""
        self.heartbeat = time.monotonic()
        self.state = WorkerState("risk")

    async def run(self) -> None:
        """Look ten times a second."""
        self.state.state = "running"
        while True:
            before = time.monotonic()
            self.heartbeat = before
            await asyncio.sleep(CHECK_EVERY)
            lag = time.monotonic() - before - CHECK_EVERY
            self._gauges.lagged(round(max(0.0, lag) * 1e9))
            if self._gauges.live:
                self._check_age()
                self._check_lag()
            self._check_exposure()
            self._looks += 1
            if self._risk_file is not None and self._looks % KEEP_EVERY == 0:
                self._keep(self._risk_file)

    def _keep(self, risk_file: RiskFile) -> None:
        risk_file.keep(self._desk.ts)
        self.state.state = "failed" if risk_file.failed else "running"
        self.state.detail = risk_file.problem

    def _check_age(self) -> None:
        age = self._gauges.age_ns()
        if age is None:
            return
        self._gauges.age.add(age)
        if age <= self._stale_after + LATE:
            self._stale = False
        elif not self._stale and self._inbox.empty:
            self._stale = True
            self._inbox.trip("feed_age", f"{age / 1e9:.1f} s", f"{self._stale_after / 1e9:g} s")

    def _check_lag(self) -> None:
        """Frames may come without a pause and yet be old, where the line or the desk cannot keep up.

        Said again at each look while it lasts: to the core every such frame is one more of clean data.
        """
        lag = self._gauges.latency.last
        if not self._punctual or lag is None or lag <= self._stale_after:
            self._late = ""
            return
        self._late = self._late or f"{lag / 1e9:.1f} s"
        self._inbox.trip("feed_lag", self._late, f"{self._stale_after / 1e9:g} s")

    def _check_exposure(self) -> None:
        core = {order.order_id: order.left for order in self._desk.core.orders.open}
        wire = self._desk.wire.left
        mismatch = frozenset((name, core.get(name), wire.get(name)) for name, _ in core.items() ^ wire.items())
        if mismatch and mismatch != self._mismatch:
            self._inbox.trip("exposure", f"{sum(wire.values())} lots", f"{sum(core.values())} lots in the core")
        self._mismatch = mismatch


class RecorderWorker:
    """Rotates and seals the market log, writes black boxes; says when recording failed."""

    def __init__(self, writer: SessionWriter | None, failed: str, boxes: Boxes | None = None) -> None:
        """`failed` says why there is no writer although there should be one."""
        self._writer = writer
        self._boxes = boxes
        self._failed = failed
        self._aside: asyncio.Future[object] | None = None
        """What it last began on a thread, which goes on when the worker is cancelled."""
        self.state = WorkerState("recorder")

    async def run(self) -> None:
        """Look once a second."""
        writer = self._writer
        if writer is None:
            self.state.state = "failed" if self._failed else "stopped"
            self.state.detail = self._failed or "not recording"
            return
        self.state.state = "running"
        while True:
            await asyncio.sleep(1)
            if writer.failed:
                self.state.state, self.state.detail = "failed", writer.failed
            elif writer.rotation_due:
                closed = writer.rotate()
                if closed is not None:
                    await self._begin(seal_log, closed)
            elif self._boxes is not None and self._boxes.due:
                self._boxes.prepare()
                await self._begin(self._boxes.finish)
                self.state.detail = self._boxes.said

    async def _begin(self, work: Callable[..., object], *values: object) -> None:
        self._aside = asyncio.ensure_future(asyncio.to_thread(work, *values))
        await asyncio.shield(self._aside)

    async def rest(self) -> None:
        """Wait for what was begun: nobody else may seal the same log, or write the same box, meanwhile."""
        if self._aside is not None:
            await asyncio.gather(self._aside, return_exceptions=True)


class Watchdog:
    """A thread beside the loop: when the loop is stuck, the gate must not be open when it comes back."""

    def __init__(self, risk: RiskWorker, inbox: DeskInbox) -> None:
        self._risk = risk
        self._inbox = inbox
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        told = 0.0
        while not self._stop.wait(CHECK_EVERY):
            beat = self._risk.heartbeat
            lag = time.monotonic() - beat - CHECK_EVERY
            if lag > STUCK_AFTER and beat != told:
                told = beat
                self._inbox.report_stuck(f"over {STUCK_AFTER:g} s")
