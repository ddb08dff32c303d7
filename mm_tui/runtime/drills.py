"""Fault drills on a running desk: what a drill does to the line and to the embedded exchange.

They are asked for by an operator's action, which is on record; what they break comes into the recording by itself, as
the frames that are missing or late, so that the session runs again to the same outputs. What the paper venue does for
one (`latency`, `reject`) is its own, live and in a backtest alike.
"""

import logging
from collections.abc import Callable

from mm_tui.model.drills import AT_THE_VENUE, Drill
from mm_tui.runtime.inbox import DeskInbox
from mm_tui.runtime.line import Line
from mm_tui.venues.api import Feed

log = logging.getLogger(__name__)


class Drills:
    """Does what the desk's own steps do not: whatever is not the paper venue's."""

    def __init__(self, feed: Feed, inbox: DeskInbox, market: Callable[[Drill], None] | None) -> None:
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
