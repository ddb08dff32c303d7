"""The handle of a running desk: what a screen, a signal handler or another thread may do with it."""

import asyncio
import threading
from collections.abc import Callable

import msgspec

from mm_tui.runtime.inbox import DeskInbox
from mm_tui.settings.market import Market
from mm_tui.views.frames import DeskFrame, HeaderFrame, TruthFrame, Viewport

ANOTHER_MARKET = "another market"
"""How a session ends that makes room for one on another market."""


class Refusal(msgspec.Struct, frozen=True):
    """A market that could not be opened."""

    market: Market
    words: str
    """Why."""
    back: Market
    """The one before it."""


class Control:
    """A `views.frames.DeskLink`; every method may be called from any thread and returns at once.

    It outlives the desk that it handles: `change` ends a session for another one in the same process.
    """

    def __init__(self, market: Market | None = None) -> None:
        """`market` is what the first desk is opened on, where that may be changed."""
        self.market = market
        """What the desk is opened on; None where it stays what it is."""
        self.refusal: Refusal | None = None
        """Set while no desk runs because the market that was chosen could not be opened."""
        self.attached = False
        """Whether the session on this market came to run."""
        self.changed = False
        """Whether this is another market than the process began with, or the same again."""
        self.viewport = Viewport()
        """What the screen wants to see; the presenter reads it."""
        self.ended = threading.Event()
        """The desk has stopped, cancelled and sealed."""
        self.stopping = ""
        """Why the process's desk is to stop for good; empty while it runs."""
        self._next: Market | None = None
        self._killed = ""
        self._frame = DeskFrame()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbox: DeskInbox | None = None
        self._stopped: asyncio.Event | None = None
        self._lock = threading.RLock()
        """A signal's handler may come in between on the very thread that holds it."""

    @property
    def frame(self) -> DeskFrame:
        """The latest frame."""
        return self._frame

    def show(self, frame: DeskFrame) -> None:
        """The presenter's newest frame takes the place of the one before."""
        self._frame = frame

    def look(self, viewport: Viewport) -> None:
        """Say what the screen wants to see from the next frame on."""
        self.viewport = viewport

    def act(self, action: str, argument: str = "") -> None:
        """Hand an operator's action to the head of the inbox; dropped while there is no desk yet."""
        self._call(lambda inbox: inbox.act(action, argument))

    def kill(self, reason: str = "pressed") -> None:
        """Throw the kill switch. Where no desk runs yet, the one that is being opened begins halted."""
        with self._lock:
            inbox = self._inbox
            if inbox is None or self._next is not None:
                self._killed = reason
            if inbox is not None:
                inbox.kill(reason)
        self._call(DeskInbox.wake)

    def stop(self, reason: str) -> None:
        """Ask the desk to stop: the gate closes, all is cancelled, the session is sealed. The first reason counts."""
        with self._lock:
            self.stopping = self.stopping or reason
            self._end()

    def change(self, market: Market) -> None:
        """End the session in order and open another on this market; the last one asked for counts, a stop more."""
        with self._lock:
            if not self.stopping:
                self._next = market
                self._end()

    @property
    def ending(self) -> str:
        """Why the session is to end; empty while it runs."""
        return self.stopping or ("" if self._next is None else ANOTHER_MARKET)

    def _end(self) -> None:
        if self._inbox is not None:
            self._inbox.close()
        if self._loop is not None and self._stopped is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopped.set)

    def begin(self) -> asyncio.Event:
        """The desk's loop runs; the event is set when it is to stop."""
        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._stopped = asyncio.Event()
            self.attached = False
            if self.ending:
                self._stopped.set()
            return self._stopped

    def attach(self, inbox: DeskInbox) -> None:
        """There is an inbox to act on."""
        with self._lock:
            self._inbox = inbox
            self.attached = True
            if self._killed:
                inbox.kill(self._killed)
                self._killed = ""
            if self.ending:
                inbox.close()

    def detach(self) -> None:
        """The session is over; nothing reaches it any more."""
        with self._lock:
            self._inbox = self._loop = self._stopped = None

    def take_next(self) -> Market | None:
        """The market to open now that the session is over; None where that was the last one."""
        with self._lock:
            market, self._next = self._next, None
            if self.stopping or market is None:
                return None
            if self.refusal is None:
                self.viewport = Viewport(rows=self.viewport.rows)  # prices of the market before mean nothing now
            self.market, self.refusal, self.changed = market, None, True
            self._await(market, "opening it")
            return market

    def refuse(self, refusal: Refusal) -> None:
        """The market could not be opened; what to do now is the operator's to say, by `change` or `stop`."""
        with self._lock:
            self.refusal = refusal
            self._await(refusal.market, refusal.words, link="down")

    def _await(self, market: Market, words: str, link: str = "connecting") -> None:
        """Nothing of the desk before is shown as if it still were true."""
        header = HeaderFrame(symbol=market.symbol, venue=market.venue, reason=words)
        self._frame = DeskFrame(header=header, truth=TruthFrame(link=link))

    def _call(self, what: Callable[[DeskInbox], None]) -> None:
        with self._lock:
            inbox, loop = self._inbox, self._loop
            if inbox is not None and loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(what, inbox)
