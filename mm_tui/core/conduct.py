"""How the desk conducts itself: the one state it is in and everything that speaks for or against quoting."""

from collections.abc import Callable

from mm_tui.core.market import Market
from mm_tui.core.state import State
from mm_tui.model.events import BUY, SELL, Side

CLEAN_DATA = 1_000_000_000
"""After a stale feed, data must flow this long before quotes return, ns."""


class Conduct:
    """Holds what was said and lost; works out the state."""

    def __init__(self, paused: str) -> None:
        self.state = State.STARTING
        self.reason = "waiting for market data"
        self.paused = paused
        """Why a person, or a failing strategy, wants no quotes; empty while they are wanted."""
        self.side_on: dict[Side, bool] = {BUY: True, SELL: True}
        self.side_why: dict[Side, str] = {}
        """Why a side was switched off, where it was not a person."""
        self.stale = ""
        """Why the data is not believed; empty while it is."""
        self.link_up = False
        self.closing = False
        """The gate was closed by the orderly end, not by a halt."""
        self._clean_since = 0

    def judge(  # noqa: C901, PLR0911 - one line a state, the strongest first
        self, market: Market, closed: str, restrained: str, words: Callable[[], str], *, flattening: bool
    ) -> tuple[State, str]:
        """The state and its reason; `closed` and `restrained` say why the gate is so, `words` describe the quotes."""
        if closed:
            return State.HALTED, closed
        if not market.known:
            return State.STARTING, "waiting for the book"
        if not market.book.valid:
            return State.INVALID_BOOK, "waiting for a fresh snapshot"
        if self.stale:
            return State.STALE, self.stale
        if flattening:
            return State.PAUSED, "flattening"
        if self.paused:
            return State.PAUSED, self.paused
        if not (self.side_on[BUY] or self.side_on[SELL]):
            return State.PAUSED, f"{self._off(BUY)}; {self._off(SELL)}"
        if restrained:
            return State.REDUCE_ONLY, restrained
        if not self.side_on[BUY]:
            return State.ONE_SIDED, self._off(BUY)
        if not self.side_on[SELL]:
            return State.ONE_SIDED, self._off(SELL)
        return State.QUOTING, words()

    def _off(self, side: Side) -> str:
        why = self.side_why.get(side)
        return f"{side.book_word}s are off: {why}" if why else f"{side.book_word}s are off"

    def switch_off(self, side: Side, why: str) -> None:
        """A limit switches a side off; one that is off already stays as it is, a person's with the person."""
        if self.side_on[side]:
            self.side_on[side] = False
            self.side_why[side] = why

    def start_anew(self) -> None:
        """A person takes the desk up after a halt: what limits did is over; a side that a person switched off stays."""
        for side in self.side_why:
            self.side_on[side] = True
        self.side_why = {}

    def lose_data(self, reason: str) -> None:
        """What comes is late, or does not come."""
        self.stale = reason
        self._clean_since = 0

    def distrust(self) -> None:
        """The book was lost: clean data begins anew."""
        self._clean_since = 0

    def recover(self, ts: int) -> None:
        """Data flows again; it must do so for a while before it is believed."""
        if not self.link_up:
            return
        if not self._clean_since:
            self._clean_since = ts
        elif ts - self._clean_since >= CLEAN_DATA:
            self.stale = ""
            self._clean_since = 0
