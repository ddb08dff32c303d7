"""Fault drills on a running desk: what a drill does to the line and to the embedded exchange.

They are asked for by an operator's action, which is on record; what they break comes into the recording by itself, as
the frames that are missing or late, so that the session runs again to the same outputs. What the paper venue does for
one (`latency`, `reject`) is its own, live and in a backtest alike.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from mm_tui.model.drills import AT_THE_VENUE, Drill
from mm_tui.model.events import BookDelta, BookSnapshot
from mm_tui.venues.api import Feed, Frame

if TYPE_CHECKING:
    from mm_tui.runtime.inbox import DeskInbox

log = logging.getLogger(__name__)


class Line:
    """The last piece of the way into an inbox; as it should be until it is told otherwise."""

    def __init__(self) -> None:
        self.lose = 0
        """So many updates of the book to come are lost."""
        self._until = 0.0
        """Nothing passes before this, by the loop's clock."""

    @property
    def whole(self) -> bool:
        """Whether everything passes."""
        return not self.lose and self._until <= asyncio.get_running_loop().time()

    def hold(self, seconds: float) -> None:
        """Nothing passes for so long; what comes waits, and whoever brings it."""
        self._until = asyncio.get_running_loop().time() + seconds

    async def passes(self, frame: Frame) -> bool:
        """Wait while nothing passes; whether the frame is not lost."""
        clock = asyncio.get_running_loop().time
        while (left := self._until - clock()) > 0:  # noqa: ASYNC110 - time is waited for; a drill may lengthen it
            await asyncio.sleep(left)
        if self.lose and type(frame.event) in {BookDelta, BookSnapshot}:
            self.lose -= 1
            return False
        return True


class Drills:
    """Does what the desk's own steps do not: whatever is not the paper venue's."""

    def __init__(self, feed: Feed, inbox: "DeskInbox", market: Callable[[Drill], None] | None) -> None:
        """`market` tells the embedded exchange; None where the market is real."""
        self._feed = feed
        self._inbox = inbox
        self._market = market

    def do(self, drill: Drill) -> None:
        """Let it happen; what cannot be done here is said in the log."""
        if drill.kind in AT_THE_VENUE:
            return
        if drill.kind == "gap":
            self._line.lose += 1
        elif drill.kind == "stall":
            self._line.hold(drill.amount)
        elif drill.kind == "disconnect":
            cut = getattr(self._feed, "cut", None)
            if cut is None:
                log.warning("drill kind=disconnect: %s has no connection to cut", self._feed.name)
            else:
                cut()
        elif self._market is None:
            log.warning("drill kind=%s: the market of %s is no exercise", drill.kind, self._feed.name)
        else:
            self._market(drill)

    @property
    def _line(self) -> Line:
        if self._inbox.line is None:
            self._inbox.line = Line()
        return self._inbox.line
