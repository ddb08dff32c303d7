"""Messages to a desktop or a phone: what happened on the desk in words, not too often, sent on a thread of its own.

Addresses are apprise's (https://github.com/caronc/apprise), one a line, in a file that its owner alone may read: they
hold tokens, so no word of ours ever shows one.
"""

import asyncio
import logging
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Protocol, cast

from mm_tui.bus import EventBus
from mm_tui.errors import SettingsError
from mm_tui.model.account import MICRO
from mm_tui.model.clock import MINUTE
from mm_tui.model.facts import Fact, Filled, LinkChanged, RiskTripped
from mm_tui.model.instrument import Instrument
from mm_tui.runtime.workers import WorkerState
from mm_tui.settings.sections import Alerts
from mm_tui.views.log import EventLog

LOOK_EVERY_S: Final = 1.0
"""What happens within it goes into one message."""
NEARLY_FULL: Final = 0.8
"""Share of the position limit from which the inventory is worth a message."""
KEPT_FACTS: Final = 1000
MOST_LINES: Final = 8
"""Of a message; what is more is counted."""
WAITING: Final = 16
"""Messages that wait for a slow service; one more is given up and counted."""
LAST_WORDS_S: Final = 3.0
"""How long the end waits for what is still to be sent."""
EXTRA: Final = "alerts.urls_file needs apprise: pip install 'mm-tui[alerts]'"


class Post(Protocol):
    """What sends; apprise's own object is one."""

    def notify(self, *, title: str, body: str) -> bool | None:
        """Send to all addresses; whether every one of them took it."""
        ...


def post_of(alerts: Alerts) -> Post | None:
    """What sends to the addresses of the settings; None where there are none. Raises SettingsError."""
    if not alerts.urls_file:
        return None
    path = Path(alerts.urls_file).expanduser()
    try:
        with path.open(encoding="utf-8") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            lines = [line.strip() for line in stream.read(1 << 16).splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        words = getattr(error, "strerror", None) or "is no text"
        raise SettingsError([f"alerts.urls_file: {path}: {words}; write one address a line into it"]) from error
    if mode & 0o077 and sys.platform != "win32":
        raise SettingsError([f"alerts.urls_file: others may read {path}; run: chmod 600 {path}"])
    try:
        import apprise  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as error:
        raise SettingsError([EXTRA]) from error
    logger = logging.getLogger("apprise")
    logger.propagate = False  # its own words may hold an address
    logger.addHandler(logging.NullHandler())
    post: Any = apprise.Apprise()
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    wrong = [number for number, line in numbered if not post.add(line)]
    if wrong or not numbered:
        places = ", ".join(map(str, wrong))
        told = f"lines {places} are no addresses" if len(wrong) > 1 else f"line {places} is no address"
        what = told if wrong else "holds no address"
        raise SettingsError([f"alerts.urls_file: {path}: {what} that apprise knows"])
    return cast("Post", post)


class Wording:
    """What happened, in lines for people; the inventory once for each time that it comes near its limit."""

    def __init__(self, instrument: Instrument, limit: Callable[[], int]) -> None:
        """`limit` is what the position may be at most now, lots."""
        self._words = EventLog(instrument).words
        self._limit = limit
        self._full = False

    def of(self, fact: Fact) -> list[tuple[str, str]]:
        """Kinds and lines of one fact."""
        line = self._words(fact)
        text = line[1] if line is not None else ""
        if isinstance(fact, RiskTripped):
            return [("trip", text)]
        if isinstance(fact, LinkChanged) and not fact.up:
            return [("disconnect", text)]
        if isinstance(fact, Filled):
            return [("fill", text), *self._inventory(fact)]
        return []

    def _inventory(self, fact: Filled) -> list[tuple[str, str]]:
        limit = self._limit() * MICRO
        share = abs(fact.position) / limit if limit else 0.0
        before, self._full = self._full, share >= NEARLY_FULL
        return [("inventory", f"position at {100 * share:.0f} % of its limit")] if self._full and not before else []


class AlertsWorker:
    """Gathers, words, counts; a thread does the sending, which may take as long as it likes."""

    def __init__(  # noqa: PLR0917 - handed over once, by the session
        self, post: Post, alerts: Alerts, wording: Wording, bus: EventBus, title: str, now: Callable[[], int]
    ) -> None:
        self.state = WorkerState("alerts")
        self.sent = self.failed = 0
        self._post = post
        self._on = frozenset(alerts.on)
        self._per_minute = alerts.per_minute
        self._wording = wording
        self._title = title
        self._now = now
        self._facts = bus.subscribe(
            "alerts", (Filled, RiskTripped, LinkChanged), capacity=KEPT_FACTS, overflow="drop_oldest"
        )
        self._times: deque[int] = deque()
        self._held_back = 0
        """Lines that went into no message, as too many were sent within the minute."""
        self._outbox: queue.Queue[tuple[str, str] | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._send, name="alerts", daemon=True)

    async def run(self) -> None:
        """Look once a second."""
        self.state.state = "running"
        self._thread.start()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self.gather()
            self.state.state = "failed" if self.failed and not self.sent else "running"
            self.state.detail = f"{self.failed} not sent" if self.failed else f"{self.sent} sent" if self.sent else ""

    def gather(self) -> None:
        """Make a message of what happened since the last look, where there is anything to say and it may be said."""
        lines = [text for fact in self._facts.drain() for kind, text in self._wording.of(fact) if kind in self._on]
        if not lines:
            return
        times, now = self._times, self._now()
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if len(times) >= self._per_minute:
            self._held_back += len(lines)
            return
        times.append(now)
        self._put(self._title, "\n".join(shortened(lines, self._held_back)))
        self._held_back = 0

    def close(self) -> None:
        """The desk has ended: what is still to be said is said, if that does not take long."""
        self.gather()
        if self._thread.is_alive():
            self._put(None, "")
            self._thread.join(LAST_WORDS_S)

    def _put(self, title: str | None, body: str) -> None:
        try:
            self._outbox.put_nowait(None if title is None else (title, body))
        except queue.Full:
            self.failed += 1

    def _send(self) -> None:
        while (message := self._outbox.get()) is not None:
            title, body = message
            try:
                well = bool(self._post.notify(title=title, body=body))
            except Exception as error:  # noqa: BLE001 - a service of anyone's, and its library
                logging.getLogger(__name__).warning("alert not sent error=%s", type(error).__name__)
                well = False
            if well:
                self.sent += 1
            else:
                self.failed += 1


def shortened(lines: Iterable[str], held_back: int) -> list[str]:
    """The first ones, and how many there were besides."""
    kept = list(lines)
    more = max(0, len(kept) - MOST_LINES) + held_back
    return [*kept[:MOST_LINES], *([f"and {more} more"] if more else [])]
