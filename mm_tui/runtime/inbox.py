"""The inbox: one bounded queue of frames in the order received, and a head for what may not wait.

An event is stamped when it enters. A kill is a flag that any thread may set; it is looked at before every event.
When the queue is full the feed waits, so that it stops reading; the age of the data then makes risk pull the quotes.
"""

import asyncio
from collections import deque
from collections.abc import Callable

import msgspec

from mm_tui.model.events import AnyEvent, OperatorAction, WatchdogTripped
from mm_tui.runtime.line import Line
from mm_tui.venues.api import Frame

CAPACITY = 4096
"""Frames that may wait; a full queue makes the feed wait (backpressure, nothing is dropped)."""


class DeskInbox:
    """A `venues.api.Inbox`; only `kill`, `close` and `report_stuck` may be called from other threads."""

    def __init__(self, now: Callable[[], int], on_put: Callable[[Frame], None], capacity: int = CAPACITY) -> None:
        """`on_put` hears of each frame when it enters."""
        self.now = now
        self.high_water = 0
        self.waited = 0
        """Times that the feed had to wait."""
        self._on_put = on_put
        self._capacity = capacity
        self._frames: deque[Frame] = deque()
        self._head: deque[tuple[str, str]] = deque()
        self._tripped: deque[tuple[str, str, str]] = deque()
        self._killed = ""
        self._stuck = ""
        self.closed = False
        """The desk is about to stop: nothing but a kill is taken any more."""
        self.line: Line | None = None
        """What a drill does to frames on their way in; None while there was none."""
        self._wake: asyncio.Future[None] | None = None
        self._room = asyncio.Event()
        """A frame was taken; several parts of a feed may wait for it."""

    async def put(self, frame: Frame) -> None:
        """Take a frame; waits while the queue is full, and stamps it anew if it had to."""
        if self.line is not None:
            if not self.line.whole:
                if not await self.line.passes(frame):
                    return
                frame = self._stamped(frame)
            else:
                self.line = None
        if len(self._frames) >= self._capacity:
            self.waited += 1
            while len(self._frames) >= self._capacity:
                self._room.clear()
                await self._room.wait()
            frame = self._stamped(frame)
        self._frames.append(frame)
        self.high_water = max(self.high_water, len(self._frames))
        self._on_put(frame)
        self.wake()

    def _stamped(self, frame: Frame) -> Frame:
        """As it is received now."""
        return Frame(msgspec.structs.replace(frame.event, ts=max(self.now(), frame.event.ts)), frame.raw)

    def act(self, action: str, argument: str) -> None:
        """Put an operator's action at the head."""
        self._head.append((action, argument))
        self.wake()

    def trip(self, rule: str, value: str, limit: str) -> None:
        """Put a watchdog's word at the head."""
        self._tripped.append((rule, value, limit))
        self.wake()

    def kill(self, reason: str) -> None:
        """Throw the kill switch; from any thread, but the loop must still be woken."""
        self._killed = reason

    def close(self) -> None:
        """The desk is about to stop; from any thread."""
        self.closed = True

    def report_stuck(self, lag: str) -> None:
        """The loop did not move; from any thread."""
        self._stuck = lag

    def take(self, last_ts: int) -> Frame | None:
        """The next event: kill, watchdogs, operator, frames; None when nothing waits or the desk stops.

        What comes from the head is stamped so that no frame behind it was received before it; a kill so that nothing
        else falls due before it, since what falls due may place orders.
        """
        if self.closed and not self._killed:
            return None
        if self._killed or self._stuck or self._tripped or self._head:
            if not (last_ts or self._frames or self.now()):
                return None  # a file's time has not begun
            at_once = self._killed and last_ts
            return Frame(self._urgent(last_ts if at_once else self._head_ts(last_ts)))
        if not self._frames:
            return None
        frame = self._frames.popleft()
        self._room.set()
        return frame

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return not (self._frames or self._head or self._tripped or self._killed or self._stuck)

    async def wait(self) -> None:
        """Sleep until something comes."""
        if self.empty:
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake

    def wake(self) -> None:
        """Something came, or fell due."""
        if self._wake is not None:
            if not self._wake.done():
                self._wake.set_result(None)
            self._wake = None

    def _head_ts(self, last_ts: int) -> int:
        return max(last_ts, self._frames[0].event.ts if self._frames else self.now())

    def _urgent(self, ts: int) -> AnyEvent:
        if self._killed:
            reason, self._killed = self._killed, ""
            return OperatorAction(ts=ts, action="kill", argument=reason)
        if self._stuck:
            lag, self._stuck = self._stuck, ""
            return WatchdogTripped(ts=ts, rule="loop_lag", value=lag, limit="1 s")
        if self._tripped:
            rule, value, limit = self._tripped.popleft()
            return WatchdogTripped(ts=ts, rule=rule, value=value, limit=limit)
        action, argument = self._head.popleft()
        return OperatorAction(ts=ts, action=action, argument=argument)
