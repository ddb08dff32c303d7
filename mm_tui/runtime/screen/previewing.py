"""Previews for the screen: as often as an eye reads, in a small share of the time, none of a strategy that is slow.

They are worked out on the desk's own thread, between two steps, since they must see what the desk sees. So the time
they take is time in which nothing else is heard, and it is held to the strategy's own budget.
"""

from collections.abc import Callable
from time import perf_counter_ns

from mm_tui.core.engine import Core
from mm_tui.core.preview import Preview, Previewer
from mm_tui.model.bounds import typed
from mm_tui.model.clock import MILLISECOND

EVERY = 100 * MILLISECOND
"""The same draft is looked at again after this, ns."""
SHARE = 20
"""And not before so many times what it took the last time."""


class Previews:
    """The last preview, as long as it is fresh enough."""

    def __init__(self, core: Core, clock: Callable[[], int] = perf_counter_ns) -> None:
        """`clock` counts ns and never goes back."""
        self._core = core
        self._previewer = Previewer(core)
        self._clock = clock
        self._draft = ""
        self._last: Preview | None = None
        self._due = 0
        self._over = ""
        """Why there are no more of them until what was tried is dropped or sent."""

    def look(self, ts: int, draft: str) -> Preview | None:
        """What `set` with the draft would do at `ts`; None where nothing is tried, or nothing would change."""
        if not draft:
            self._draft = self._over = ""
            return None
        now = self._clock()
        if self._over:
            return Preview(problem=self._over)
        if draft != self._draft or now >= self._due:
            self._draft, self._last = draft, self._previewer.look(ts, draft)
            ended = self._clock()
            taken = ended - now
            self._due = ended + max(EVERY, SHARE * taken)
            budget = self._core.limits.strategy_budget_ms
            if taken > budget * MILLISECOND:
                self._over = f"it took {taken / MILLISECOND:.1f} ms, the strategy's budget is {typed(budget)} ms"
                self._last = Preview(problem=self._over)
        return self._last
