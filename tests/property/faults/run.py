"""A run: the core on a virtual clock, fed with a script, judged after every event.

A script holds what reaches the desk from outside: frames, replies, people, watchdogs. Timers are no part of it: the
core arms them and the clock fires them, so that any part of a script is a script.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import msgspec

from faults.oracle import Oracle
from faults.setup import SECRET, Setup
from faults.words import Broken, hold
from mm_tui.core.outputs import EMPTY
from mm_tui.model import events as ev
from mm_tui.model.commands import ArmTimer, RequestSnapshot
from mm_tui.runtime.inbox import DeskInbox
from mm_tui.runtime.wire import WireCount
from mm_tui.venues.api import Frame

REPLIES = (ev.OrderEvent,)
SPIN = 20_000
"""Timers in a row after which the core is said to spin."""
_SECRET = SECRET.encode()
_encode = msgspec.json.Encoder().encode


class Burst(msgspec.Struct, frozen=True):
    """Frames that wait in the inbox, and the kill switch that is thrown after some of them were taken."""

    ts: int
    frames: list[Any]
    after: int


Item = Any
"""An event from outside, or a burst."""


class Run:
    """One desk from its opening on."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.core = setup.core()
        self.wire = WireCount()
        self.oracle = Oracle(setup, self.core, self.wire.left)
        self.ts = setup.opening.ts
        self.heard = 0
        """Events so far, timers included."""
        self.sink: Callable[[Any], None] = lambda _: None
        """Hears of every command that is no timer."""
        self._timers: dict[str, int] = {}
        self._due = 1 << 63
        self._digest = sha256()
        self.feed(setup.opening)

    def digest(self) -> str:
        """Of all outputs so far."""
        return self._digest.hexdigest()

    def feed(self, item: Item) -> None:
        """One item of the script; raises Broken with the number of the event."""
        try:
            if type(item) is Burst:
                self._burst(item)
            else:
                self.advance(item.ts)
                self._hear(item)
        except Broken as broken:
            broken.event = self.heard
            raise

    def advance(self, until: int) -> None:
        """Timers that fall due up to a time go off, that time included."""
        count = 0
        while self._due <= until:
            due, timers = self._due, self._timers
            name = min(name for name, at in timers.items() if at == due)
            del timers[name]
            self._due = min(timers.values(), default=1 << 63)
            self._hear(ev.Timer(ts=max(due, self.ts), name=name))
            count += 1
            hold(count < SPIN, 0, f"the timer {name} goes off for ever")

    def _burst(self, burst: Burst) -> None:
        inbox = DeskInbox(lambda: burst.ts, lambda _: None)
        for frame in burst.frames:
            _at_once(inbox.put(Frame(frame)))
        taken = 0
        while True:
            if taken == burst.after:
                inbox.kill("thrown by hand")
                self.oracle.throw_kill()
            frame = inbox.take(self.ts)
            if frame is None:
                return
            taken += 1
            self.advance(frame.event.ts)
            self._hear(frame.event)

    def _hear(self, event: Any) -> None:
        self.ts = event.ts
        self.heard += 1
        oracle = self.oracle
        oracle.before(event)
        if isinstance(event, REPLIES):
            self.wire.heard(event)
        try:
            outputs = self.core.process(event)
        except BaseException as error:
            raise Broken(0, f"{type(event).__name__}: {type(error).__name__}: {error}") from error
        if outputs is not EMPTY:
            self._pass_on(outputs.commands, outputs.facts)
        oracle.after(event, outputs.commands, outputs.facts)

    def _pass_on(self, commands: list[Any], told: list[Any]) -> None:
        for data in (_encode(commands), _encode(told)):
            hold(_SECRET not in data, 7, "the secret is in what the core said")
            self._digest.update(data)
        for command in commands:
            if type(command) is ArmTimer:
                self._timers[command.name] = command.due
                self._due = min(self._timers.values())
            elif type(command) is RequestSnapshot:
                self.sink(command)
            else:
                self.wire.sent(command.command)
                self.sink(command.command)


def _at_once(step: Any) -> None:
    """Run what never waits."""
    try:
        step.send(None)
    except StopIteration:
        return
    raise RuntimeError("it waits")


def replay(setup: Setup, script: list[Item]) -> Run:
    """A run over a script; raises Broken where an invariant breaks."""
    run = Run(setup)
    for item in script:
        run.feed(item)
    return run
