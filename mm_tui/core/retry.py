"""The `retry` timer: one for all that must be looked at again, armed for the earliest of it."""

from mm_tui.core.outputs import Outbox
from mm_tui.model.clock import MILLISECOND


class RetryTimer:
    """Arms itself for the earliest time asked for; what it has no room for asks again when it goes off."""

    __slots__ = ("_due", "_outbox", "delay")

    def __init__(self, delay_ms: int, outbox: Outbox) -> None:
        self.delay = max(1, delay_ms) * MILLISECOND
        """What failed is tried again after this, ns."""
        self._outbox = outbox
        self._due = 0
        """When it goes off, ns; 0 where it is not armed."""

    def wake(self, due: int, ts: int) -> None:
        """Look again at `due`, asked for at `ts`; one that should have gone off before is not waited for.

        One that is due at this very moment still comes, after whatever else falls due with it.
        """
        if not self._due or due < self._due or self._due < ts:
            self._due = due
            self._outbox.arm("retry", due)

    def gone_off(self) -> None:
        """It went off, so that it is armed for nothing."""
        self._due = 0
