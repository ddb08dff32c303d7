"""Parts of a frame that are made anew when something of note happened, and else a few times a second.

What merely follows the mid or the clock moves no faster than an eye reads; between two makings the part stays the same
object, so that neither the desk nor the screen works on it.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from mm_tui.model.clock import MILLISECOND

EVERY = 200 * MILLISECOND

T = TypeVar("T")


class Paced(Generic[T]):
    """One part; of those made of the same clock each has a phase of its own, so that not all fall into one frame."""

    def __init__(self, phase: int = 0, every: int = EVERY) -> None:
        """Both in ns."""
        self._phase = phase
        self._every = every
        self._tick = -1
        self._note: Hashable = None
        self._last: T | None = None

    def at(self, ts: int, note: Hashable, make: Callable[[], T]) -> T:
        """The part at `ts`; `note` is what is told at once, by its values. One that came out equal is the same."""
        tick = (ts + self._phase) // self._every
        if self._last is None or tick != self._tick or note != self._note:
            self._tick, self._note = tick, note
            made = make()
            if made != self._last:
                self._last = made
        assert self._last is not None  # noqa: S101 - made by now
        return self._last
