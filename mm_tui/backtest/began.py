"""From when on a recording's book is known: before that a desk has nothing to quote on, and its figures say nothing."""

from typing import Final

from mm_tui.model.clock import SECOND
from mm_tui.model.events import AnyEvent
from mm_tui.runtime.desk import Desk

SOON_NS: Final = SECOND
"""A live feed asks for its snapshot first; a book that is known within this is no news."""


class Beginning:
    """Watches a desk until it knows the book."""

    def __init__(self, desk: Desk) -> None:
        self._market = desk.core.market
        self._desk = desk
        self._waiting = True
        self._first = self._known = 0
        self._frame = 0

    def look(self, _: AnyEvent) -> None:
        """Behind every step of the desk."""
        if self._waiting:
            self._first = self._first or self._desk.ts
            if self._market.known:
                self._waiting = False
                self._known, self._frame = self._desk.ts, self._market.frames

    def words(self) -> str:
        """A line for people; empty where the book was known from the beginning, or nothing was heard at all."""
        frames = self._market.frames
        if self._waiting:
            missing = "no snapshot in it that its diffs continue"
            return f"the book is never known: {missing}; nothing was quoted in {frames:,} frames" if frames else ""
        waited = self._known - self._first
        if waited < SOON_NS:
            return ""
        return f"starts when the book is known: at frame {self._frame:,}, after {waited / SECOND:,.1f} s"
