"""The event log: facts as lines for people, with their reasons."""

from collections import deque

from mm_tui.model import facts
from mm_tui.model.facts import Fact
from mm_tui.model.instrument import Instrument
from mm_tui.views.fmt import steps
from mm_tui.views.frames import ChartFill, EventRow

LENGTH = 500
_QUIET = frozenset({"pending_new", "pending_amend", "pending_cancel", "live", "filled", "partially_filled"})
"""Moves that other lines already tell of."""
_EXPECTED = ("replaced", "canceled", "-2022")
"""Ends that are no news: a replace did what it should, or came after the fill."""


class EventLog:
    """Takes facts as the bus delivers them; newest first for the screen."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.rows: tuple[EventRow, ...] = ()
        self.fills: tuple[ChartFill, ...] = ()
        self.filled_by: set[str] = set()
        """Public trades, by their id, that filled an order of ours."""
        self.refusal = ""
        """The last refusal of the gate, in one line."""
        self._rows: deque[EventRow] = deque(maxlen=LENGTH)
        self._fills: deque[ChartFill] = deque(maxlen=LENGTH)
        self._changed = self._filled = False

    def hear(self, fact: Fact) -> None:
        """Take a fact."""
        line = self.words(fact)
        if line is None:
            return
        kind, text = line
        self._rows.appendleft(EventRow(ts=fact.ts, kind=kind, text=text))
        self._changed = True
        if isinstance(fact, facts.Filled):
            self._fills.append(ChartFill(ts=fact.ts, side=fact.side, price=fact.price))
            self._filled = True
            self.filled_by.add(fact.trade_id.partition("-")[0])

    def refresh(self) -> None:
        """Make new tuples, where anything came."""
        if self._changed:
            self.rows = tuple(self._rows)
            self._changed = False
        if self._filled:
            self.fills = tuple(self._fills)
            self._filled = False

    def words(self, fact: Fact) -> tuple[str, str] | None:  # noqa: C901, PLR0911, PLR0912 - one line a fact
        """Its kind and its line; None where it is no news."""
        match fact:
            case facts.Filled():
                did = "bought" if fact.side > 0 else "sold"
                taker = "" if fact.maker else ", as taker"
                return "fill", f"{did} {self._quantity(fact.quantity)} at {self._price(fact.price)}{taker}"
            case facts.QuoteDecided():
                return "quote", f"{fact.side.book_word} {self._price(fact.price)}: {fact.reason}"
            case facts.OrderChanged():
                if fact.status in _QUIET or fact.reason.startswith(_EXPECTED):
                    return None
                return "order", f"{fact.status} {fact.side.word} {self._price(fact.price)}: {fact.reason}"
            case facts.StateChanged():
                return "state", f"{fact.state}: {fact.reason}" if fact.reason else fact.state
            case facts.QuotesPulled():
                return "state", f"quotes pulled: {fact.reason}"
            case facts.RiskRefused():
                side = f" {fact.side.book_word} {self._price(fact.price)}" if fact.side is not None else ""
                self.refusal = f"{fact.rule} {fact.value}, limit {fact.limit}"
                return "risk", f"refused{side}: {self.refusal}"
            case facts.RiskTripped():
                limit = f", limit {fact.limit}" if fact.limit else ""
                return "risk", f"{fact.action}: {fact.rule} {fact.value}{limit}"
            case facts.BookInvalid():
                return "book", f"book invalid: {fact.reason}"
            case facts.BookValid():
                return "book", f"book valid at update {fact.update_id}"
            case facts.LinkChanged():
                return "link", f"link up: {fact.reason}" if fact.up else f"link down: {fact.reason}"
            case facts.ParameterChanged():
                return "set", f"{fact.name}: {fact.before} → {fact.after}"
            case facts.Noted():
                return fact.kind, fact.text
            case _:
                return None

    def _price(self, ticks: int) -> str:
        return steps(ticks, self.instrument.tick_size)

    def _quantity(self, lots: int) -> str:
        return steps(lots, self.instrument.step_size)
