"""The terminal bell: on the kinds of happenings that the settings name, and not too often."""

from collections import deque

from mm_tui.model.clock import MINUTE
from mm_tui.runtime.alerts import NEARLY_FULL
from mm_tui.settings.sections import Alerts
from mm_tui.views.frames import DeskFrame, EventRow


class Bell:
    """Looks at each frame once; says whether to ring. Times are the frame's own, ns."""

    def __init__(self, alerts: Alerts) -> None:
        self._on = frozenset(alerts.on) if alerts.bell else frozenset()
        self._per_minute = alerts.per_minute
        self._rung: deque[int] = deque()
        self._seen: EventRow | None = None
        self._full = False

    def rings(self, frame: DeskFrame) -> bool:
        """Whether something since the last frame is worth a bell."""
        happened = self._happened(frame)
        rung, ts = self._rung, frame.ts
        while rung and rung[0] <= ts - MINUTE:
            rung.popleft()
        if not happened & self._on or len(rung) >= self._per_minute:
            return False
        rung.append(ts)
        return True

    def _happened(self, frame: DeskFrame) -> set[str]:
        kinds: set[str] = set()
        for row in frame.events:
            if row is self._seen:
                break
            kinds.add(_kind(row))
        if frame.events:
            self._seen = frame.events[0]
        share = frame.risk.gauges[0].share if frame.risk.gauges else None
        full = share is not None and share >= NEARLY_FULL
        if full and not self._full:
            kinds.add("inventory")
        self._full = full
        return kinds


def _kind(row: EventRow) -> str:
    if row.kind == "link" and row.text.startswith("link down"):
        return "disconnect"
    if row.kind == "risk" and not row.text.startswith("refused"):
        return "trip"
    return row.kind
