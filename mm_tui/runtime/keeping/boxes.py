"""Black boxes of a running session: what tripped is noted at once, the box is written seconds later, elsewhere."""

import logging
import time
from pathlib import Path
from typing import Final

from mm_tui.errors import DataError
from mm_tui.journal.blackbox import AFTER_NS, Moment, keep
from mm_tui.model.clock import SECOND
from mm_tui.model.facts import Fact, RiskTripped
from mm_tui.runtime.keeping.milestones import Milestones

log = logging.getLogger(__name__)

HEARD: Final = (RiskTripped,)
"""A kill and every halt is one too."""
APART_NS: Final = 60 * SECOND
"""Between two boxes; a halt is kept whatever came before it."""
SILENT_S: Final = 8.0
"""Seconds after which the box is written although the market does not move any more."""
_HALT: Final = "halt"


class Boxes:
    """`hear` and `prepare` on the desk's loop; `finish` on any thread, one at a time."""

    def __init__(self, session: Path, state: Path, milestones: Milestones) -> None:
        self.said = ""
        """What came of the last one, for the screen."""
        self._session = session
        self._state = state
        self._milestones = milestones
        self._waiting: Moment | None = None
        self._heard = 0.0
        self._last = 0

    def hear(self, fact: Fact) -> None:
        """Note a trip or a halt; those that follow before the box is written are in it."""
        if self._waiting is not None or not isinstance(fact, RiskTripped):
            return
        if fact.action == _HALT or not self._last or fact.ts - self._last >= APART_NS:
            over = f" over {fact.limit}" if fact.limit else ""
            self._waiting = Moment(fact.ts, fact.rule, f"{fact.rule} {fact.value}{over}, {fact.action}")
            self._heard = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether a box is to be written: enough came after it, or nothing comes any more."""
        if self._waiting is None:
            return False
        return self._milestones.ts >= self._waiting.ts + AFTER_NS or time.monotonic() - self._heard >= SILENT_S

    def prepare(self) -> None:
        """On the desk's loop: a milestone of this moment, for the box to end with."""
        self._milestones.add_now()

    def finish(self) -> None:
        """Write what is waited for, due or not."""
        moment = self._waiting
        if moment is None:
            return
        try:
            path = keep(self._session, self._state, moment, time.time_ns())
        except (OSError, DataError) as error:
            self.said = f"no black box: {getattr(error, 'strerror', None) or error}"
            log.warning("black box rule=%s problem=%s", moment.rule, self.said)
        except Exception as error:  # a session that ends must come to its end
            self.said = f"no black box: {type(error).__name__}"
            log.exception("black box rule=%s", moment.rule)
        else:
            self.said = f"black box {path.name}"
            log.info("black box rule=%s path=%s", moment.rule, path)
        self._last, self._waiting = moment.ts, None
